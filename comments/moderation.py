"""The verbs of moderation. A comment's status changes here and nowhere else.

Each decision is a compare-and-swap on the comment's status and version, and a line in the append-only log: of two
moderators who decide about the same comment exactly one wins, and the other is told who did what and when.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.timesince import timesince

from articles.models.site import CommentsPolicy, SiteSettings
from comments.models.comment import Comment, Status
from comments.models.decision import Decision, Reason

MAX_LENGTH = 2000  # characters a reader may write
HARD_LIMIT = 10_000  # beyond this nothing is even looked at
POSTS_PER_SENDER = 5
RATE_WINDOW = timedelta(minutes=10)

TRANSITIONS = {
    Status.PENDING: {Status.APPROVED, Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.REMOVED},
    Status.PUBLISHED: {
        Status.APPROVED, Status.PENDING, Status.HIDDEN, Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.REMOVED,
    },
    Status.APPROVED: {
        Status.PENDING, Status.HIDDEN, Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.REMOVED,
    },
    Status.HIDDEN: {Status.APPROVED, Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.REMOVED},
    Status.REJECTED: {Status.APPEALED, Status.WITHDRAWN, Status.REMOVED},
    Status.APPEALED: {Status.APPROVED, Status.REJECTED, Status.WITHDRAWN, Status.REMOVED},
    Status.SPAM: {Status.WITHDRAWN, Status.REMOVED},
    Status.WITHDRAWN: {Status.REMOVED},
    Status.REMOVED: set(),
}  # fmt: skip


class NotAllowed(ValueError):
    """The step is not one of the table, or lacks what it needs. The message is for the moderator."""


class AlreadyDecided(Exception):
    """Somebody else was quicker. `decision` is theirs, or None where the author changed the comment."""

    def __init__(self, comment, decision):
        self.comment, self.decision = comment, decision
        if decision is None:
            message = "The comment has changed since you opened it."
        else:
            who = decision.actor.get_full_name() or decision.actor.username if decision.actor else decision.rule
            did = "undid a decision" if decision.undoes_id else f"decided “{decision.get_to_status_display()}”"
            message = f"{who} {did} {timesince(decision.created_at, depth=1)} ago."
        super().__init__(message)


class Refused(ValueError):
    """A comment that is not taken, and why, in the reader's words. Nothing is stored."""


def policy(article, site=None):
    """Return what holds for comments on this article: its own word, else the site's."""
    return CommentsPolicy(article.comments_policy or (site or SiteSettings.current()).comments_policy)


def submit(article, *, name, body, email="", parent=None, token=None, sender="", user=None):
    """Take a reader's comment; it waits until a moderator has read it.

    Returns the comment and whether it is new: a token is good for one comment, so that pressing the button twice
    posts once. Raises Refused.
    """
    if not article.is_public() or policy(article) != CommentsPolicy.MODERATED:
        raise Refused("Comments on this article are closed.")
    if parent is not None and not Comment.objects.visible().filter(pk=parent.pk, article=article).exists():
        raise Refused("The comment you answer is not here any more. You can post yours as a comment of its own.")
    if token and (earlier := Comment.objects.filter(submission_token=token).first()):
        return earlier, False
    if sender and (
        Comment.objects.filter(sender=sender, created_at__gt=timezone.now() - RATE_WINDOW).count() >= POSTS_PER_SENDER
    ):
        raise Refused("That was many comments in a short time. Wait ten minutes and post this one then.")
    comment = Comment(
        article=article, parent=parent, name=name, email=email, body=body, user=user, sender=sender,
        submission_token=token or None, held_because="Held: every comment is read before it shows.",
    )  # fmt: skip
    try:
        with transaction.atomic():
            comment.save()
            Decision.objects.create(
                comment=comment, text=body, rule="submitted", to_status=Status.PENDING, version=comment.version
            )
    except IntegrityError:
        earlier = Comment.objects.filter(submission_token=token).first() if token else None
        if earlier is None:
            raise
        return earlier, False
    return comment, True


def approve(comment, by, **notes):
    """Let every reader see the comment."""
    return _decide(comment, by, Status.APPROVED, **notes)


def reject(comment, by, reason, **notes):
    """Keep the comment from readers, for one of the reasons of Reason."""
    if reason not in Reason.values:
        raise NotAllowed("Choose a reason: the reader is told why.")
    return _decide(comment, by, Status.REJECTED, reason=reason, **notes)


def mark_spam(comment, by, **notes):
    return _decide(comment, by, Status.SPAM, **notes)


def hold(comment, by, **notes):
    """Take a visible comment back into the queue."""
    return _decide(comment, by, Status.PENDING, **notes)


def undo(decision, by):
    """Put the comment back where it was before `decision`, unless somebody has decided since."""
    if not decision.from_status:
        raise NotAllowed("There is nothing before this to go back to.")
    if hasattr(decision, "undone_by"):
        raise AlreadyDecided(decision.comment, decision.undone_by)
    return _step(
        decision.comment, by, decision.to_status, decision.version, Status(decision.from_status), undoes=decision
    )


@dataclass
class Outcome:
    """What became of a bulk decision: the decisions made, and the comments left alone with the reason each."""

    batch: uuid.UUID
    decisions: list[Decision] = field(default_factory=list)
    skipped: list[tuple[Comment, str]] = field(default_factory=list)


def decide_all(comments, by, verb, **notes):
    """Apply one of the verbs above to many comments, each for itself; undo_batch() takes all of it back."""
    outcome = Outcome(uuid.uuid4())
    for comment in comments:
        try:
            outcome.decisions.append(verb(comment, by, batch=outcome.batch, **notes))
        except (NotAllowed, AlreadyDecided) as error:
            outcome.skipped.append((comment, str(error)))
    return outcome


def undo_batch(batch, by):
    """Give each comment of a bulk decision its own earlier state; skip what somebody has decided since."""
    outcome = Outcome(uuid.uuid4())
    for decision in Decision.objects.filter(batch=batch, undoes=None).select_related("comment", "undone_by"):
        try:
            outcome.decisions.append(undo(decision, by))
        except (NotAllowed, AlreadyDecided) as error:
            outcome.skipped.append((decision.comment, str(error)))
    return outcome


def _decide(comment, by, to_status, **notes):
    return _step(comment, by, comment.status, comment.version, to_status, **notes)


def _step(comment, by, from_status, version, to_status, undoes=None, **notes):
    if undoes is None and to_status not in TRANSITIONS[Status(from_status)]:
        raise NotAllowed(
            f"A comment that is “{Status(from_status).label.lower()}” cannot become “{Status(to_status).label.lower()}”."
        )
    with transaction.atomic():
        won = Comment.objects.filter(pk=comment.pk, status=from_status, version=version).update(
            status=to_status,
            version=F("version") + 1,
            decided_at=None if to_status == Status.PENDING else timezone.now(),
        )
        if not won:
            raise AlreadyDecided(comment, Decision.objects.filter(comment=comment).select_related("actor").first())
        comment.status, comment.version = to_status, version + 1
        return Decision.objects.create(
            comment=comment, text=comment.body, actor=by, from_status=from_status, to_status=to_status,
            version=version + 1, undoes=undoes, **notes,
        )  # fmt: skip
