"""Say why a comment deserves a look. Every stage runs; none decides."""

from comments.screening import form, history, links
from comments.screening.signal import Screening, Submission

STAGES = (form, links, history)
NOTHING_SPECIAL = "Held: every comment is read before it shows."


def screen(submission: Submission) -> Screening:
    """Return the signals of every stage, heaviest first, with the one sentence that a moderator reads."""
    signals = sorted((signal for stage in STAGES for signal in stage.signals(submission)), key=lambda s: -s.score)
    reasons = " and ".join(signal.reason for signal in signals)
    return Screening(
        signals=signals,
        risk=max(0.0, min(1.0, sum(signal.score for signal in signals))),
        sentence=f"Held: {reasons}." if reasons else NOTHING_SPECIAL,
    )
