"""Whom the desk knows already: by the e-mail address, or by the name where none is given."""

from comments.models import Comment
from comments.screening.signal import Signal, Submission


def signals(submission: Submission) -> list[Signal]:
    if submission.email:
        known = Comment.objects.filter(email=submission.email)
    else:
        known = Comment.objects.filter(name=submission.name)
    if known.exists():
        return []
    return [Signal("first", 0.1, f"first comment from this {'e-mail address' if submission.email else 'name'}")]
