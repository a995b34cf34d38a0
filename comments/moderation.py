"""The verbs of moderation. A comment's status changes here and nowhere else.

Each decision is a compare-and-swap on the comment's status and version, and a line in the append-only log: of two
moderators who decide about the same comment exactly one wins, and the other is told who did what and when.

Readers: submit, edit, withdraw, appeal, erase. Moderators: approve, reject, mark_spam, hold, pass_on, feature,
unfeature, undo, decide_all, undo_batch. Editors: remove, erase. Reports hide. The verbs of moderators keep to the
sections somebody moderates (comments.sections); the permission itself is asked by the views.
"""

import uuid
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from comments import gates, limits, notices, sections, tasks
from comments.characters import normalise, normalise_line
from comments.gates import HARD_LIMIT, Refused
from comments.models.comment import VISIBLE, Comment, Status
from comments.models.decision import IRREVERSIBLE, Decision, Reason, Verb
from comments.models.reason import CannedReason
from comments.models.report import Report
from comments.policies import rules_for, sections_of
from comments.scores import weigh
from comments.screening import checker, duplicates, history, links, screen, words
from comments.screening.signal import Signal, Submission

MAX_BATCH = 100  # comments decided about at once
EDIT_WINDOW = timedelta(minutes=10)
EDITS = 10  # changes of one comment within them
UNDO_WINDOW = timedelta(seconds=30)  # no mail about a rejection leaves before

LEARNS_EVERY = 25  # decisions after which the classifier learns anew
AUTHOR = "author"  # the rule of what a comment's own author does; the log names no reader

TRANSITIONS = {
    # A comment that waits is published unread by the screening alone, once the outside checker has answered.
    Status.PENDING: {
        Status.PUBLISHED, Status.APPROVED, Status.REJECTED, Status.SPAM, Status.WITHDRAWN, Status.REMOVED,
    },
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


BY_AUTHORS = {
    Verb.EDIT: "changed the comment",
    Verb.WITHDRAW: "took the comment back",
    Verb.ERASE: "had the comment erased",
}


class NotAllowed(ValueError):
    """The step is not one of the table, or lacks what it needs. The message is for the moderator."""


class AlreadyDecided(Exception):
    """Somebody else was quicker. `decision` is theirs, or None where the comment changed without one."""

    def __init__(self, decision):
        self.decision = decision
        if decision is None:
            message = "The comment has changed since you opened it."
        elif decision.rule == AUTHOR:
            did = BY_AUTHORS.get(decision.verb, "appealed against the rejection")
            message = f"Its author {did} {time_ago(decision.created_at)}."
        else:
            did = "took a decision back" if decision.undoes_id else "decided"
            who = decision.decided_by
            message = (
                f"{who[:1].upper()}{who[1:]} already {did}: {decision.get_to_status_display().lower()},"
                f" {time_ago(decision.created_at)}."
            )
        super().__init__(message)


def time_ago(moment):
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    with translation.override("en"):  # as the sentence around it
        return f"{timesince(moment, depth=1)} ago"


def submit(
    article, *, name, body, email="", parent=None, token=None, sender="", sender_prefix="", senders=(), user=None,
    is_trapped=False, seconds=None, raw="", rules=None,
):  # fmt: skip
    """Take a reader's comment, screen it, and let the article's policy say whether it shows or waits.

    Returns the comment and whether it is new: a token is good for one comment, so that pressing the button twice
    posts once, and so does going back and sending the same again. `sender`, `sender_prefix` and `senders` are the
    names of where it came from (comments.senders); `is_trapped`, `seconds` and `raw`, the text before it was
    normalised, tell how the form was filled in; `rules` stand in for those of the article. Raises Refused.
    """
    if token and (earlier := Comment.objects.filter(submission_token=token).first()):
        return earlier, False
    gates.refuse_unread(body)
    rules = rules or rules_for(article)
    gates.refuse_place(article, rules, parent)
    # One address is one person to the desk, however its letters were typed.
    raw, name, email, body = raw or body, normalise_line(name), email.strip().lower(), normalise(body)
    gates.refuse_text(body)
    if sender and (
        earlier := Comment.objects.filter(sender=sender, article=article, parent=parent, name=name, body=body).first()
    ):
        return earlier, False
    is_slow = gates.refuse_reader(user, email, senders or [sender])
    shares = limits.shares(sender=sender, prefix=sender_prefix, email=email, article=article, is_slow=is_slow)
    comment = Comment(
        article=article, parent=parent, name=name, email=email, body=body, user=user, sender=sender,
        sender_prefix=sender_prefix, submission_token=token or None,
    )  # fmt: skip
    try:
        limits.check(shares)
        screening = _screened(comment, rules, is_trapped=is_trapped, seconds=seconds, raw=raw[:HARD_LIMIT])
        for field, value in _evidence(comment, screening).items():
            setattr(comment, field, value)
        comment.status = screening.status
        with transaction.atomic():
            comment.save()
            limits.take(shares)
            _remember(comment, screening)
            decision = Decision.objects.create(
                comment=comment, verb=Verb.SUBMIT, text=body, rule="submitted", to_status=comment.status,
                version=comment.version, **_told_by_rule(comment, screening),
            )  # fmt: skip
            notices.tell(comment, decision)
    except limits.UsedUp as used_up:
        raise gates.refusal_of(used_up) from used_up
    except IntegrityError:
        earlier = Comment.objects.filter(submission_token=token).first() if token else None
        if earlier is None:
            raise
        return earlier, False
    return comment, True


def _screened(comment, rules, **how):
    """Run every stage over a comment, new or changed; what an outside checker has a say in waits for it."""
    screening = screen(
        Submission(
            comment.article, comment.name, comment.email, comment.body, user=comment.user, sender=comment.sender,
            parent=comment.parent, comment=comment if comment.pk else None, rules=rules,
            sections=sections_of(comment.article), **how,
        )
    )  # fmt: skip
    is_trusted = any(signal.code == history.TRUSTED for signal in screening.signals)
    if checker.is_used() and screening.status == Status.PUBLISHED and not is_trusted:
        asked = Signal(checker.ASKED, 0.0, "an outside checker is asked first", effect="hold")
        return replace(
            screening, signals=[*screening.signals, asked], status=Status.PENDING, sentence=f"Held: {asked.reason}."
        )
    return screening


def _evidence(comment, screening):
    return {
        "held_because": screening.sentence[:300],
        "risk": screening.risk,
        "signals": [asdict(signal) for signal in screening.signals],
        "fingerprint": duplicates.fingerprint(comment.body),
    }


def _remember(comment, screening):
    """Keep what later comments are compared with, and what rules caught."""
    duplicates.remember(comment)
    links.remember(comment)
    words.remember(comment, screening.signals)
    if checker.is_used():
        transaction.on_commit(lambda: tasks.ask_checker.enqueue(comment.pk))


def _told_by_rule(comment, screening):
    """What a decision says that no person made; a rejection names the word, for the reader to know."""
    if screening.status != Status.REJECTED:
        return {}
    start, stop = next(signal.spans[0] for signal in screening.signals if signal.effect == "reject")
    note = _("It holds the word “%(word)s”, which is not published here.") % {"word": comment.body[start:stop]}
    return {**told(Reason.OTHER), "public_note": note[:500]}


def edit(comment, body):
    """Let the author change the text, for ten minutes after it was posted; every stage runs again.

    What a moderator approved was another text, so an approved comment waits anew. Returns the decision, or None where
    nothing changed. Raises Refused.
    """
    gates.refuse_unread(body)
    raw, body = body, normalise(body)
    gates.refuse_text(body)
    while True:
        if timezone.now() - comment.created_at > EDIT_WINDOW:
            raise Refused(_("A comment can be changed for ten minutes. You can withdraw it and write another."))
        if comment.status not in (*VISIBLE, Status.PENDING):
            raise Refused(_("This comment can no longer be changed."))
        rules = rules_for(comment.article)
        gates.refuse_place(comment.article, rules)
        gates.refuse_reader(comment.user, comment.email, [comment.sender])
        if body == comment.body:
            return None
        before, comment.body = comment.body, body
        screening = _screened(comment, rules, raw=raw)
        stays = comment.status == Status.PUBLISHED and screening.status == Status.PUBLISHED
        fields = _evidence(comment, screening) | {"body": body, "edited_at": timezone.now(), "is_featured": False}
        try:
            with transaction.atomic():
                limits.take([limits.Share(f"edit {comment.pk}", EDITS)])
                decision = _step(
                    comment, None, Status.PUBLISHED if stays else Status.PENDING, verb=Verb.EDIT, rule=AUTHOR,
                    fields=fields,
                )  # fmt: skip
                _remember(comment, screening)
            return decision
        except limits.UsedUp as used_up:
            comment.body = before
            raise gates.refusal_of(used_up) from used_up
        except AlreadyDecided:  # a moderator was quicker: what they decided about is another text now
            comment.body = before
            comment.refresh_from_db()


def heed_checker(comment, is_spam):
    """Do what an outside checker says of a comment that no moderator has read; who did is always heeded more.

    Spam is held, for a moderator to decide. What waited for the checker alone is published. Returns the decision, if
    there was one to make.
    """
    if comment.status not in (Status.PUBLISHED, Status.PENDING):
        return None
    signals = [signal for signal in comment.signals if signal["code"] not in (checker.ASKED, checker.SPAM)]
    if is_spam:
        found = Signal(checker.SPAM, 0.5, "an outside checker takes it for spam", effect="hold")
        risk = round(min(1.0, comment.risk + found.score), 2)
        to_status, verb, sentence = Status.PENDING, Verb.HOLD, f"Held: {found.reason} ({risk:.2f})."
        fields = {"signals": [asdict(found), *signals], "risk": risk, "held_because": sentence}
    elif len(signals) < len(comment.signals) and comment.status == Status.PENDING:
        to_status, verb = Status.PUBLISHED, Verb.SUBMIT
        fields = {"signals": signals, "held_because": f"Published: nothing speaks against it ({comment.risk:.2f})."}
    else:
        return None
    try:
        return _step(comment, None, to_status, verb=verb, rule="checker", fields=fields)
    except AlreadyDecided:
        return None


def withdraw(comment):
    """Take the comment back, as its author; where replies show, a line keeps its place.

    Replies that a rejected comment hid do not come out because its author takes it back.
    """
    fields = {"hides_replies": comment.status in (Status.REJECTED, Status.SPAM)}
    return _decide(comment, None, Status.WITHDRAWN, verb=Verb.WITHDRAW, rule=AUTHOR, fields=fields)


def appeal(comment, statement=""):
    """Ask for another moderator's decision about a rejection, as the author, once.

    `statement` is what the author says for the comment; the log keeps it as the appeal's public note. Raises Refused.
    """
    if comment.status != Status.REJECTED:
        raise Refused(_("Only a comment that was rejected can be appealed."))
    if comment.decisions.filter(verb=Verb.APPEAL).exists():
        raise Refused(_("This comment was appealed once already. The second decision stands."))
    note = normalise(statement[:HARD_LIMIT])[:500]
    return _decide(comment, None, Status.APPEALED, verb=Verb.APPEAL, rule=AUTHOR, public_note=note)


def approve(comment, by, **notes):
    """Let every reader see the comment.

    As with each verb here, `version` among the notes is the one that the moderator saw, by default the loaded one.
    What a rule rejected is taken up again first, as if its author had appealed. Raises NotAllowed or AlreadyDecided.
    """
    if by is None or not rejected_by_rule(comment):
        return _decide(comment, by, Status.APPROVED, verb=Verb.APPROVE, **notes)
    with transaction.atomic():
        _decide(comment, by, Status.APPEALED, verb=Verb.APPEAL, version=notes.pop("version", None))
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


def pass_on(comment, by, **notes):
    """Ask colleagues for a second opinion; nothing else changes, and whoever decides next answers it."""
    if comment.status not in (*VISIBLE, Status.PENDING, Status.HIDDEN):
        raise NotAllowed("There is nothing to decide about this comment.")
    return _decide(comment, by, Status(comment.status), verb=Verb.SECOND, fields={"passed_on_by": by}, **notes)


def feature(comment, by, **notes):
    """Make a comment that readers see, or will, an editors' pick; who does that has read and approved it."""
    if comment.status not in (*VISIBLE, Status.PENDING):
        raise NotAllowed("Only a comment that readers see can be an editors’ pick.")
    return _decide(comment, by, Status.APPROVED, verb=Verb.FEATURE, fields={"is_featured": True}, **notes)


def unfeature(comment, by, **notes):
    """Make an editors' pick a comment like the others."""
    return _decide(comment, by, comment.status, verb=Verb.UNFEATURE, fields={"is_featured": False}, **notes)


def remove(comment, by, internal_note, **notes):
    """Take the comment off for a legal reason, which `internal_note` names; a line of its own keeps its place."""
    if not internal_note:
        raise NotAllowed("Say what the legal reason is: the log keeps it.")
    return _decide(comment, by, Status.REMOVED, verb=Verb.REMOVE, internal_note=internal_note, **notes)


def hide(comment, rule="reports"):
    """Take a visible comment out of sight until a moderator has looked at it."""
    return _decide(comment, None, Status.HIDDEN, verb=Verb.HIDE, rule=rule)


def erase(comment, by=None, rule=AUTHOR, version=None):
    """Keep nothing of the comment but its place and the log of decisions, without what was written in them.

    What is not off the site yet is withdrawn first. There is no way back. `by` is the editor who does it; else `rule`
    says what did.
    """
    rule = "" if by else rule
    with transaction.atomic():
        if not can_become(comment, Status.ERASED):
            _decide(comment, by, Status.WITHDRAWN, verb=Verb.WITHDRAW, rule=rule, version=version)
            version = None
        fields = {
            "name": "", "email": "", "body": "", "user": None, "sender": "", "sender_prefix": "", "fingerprint": "",
            "held_because": "", "signals": [], "submission_token": None, "is_featured": False, "report_weight": 0,
            # Replies that a rejected comment hid do not come out because it is forgotten.
            "hides_replies": comment.hides_replies or comment.status in (Status.REJECTED, Status.SPAM),
        }  # fmt: skip
        decision = _decide(comment, by, Status.ERASED, verb=Verb.ERASE, rule=rule, fields=fields, version=version)
        Decision.objects.filter(comment=comment).erase_content()
        Report.objects.filter(comment=comment).update(text="")
        for rows in (comment.shingles, comment.links, comment.recommendations, comment.subscriptions):
            rows.all().delete()
    return decision


def can_become(comment, to_status):
    return to_status in TRANSITIONS[Status(comment.status)]


def undo(decision, by):
    """Put the comment back where it was before `decision`, unless somebody has decided since."""
    if not decision.from_status or decision.undoes_id:
        raise NotAllowed("There is nothing before this to go back to.")
    if decision.verb in IRREVERSIBLE:
        if decision.verb == Verb.ERASE:
            raise NotAllowed("What is erased does not come back.")
        raise NotAllowed("Its author decided this. Nobody else can take it back.")
    comment, fields = decision.comment, {}
    if decision.verb in (Verb.FEATURE, Verb.UNFEATURE):
        fields["is_featured"] = decision.verb == Verb.UNFEATURE
    # Whoever had asked for a second opinion asks for it again.
    if asked := Decision.objects.filter(comment=comment, version=decision.version - 1, verb=Verb.SECOND).first():
        fields["passed_on_by"] = asked.actor
    _must_moderate(by, comment)
    with transaction.atomic():
        undone = _step(
            comment, by, decision.from_status, decision.to_status, decision.version,
            verb=Verb.UNDO, undoes=decision, fields=fields,
        )  # fmt: skip
        if Report.objects.filter(decided_in=decision).update(state=Report.State.OPEN, decided_in=None):
            weight = sum(Report.objects.open().filter(comment=comment).values_list("weight", flat=True))
            Comment.objects.filter(pk=comment.pk).update(report_weight=weight)
            comment.report_weight = weight
            weigh(comment)
    return undone


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
        decisions = Decision.objects.filter(batch=batch).select_related("comment").order_by("comment")
        # Nearly all undo nothing: asked for as well, that would be looked up and not the batch.
        for decision in (decision for decision in decisions if decision.undoes_id is None):
            try:
                outcome.decisions.append(undo(decision, by))
            except (NotAllowed, AlreadyDecided) as error:
                outcome.skipped.append((decision.comment, str(error)))
    return outcome


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
        _step(comment, None, status, verb=Verb.IMPORT, rule=rule)


def _decide(comment, by, to_status, version=None, **notes):
    version = comment.version if version is None else version
    if version != comment.version:
        raise AlreadyDecided(_decision_since(comment, version))
    if not can_become(comment, to_status) and not _may_stay(comment, to_status, notes["verb"]):
        raise NotAllowed(
            f"A comment that is “{comment.get_status_display().lower()}” cannot become “{to_status.label.lower()}”."
        )
    _must_moderate(by, comment)
    return _step(comment, by, to_status, **notes)


def _may_stay(comment, to_status, verb):
    """Whether the decision is one that leaves the status, or that confirms what reports or a rule put in question."""
    if verb in (Verb.FEATURE, Verb.UNFEATURE, Verb.SECOND):
        return comment.status == to_status
    if verb == Verb.APPROVE:
        return comment.status == to_status and comment.report_weight > 0
    return verb == Verb.REJECT and comment.status == to_status and rejected_by_rule(comment)


def rejected_by_rule(comment):
    """Whether a rule rejected the comment and no person has looked at it since."""
    if comment.status != Status.REJECTED:
        return False
    last = comment.decisions.order_by("-version").first()
    return last is not None and last.actor_id is None and last.to_status == Status.REJECTED


def _must_moderate(by, comment):
    if by is None:
        return
    if not sections.may_decide(by, comment.article):
        raise NotAllowed("This comment is in a section that others moderate.")
    if comment.status == Status.APPEALED and comment.decisions.filter(verb=Verb.REJECT, actor=by).exists():
        raise NotAllowed("You rejected this comment: another moderator decides about the appeal.")


def _step(comment, by, to_status, from_status=None, version=None, *, fields=None, **notes):
    """Change the status and whatever else, if the comment is still what was seen; write it down."""
    from_status, version = from_status or comment.status, version or comment.version
    changed = {"status": to_status, "passed_on_by": None, **(fields or {})}
    stays_out = {from_status, to_status} <= set(VISIBLE)
    if comment.decided_at is None or not stays_out:  # what readers have had since then is not out anew
        changed["decided_at"] = None if to_status == Status.PENDING else timezone.now()
    with transaction.atomic():
        won = Comment.objects.filter(pk=comment.pk, status=from_status, version=version).update(
            version=F("version") + 1, **changed
        )
        if not won:
            raise AlreadyDecided(_decision_since(comment, version))
        for name, value in changed.items():
            setattr(comment, name, value)
        comment.version = version + 1
        decision = Decision.objects.create(
            comment=comment, text=comment.body, actor=by, from_status=from_status, to_status=to_status,
            version=version + 1, **notes,
        )  # fmt: skip
        if by is not None and not notes.get("undoes") and notes["verb"] != Verb.SECOND:
            _answer_reports(comment, decision)
        if by is not None and decision.pk % LEARNS_EVERY == 0:
            transaction.on_commit(tasks.learn.enqueue)
        notices.tell(comment, decision)
        return decision


ANSWERS = {
    Status.APPROVED: Report.State.DISAGREED,
    Status.REJECTED: Report.State.AGREED,
    Status.SPAM: Report.State.AGREED,
    Status.REMOVED: Report.State.AGREED,
}


def _answer_reports(comment, decision):
    answer = ANSWERS.get(decision.to_status)
    if answer and Report.objects.open().filter(comment=comment).update(state=answer, decided_in=decision):
        Comment.objects.filter(pk=comment.pk).update(report_weight=0)
        comment.report_weight = 0
        weigh(comment)


def _decision_since(comment, version):
    later = Decision.objects.filter(comment=comment, version__gt=version).select_related("actor")
    return later.order_by("-version").first()
