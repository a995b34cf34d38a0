"""Say why a comment deserves a look. Every stage runs; none stops the others; the sum and the policy decide."""

from articles.models.site import CommentsPolicy
from comments.models.comment import Status
from comments.screening import circumstances, classifier, duplicates, form, history, links, name, text, words
from comments.screening.signal import Screening, Signal, Submission

STAGES = (text, form, duplicates, words, links, name, classifier, history, circumstances)
HOLD_AT = 0.5  # the risk from which a comment is held
NAMED = 3  # signals that the sentence names; the card shows all
NOTHING_SPECIAL = "Held: every comment is read before it shows."


def screen(submission: Submission) -> Screening:
    """Return what becomes of a comment, with the signals of every stage, heaviest first, and one sentence why."""
    signals = sorted((signal for stage in STAGES for signal in stage.signals(submission)), key=lambda s: -s.score)
    risk = round(max(0.0, min(1.0, sum(signal.score for signal in signals))), 2)
    status = outcome(signals, risk, submission.rules.mode)
    return Screening(signals, risk, status, sentence(signals, risk, status, submission.rules.mode))


def outcome(signals: list[Signal], risk: float, mode: CommentsPolicy) -> Status:
    """Decide from the policy's mode, the reader's standing and the risk."""
    effects = {signal.effect for signal in signals}
    if "reject" in effects:
        return Status.REJECTED
    if "spam" in effects:
        return Status.SPAM
    if "hold" in effects or mode == CommentsPolicy.PRE:
        return Status.PENDING
    if mode == CommentsPolicy.OPEN:
        return Status.PUBLISHED
    if mode == CommentsPolicy.TRUSTED and not any(signal.code == history.TRUSTED for signal in signals):
        return Status.PENDING
    return Status.PENDING if risk >= HOLD_AT else Status.PUBLISHED


def sentence(signals, risk, status, mode) -> str:
    said = [signal for signal in signals if signal.score > 0 or signal.effect]
    said.sort(key=lambda signal: (not signal.effect, -signal.score))
    reasons = listed([signal.reason for signal in said[:NAMED]])
    match status:
        case Status.PUBLISHED:
            return f"Published: {reasons or 'nothing speaks against it'} ({risk:.2f})."
        case Status.REJECTED | Status.SPAM:
            return f"{status.label}: {reasons} ({risk:.2f})."
    if reasons:
        return f"Held: {reasons} ({risk:.2f})."
    if mode == CommentsPolicy.TRUSTED:
        return "Held: too few comments of theirs were approved so far."
    return NOTHING_SPECIAL


def listed(reasons: list[str]) -> str:
    *others, last = reasons or [""]
    return f"{', '.join(others)} and {last}" if others else last
