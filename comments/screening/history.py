"""Whom the desk knows already: by the account, else by the e-mail address. A name alone vouches for nobody."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from comments.models.comment import Comment, Status
from comments.screening.signal import Signal, Submission

LATELY = timedelta(days=30)
ENOUGH = 2  # approved comments that make a reader trusted
TRUSTED = "trusted"
MODERATED = (Status.APPROVED, Status.REJECTED, Status.SPAM)


def signals(submission: Submission) -> list[Signal]:
    if submission.user is not None and submission.user.is_staff:
        return [Signal(TRUSTED, -0.5, "from an account of the newsroom")]
    if submission.is_known is not None:
        return [Signal(TRUSTED, -0.2, "from a reader known here")] if submission.is_known else [_first("reader")]
    if submission.user is None and not submission.email:
        known = Comment.objects.filter(name=submission.name)
        if submission.comment:
            known = known.exclude(pk=submission.comment.pk)
        return [] if known.exists() else [_first("name")]
    who = Q(user=submission.user) if submission.user is not None else Q(email=submission.email)
    earlier = Comment.objects.filter(who)
    if submission.comment:
        earlier = earlier.exclude(pk=submission.comment.pk)
    lately = Q(decided_at__gt=timezone.now() - LATELY)
    counts = earlier.order_by().aggregate(
        total=Count("pk"),
        approved=Count("pk", filter=Q(status=Status.APPROVED)),
        approved_lately=Count("pk", filter=lately & Q(status=Status.APPROVED)),
        rejected_lately=Count("pk", filter=lately & Q(status__in=[Status.REJECTED, Status.SPAM])),
    )
    if not counts["total"]:
        return [_first("account" if submission.user is not None else "e-mail address")]
    found = []
    if rejected := counts["rejected_lately"]:
        what = f"{rejected} of their comments rejected in the last 30 days"
        found.append(Signal("rejected", min(0.15 * rejected, 0.6), what))
    elif counts["approved"] >= ENOUGH:
        found.append(Signal(TRUSTED, -0.2, f"{counts['approved']} of their comments approved"))
    return found


def _first(whose):
    return Signal("first", 0.1, f"first comment from this {whose}")
