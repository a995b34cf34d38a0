"""What an author may do with their own comment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments import moderation
from comments.models import Comment, Decision
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def refreshed(comment):
    return Comment.objects.get(pk=comment.pk)


@pytest.mark.parametrize("status", ["pending", "published", "approved"])
def test_changes_a_comment_in_the_first_ten_minutes(status):
    comment = make_comment(status=status, is_featured=True)
    decision = moderation.edit(comment, "Better said.")
    fresh = refreshed(comment)
    assert (fresh.body, fresh.is_featured, fresh.version) == ("Better said.", False, 2)
    assert fresh.edited_at is not None
    assert (decision.verb, decision.rule, decision.actor, decision.text) == ("edit", "author", None, "Better said.")


def test_reads_an_approved_text_anew_once_it_is_another():
    comment = make_comment()
    moderation.edit(comment, "Another text")
    assert refreshed(comment).status == "pending"


def test_writes_nothing_down_where_nothing_changed():
    comment = make_comment(body="As it was")
    assert moderation.edit(comment, " As it was\n") is None
    assert not Decision.objects.exists()


@pytest.mark.parametrize("body", ["", " \n", "x" * 2001, "x" * 100_000])
def test_refuses_what_is_no_comment(body):
    comment = make_comment()
    with pytest.raises(moderation.Refused):
        moderation.edit(comment, body)
    assert refreshed(comment).body == "Well said."


@pytest.mark.parametrize("status", ["rejected", "spam", "hidden", "appealed", "withdrawn", "removed", "erased"])
def test_changes_nothing_that_was_decided_against(status):
    with pytest.raises(moderation.Refused, match="can no longer be changed"):
        moderation.edit(make_comment(status=status), "Another text")


def test_changes_nothing_after_ten_minutes():
    comment = make_comment(created_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(moderation.Refused, match="ten minutes"):
        moderation.edit(comment, "Another text")


def test_approves_no_text_that_was_changed_meanwhile(bob):
    comment = make_comment(status="pending")
    seen_by_bob = refreshed(comment)
    moderation.edit(comment, "Another text")
    with pytest.raises(moderation.AlreadyDecided, match="Its author changed the comment just now"):
        moderation.approve(seen_by_bob, bob)
    assert refreshed(comment).status == "pending"


def test_changes_a_comment_that_was_approved_meanwhile_and_lets_it_wait(bob):
    comment = make_comment(status="pending")
    moderation.approve(refreshed(comment), bob)
    moderation.edit(comment, "Another text")
    assert (refreshed(comment).status, refreshed(comment).body) == ("pending", "Another text")


def test_takes_a_comment_back_and_no_moderator_brings_it_out(bob):
    comment = make_comment()
    decision = moderation.withdraw(comment)
    assert refreshed(comment).status == "withdrawn"
    with pytest.raises(moderation.NotAllowed):
        moderation.undo(decision, bob)


def test_appeals_once_and_to_another_moderator(bob, alice):
    comment = make_comment(status="pending")
    moderation.reject(comment, bob, "abuse")
    appeal = moderation.appeal(comment, "I only quoted him.")
    assert (comment.status, appeal.public_note) == ("appealed", "I only quoted him.")
    with pytest.raises(moderation.NotAllowed, match="another moderator"):
        moderation.approve(comment, bob)
    with pytest.raises(moderation.NotAllowed, match="another moderator"):
        moderation.reject(comment, bob, "abuse")
    moderation.reject(comment, alice, "abuse")
    with pytest.raises(moderation.Refused, match="once already"):
        moderation.appeal(refreshed(comment))


def test_publishes_what_another_moderator_found_right(bob, alice):
    comment = make_comment(status="pending")
    moderation.reject(comment, bob, "abuse")
    moderation.appeal(comment)
    moderation.approve(comment, alice)
    assert refreshed(comment).status == "approved"


@pytest.mark.parametrize("status", ["pending", "approved", "spam", "withdrawn"])
def test_appeals_a_rejection_alone(status):
    with pytest.raises(moderation.Refused, match="rejected"):
        moderation.appeal(make_comment(status=status))
