"""What comes first in the queue, what is in which tab, and for whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments import claims, moderation, queue, reactions, sanctions
from comments.models import Claim, Comment, Decision, Sanction, SectionModerator
from comments.models.decision import Verb
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_comment, make_user

pytestmark = pytest.mark.django_db

QUEUE = "/desk/comments/comment/queue/"


@pytest.fixture
def mona(db):
    """Mona moderates too."""
    return make_user("mona", "Moderators")


def wait(article=None, **fields):
    return make_comment(article, status="pending", **fields)


def names(user, tab="check"):
    return [card.comment.name for card in queue.cards_from(0, user, None, tab)[0]]


def rejected_by_rule(article, **fields):
    comment = make_comment(article, status="rejected", **fields)
    Decision.objects.create(comment=comment, verb=Verb.SUBMIT, rule="word", to_status="rejected", version=1, reason="x")
    return comment


def test_what_does_most_harm_now_comes_first(bob, mona, article):
    now = timezone.now()
    rejected_by_rule(article, name="Sampled", public_id="f0", submission_token="s")
    rejected_by_rule(article, name="Not drawn", public_id="f1", submission_token="t")
    long_ago = now - timedelta(days=8)
    rejected_by_rule(article, name="Old", public_id="e0", submission_token="u", created_at=long_ago)
    appealed = wait(article, name="Appealed")
    moderation.reject(appealed, mona, "abuse")
    moderation.appeal(appealed)
    wait(article, name="New", created_at=now)
    wait(article, name="Waits", created_at=now - timedelta(hours=2))
    wait(article, name="Risky", risk=0.8)
    make_comment(article, status="hidden", name="Hidden")
    reactions.report(make_comment(article, name="Reported"), "r", "abuse")
    make_comment(article, name="Approved")
    assert names(bob) == ["Reported", "Hidden", "Risky", "Waits", "New", "Appealed", "Sampled"]
    assert names(bob, "reported") == ["Reported", "Hidden"]
    assert names(bob, "second") == ["Appealed"]
    # Nobody is asked about an appeal against their own decision.
    assert "Appealed" not in names(mona)
    found = queue.waiting(bob)
    assert (found.total, found.reported, found.second) == (7, 2, 1)
    assert queue.waiting(mona).total == 6


def test_says_what_readers_reported(as_bob, article):
    comment = make_comment(article)
    reactions.report(comment, "a", "personal", "That is my address.")
    reactions.report(comment, "b", "personal")
    page = as_bob.get(QUEUE + "?tab=reported").content.decode()
    assert "Visible, reported by 2 readers: it says something private about a person." in page
    assert "That is my address." in page


def test_keeping_a_reported_comment_answers_the_reports(as_bob, article):
    comment = make_comment(article)
    reactions.report(comment, "a", "personal")
    as_bob.post(f"{QUEUE}decide/", {"comment": comment.pk, "version": 1, "decision": "approve"})
    assert comment.reports.get().state == "disagreed"
    assert "Nothing waits" in as_bob.get(QUEUE).content.decode()


def test_passes_on_to_colleagues_and_takes_that_back(as_bob, bob, mona, article):
    comment = wait(article, name="Nettle")
    answers = {"comment": comment.pk, "version": 1, "decision": "second", "internal_note": "Is the mayor meant?"}
    as_bob.post(f"{QUEUE}decide/", answers)
    assert names(bob) == names(bob, "second") == []
    assert names(mona) == names(mona, "second") == ["Nettle"]
    page = signed_in(mona).get(QUEUE).content.decode()
    assert "<b>Bob</b> asks for a second opinion: “Is the mayor meant?”" in page
    comment.refresh_from_db()
    decision = moderation.approve(comment, mona)
    assert names(mona, "second") == []
    moderation.undo(decision, mona)
    assert names(mona, "second") == ["Nettle"]


def test_undoing_a_second_opinion_brings_the_comment_back(bob, article):
    comment = wait(article, name="Nettle")
    moderation.undo(moderation.pass_on(comment, bob), bob)
    assert names(bob) == ["Nettle"]
    assert names(bob, "second") == []


def test_a_moderator_confirms_or_overrules_what_a_rule_rejected(bob, article):
    wrong = rejected_by_rule(article, public_id="a0", submission_token="a")
    right = rejected_by_rule(article, public_id="b0", submission_token="b")
    moderation.approve(wrong, bob)
    moderation.reject(right, bob, "abuse")
    assert names(bob) == []
    assert Comment.objects.get(pk=wrong.pk).status == "approved"
    assert Comment.objects.get(pk=right.pk).status == "rejected"
    with pytest.raises(moderation.NotAllowed):
        moderation.approve(right, bob)


def test_filters_by_what_was_noticed(as_bob, article):
    wait(article, name="Linker", signals=[{"code": "links", "score": 0.2, "reason": "a link", "spans": []}])
    wait(article, name="Plain")
    page = as_bob.get(QUEUE + "?noticed=links").content.decode()
    assert "Linker" in page
    assert "Plain" not in page


def test_marks_rules_and_guesses_apart():
    signals = [
        {"code": "word", "score": 0.6, "spans": [[0, 5]], "effect": "hold"},
        {"code": "classifier", "score": 0.2, "spans": [[3, 8], [-1, 4], [7, 99]]},
    ]
    parts = queue.marked(Comment(body="abcdefghij", signals=signals))
    assert [(part["text"], part["mark"]) for part in parts] == [("abcde", "rule"), ("fgh", "advisory"), ("ij", "")]


# -- sections


@pytest.fixture
def elsewhere(bob):
    """A comment that waits in a section Bob does not moderate."""
    SectionModerator.objects.create(user=bob, section=make_category("Science"))
    return wait(make_article("Far off", category=make_category("Food")), name="Edna")


def test_a_moderator_of_one_section_sees_and_decides_nothing_else(as_bob, bob, elsewhere):
    here = wait(
        make_article(category=make_category("Physics", parent=bob.moderated_sections.get().section)), name="Here"
    )
    decided = moderation.approve(wait(elsewhere.article), make_user("mona", "Moderators"))
    pages = [
        QUEUE,
        f"{QUEUE}?tab=decided",
        "/desk/comments/comment/",
        f"{QUEUE}?section={elsewhere.article.category_id}",
    ]
    for address in pages:
        page = as_bob.get(address).content.decode()
        assert "Edna" not in page
        assert "Far off" not in page
    assert "Here" in as_bob.get(QUEUE).content.decode()
    for address in (f"{QUEUE}context/{elsewhere.pk}/", f"{QUEUE}sanction/{elsewhere.pk}/"):
        assert as_bob.get(address).status_code == 404
    assert as_bob.get(f"/desk/comments/comment/{elsewhere.pk}/change/").status_code == 302
    answers = {"comment": elsewhere.pk, "version": 1, "decision": "approve", "chosen": f"{elsewhere.pk}:1"}
    assert as_bob.post(f"{QUEUE}decide/", answers).status_code == 404
    as_bob.post(f"{QUEUE}decide/many/", answers)
    assert as_bob.post(f"{QUEUE}undo/", {"undo": decided.pk}).status_code == 404
    assert as_bob.post(f"{QUEUE}claim/", {"comment": elsewhere.pk}).status_code == 404
    assert as_bob.post(f"{QUEUE}sanction/{elsewhere.pk}/", {"kind": "ban", "reason": "x"}).status_code == 404
    assert Comment.objects.get(pk=elsewhere.pk).status == "pending"
    assert as_bob.post(f"{QUEUE}decide/", answers | {"comment": here.pk}).status_code == 302
    assert not Sanction.objects.exists()


# -- two at once


def test_a_moderator_is_on_one_comment_at_a_time(as_bob, article):
    first, second = wait(article), wait(article)
    for comment in (first, second):
        as_bob.post(f"{QUEUE}claim/", {"comment": comment.pk})
        assert [claim.comment for claim in Claim.objects.current()] == [comment]


def test_says_who_is_on_a_comment_until_the_claim_runs_out(as_bob, bob, mona, article):
    comment = wait(article)
    assert claims.claim(comment.pk, mona)
    assert not claims.claim(comment.pk, bob)
    page = as_bob.get(QUEUE).content.decode()
    assert "Mona is working on 1 other" in page
    answer = as_bob.post(f"{QUEUE}claim/", {"comment": comment.pk, "shown": [comment.pk]}).json()
    assert answer == {"claims": {str(comment.pk): "Mona"}, "gone": {}}
    Claim.objects.update(until=timezone.now())
    assert claims.claim(comment.pk, bob)
    assert Claim.objects.get().moderator == bob


def test_tells_which_of_the_shown_comments_a_colleague_decided(as_bob, mona, article):
    gone, stays = wait(article), wait(article)
    moderation.mark_spam(gone, mona)
    answer = as_bob.post(f"{QUEUE}claim/", {"shown": [gone.pk, stays.pk]}).json()
    assert answer["gone"] == {str(gone.pk): "Mona already decided: spam, just now."}


def test_hands_the_script_the_cards_alone(as_bob, article):
    for number in range(30):
        wait(article, name=f"R{number:02}")
    part = as_bob.get(f"{QUEUE}?from=25", headers={"X-Requested-With": "queue"}).content.decode()
    assert part.count("data-card=") == 5
    assert "<html" not in part


# -- around it, and its author


def test_shows_the_conversation_around_a_comment(as_bob, article):
    top = make_comment(article, body="The first word")
    comment = wait(article, parent=top, body="The second")
    make_comment(parent=comment, body="The third")
    make_comment(article, body="Another matter")
    page = as_bob.get(f"{QUEUE}context/{comment.pk}/").content.decode()
    assert page.index("The first word") < page.index("The second") < page.index("The third")
    assert "Another matter" not in page


def test_lays_a_sanction_on_the_author_from_the_card(as_bob, bob, article):
    comment = wait(article, email="nettle@example.org")
    address = f"{QUEUE}sanction/{comment.pk}/"
    assert "For how long" in as_bob.get(address).content.decode()
    assert "the reader is told" in as_bob.post(address, {"kind": "mute", "days": "7", "reason": ""}).content.decode()
    refused = as_bob.post(address, {"kind": "mute", "days": "", "reason": "Insults"})
    assert "Say until when" in refused.content.decode()
    as_bob.post(address, {"kind": "mute", "days": "7", "reason": "Insults"})
    assert "No comments for a time until" in as_bob.get(QUEUE).content.decode()
    assert sanctions.lift(Sanction.objects.get(), bob)
    assert not sanctions.lift(Sanction.objects.get(), bob)
    assert "No comments for a time" not in as_bob.get(QUEUE).content.decode()


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def test_nothing_a_reader_wrote_is_markup(as_bob, bob, mona, article):
    fields = {"name": HOSTILE, "body": HOSTILE, "held_because": f"Held: {HOSTILE}", "email": '"<b>"@example.org'}
    signals = [{"code": "links", "score": 0.2, "reason": HOSTILE, "spans": [[0, 12]]}]
    parent = make_comment(article, name=HOSTILE, body=HOSTILE)
    comment = wait(article, parent=parent, signals=signals, **fields)
    reactions.report(parent, "r", "abuse", HOSTILE)
    moderation.pass_on(wait(article, **fields), mona, internal_note=HOSTILE)
    appealed = wait(article, **fields)
    moderation.reject(appealed, mona, "abuse", public_note=HOSTILE)
    moderation.appeal(appealed, HOSTILE)
    moderation.mark_spam(wait(article, **fields), bob)
    for address in (
        QUEUE, f"{QUEUE}?tab=decided", f"{QUEUE}context/{comment.pk}/", f"{QUEUE}sanction/{comment.pk}/",
        "/desk/comments/comment/", f"/desk/comments/comment/{appealed.pk}/change/",
    ):  # fmt: skip
        page = as_bob.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page or "&lt;script&gt" in page


@pytest.mark.parametrize("action", ["decide/", "decide/many/", "undo/", "undo/many/", "claim/", "sanction/{pk}/"])
def test_changes_nothing_without_the_forms_token(bob, article, action):
    comment = wait(article, email="nettle@example.org")
    client = signed_in(bob, enforce_csrf_checks=True)
    answers = {
        "comment": comment.pk, "version": 1, "decision": "approve", "chosen": f"{comment.pk}:1", "undo": 1,
        "kind": "ban", "reason": "x",
    }  # fmt: skip
    assert client.post(QUEUE + action.format(pk=comment.pk), answers).status_code == 403
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert not Claim.objects.current().exists()
    assert not Sanction.objects.exists()
