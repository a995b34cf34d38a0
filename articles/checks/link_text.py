"""The words of a link say where it leads."""

import re

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR

VAGUE = re.compile(r"^(?:click here|here|this|link|read more|more|this link|find out more)\W*$", re.I)


def check(subject):
    for link in subject.all("a"):
        words = " ".join(link.words.split())
        address = link.attributes.get("href") or ""
        if not words and not any(inner.tag == "img" and inner.attributes.get("alt") for inner in link.inner):
            yield Finding("link text", Severity.ERROR, f"The link to {address[:80]} has no words.")
        elif VAGUE.match(words):
            yield Finding("link text", Severity.WARNING, f"“{words}” does not say where the link leads.", "body", words)
        elif re.match(r"^https?://", words):
            yield Finding(
                "link text", Severity.WARNING, "An address is hard to listen to: link words instead.", "body", words
            )
