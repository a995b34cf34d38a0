"""Who is on which comment: “Anna is on it”. A claim binds nobody; it keeps two moderators from reading the same."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from comments.models import Claim

LASTS = timedelta(seconds=90)  # unless it is renewed


def claim(comment_id, moderator) -> bool:
    """Put the moderator on the comment, unless a colleague is; return whether they are on it now."""
    now = timezone.now()
    if Claim.objects.filter(Q(moderator=moderator) | Q(until__lte=now), comment=comment_id).update(
        moderator=moderator, until=now + LASTS
    ):
        return True
    try:
        with transaction.atomic():
            Claim.objects.create(comment_id=comment_id, moderator=moderator, until=now + LASTS)
    except IntegrityError:  # a colleague’s, or one that was made in this very moment
        return False
    return True


def release(moderator, but=None):
    """Take the moderator off every comment, `but` for one."""
    now = timezone.now()
    Claim.objects.current(now).filter(moderator=moderator).exclude(comment=but).update(until=now)


def of_others(moderator):
    return Claim.objects.current().exclude(moderator=moderator).select_related("moderator")
