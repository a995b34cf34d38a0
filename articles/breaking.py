"""The bar of breaking news above every page. It comes and goes by the clock: nothing has to run for that."""

from django.db.models import Q

from articles.models import Article, BreakingNews


def current(at=None):
    """What the bar says at the given moment, now by default, or None: the latest whose story readers may read."""
    may_be_read = Article.objects.published(at).order_by().values("pk")
    return (
        BreakingNews.objects.showing(at)
        .filter(Q(article__isnull=True) | Q(article__in=may_be_read))
        .select_related("article")
        .defer("article__body", "article__body_text", "article__live_summary")
        .first()
    )
