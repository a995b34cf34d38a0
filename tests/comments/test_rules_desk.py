"""What moderators set: words tried before they hold, reasons, examples, policies, sanctions; and the desk's figures."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from comments import moderation, sanctions
from comments.models import CannedReason, Decision, Example, Policy, SectionModerator, WordHit, WordRule
from comments.workload import percentile, workload
from tests.factories import make_article, make_category, make_comment, make_user

pytestmark = pytest.mark.django_db

ADD_WORD = "/desk/comments/wordrule/add/"
WORD = {
    "text": "marmot",
    "kind": "hold",
    "match": "word",
    "section": "",
    "note": "",
    "expires_at_0": "",
    "expires_at_1": "",
}
FIGURES = "/desk/comments/comment/queue/figures/"


# -- words


def test_a_word_shows_what_it_would_have_caught_before_it_is_saved(as_bob, bob, article):
    make_comment(article, "A MÁRMOT lives here", status="rejected", name="Refused one")
    make_comment(article, "My marmot is fine", name="Kept one")
    make_comment(article, "m a r m o t", status="pending")
    make_comment(article, "Long ago a marmot", created_at=timezone.now() - timedelta(days=31), name="Old one")
    make_comment(article, "marmots", name="Other word")
    page = as_bob.post(ADD_WORD, WORD).content.decode()
    assert "It would have caught 3 comments" in page
    assert "Readers see 1 of them, 1 was refused, 1 waits." in page
    assert "Kept one" in page
    assert "Old one" not in page
    assert "Other word" not in page
    assert not WordRule.objects.exists()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    # Another word than the one that was tried is tried first.
    assert (
        "It would have caught nothing"
        in as_bob.post(ADD_WORD, WORD | {"text": "badger", "seen": seen}).content.decode()
    )
    assert not WordRule.objects.exists()
    assert as_bob.post(ADD_WORD, WORD | {"seen": seen}).status_code == 302
    assert WordRule.objects.get().by == bob


def test_a_note_changes_without_trying_the_word_again(as_bob):
    rule = WordRule.objects.create(text="marmot", kind="hold")
    as_bob.post(f"/desk/comments/wordrule/{rule.pk}/change/", WORD | {"note": "Ask Mona"})
    assert WordRule.objects.get().note == "Ask Mona"


def test_a_word_tells_how_often_it_was_right(as_bob, article):
    rule = WordRule.objects.create(text="marmot", kind="hold")
    for status in ("rejected", "spam", "approved", "pending"):
        WordHit.objects.create(rule=rule, comment=make_comment(article, status=status), form="exact")
    assert "2 of 3 (67 %)" in as_bob.get("/desk/comments/wordrule/").content.decode()


# -- examples and reasons


def test_examples_say_whether_they_still_come_out_as_expected(as_bob):
    WordRule.objects.create(text="marmot", kind="reject")
    Example.objects.create(body="A marmot again", expected="rejected", note="The word")
    Example.objects.create(body="A quiet day.", expected="spam")
    page = as_bob.get("/desk/comments/comment/queue/examples/").content.decode()
    assert "1 of 2 come out otherwise than expected." in page
    assert "the word “marmot”" in page


def test_a_reason_that_is_reworded_keeps_what_was_said(as_bob, bob, article):
    moderation.reject(make_comment(article, status="pending"), bob, "abuse")
    reason = CannedReason.objects.get(code="abuse")
    answers = {"label": "Insults", "text": "Write it again without the insult.", "position": "0"}
    as_bob.post(f"/desk/comments/cannedreason/{reason.pk}/change/", answers)
    make_comment(article, status="pending")
    page = as_bob.get("/desk/comments/comment/queue/").content.decode()
    assert "Write it again without the insult." in page
    assert Decision.objects.get().reason_label == "Insults or threatens somebody"
    as_bob.post(f"/desk/comments/cannedreason/{reason.pk}/change/", answers | {"is_retired": "on"})
    assert "reject:abuse" not in as_bob.get("/desk/comments/comment/queue/").content.decode()


# -- policies


@pytest.mark.parametrize("kind", ["section", "article", "site"])
def test_leads_from_each_place_to_its_policy(as_bob, article, kind):
    place = {"section": article.category, "article": article, "site": None}[kind]
    address = "/desk/comments/comment/queue/policy/" + (f"{kind}/{place.pk}/" if place else "")
    form = as_bob.get(address, follow=True)
    assert form.status_code == 200
    answers = {"close_after_days": "14", "allows_links": "unknown", "is_sensitive": "true", "mode": ""}
    answers |= {kind: place.pk} if place else {}
    response = as_bob.post(form.request["PATH_INFO"] + "?" + form.request["QUERY_STRING"], answers)
    assert response.status_code == 302, response.context["errors"]
    policy = Policy.objects.get()
    assert (policy.close_after_days, policy.is_sensitive) == (14, True)
    again = as_bob.get(address, follow=True)
    assert again.request["PATH_INFO"] == f"/desk/comments/policy/{policy.pk}/change/"
    if kind == "article":
        assert "close 14 days after publication" in again.content.decode()


def test_sections_articles_and_the_site_lead_to_it(admin_client, article):
    for address in (
        f"/desk/articles/category/{article.category_id}/change/", f"/desk/articles/article/{article.pk}/change/",
        "/desk/articles/sitesettings/1/change/",
    ):  # fmt: skip
        assert "/desk/comments/comment/queue/policy/" in admin_client.get(address).content.decode()


# -- lists


def test_lists_ask_as_many_queries_for_many_as_for_few(as_bob, bob, article, django_assert_max_num_queries):
    for number in range(12):
        comment = make_comment(article, email=f"{number}@example.org")
        comment.reports.create(reporter=str(number), reason="abuse", text="No <b>manners</b>")
        sanctions.impose(comment, bob, kind="ban", reason="Insults")
        rule = WordRule.objects.create(text=f"word{number}")
        WordHit.objects.create(rule=rule, comment=comment, form="exact")
        Policy.objects.create(article=make_article())
        Example.objects.create(body="x", expected="published")
    for name in ("report", "sanction", "wordrule", "policy", "example", "cannedreason"):
        with django_assert_max_num_queries(12):
            page = as_bob.get(f"/desk/comments/{name}/")
        assert page.status_code == 200
        assert "<b>manners" not in page.content.decode()
    assert "Rules and settings" in as_bob.get("/desk/comments/comment/queue/rules/").content.decode()


def test_writers_reach_none_of_it(as_walter):
    for name in ("rules", "examples", "figures", "policy"):
        assert as_walter.get(f"/desk/comments/comment/queue/{name}/").status_code == 403
    for name in ("wordrule", "policy", "sanction", "report", "example", "cannedreason", "sectionmoderator"):
        assert as_walter.get(f"/desk/comments/{name}/").status_code == 403


def test_lifts_a_sanction_from_the_list(as_bob, bob, article):
    sanction = sanctions.impose(make_comment(article, email="a@example.org"), bob, kind="ban", reason="Insults")
    as_bob.post("/desk/comments/sanction/", {"action": "lift", "_selected_action": sanction.pk, "index": 0})
    sanction.refresh_from_db()
    assert sanction.lifted_by == bob
    assert "Lifted by" in as_bob.get("/desk/comments/sanction/").content.decode()


# -- figures


def test_figures_of_the_desk(as_bob, bob, article, django_assert_max_num_queries):
    now = timezone.now()
    mona = make_user("mona", "Moderators")
    for minutes in (10, 20, 30):
        moderation.approve(make_comment(article, status="pending", created_at=now - timedelta(minutes=minutes)), bob)
    undone = make_comment(article, status="pending", created_at=now - timedelta(minutes=60))
    moderation.undo(moderation.mark_spam(undone, mona), mona)
    appealed = make_comment(article, status="pending", created_at=now)
    moderation.reject(appealed, bob, "abuse")
    moderation.appeal(appealed)
    moderation.approve(appealed, mona)
    found = workload()
    assert (found.decisions, found.undone, found.appeals, found.upheld) == (6, 1, 1, 1)
    assert found.waiting == 1
    assert 19 < found.all.median < 21
    assert found.by_moderator == {"Bob": 4, "Mona": 2}
    with django_assert_max_num_queries(12):
        page = as_bob.get(FIGURES).content.decode()
    assert "6 decisions by 2 moderators; Bob made 67 % of them." in page
    assert page.count('<svg class="chart"') == 2
    assert "style=" not in page.partition('id="content"')[2].partition("</main>")[0]


def test_figures_of_a_section_alone(as_bob, bob, article):
    SectionModerator.objects.create(user=bob, section=make_category("Food"))
    moderation.approve(make_comment(article, status="pending"), make_user("mona", "Moderators"))
    assert "Nobody decided in the last 30 days." in as_bob.get(FIGURES).content.decode()


def test_percentiles():
    assert percentile([], 0.5) is None
    assert (percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5), percentile([1], 0.9)) == (6, 1)
