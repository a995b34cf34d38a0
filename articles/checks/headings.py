"""Subheads go down one step at a time, and none is empty."""

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR


def check(subject):
    level = 1
    for heading in subject.all("h2", "h3", "h4"):
        words = " ".join(heading.words.split())
        here = int(heading.tag[1])
        if not words:
            yield Finding("subheads", Severity.ERROR, "A subhead is empty.")
            continue
        if here > level + 1:
            yield Finding(
                "subheads",
                Severity.WARNING,
                f"“{words[:60]}” skips a step: use the larger subhead first.",
                "body",
                words,
            )
        level = here
