"""What an import did, item by item: counted in memory, told to whoever listens."""

import csv
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from django.core.management.base import CommandError

FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def csv_report(stack, path, *heads):
    """Return a listener that writes a line for each entry into a file, which `stack` closes."""
    try:
        file = stack.enter_context(path.open("w", encoding="utf-8", errors="replace", newline=""))
    except OSError as error:
        raise CommandError(f"The report cannot be written to {path}: {error.strerror}.") from error
    writer = csv.writer(file)
    writer.writerow(heads)
    return lambda entry: writer.writerow(
        cell(value) for value in (entry.kind, entry.number, entry.title, entry.outcome, "; ".join(entry.remarks))
    )


def cell(value):
    """Keep a spreadsheet from taking a title for a formula."""
    value = str(value)
    return f"'{value}" if value.startswith(FORMULA) else value


def printable(text):
    """Keep a title from steering the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)
