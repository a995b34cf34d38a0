"""The verbs of moderation. A comment's status changes here and nowhere else.

Each decision is a compare-and-swap on the comment's status and version, and a line in the append-only log: of two
moderators who decide about the same comment exactly one wins, and the other is told who did what and when.
"""

import uuid
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.timesince import timesince

from articles.models.site import CommentsPolicy, SiteSettings
from comments.characters import normalise, normalise_line
from comments.models.comment import Comment, Status
from comments.models.decision import Decision, Reason, Verb
from comments.models.reason import CannedReason
from comments.screening import screen
from comments.screening.signal import Submission

MAX_LENGTH = 2000  # characters a reader may write
HARD_LIMIT = 10_000  # beyond this nothing is even looked at
MAX_BATCH = 100  # comments decided about at once
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
    Status.REJECTED: {Status.APPEALED, Status.WITHDRAWN, Status.REMOVED, Status.ERASED},
    Status.APPEALED: {Status.APPROVED, Status.REJECTED, Status.WITHDRAWN, Status.REMOVED},
    Status.SPAM: {Status.WITHDRAWN, Status.REMOVED, Status.ERASED},
    Status.WITHDRAWN: {Status.REMOVED, Status.ERASED},
    Status.REMOVED: {Status.ERASED},
    Status.ERASED: set(),
}  # fmt: skip


class NotAllowed(ValueError):
    """The step is not one of the table, or lacks what it needs. The message is for the moderator."""


class AlreadyDecided(Exception):
    """Somebody else was quicker. `decision` is theirs, or None where the comment changed without one."""

    def __init__(self, decision):
        self.decision = decision
        if decision is None:
            message = "The comment has changed since you opened it."
        else:
            did = "took a decision back" if decision.undoes_id else "decided"
            message = (
                f"{decision.decided_by} already {did}: {decision.get_to_status_display().lower()},"
                f" {time_ago(decision.created_at)}."
            )
        super().__init__(message)


def time_ago(moment):
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


class Refused(ValueError):
    """A comment that is not taken, and why, in the reader's words. Nothing is stored.

    `retry_after` is in seconds, where waiting helps.
    """

    def __init__(self, message, retry_after=None):
        super().__init__(message)
        self.retry_after = retry_after


def policy(article, site=None):
    """Return what holds for comments on this article: its own word, else the site's."""
    return CommentsPolicy(article.comments_policy or (site or SiteSettings.current()).comments_policy)


def is_open(article, site=None):
    return article.is_public() and policy(article, site) not in (CommentsPolicy.CLOSED, CommentsPolicy.OFF)


def submit(
    article, *, name, body, email="", parent=None, token=None, sender="", user=None, is_trapped=False, seconds=None
):
    """Take a reader's comment; it waits until a moderator has read it.

    Returns the comment and whether it is new: a token is good for one comment, so that pressing the button twice
    posts once, and so does going back and sending the same again. `is_trapped` and `seconds` tell how the form was
    filled in. Raises Refused.
    """
    if token and (earlier := Comment.objects.filter(submission_token=token).first()):
        return earlier, False
    if not is_open(article):
        raise Refused("Comments on this article are closed.")
    if parent is not None and not Comment.objects.visible().filter(pk=parent.pk, article=article).exists():
        raise Refused("The comment you answer is not here any more. You can post yours as a comment of its own.")
    # One address is one person to the desk, however its letters were typed.
    name, email, body = normalise_line(name), email.strip().lower(), normalise(body)
    if sender:
        sent = Comment.objects.filter(sender=sender)
        if earlier := sent.filter(article=article, parent=parent, name=name, body=body).first():
            return earlier, False
        if sent.filter(created_at__gt=timezone.now() - RATE_WINDOW).count() >= POSTS_PER_SENDER:
            raise Refused(
                "That was many comments in a short time. Wait ten minutes and post this one then.",
                retry_after=round(RATE_WINDOW.total_seconds()),
            )
    screening = screen(Submission(article, name, email, body, is_trapped, seconds))
    comment = Comment(
        article=article, parent=parent, name=name, email=email, body=body, user=user, sender=sender,
        submission_token=token or None, held_because=screening.sentence[:300], risk=screening.risk,
        signals=[asdict(signal) for signal in screening.signals],
    )  # fmt: skip
    try:
        with transaction.atomic():
            comment.save()
            Decision.objects.create(
                comment=comment, verb=Verb.SUBMIT, text=body, rule="submitted", to_status=Status.PENDING,
                version=comment.version,
            )  # fmt: skip
    except IntegrityError:
        earlier = Comment.objects.filter(submission_token=token).first() if token else None
        if earlier is None:
            raise
        return earlier, False
    return comment, True


def take_over(comment, status, rule):
    """Store a comment that was decided about elsewhere, in the state it had there; `rule` says where it is from."""
    comment.status = status
    comment.decided_at = None if status == Status.PENDING else comment.created_at
    with transaction.atomic():
        comment.save()
        Decision.objects.create(
            comment=comment, verb=Verb.IMPORT, text=comment.body, rule=rule, to_status=status, version=comment.version
        )


def follow(comment, status, rule, body):
    """Let a comment that was taken over say and be what it has become where it came from."""
    if status != comment.status and not can_become(comment, status):
        raise NotAllowed(f"“{comment.get_status_display()}” cannot become “{Status(status).label.lower()}”.")
    with transaction.atomic():
        Comment.objects.filter(pk=comment.pk, version=comment.version).update(body=body)
        comment.body = body
        _step(comment, None, comment.status, comment.version, status, verb=Verb.IMPORT, rule=rule)


def approve(comment, by, **notes):
    """Let every reader see the comment.

    As with each verb here, `version` among the notes is the one that the moderator saw, by default the loaded one.
    Raises NotAllowed or AlreadyDecided.
    """
    return _decide(comment, by, Status.APPROVED, verb=Verb.APPROVE, **notes)


def reject(comment, by, reason, **notes):
    """Keep the comment from readers, for one of the desk's reasons: its code, or the CannedReason itself."""
    return _decide(comment, by, Status.REJECTED, verb=Verb.REJECT, **told(reason), **notes)


def told(reason):
    """Return a reason as decisions keep it: its code, and its words as they read now."""
    if not isinstance(reason, CannedReason):
        code = reason
        reason = CannedReason.objects.filter(code=code or "").first()
        if reason is None and code in Reason.values:
            reason = CannedReason(code=code, label=Reason(code).label)
    if reason is None:
        raise NotAllowed("Choose a reason: the reader is told why.")
    return {"reason": reason.code, "reason_label": reason.label, "reason_text": reason.text}


def mark_spam(comment, by, **notes):
    return _decide(comment, by, Status.SPAM, verb=Verb.SPAM, **notes)


def hold(comment, by, **notes):
    """Take a visible comment back into the queue."""
    return _decide(comment, by, Status.PENDING, verb=Verb.HOLD, **notes)


def can_become(comment, to_status):
    return to_status in TRANSITIONS[Status(comment.status)]


def undo(decision, by):
    """Put the comment back where it was before `decision`, unless somebody has decided since."""
    if not decision.from_status or decision.undoes_id:
        raise NotAllowed("There is nothing before this to go back to.")
    if decision.to_status == Status.WITHDRAWN:
        raise NotAllowed("Its author took the comment back. Nobody else can bring it out again.")
    return _step(
        decision.comment,
        by,
        decision.to_status,
        decision.version,
        decision.from_status,
        verb=Verb.UNDO,
        undoes=decision,
    )


@dataclass
class Outcome:
    """What became of a bulk decision: the decisions made, and the comments left alone with the reason each."""

    batch: uuid.UUID
    decisions: list[Decision] = field(default_factory=list)
    skipped: list[tuple[Comment, str]] = field(default_factory=list)


def decide_all(comments, by, verb, versions=None, **notes):
    """Apply one of the verbs above to many comments, each for itself; undo_batch() takes all of it back.

    `versions` holds the version of each that the moderator saw, by id. Raises NotAllowed beyond MAX_BATCH.
    """
    # One order of locks, so that two batches never wait for each other.
    comments = sorted(comments, key=lambda comment: comment.pk)
    if len(comments) > MAX_BATCH:
        raise NotAllowed(f"At most {MAX_BATCH} comments at once: these are {len(comments):,}.")
    outcome = Outcome(uuid.uuid4())
    with transaction.atomic():
        for comment in comments:
            version = (versions or {}).get(comment.pk)
            try:
                outcome.decisions.append(verb(comment, by, batch=outcome.batch, version=version, **notes))
            except (NotAllowed, AlreadyDecided) as error:
                outcome.skipped.append((comment, str(error)))
    return outcome


def undo_batch(batch, by):
    """Give each comment of a bulk decision its own earlier state; skip what somebody has decided since."""
    outcome = Outcome(uuid.uuid4())
    with transaction.atomic():
        for decision in Decision.objects.filter(batch=batch, undoes=None).select_related("comment").order_by("comment"):
            try:
                outcome.decisions.append(undo(decision, by))
            except (NotAllowed, AlreadyDecided) as error:
                outcome.skipped.append((decision.comment, str(error)))
    return outcome


def _decide(comment, by, to_status, version=None, **notes):
    version = comment.version if version is None else version
    if version != comment.version:
        raise AlreadyDecided(_decision_since(comment, version))
    if not can_become(comment, to_status):
        raise NotAllowed(
            f"A comment that is “{comment.get_status_display().lower()}” cannot become “{to_status.label.lower()}”."
        )
    return _step(comment, by, comment.status, version, to_status, **notes)


def _step(comment, by, from_status, version, to_status, **notes):
    with transaction.atomic():
        won = Comment.objects.filter(pk=comment.pk, status=from_status, version=version).update(
            status=to_status,
            version=F("version") + 1,
            decided_at=None if to_status == Status.PENDING else timezone.now(),
        )
        if not won:
            raise AlreadyDecided(_decision_since(comment, version))
        comment.status, comment.version = to_status, version + 1
        return Decision.objects.create(
            comment=comment, text=comment.body, actor=by, from_status=from_status, to_status=to_status,
            version=version + 1, **notes,
        )  # fmt: skip


def _decision_since(comment, version):
    later = Decision.objects.filter(comment=comment, version__gt=version).select_related("actor")
    return later.order_by("-version").first()
