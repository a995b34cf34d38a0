import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import claims, moderation, queue, sanctions
from comments.models import Comment, Decision
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_comment

pytestmark = pytest.mark.django_db

QUEUE = "/desk/comments/comment/queue/"


def wait(article=None, **fields):
    return make_comment(article, status="pending", **fields)


def decide(client, comment, decision, /, *, part=False, **fields):
    headers = {"X-Requested-With": "queue"} if part else {}
    answers = {"comment": comment.pk, "version": comment.version, "decision": decision, "next": QUEUE + "?page=2"}
    return client.post(f"{QUEUE}decide/", answers | fields, headers=headers)


# -- the page


def test_shows_what_waits_longest_waiting_first(as_bob, article):
    now = timezone.now()
    for hours, name in ((1, "Late"), (9, "Early"), (5, "Middle")):
        wait(article, name=name, created_at=now - timedelta(hours=hours))
    make_comment(article, name="Approved one")
    page = as_bob.get(QUEUE).content.decode()
    assert page.index("Early") < page.index("Middle") < page.index("Late")
    assert "Approved one" not in page


def test_says_why_and_what_is_answered_and_by_whom(as_bob, article):
    top = make_comment(article, body="The first word", name="Topmost")
    parent = make_comment(parent=top, body="The second word", name="Between")
    for status in ("approved", "approved", "rejected"):
        make_comment(article, status=status, email="charlie@example.org")
    wait(article, parent=parent, email="charlie@example.org", held_because="Held: 2 links.", body="Three\nlines\nhere")
    page = as_bob.get(QUEUE).content.decode()
    for words in ("Held: 2 links.", "The first word", "The second word", "Three\nlines\nhere", article.headline):
        assert words in page
    assert "2 of 3 approved, 1 rejected" in page
    assert page.count('class="square-approved"') == 2
    assert page.count('class="square-rejected"') == 1


def test_leads_to_what_is_repeated_and_tells_what_the_reader_will_be_told(as_bob, bob, article):
    said = "The ferry was given up in that year and nobody of us was asked whether we wanted to cross the river"
    earlier, _ = moderation.submit(article, name="Dora", body=f"{said}, then or later.")
    moderation.reject(earlier, bob, "abuse")
    again, _ = moderation.submit(article, name="Erin", body=f"{said}, now or ever!")
    page = as_bob.get(QUEUE).content.decode()
    assert f'before: <a href="/desk/comments/comment/{earlier.pk}/change/"' in page
    assert page.count("You can say the same in other words.") >= 1
    assert again.status == "pending"


def test_shows_the_last_twelve_of_a_long_history(article):
    now = timezone.now()
    for number in range(30):
        status = "spam" if number < 20 else "approved"
        make_comment(article, status=status, email="a@example.org", created_at=now + timedelta(minutes=number))
    history = queue.known_of([wait(article, email="a@example.org")])[0]["a@example.org"]
    assert (history.approved, history.turned_down) == (10, 20)
    assert history.squares == ["rejected"] * 2 + ["approved"] * 10


def test_filters_by_section_with_what_stands_below_it_and_by_article(as_bob):
    science = make_category("Science")
    physics, food = make_category("Physics", parent=science), make_category("Food")
    stories = {name: make_article(name, category=section) for name, section in (("P", physics), ("F", food))}
    for name, story in stories.items():
        wait(story, name=f"On {name}")
    for query, shown in (
        (f"section={science.pk}", "P"), (f"section={physics.pk}", "P"), (f"section={food.pk}", "F"),
        (f"article={stories['F'].pk}", "F"), ("section=x&article=", "PF"), ("section=99999", ""),
    ):  # fmt: skip
        page = as_bob.get(f"{QUEUE}?{query}").content.decode()
        assert [name for name in "PF" if f"On {name}" in page] == list(shown)


def test_pages_by_twenty_five_and_keeps_the_filters(as_bob, article):
    for number in range(26):
        wait(article, name=f"R{number:02}")
    first = as_bob.get(f"{QUEUE}?section={article.category_id}").content.decode()
    assert "R24" in first
    assert "R25" not in first
    assert f"?section={article.category_id}&amp;from=25" in first
    assert "R25" in as_bob.get(f"{QUEUE}?section={article.category_id}&from=25").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "from=x",
        "from=-1",
        "from=999999999999999",
        "from=99999999999999999999",
        "noticed=x",
        "page=x&tab=decided",
        "tab=%F0",
        "outcome=x&tab=decided",
        "section=9" * 9,
    ],
)
def test_answers_any_query(as_bob, article, query):
    wait(article)
    assert as_bob.get(f"{QUEUE}?{query}").status_code == 200


def test_asks_as_many_queries_for_many_as_for_few(as_bob, bob, article):
    def counts():
        return [
            queries(as_bob, address) for address in (QUEUE, f"{QUEUE}?tab=decided", "/desk/comments/comment/", "/desk/")
        ]

    def fill(number):
        root = make_comment(article, email="root@example.org")
        for index in range(number):
            other = make_article()
            comment = wait(
                other if index % 2 else article, parent=None if index % 2 else root, email=f"{index}@b.example"
            )
            wait(comment.article, parent=comment, email=f"{index}@b.example")
            moderation.approve(wait(other), bob)

    fill(2)
    as_bob.get("/desk/")  # the home remembers some of its figures
    few = counts()
    fill(60)
    assert counts() == few
    assert few[0] <= 8
    assert max(few) <= 14


def queries(client, address):
    """How many a page asks in all: who it is and what they may do, the frame of the desk, and the page."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_asks_eight_queries_for_fifteen_thousand(as_bob, bob, alice, article):
    now = timezone.now()
    parent = make_comment(article)
    rows = []
    for number in range(15_000):
        comment = Comment(
            article=article, name="Load", body="Words", email=f"{number % 900}@reader.test",
            risk=number % 100 / 100, created_at=now - timedelta(seconds=number),
        )  # fmt: skip
        comment.place_below(parent if number % 2 else None)
        rows.append(comment)
    Comment.objects.bulk_create(rows, batch_size=1000)
    first = Comment.objects.get(pk=rows[99].pk)
    sanctions.impose(first, bob, kind="hold", reason="Too much", days="1")
    claims.claim(rows[-1].pk, alice)
    moderation.approve(rows[0], bob)
    section = article.category_id
    for query in ("", "?from=12500", "?tab=reported", "?tab=second", f"?noticed=links&section={section}"):
        assert queries(as_bob, QUEUE + query) <= 8, query
    assert "of 14999" in as_bob.get(QUEUE).content.decode()


def test_decides_in_a_handful_of_queries(as_bob, article):
    comment = wait(article)
    with CaptureQueriesContext(connection) as asked:
        assert decide(as_bob, comment, "reject:abuse", part=True).status_code == 200
    asked = [query["sql"] for query in asked if not re.match("(RELEASE )?SAVEPOINT", query["sql"])]
    assert len(asked) <= 9


def test_says_which_sanctions_hold_for_the_account_the_address_and_the_connection(as_bob, bob, charlie, article):
    by_account = wait(article, user=charlie)
    by_address = wait(article, email="dora@reader.test")
    by_connection = wait(article, sender="f" * 64)
    for comment in (by_account, by_address, by_connection):
        sanctions.impose(comment, bob, kind="hold", reason=f"Reason {comment.pk}", days="1")
    cards, _ = queue.cards_from(0, bob)
    assert [[f"Reason {card.comment.pk}"] for card in cards] == [
        [sanction.reason for sanction in card.sanctions] for card in cards
    ]
    page = as_bob.get(QUEUE).content.decode()
    assert page.count("A sanction for its author") == 3
    assert page.count("Every comment is held until") == 3


# -- who may


@pytest.mark.parametrize("action", ["decide/", "decide/many/", "undo/", "undo/many/"])
def test_lets_nobody_else_decide(client, as_alice, as_walter, charlie, bob, article, action):
    comment = wait(article)
    made = moderation.reject(wait(article), bob, "abuse")
    answers = {"comment": comment.pk, "version": 1, "decision": "approve", "chosen": f"{comment.pk}:1", "undo": made.pk}
    assert as_alice.post(QUEUE + action, answers).status_code == 403
    assert as_walter.post(QUEUE + action, answers).status_code == 403
    assert client.post(QUEUE + action, answers).status_code == 302
    assert signed_in(charlie).post(QUEUE + action, answers).status_code == 302
    assert list(Decision.objects.all()) == [made]


def test_lets_editors_look_and_writers_not(as_alice, as_walter, article):
    wait(article, body="Held words")
    page = as_alice.get(QUEUE).content.decode()
    assert "Held words" in page
    assert 'name="decision"' not in page
    assert as_walter.get(QUEUE).status_code == 403
    assert "Comments" not in re.findall(r"<span>([^<]+)</span>", as_walter.get("/desk/").content.decode())


@pytest.mark.parametrize("action", ["decide/", "decide/many/", "undo/", "undo/many/"])
def test_changes_nothing_by_get(as_bob, action):
    assert as_bob.get(QUEUE + action).status_code == 405


# -- deciding


@pytest.mark.parametrize(
    ("decision", "status"),
    [("approve", "approved"), ("spam", "spam"), *((f"reject:{reason}", "rejected") for reason in (
        "abuse", "personal", "off_topic", "advert", "false_claim", "other"
    ))],
)  # fmt: skip
def test_decides_by_plain_form_and_leads_back(as_bob, article, decision, status):
    comment = wait(article)
    response = decide(as_bob, comment, decision)
    comment.refresh_from_db()
    assert (response.status_code, response["Location"], comment.status) == (302, QUEUE + "?page=2", status)
    page = as_bob.get(QUEUE).content.decode()
    assert "Undo" in page
    assert as_bob.get(QUEUE + "?tab=decided").content.decode().count("queue-decision") == 1


def test_keeps_the_word_to_the_reader(as_bob, article):
    decide(as_bob, wait(article), "reject:other", public_note=" Try again tomorrow. ")
    assert Decision.objects.get().public_note == "Try again tomorrow."


def test_a_word_to_the_reader_holds_nothing_that_hides(as_bob, article):
    decide(as_bob, wait(article), "reject:other", public_note="Try\x00 again\u202e \u200btomorrow")
    assert Decision.objects.get().public_note == "Try again tomorrow"


@pytest.mark.parametrize("decision", ["", "publish", "reject", "reject:because", "approve:x", "delete"])
def test_knows_its_own_decisions_alone(as_bob, article, decision):
    comment = wait(article)
    assert decide(as_bob, comment, decision).status_code in (302, 400)
    comment.refresh_from_db()
    assert comment.status == ("approved" if decision == "approve:x" else "pending")


@pytest.mark.parametrize("fields", [{"version": "x"}, {"version": ""}, {"comment": "9" * 30}, {"comment": "-1"}])
def test_refuses_numbers_that_are_none(as_bob, article, fields):
    assert decide(as_bob, wait(article), "approve", **fields).status_code == 400


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_leads_back_within_the_desk_only(as_bob, article, address):
    assert decide(as_bob, wait(article), "approve", next=address)["Location"] == QUEUE


def test_tells_the_late_one_who_was_quicker(as_bob, alice, article):
    comment = wait(article, name="Nettle")
    seen = Comment.objects.get(pk=comment.pk)
    moderation.mark_spam(comment, alice)
    decide(as_bob, seen, "approve")
    assert "Nettle: Alice already decided: spam, just now." in as_bob.get(QUEUE).content.decode()
    part = decide(as_bob, seen, "approve", part=True)
    assert part.status_code == 409
    assert b"Alice already decided: spam" in part.content


def test_answers_the_script_with_the_line_and_then_the_card(as_bob, article):
    comment = wait(article, name="Nettle")
    line = decide(as_bob, comment, "reject:abuse", part=True).content.decode()
    assert "<html" not in line
    assert "You rejected" in line
    number = re.search(r'name="undo" value="(\d+)"', line)[1]
    card = as_bob.post(f"{QUEUE}undo/", {"undo": number}, headers={"X-Requested-With": "queue"}).content.decode()
    assert "<span data-mine hidden>With you</span>" in card  # it came back without its place in the list
    assert f'id="card-{comment.pk}"' in card
    assert f'name="version" value="{comment.version + 2}"' in card


# -- many


def choose(client, comments, decision, **fields):
    chosen = [f"{comment.pk}:{comment.version}" for comment in comments]
    return client.post(f"{QUEUE}decide/many/", {"chosen": chosen, "decision": decision, "next": QUEUE} | fields)


def test_decides_about_many_with_one_undo(as_bob, article):
    comments = [wait(article, name=f"R{number}") for number in range(5)]
    choose(as_bob, comments, "reject:advert")
    assert set(Comment.objects.values_list("status", flat=True)) == {"rejected"}
    page = as_bob.get(QUEUE).content.decode()
    assert "You rejected</b> 5 comments: advertises" in page
    number = re.search(r'name="undo" value="(\d+)"', page)[1]
    as_bob.post(f"{QUEUE}undo/many/", {"undo": number})
    assert set(Comment.objects.values_list("status", flat=True)) == {"pending"}
    assert "Taken back: 5 comments." in as_bob.get(QUEUE).content.decode()


def test_leaves_alone_what_others_decided_meanwhile_and_says_so(as_bob, alice, article):
    comments = [wait(article, name=f"R{number}") for number in range(3)]
    moderation.approve(Comment.objects.get(pk=comments[1].pk), alice)
    choose(as_bob, comments, "spam")
    assert sorted(Comment.objects.values_list("status", flat=True)) == ["approved", "spam", "spam"]
    assert "Left alone: 1 comment. R1: Alice already decided: approved" in as_bob.get(QUEUE).content.decode()


def test_says_when_nothing_or_too_much_was_chosen(as_bob, article):
    choose(as_bob, [], "approve")
    choose(as_bob, [wait(article) for _ in range(101)], "approve")
    page = as_bob.get(QUEUE).content.decode()
    assert "Nothing was chosen" in page
    assert "At most 100 comments at once: these are 101." in page
    assert not Decision.objects.exists()


# -- what was decided


def test_undoes_from_the_log_however_old(as_bob, alice, article):
    comment = wait(article)
    decision = moderation.mark_spam(comment, alice)
    as_bob.post(f"{QUEUE}undo/", {"undo": decision.pk, "next": QUEUE + "?tab=decided"})
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert Decision.objects.first().actor.username == "bob"


def test_offers_no_undo_once_somebody_decided_since(as_bob, alice, article):
    comment = wait(article)
    first = moderation.approve(comment, alice)
    moderation.reject(comment, alice, "abuse")
    page = as_bob.get(QUEUE + "?tab=decided").content.decode()
    assert page.count("queue-decision") == 2
    assert f'name="undo" value="{first.pk}"' not in page
    as_bob.post(f"{QUEUE}undo/", {"undo": first.pk})
    assert "Alice already decided: rejected" in as_bob.get(QUEUE).content.decode()


def test_shows_the_last_two_hundred_decisions(as_bob, alice, article):
    comment = wait(article)
    for _ in range(201):
        moderation.undo(moderation.approve(comment, alice), alice)
        comment.refresh_from_db()
    assert "The last 200 decisions" in as_bob.get(QUEUE + "?tab=decided").content.decode()


def test_filters_what_was_decided(as_bob, alice, article):
    moderation.approve(wait(article, name="Approved one"), alice)
    moderation.mark_spam(wait(article, name="Spammy one"), alice)
    page = as_bob.get(QUEUE + "?tab=decided&outcome=spam").content.decode()
    assert "Spammy one" in page
    assert "Approved one" not in page


def test_has_no_batch_where_there_was_none(as_bob, bob, article):
    decision = moderation.approve(wait(article), bob)
    assert as_bob.post(f"{QUEUE}undo/many/", {"undo": decision.pk}).status_code == 400
    assert not Decision.objects.filter(batch=uuid.uuid4()).exists()


def test_shows_on_the_desks_home_how_many_wait(as_bob, as_walter, article):
    for _ in range(3):
        wait(article)
    page = as_bob.get("/desk/").content.decode()
    assert "3 wait to be read" in page
    assert "wait to be read" not in as_walter.get("/desk/").content.decode()
