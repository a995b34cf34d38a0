"""What is read and recommended most."""

import hashlib
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Sum
from django.utils import timezone

from articles.models import Article, ReadCount, Recommendation

PERIODS = {"day": timedelta(hours=24), "week": timedelta(days=7)}
KEPT = 60  # seconds that the order is remembered


def ids(period, sections=None, at=None, number=5):
    """Return the ids of the articles read most, best first, the newest first among equals.

    Of the last day or week, up to the end of the hour of `at`, now by default; of these sections, where given: name
    subsections too. One query at most: for now, the order is remembered for a minute. So an id may be of a story
    that was taken down since: show none that is not public by then. `lines` sees to that, `cards` does not.
    """

    def found(public, at):
        read = ReadCount.objects.filter(hour__gt=at - PERIODS[period], hour__lte=at)
        return _first(read, Sum("number"), public if sections is None else public.in_sections(sections), number)

    within = "all" if sections is None else ",".join(sorted(str(section.pk) for section in sections))
    return _remembered(f"read {period} {within} {number}", found, at)


def recommended(number=5, at=None):
    """Return the ids of the articles recommended most within a week, as `ids` does."""

    def found(public, at):
        lately = Recommendation.objects.filter(created_at__gt=at - PERIODS["week"], created_at__lte=at)
        return _first(lately, Count("pk"), public, number)

    return _remembered(f"recommended {number}", found, at)


def lines(ids):
    """Return what is public of these stories, in this order, with what a headline and its kicker show: one query."""
    found = Article.objects.published().select_related("category").defer("body", "body_text").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _remembered(name, found, at):
    if at is not None:
        return found(Article.objects.public_at(at), at)
    key = f"most_read.{hashlib.sha256(name.encode()).hexdigest()}"
    order = cache.get(key)
    if order is None:
        now = timezone.now()
        order = found(Article.objects.published(now), now)
        cache.set(key, order, KEPT)
    return order


def _first(rows, score, public, number):
    # Asked from what happened lately and looked up one by one: of a join, SQLite would read all that is published.
    among = rows.filter(Exists(public.filter(pk=OuterRef("article")))).values("article").annotate(score=score)
    return list(
        among.order_by("-score", "-article__published_at", "-article").values_list("article", flat=True)[:number]
    )
