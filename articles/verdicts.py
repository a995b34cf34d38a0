"""What the checks come to for stories in hand, remembered while a story stays as it is.

Asking takes some milliseconds a story, so a page shows what is known and has a few more asked about at a time.
"""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, OuterRef, Prefetch, Subquery

from articles import checks
from articles.checks import Severity
from articles.models import Article, Note
from articles.models.article import ArticleQuerySet
from articles.standing import Standing, standing

AT_ONCE = 12  # stories, as many as a page can afford
REMEMBERED = 300  # seconds, since links and rights may change without the story
GOING_OUT = {Standing.DRAFT, Standing.REVIEW, Standing.CHANGES, Standing.APPROVED, Standing.SCHEDULED}


@dataclass(frozen=True)
class Verdict:
    errors: int
    warnings: int | None  # None where nobody asked for them


def is_to_go_out(article: Article) -> bool:
    return standing(article) in GOING_OUT


def with_notes(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Load what a verdict is remembered by besides the story itself: how many notes on it are open."""
    notes = Note.objects.open().filter(article=OuterRef("pk")).order_by().values("article")
    return articles.annotate(noted=Subquery(notes.annotate(number=Count("pk")).values("number")))


def known(articles: list[Article]) -> dict[int, Verdict]:
    """What is remembered of these articles, by their ids; they come `with_notes`."""
    names = _names(articles)
    found = cache.get_many(names.values())
    return {pk: found[name] for pk, name in names.items() if name in found}


def ask(articles: list[Article], only_errors=False) -> dict[int, Verdict]:
    """Ask the checks about these articles, AT_ONCE at most, and remember what they say. They come `with_notes`.

    Errors alone cost much less.
    """
    names = _names(articles[:AT_ONCE])
    notes = Prefetch("notes", Note.objects.open(), to_attr="open_notes")
    rows = list(Article.objects.filter(pk__in=names).select_related("lead_picture").prefetch_related(notes))
    verdicts = {
        row.pk: _verdict(found, only_errors)
        for row, found in zip(rows, checks.run_each(rows, only_errors), strict=True)
    }
    cache.set_many({names[pk]: verdict for pk, verdict in verdicts.items()}, REMEMBERED)
    return verdicts


def _names(articles):
    return {
        one.pk: f"desk-verdict-{one.pk}-{one.modified_at.timestamp()}-{one.noted}"
        for one in articles
        if is_to_go_out(one)
    }


def _verdict(found, only_errors):
    errors = sum(finding.severity == Severity.ERROR for finding in found)
    return Verdict(errors, None if only_errors else len(found) - errors)
