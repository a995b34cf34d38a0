"""What is forgotten, and when. `manage.py tidy_comments` calls tidy() once a day."""

import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from comments import moderation
from comments.models import Allowance, Claim, Comment, Mailbox, Outbox, Recommendation, Report, Shingle, Subscription
from comments.models.comment import Status
from comments.moderation import AlreadyDecided

KEPT = {Status.SPAM: timedelta(days=30), Status.REJECTED: timedelta(days=180)}
SENDERS_KEPT = timedelta(days=30)
SHINGLES_KEPT = timedelta(days=14)  # near-duplicates are looked for among what was decided in the last seven
UNCONFIRMED_KEPT = timedelta(days=7)
LETTERS_KEPT = timedelta(days=30)
AT_ONCE = 500


def tidy(is_dry_run=False) -> dict[str, int]:
    """Forget what has been kept long enough, and return how much of what that was."""
    now = timezone.now()
    old = {
        "sender": Comment.objects.filter(created_at__lt=now - SENDERS_KEPT).exclude(sender="", sender_prefix=""),
        "reporter": _guests(Report, now),
        "recommendation": _guests(Recommendation, now),
        "text’s hashes": Shingle.objects.filter(comment__created_at__lt=now - SHINGLES_KEPT),
        "claim": Claim.objects.filter(until__lt=now),
        "allowance": Allowance.objects.filter(used_until__lt=now.timestamp()),
        "unconfirmed address": Mailbox.objects.filter(confirmed_at=None, asked_at__lt=now - UNCONFIRMED_KEPT),
        "unconfirmed wish": Subscription.objects.asked().filter(created_at__lt=now - UNCONFIRMED_KEPT),
        "letter": Outbox.objects.filter(sent_at__lt=now - LETTERS_KEPT),
    }
    expired = Q()
    for status, kept in KEPT.items():
        expired |= Q(status=status, decided_at__lt=now - kept)
    forgotten = {"comment": Comment.objects.filter(expired)}
    counts = {what: rows.count() for what, rows in (forgotten | old).items()}
    if is_dry_run:
        return counts
    while chunk := list(forgotten["comment"].order_by("pk")[:AT_ONCE]):
        for comment in chunk:
            moderation.erase(comment, rule="retention")
    old.pop("sender").update(sender="", sender_prefix="")
    for name, field in (("reporter", "reporter"), ("recommendation", "reader")):
        rows = list(old.pop(name))
        for row in rows:
            setattr(row, field, f"{FORGOTTEN}{secrets.token_hex(16)}")
        if rows:
            type(rows[0]).objects.bulk_update(rows, [field], batch_size=AT_ONCE)
    for rows in old.values():
        rows.delete()
    return counts


FORGOTTEN = "forgotten-"


def _guests(model, now):
    """Voices of guests old enough to be counted and no longer told apart."""
    field = "reporter" if model is Report else "reader"
    rows = model.objects.filter(user=None, created_at__lt=now - SENDERS_KEPT)
    return rows.exclude(**{f"{field}__startswith": FORGOTTEN})


def erase_reader(*, email="", user=None) -> int:
    """Erase everything of a reader, by account or by e-mail address, and return how many comments that were.

    What they recommended or reported stays counted without them. Whoever asks has been recognised by the caller.
    """
    mine = Q(pk__in=[])
    if user is not None:
        mine |= Q(user=user)
        Report.objects.filter(user=user).update(user=None, text="")
        Recommendation.objects.filter(user=user).update(user=None)
    if email:
        mine |= Q(email=email.lower())
    number = 0
    while chunk := list(Comment.objects.filter(mine).exclude(status=Status.ERASED).order_by("pk")[:AT_ONCE]):
        for comment in chunk:
            try:
                moderation.erase(comment)
            except AlreadyDecided:  # somebody decides on it at this moment: it comes with the next lot
                continue
            number += 1
    if email:  # last: with the letters goes the link that this is done by, which must work again if it was cut short
        Mailbox.objects.filter(email__iexact=email).delete()
        Outbox.objects.filter(recipient__iexact=email).delete()
    return number
