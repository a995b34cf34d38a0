"""Nothing is left open: no note in the margin, and no TK, “to come”, which marks a gap that somebody meant to fill."""

import re

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR

TK = re.compile(r"(?<![\w])(?:TK)+(?![\w])")


def check(subject):
    for field, text in subject.passages:
        for match in TK.finditer(text):
            around = text[max(0, match.start() - 30) : match.end() + 30].strip()
            yield Finding("notes", Severity.ERROR, f"TK is still to come: “…{around}…”", field, match[0])
    for note in subject.open_notes:
        yield Finding("notes", Severity.ERROR, f"A note is open: “{note}”", "body", note.quote)
