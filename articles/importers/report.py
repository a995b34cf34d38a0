"""What an import did, item by item: counted in memory, told to whoever listens."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Entry:
    kind: str
    number: str
    title: str
    outcome: Outcome
    remarks: tuple[str, ...] = ()


class Report:
    """Counts outcomes and reasons; each entry goes to `listener` at once, so that memory does not grow."""

    MAX_REASONS = 200

    def __init__(self, listener=None):
        self.listener = listener
        self.counts = Counter()
        self.reasons = Counter()
        self.with_remarks = 0

    def add(self, kind, number, title, outcome, *remarks):
        self.counts[kind, outcome] += 1
        if outcome is Outcome.SKIPPED:
            for reason in remarks:
                if (kind, reason) in self.reasons or len(self.reasons) < self.MAX_REASONS:
                    self.reasons[kind, reason] += 1
        elif remarks:
            self.with_remarks += 1
        if self.listener is not None:
            self.listener(Entry(kind, number, title, outcome, remarks))

    def kinds(self):
        """The kinds seen, in the order they were first seen."""
        return list(dict.fromkeys(kind for kind, _ in self.counts))

    def total(self, outcome):
        return sum(count for (_, seen), count in self.counts.items() if seen is outcome)
