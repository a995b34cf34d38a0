"""What is laid on the author of a comment for a time, and lifted again. The reader is told both."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from comments.models.comment import Comment
from comments.models.sanction import Sanction
from comments.senders import mailbox
from newsroom.clock import site_time

LASTS = {"1": "a day", "7": "a week", "30": "30 days", "365": "a year", "": "until somebody lifts it"}  # days


def subject_of(comment: Comment) -> dict:
    """Return whom a sanction of this comment’s author names: the account, else the address, else the connection."""
    if comment.user_id:
        return {"subject": Sanction.Subject.USER, "user_id": comment.user_id}
    if comment.email:
        return {"subject": Sanction.Subject.EMAIL, "digest": mailbox(comment.email)}
    return {"subject": Sanction.Subject.IP, "digest": comment.sender} if comment.sender else {}


def impose(comment: Comment, by, *, kind: str, reason: str, days: str = "") -> Sanction:
    """Lay a sanction on the author of a comment for so many days, or until it is lifted.

    Raises ValidationError where there is no author to tell from others, or the kind wants an end.
    """
    sanction = Sanction(
        **subject_of(comment),
        kind=kind,
        reason=reason,
        until=timezone.now() + timedelta(days=int(days)) if days else None,
        by=by,
    )
    sanction.full_clean(exclude=["by"])
    sanction.save()
    return sanction


def lift(sanction: Sanction, by) -> bool:
    """End a sanction before its time; return whether it still held."""
    held = Sanction.objects.current().filter(pk=sanction.pk)
    return bool(held.update(lifted_at=timezone.now(), lifted_by=by))


def on(user=None, email="", names=()) -> list[Sanction]:
    """Return what holds for a reader now, the hardest first; `names` are those of senders.senders()."""
    whose = []
    if user is not None and user.is_authenticated:
        whose.append(Q(user=user))
    if email:
        whose.append(Q(subject=Sanction.Subject.EMAIL, digest=mailbox(email)))
    if names := [name for name in names if name]:
        whose.append(Q(subject=Sanction.Subject.IP, digest__in=names))
    if not whose:
        return []
    hardest = list(Sanction.Kind)
    found = Sanction.objects.current().filter(Q(*whose, _connector=Q.OR))
    return sorted(found, key=lambda sanction: -hardest.index(sanction.kind))


def until(sanction) -> str:
    """Return the end of a sanction as part of a sentence: " until 3 May, 14:00", or nothing."""
    return f" until {end_of(sanction)}" if sanction.until else ""


def end_of(sanction) -> str:
    """Return the day and the minute of its end; nothing where it has none."""
    end = sanction.until and site_time(sanction.until)
    return f"{date_format(end, 'MONTH_DAY_FORMAT')}, {date_format(end, 'TIME_FORMAT')}" if end else ""
