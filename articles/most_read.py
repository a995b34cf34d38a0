"""What is read and recommended most."""

import hashlib
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils import timezone

from articles.models import Article

PERIODS = {"day": timedelta(hours=24), "week": timedelta(days=7)}
KEPT = 60  # seconds that the order is remembered


def ids(period, sections=None, at=None, number=5):
    """Return the ids of the articles read most, best first, the newest first among equals.

    Of the last day or week, up to the end of the hour of `at`, now by default; of these sections, where given: name
    subsections too. One query at most: for now, the order is remembered for a minute. So an id may be of a story
    that was taken down since: show none that is not public by then. `lines` sees to that, `cards` does not.
    """

    def found(public, at):
        read = public.filter(read_counts__hour__gt=at - PERIODS[period], read_counts__hour__lte=at)
        if sections is not None:
            read = read.in_sections(sections)
        return _first(read, Sum("read_counts__number"), number)

    within = "all" if sections is None else ",".join(sorted(str(section.pk) for section in sections))
    return _remembered(f"read {period} {within} {number}", found, at)


def recommended(number=5, at=None):
    """Return the ids of the articles recommended most within a week, as `ids` does."""

    def found(public, at):
        lately = public.filter(
            recommendations__created_at__gt=at - PERIODS["week"], recommendations__created_at__lte=at
        )
        return _first(lately, Count("recommendations"), number)

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


def _first(articles, score, number):
    # Grouped by number alone: by default that would be by every column, the texts too.
    ordered = articles.values("pk").annotate(score=score).order_by("-score", "-published_at", "-pk")
    return list(ordered.values_list("pk", flat=True)[:number])
