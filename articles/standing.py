"""Where an article stands, as people say it, and the log of how it came there."""

from django.db.models import Q
from django.utils import timezone

from articles.models.article import Article, ArticleQuerySet, Standing, Status
from articles.models.transition import OVERRIDE_LENGTH, Transition
from newsroom.clock import in_words


def standing(article: Article) -> Standing:
    return article.standing


def with_standing(articles: ArticleQuerySet, wanted: Standing) -> ArticleQuerySet:
    if wanted == Standing.LIVE:
        # The rule of published(), said so that a list in the order of changes is read from its own index.
        now = timezone.now()
        return articles.filter(status=Status.PUBLISHED).exclude(published_at__gt=now).exclude(expires_at__lte=now)
    if wanted == Standing.SCHEDULED:
        return articles.scheduled()
    if wanted == Standing.EXPIRED:
        now = timezone.now()
        return articles.filter(status=Status.PUBLISHED, published_at__lte=now, expires_at__lte=now)
    if wanted in (Standing.PLANNED, Standing.DRAFT):
        has_headline = ~Q(headline="")
        return articles.filter(has_headline if wanted == Standing.DRAFT else ~has_headline, status=Status.DRAFT)
    return articles.filter(status=wanted)


def log(step, article, by, words, *, source=None, note="", override=""):
    """Write into the article's log what was done with it."""
    entry = made(step, by, words, note=note, override=override)
    article.enter(entry, source)
    return entry


def made(step, by, words, *, note="", override="", stays=True):
    """A row of the log that is still to be written, by the verb that does what it says.

    One that need not stay goes with its article, even if readers know that: an archive may be taken out again.
    """
    words = {"words": words[:300], "note": note.strip()[:2000], "override": override[:OVERRIDE_LENGTH]}
    return Transition(step=step, made_by=by, is_issued=None if stays else False, **words)


__all__ = ["Standing", "in_words", "log", "made", "standing", "with_standing"]
