"""How the form was filled in. That it came without JavaScript is never held against anybody."""

from comments.screening.signal import Signal, Submission

TOO_FAST = 2  # seconds in which nobody reads a form, writes and sends it


def signals(submission: Submission) -> list[Signal]:
    found = []
    if submission.is_trapped:
        found.append(Signal("trap", 0.6, "a field was filled in that only programs see"))
    if submission.seconds is not None and submission.seconds < TOO_FAST:
        found.append(Signal("fast", 0.4, f"sent within {TOO_FAST} seconds of opening the form"))
    return found
