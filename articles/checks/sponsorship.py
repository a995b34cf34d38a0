"""What somebody paid for says so above the headline or by a tag."""

import re

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR

PAID = re.compile(
    r"\b(?:sponsored by|paid (?:for by|partnership)|in (?:paid )?partnership with|advertorial|advertisement feature)\b",
    re.I,
)
LABEL = re.compile(r"sponsor|advert|partner|paid|promot", re.I)


def check(subject):
    for field, text in subject.passages:
        if match := PAID.search(text):
            if not any(LABEL.search(words) for words in (subject.article.kicker, *subject.tags)):
                yield Finding(
                    "sponsorship", Severity.ERROR,
                    f"“{match[0]}”: what is paid for needs a label. Put it into the kicker, or add a tag.", field,
                    match[0],
                )  # fmt: skip
            return
