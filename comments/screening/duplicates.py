"""The same text again: by the same author, or nearly that of a comment that was decided about lately.

Near-duplicates are found by a sketch: of the hashes of every three words in a row the eight smallest. Two texts that
share most words share most of those, and eight rows of an index are quickly compared.
"""

import hashlib
import re
from datetime import timedelta
from heapq import nsmallest

from django.db.models import Count, Q
from django.utils import timezone

from comments.folding import fold
from comments.models.comment import VISIBLE, Comment, Status
from comments.models.fingerprint import Shingle
from comments.screening.signal import Signal, Submission

LATELY = timedelta(days=7)
OWN = timedelta(days=30)
SKETCH = 8
NEAR = 5  # shared hashes of eight
IN_A_ROW = 3
SHORTEST = 8  # words; below that only the very same text counts
TURNED_DOWN = (Status.REJECTED, Status.SPAM)
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def fingerprint(text: str) -> str:
    """Return the same for texts of the same words, whatever their case, accents and punctuation."""
    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()[:32]


def sketch(text: str) -> list[int]:
    """Return the hashes that stand for a text; none for a short one."""
    words = words_of(text)
    if len(words) < SHORTEST:
        return []
    shingles = {" ".join(words[start : start + IN_A_ROW]) for start in range(len(words) - IN_A_ROW + 1)}
    hashes = (hashlib.blake2b(shingle.encode(), digest_size=8).digest() for shingle in shingles)
    return nsmallest(SKETCH, {int.from_bytes(digest, signed=True) for digest in hashes})


def remember(comment: Comment):
    """Keep what a later comment is compared with."""
    comment.shingles.all().delete()
    Shingle.objects.bulk_create(Shingle(comment=comment, value=value) for value in sketch(comment.body))


def signals(submission: Submission) -> list[Signal]:
    others = Comment.objects.exclude(pk=submission.comment.pk) if submission.comment else Comment.objects
    now, same = timezone.now(), fingerprint(submission.body)
    own = Q(pk__in=[])
    if submission.user is not None:
        own |= Q(user=submission.user)
    if submission.email:
        own |= Q(email=submission.email)
    if submission.sender:
        own |= Q(sender=submission.sender)
    twins = others.filter(fingerprint=same)
    if earlier := twins.filter(own, created_at__gt=now - OWN).first():
        return [Signal("again", 0.5, "the same text as an earlier comment of theirs", about=earlier.pk)]
    if earlier := twins.filter(status__in=TURNED_DOWN, decided_at__gt=now - LATELY).first():
        effect = "spam" if earlier.status == Status.SPAM and "://" in submission.body else ""
        what = earlier.get_status_display().lower()
        return [Signal("twin", 0.7, f"the same text as a comment that is {what}", effect=effect, about=earlier.pk)]
    return _near(submission, others, now)


def _near(submission, others, now):
    hashes = sketch(submission.body)
    if not hashes:
        return []
    decided = Q(comment__status__in=[*TURNED_DOWN, *VISIBLE], comment__decided_at__gt=now - LATELY)
    alike = (
        Shingle.objects.filter(decided, value__in=hashes, comment__in=others.all())
        .values("comment", "comment__status")
        .annotate(shared=Count("pk"))
        .filter(shared__gte=min(NEAR, len(hashes)))
        .order_by("-shared", "-comment")
        .first()
    )
    if alike is None:
        return []
    status = Status(alike["comment__status"])
    score = 0.5 if status in TURNED_DOWN else 0.2
    reason = f"nearly the text of a comment that is {status.label.lower()}"
    return [Signal("near", score, reason, about=alike["comment"])]
