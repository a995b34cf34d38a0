from comments.addresses import addresses_in
from comments.screening.signal import Signal, Submission


def signals(submission: Submission) -> list[Signal]:
    spans = [[start, end] for start, end in addresses_in(submission.body)]
    if not spans:
        return []
    number = len(spans)
    return [Signal("links", min(0.2 * number, 0.8), "a link" if number == 1 else f"{number} links", spans)]
