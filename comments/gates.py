"""What a comment must pass before anybody looks at it. Each refusal is in the reader's words, and nothing is stored."""

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


def refuse_unread(body):
    """Refuse what is too long to be looked at."""
    if len(body) > HARD_LIMIT:
        raise Refused(f"This is {len(body):,} characters long. A comment can have {MAX_LENGTH:,}.")


def refuse_text(body):
    """Refuse what is no comment; the text is normalised by now."""
    if not body:
        raise Refused("Write something first.")
    if len(body) > MAX_LENGTH:
        raise Refused(f"This is {len(body):,} characters long. A comment can have {MAX_LENGTH:,}.")


def refuse_place(article, rules, parent=None):
    """Refuse where nothing can be said, or no longer in answer to this."""
    if not rules.take_comments(article):
        raise Refused("Comments on this article are closed.")
    if parent is not None and not Comment.objects.visible().filter(pk=parent.pk, article=article).exists():
        raise Refused("The comment you answer is not here any more. You can post yours as a comment of its own.")


def refuse_reader(user, email, names) -> bool:
    """Refuse whoever is muted or banned, and say why and until when; return whether they may post slowly alone."""
    laid = sanctions.on(user, email, names)
    for sanction in laid:
        if sanction.kind in (Sanction.Kind.BAN, Sanction.Kind.MUTE):
            raise Refused(f"You cannot comment here{sanctions.until(sanction)}. The reason: {sanction.reason}")
    return any(sanction.kind == Sanction.Kind.SLOW for sanction in laid)


def refusal_of(used_up: limits.UsedUp) -> Refused:
    """Return what a reader is told when there is no room for another comment yet."""
    minutes = -(-used_up.retry_after // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    if used_up.share.key.startswith(("article", "site", "prefix")):
        message = f"Very many comments arrive here at the moment. Wait {wait} and post this one then."
    else:
        message = f"That was many comments in a short time. Wait {wait} and post this one then."
    return Refused(message, retry_after=used_up.retry_after)
