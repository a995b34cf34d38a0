import pytest

from comments import moderation
from comments.models import Comment, Decision
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def statuses(*comments):
    return [Comment.objects.get(pk=comment.pk).status for comment in comments]


@pytest.mark.parametrize("start", ["pending", "approved", "published", "hidden"])
def test_brings_back_what_was_before(bob, start):
    comment = make_comment(status=start)
    undone = moderation.undo(moderation.reject(comment, bob, "abuse"), bob)
    assert statuses(comment) == [start]
    assert (undone.from_status, undone.to_status, undone.undoes.to_status) == ("rejected", start, "rejected")
    assert Decision.objects.count() == 2


def test_undoes_nothing_once_somebody_has_decided_since(bob, alice):
    comment = make_comment(status="pending")
    first = moderation.approve(comment, bob)
    moderation.reject(comment, alice, "abuse")
    with pytest.raises(moderation.AlreadyDecided, match="Alice already decided: rejected"):
        moderation.undo(Decision.objects.get(pk=first.pk), bob)
    assert statuses(comment) == ["rejected"]


def test_undoes_a_decision_once(bob):
    decision = moderation.approve(make_comment(status="pending"), bob)
    undone = moderation.undo(decision, bob)
    with pytest.raises(moderation.AlreadyDecided):
        moderation.undo(Decision.objects.get(pk=decision.pk), bob)
    with pytest.raises(moderation.NotAllowed):
        moderation.undo(undone, bob)


def test_brings_out_nothing_that_its_author_took_back(bob, charlie):
    comment = make_comment(status="withdrawn", version=2)
    withdrawal = Decision.objects.create(
        comment=comment, verb="withdraw", actor=charlie, from_status="approved", to_status="withdrawn", version=2
    )
    with pytest.raises(moderation.NotAllowed, match="author decided"):
        moderation.undo(withdrawal, bob)


def test_gives_each_of_a_batch_its_own_state_back(bob, alice):
    comments = [make_comment(status=status) for status in ("pending", "approved", "hidden", "pending")]
    outcome = moderation.decide_all(comments, bob, moderation.reject, reason="advert")
    assert statuses(*comments) == ["rejected"] * 4
    moderation.undo(outcome.decisions[3], alice)
    moderation.approve(Comment.objects.get(pk=comments[3].pk), alice)
    undone = moderation.undo_batch(outcome.batch, bob)
    assert statuses(*comments) == ["pending", "approved", "hidden", "approved"]
    assert len(undone.decisions) == 3
    [(left, why)] = undone.skipped
    assert left == comments[3]
    assert "Alice already decided: approved" in why


def test_decides_about_the_others_when_one_of_a_batch_cannot_be(bob):
    comments = [make_comment(status="pending"), make_comment(status="spam")]
    outcome = moderation.decide_all(comments, bob, moderation.approve)
    assert statuses(*comments) == ["approved", "spam"]
    assert outcome.skipped[0][1] == "A comment that is “spam” cannot become “approved”."


def test_takes_a_hundred_at_once_and_no_more(bob):
    with pytest.raises(moderation.NotAllowed, match="At most 100"):
        moderation.decide_all([Comment(pk=number) for number in range(101)], bob, moderation.approve)
