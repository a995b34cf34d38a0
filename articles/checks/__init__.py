"""What is asked of an article before it goes out, one question a file.

A check is a function that gets a Subject and yields findings. It asks the database little and changes nothing. An error
keeps an article back on every way, that of `Article.publish()` too, until it is mended or an editor overrides it by
name and reason.
"""

import logging
from collections import defaultdict

from articles.checks import (
    alternatives,
    credits,
    duplicates,
    embargo,
    headings,
    lengths,
    link_text,
    links,
    notes,
    rights,
    sign_offs,
    sponsorship,
    typography,
)
from articles.checks.findings import Finding, Severity, Subject
from articles.models.article import gates

logger = logging.getLogger(__name__)

CHECKS = (
    alternatives.check,
    credits.check,
    rights.check,
    notes.check,
    sign_offs.check,
    embargo.check,
    sponsorship.check,
    links.check,
    link_text.check,
    headings.check,
    lengths.check,
    duplicates.check,
    typography.check,
)


def run(article, at=None, tags=None) -> list[Finding]:
    """Return what the checks find in an article in hand, as it would go out at a moment, now by default; errors first.

    `tags` are the names that are going to be its tags, where they are not stored yet.
    """
    subject = Subject(article, at or article.goes_out_at, tags)
    found = []
    for check in CHECKS:
        try:
            found += check(subject)
        except Exception:
            # A check that fails has not passed, and is no reason to lose the form.
            logger.exception("The check %s failed on article %s", check.__module__, article.pk)
            name = check.__module__.rpartition(".")[2].replace("_", " ")
            words = f"Could not check: {name}. Try again, and tell whoever runs the site."
            found.append(Finding(name, Severity.WARNING, words))
    return sorted(found, key=lambda finding: finding.severity != Severity.ERROR)


def errors(article, at=None, tags=None) -> list[Finding]:
    return [finding for finding in run(article, at, tags) if finding.severity == Severity.ERROR]


def objections(article, at) -> dict[str, list[str]]:
    """The errors by field, as forms and verbs raise them."""
    found = defaultdict(list)
    for error in errors(article, at):
        found[error.field].append(error.message)
    return dict(found)


gates.append(objections)

__all__ = ["CHECKS", "Finding", "Severity", "Subject", "errors", "run"]
