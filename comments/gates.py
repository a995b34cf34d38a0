"""What a comment must pass before anybody looks at it. Each refusal is in the reader's words, and nothing is stored."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments import limits, sanctions
from comments.models.comment import Comment
from comments.models.sanction import Sanction

MAX_LENGTH = 2000  # characters a reader may write
HARD_LIMIT = 10_000  # beyond this nothing is even looked at


class Refused(ValueError):
    """A comment that is not taken, and why, in the reader's words. Nothing is stored.

    `retry_after` is in seconds, where waiting helps.
    """

    def __init__(self, message, retry_after=None):
        super().__init__(message)
        self.retry_after = retry_after


def too_long(body):
    """Say how long a text is, and how long it may be."""
    return _("This is %(length)s characters long. A comment can have %(limit)s.") % {
        "length": number_format(len(body), force_grouping=True),
        "limit": number_format(MAX_LENGTH, force_grouping=True),
    }


def refuse_unread(body):
    """Refuse what is too long to be looked at."""
    if len(body) > HARD_LIMIT:
        raise Refused(too_long(body))


def refuse_text(body):
    """Refuse what is no comment; the text is normalised by now."""
    if not body:
        raise Refused(_("Write something first."))
    if len(body) > MAX_LENGTH:
        raise Refused(too_long(body))


def refuse_place(article, rules, parent=None):
    """Refuse where nothing can be said, or no longer in answer to this."""
    if not rules.take_comments(article):
        raise Refused(_("Comments on this article are closed."))
    if parent is not None and not Comment.objects.visible().filter(pk=parent.pk, article=article).exists():
        raise Refused(_("The comment you answer is not here any more. You can post yours as a comment of its own."))


def refuse_reader(user, email, names) -> bool:
    """Refuse whoever is muted or banned, and say why and until when; return whether they may post slowly alone."""
    laid = sanctions.on(user, email, names)
    for sanction in laid:
        if sanction.kind in (Sanction.Kind.BAN, Sanction.Kind.MUTE):
            words = {"end": sanctions.end_of(sanction), "reason": sanction.reason}
            if sanction.until:
                raise Refused(_("You cannot comment here until %(end)s. The reason: %(reason)s") % words)
            raise Refused(_("You cannot comment here. The reason: %(reason)s") % words)
    return any(sanction.kind == Sanction.Kind.SLOW for sanction in laid)


def refusal_of(used_up: limits.UsedUp) -> Refused:
    """Return what a reader is told when there is no room for another comment yet."""
    minutes = -(-used_up.retry_after // 60)
    if used_up.share.key.startswith(("article", "site", "prefix")):
        why = _("Very many comments arrive here at the moment.")
    else:
        why = _("That was many comments in a short time.")
    wait = ngettext(
        "Wait a minute and post this one then.", "Wait %(minutes)d minutes and post this one then.", minutes
    ) % {"minutes": minutes}
    message = f"{why} {wait}"
    return Refused(message, retry_after=used_up.retry_after)
