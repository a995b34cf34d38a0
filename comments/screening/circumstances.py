"""Not the comment but its place: a sensitive article, a surge of comments, somebody whose comments are held."""

from datetime import timedelta

from django.utils import timezone

from comments import sanctions
from comments.models.comment import Comment
from comments.models.sanction import Sanction
from comments.screening.signal import Signal, Submission

WITHIN = timedelta(minutes=10)


def signals(submission: Submission) -> list[Signal]:
    found = []
    for sanction in sanctions.on(submission.user, submission.email, [submission.sender]):
        if sanction.kind == Sanction.Kind.HOLD:
            reason = f"every comment of theirs is held{sanctions.until(sanction)}"
            found.append(Signal("sanction", 0.5, reason, effect="hold"))
    if submission.rules.is_sensitive:
        found.append(Signal("sensitive", 0.3, "a sensitive article"))
    if submission.article is not None:
        lately = Comment.objects.filter(article=submission.article, created_at__gt=timezone.now() - WITHIN)
        if lately.count() >= submission.rules.surge_at:
            found.append(Signal("surge", 0.4, "many comments on this article at once"))
    return found
