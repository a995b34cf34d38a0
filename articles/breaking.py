"""The bar of breaking news above every page. It comes and goes by the clock: nothing has to run for that."""

from articles.models import BreakingNews


def current(at=None):
    """What the bar says at the given moment, now by default, or None: the latest whose story readers may read."""
    showing = BreakingNews.objects.showing(at).select_related("article")
    showing = showing.defer("article__body", "article__body_text", "article__live_summary")
    # Few show at a time; to ask for those of public stories would have SQLite list all that is public.
    return next((news for news in showing if news.article is None or news.article.is_public(at)), None)
