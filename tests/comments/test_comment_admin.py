import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import moderation
from comments.models import Comment, Decision
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

LIST = "/desk/comments/comment/"


def act(client, comments, action, **fields):
    return client.post(
        LIST, {"action": action, "_selected_action": [comment.pk for comment in comments]} | fields, follow=True
    )


def test_finds_comments_by_text_name_email_and_headline(as_bob):
    story = make_article("The heron")
    make_comment(story, "About otters", name="Ann", email="ben@example.org")
    make_comment(body="Nothing", name="Someone else")
    for words in ("otters", "Ann", "ben@example", "heron"):
        page = as_bob.get(f"{LIST}?q={words}").content.decode()
        assert "About otters" in page
        assert "Someone else" not in page


@pytest.mark.parametrize(
    ("action", "start", "end"),
    [("approve", "pending", "approved"), ("mark_spam", "approved", "spam"), ("hold", "approved", "pending")],
)
def test_decides_about_many_by_the_same_verbs(as_bob, action, start, end):
    comments = [make_comment(status=start) for _ in range(3)]
    page = act(as_bob, comments, action).content.decode()
    assert set(Comment.objects.values_list("status", flat=True)) == {end}
    assert len(set(Decision.objects.values_list("batch", flat=True))) == 1
    assert "Decided about 3 comments." in page


def test_asks_for_the_reason_before_it_rejects_many(as_bob):
    comments = [make_comment(name=f"R{number}") for number in range(3)]
    page = act(as_bob, comments, "reject").content.decode()
    assert "Insults or threatens somebody" in page
    assert "R2" in page
    assert "Choose a reason" in act(as_bob, comments, "reject", asked=1).content.decode()
    assert not Decision.objects.exists()
    act(as_bob, comments, "reject", asked=1, reason="abuse", public_note="Calmly, then.")
    assert set(Comment.objects.values_list("status", flat=True)) == {"rejected"}
    assert set(Decision.objects.values_list("reason", "public_note")) == {("abuse", "Calmly, then.")}


def test_says_what_it_left_alone(as_bob):
    page = act(
        as_bob, [make_comment(status="pending"), make_comment(status="spam", name="Sam")], "approve"
    ).content.decode()
    assert "Left alone: 1 comment. Sam: A comment that is “spam” cannot become “approved”." in page


def test_takes_a_hundred_at_once_and_no_more(as_bob, article):
    comments = [make_comment(article, status="pending") for _ in range(101)]
    page = act(as_bob, comments[:1], "approve", select_across=1).content.decode()
    assert "At most 100" in page
    assert not Decision.objects.exists()


def test_lets_editors_look_but_offers_them_nothing(as_alice):
    comment = make_comment(status="pending")
    assert 'name="action"' not in as_alice.get(LIST).content.decode()
    act(as_alice, [comment], "approve")
    page = as_alice.get(f"{LIST}{comment.pk}/change/").content.decode()
    for verb in ("approve", "reject", "spam", "hold"):
        assert f'value="{verb}' not in page
    assert comment.body in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("address", ["add/", "{}/delete/"])
def test_lets_nobody_add_or_delete(as_bob, address):
    assert as_bob.get(LIST + address.format(make_comment().pk)).status_code == 403


def test_lets_nobody_rewrite(as_bob):
    comment = make_comment(body="Mine")
    assert as_bob.post(f"{LIST}{comment.pk}/change/", {"body": "Yours", "status": "spam"}).status_code == 403
    comment.refresh_from_db()
    assert (comment.body, comment.status) == ("Mine", "approved")


@pytest.mark.parametrize(
    ("status", "offered"),
    [("pending", {"approve", "spam", "reject"}), ("approved", {"hold", "spam", "reject"}), ("rejected", set()),
     ("hidden", {"approve", "spam", "reject"}), ("removed", set())],
)  # fmt: skip
def test_offers_the_steps_of_the_table(as_bob, status, offered):
    page = as_bob.get(f"{LIST}{make_comment(status=status).pk}/change/").content.decode()
    assert {
        verb for verb in ("approve", "hold", "spam", "reject") if f'name="decision" value="{verb}' in page
    } == offered


def test_shows_what_was_decided_and_takes_the_last_step_back(as_bob, alice):
    comment = make_comment(status="pending")
    moderation.approve(comment, alice)
    last = moderation.reject(comment, alice, "off_topic", public_note="Another story")
    page = as_bob.get(f"{LIST}{comment.pk}/change/").content.decode()
    assert "Alice" in page
    assert "nothing to do with the article" in page
    assert "Another story" in page
    assert f'name="undo" value="{last.pk}"' in page


def test_leads_to_the_site_where_the_comment_shows(as_bob):
    shown, hidden = make_comment(), make_comment(status="pending")
    assert f"/comments/{shown.public_id}/" in as_bob.get(f"{LIST}{shown.pk}/change/").content.decode()
    assert f"/comments/{hidden.public_id}/" not in as_bob.get(f"{LIST}{hidden.pk}/change/").content.decode()


def test_tells_of_a_comment_that_is_not_there(as_bob):
    assert as_bob.get(f"{LIST}99999/change/", follow=True).status_code == 200


def test_asks_as_many_queries_about_a_comment_for_a_long_log_as_for_a_short_one(as_bob, alice):
    comment = make_comment(status="pending")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            as_bob.get(f"{LIST}{comment.pk}/change/")
        return len(asked)

    moderation.approve(comment, alice)
    few = queries()
    for _ in range(10):
        moderation.hold(comment, alice)
        moderation.approve(comment, alice)
    assert queries() == few
