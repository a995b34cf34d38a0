"""Where an article stands, as people say it, and the log of how it came there."""

from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.formats import date_format

from articles.models.article import Article, ArticleQuerySet, Status
from articles.models.transition import Transition


class Standing(TextChoices):
    """The status as people say it: with the moment taken into account."""

    PLANNED = "planned", "Planned"
    DRAFT = "draft", "Draft"
    REVIEW = "review", "In review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Taken down"
    ARCHIVED = "archived", "Archived"


def standing(article: Article) -> Standing:
    if article.status == Status.DRAFT:
        return Standing.DRAFT if article.headline else Standing.PLANNED
    if article.status != Status.PUBLISHED:
        return Standing(article.status)
    if article.is_scheduled:
        return Standing.SCHEDULED
    return Standing.LIVE if article.is_public() else Standing.EXPIRED


def with_standing(articles: ArticleQuerySet, wanted: Standing) -> ArticleQuerySet:
    if wanted == Standing.LIVE:
        return articles.published()
    if wanted == Standing.SCHEDULED:
        return articles.scheduled()
    if wanted == Standing.EXPIRED:
        now = timezone.now()
        return articles.filter(status=Status.PUBLISHED, published_at__lte=now, expires_at__lte=now)
    if wanted in (Standing.PLANNED, Standing.DRAFT):
        has_headline = ~Q(headline="")
        return articles.filter(has_headline if wanted == Standing.DRAFT else ~has_headline, status=Status.DRAFT)
    return articles.filter(status=wanted)


def in_words(moment):
    """A moment for the desk and its log; the zone is said where it is not the site's."""
    words = date_format(timezone.localtime(moment), "l j F Y, H:i")
    zone = timezone.get_current_timezone_name()
    return words if zone == timezone.get_default_timezone_name() else f"{words} ({zone} time)"


def log(step, article, by, words, *, source=None, note="", override=""):
    """Write into the article's log what was done with it."""
    return Transition.objects.create(
        article=article,
        made_by=by,
        step=step,
        source=source or standing(article),
        target=standing(article),
        words=words[:300],
        note=note.strip()[:2000],
        override=override[:1000],
        is_issued=article.is_issued(),
    )
