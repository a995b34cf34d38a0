from itertools import product

import pytest
from django.db import IntegrityError, transaction

from comments import moderation
from comments.models import Comment, Decision
from comments.models.comment import Status
from comments.models.decision import Reason
from tests.factories import make_comment

pytestmark = pytest.mark.django_db

VERBS = {
    Status.APPROVED: moderation.approve,
    Status.REJECTED: lambda comment, by: moderation.reject(comment, by, Reason.ABUSE),
    Status.SPAM: moderation.mark_spam,
    Status.PENDING: moderation.hold,
}
# Written down once more by hand: the table of the verbs is what is tested here.
ALLOWED = {
    ("pending", "approved"), ("pending", "rejected"), ("pending", "spam"),
    ("published", "approved"), ("published", "pending"), ("published", "rejected"), ("published", "spam"),
    ("approved", "pending"), ("approved", "rejected"), ("approved", "spam"),
    ("hidden", "approved"), ("hidden", "rejected"), ("hidden", "spam"),
    ("appealed", "approved"), ("appealed", "rejected"),
}  # fmt: skip


@pytest.mark.parametrize(("start", "end"), list(product(Status, VERBS)), ids=str)
def test_goes_from_state_to_state_as_the_table_says(bob, start, end):
    comment = make_comment(status=start)
    if (start, end) in ALLOWED:
        decision = VERBS[end](comment, bob)
        comment.refresh_from_db()
        assert (comment.status, comment.version) == (end, 2)
        assert (decision.from_status, decision.to_status, decision.version) == (start, end, 2)
        assert (comment.decided_at is None) == (end == Status.PENDING)
    else:
        with pytest.raises(moderation.NotAllowed):
            VERBS[end](comment, bob)
        comment.refresh_from_db()
        assert (comment.status, comment.version) == (start, 1)
        assert not Decision.objects.exists()


def test_has_no_state_outside_the_table():
    assert set(moderation.TRANSITIONS) == set(Status)
    assert {status for ends in moderation.TRANSITIONS.values() for status in ends} <= set(Status)


def test_refuses_a_state_that_is_none(article):
    comment = make_comment(article)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(status="seen")


@pytest.mark.parametrize("reason", ["", "because", None])
def test_rejects_for_a_reason_alone(bob, reason):
    comment = make_comment(status="pending")
    with pytest.raises(moderation.NotAllowed):
        moderation.reject(comment, bob, reason)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            comment=comment, verb="reject", actor=bob, from_status="pending", to_status="rejected", version=2
        )


def test_writes_no_childs_status(bob):
    parent = make_comment()
    child = make_comment(parent=parent)
    held = make_comment(parent=parent, status="pending")
    moderation.reject(parent, bob, Reason.OFF_TOPIC)
    assert not Comment.objects.visible().exists()
    moderation.undo(parent.decisions.get(), bob)
    assert set(Comment.objects.visible()) == {parent, child}
    assert Comment.objects.get(pk=held.pk).status == "pending"
    assert set(Comment.objects.values_list("version", flat=True)) == {1, 3}
