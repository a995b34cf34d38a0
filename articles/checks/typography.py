"""Quote marks are of one kind and in pairs, and spaces are single."""

import re

from articles.checks.findings import Finding, Severity

WORST = Severity.WARNING

_DOUBLE = re.compile(r"\S(?: {2,}|\u00a0 | \u00a0)\S")
_BEFORE = re.compile(r"\w [,;.!?](?=\s|$)")
FRENCH = ("fr",)  # there a space stands before some marks


def check(subject):
    is_french = subject.article.language in FRENCH
    straight = curly = None
    for field, text in subject.passages:
        if match := _DOUBLE.search(text):
            around = text[max(0, match.start() - 12) : match.end() + 12].strip()
            yield Finding("spaces", Severity.WARNING, f"Two spaces: “{around}”.", field, match[0])
        if not is_french and (match := _BEFORE.search(text)):
            yield Finding("spaces", Severity.WARNING, f"A space before a mark: “{match[0]}”.", field, match[0])
        if text.count("“") != text.count("”") and text.count("“") - text.count("”") not in (0, 1) and "„" not in text:
            yield Finding(
                "quote marks", Severity.WARNING, f"A quote mark lacks its pair: “{text[:50]}…”.", field, text[:30]
            )
        straight = straight or (re.search(r'"[^"]*"', text) and (field, text))
        curly = curly or (re.search(r"[“”„«»]", text) and (field, text))
    if straight and curly:
        field, text = straight
        yield Finding("quote marks", Severity.WARNING, "Straight and curly quote marks stand in one text.", field, '"')
