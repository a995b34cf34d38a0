"""What is asked of an article before it goes out, one question a file.

Each file says in WORST how bad what it finds can be, and its `check` gets a Subject and yields findings. It asks the
database little and changes nothing. An error keeps an article back on every way, that of `Article.publish()` too, until
it is mended or an editor overrides it by name and reason. So does a check that could have found one and fails.
"""

import logging
from collections import defaultdict
from contextlib import nullcontext
from functools import partial

from django.db import DatabaseError, connection, transaction

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
    alternatives, credits, rights, notes, sign_offs, embargo, sponsorship, links, link_text, headings, lengths,
    duplicates, typography,
)  # fmt: skip


def run(article, at=None, tags=None) -> list[Finding]:
    """Return what the checks find in an article in hand, as it would go out at a moment, now by default; errors first.

    `tags` are the names that are going to be its tags, where they are not stored yet.
    """
    return _kept_whole(lambda ask: _run(ask, article, at, tags, CHECKS))


def errors(article, at=None, tags=None) -> list[Finding]:
    """What keeps an article back; checks that only advise are not run for it."""
    return _kept_whole(lambda ask: _errors(ask, article, at, tags))


def run_each(articles, only_errors=False) -> list[list[Finding]]:
    """What the checks find in each of these articles."""
    return _kept_whole(
        lambda ask: [_errors(ask, one) if only_errors else _run(ask, one, None, None, CHECKS) for one in articles]
    )


def _errors(ask, article, at=None, tags=None):
    found = _run(ask, article, at, tags, [each for each in CHECKS if each.WORST == Severity.ERROR])
    return [finding for finding in found if finding.severity == Severity.ERROR]


def _run(ask, article, at, tags, among):
    subject = Subject(article, at or article.goes_out_at, tags)
    found = [finding for each in among for finding in ask(each, subject)]
    return sorted(found, key=lambda finding: finding.severity != Severity.ERROR)


def _kept_whole(work):
    """Do some checking; where an error of the database breaks it, do it once more with each check by itself."""
    try:
        with _savepoint():
            return work(_asked)
    except DatabaseError:
        return work(partial(_asked, is_apart=True))


def _savepoint():
    """What an error of the database is taken back to; outside a transaction it breaks nothing."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _asked(check, subject, is_apart=False):
    try:
        with _savepoint() if is_apart else nullcontext():
            return list(check.check(subject))
    except Exception as error:
        if isinstance(error, DatabaseError) and not is_apart:
            raise
        # A check that fails has not passed, and is no reason to lose the form.
        logger.exception("The check %s failed on article %s", check.__name__, subject.article.pk)
        name = check.__name__.rpartition(".")[2].replace("_", " ")
        words = f"Could not check: {name}. Try again, and tell whoever runs the site."
        return [Finding(name, check.WORST, words, has_failed=True)]


def new_errors(article, before, at, tags=None, tags_before=None) -> list[Finding]:
    """The errors that an article did not have in what it was before; those are known already, unless a check failed."""
    found = errors(article, at, tags)
    before.open_notes = []  # notes are on what is being written
    known = {known_by(one) for one in errors(before, at, tags_before) if not one.has_failed} if found else set()
    return [one for one in found if known_by(one) not in known]


def known_by(finding):
    return finding.check, finding.message


def objections(article, at, tags=None, before=None) -> dict[str, list[str]]:
    """The errors by field, as forms and verbs raise them."""
    found = defaultdict(list)
    for error in new_errors(article, before, at, tags) if before else errors(article, at, tags):
        found[error.field].append(error.message)
    return dict(found)


gates.append(objections)

__all__ = ["CHECKS", "Finding", "Severity", "Subject", "errors", "known_by", "new_errors", "run", "run_each"]
