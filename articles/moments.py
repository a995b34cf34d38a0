"""The moments at which pages change by themselves: what goes out, expires, is placed or ages, breaking news, rights.

An edit and the clock change the same things, so both name them by the same keys. Nothing has to run at such a moment:
no page is kept beyond it.
"""

from datetime import timedelta

from django.db.models import Q

from articles import changes, page_keys
from articles.frontpage import rules_of
from articles.models import (
    Article,
    BreakingNews,
    Category,
    Document,
    LiveUpdate,
    Picture,
    Placement,
    Recording,
    WorkingCopy,
    ZoneRule,
)
from articles.models.article import Status
from newsroom import pagestore
from newsroom.pagestore.declaring import EVERYTHING

# What of a story decides in which lists it stands; the names are those of its versions.
REFILED = {
    "published_at", "expires_at", "kind", "category", "categories", "tags", "bylines", "related", "lead_picture",
    "language", "translation_of", "slug",
}  # fmt: skip


def upcoming(after, until):
    """Yield the moments after the one and up to the other, each with the keys of what changes then."""
    yield from _stories(after, until)
    yield from _fronts(after, until)
    yield from _breaking(after, until)
    yield from _live_updates(after, until)
    yield from _rights(after, until)
    yield from _working_copies(after, until)


def _between(moment, after, until):
    return moment is not None and after < moment <= until


def _stories(after, until):
    rows = Article.objects.filter(
        Q(published_at__gt=after, published_at__lte=until)
        | Q(expires_at__gt=after, expires_at__lte=until)
        | Q(live_ended_at__gt=after, live_ended_at__lte=until),
        status=Status.PUBLISHED,
    ).values_list("pk", "published_at", "expires_at", "live_ended_at")
    rows = list(rows)
    stories = changes.stories([pk for pk, *_ in rows]) if rows else {}
    for pk, published_at, expires_at, live_ended_at in rows:
        if pk not in stories:
            continue
        keys = stories[pk].own | stories[pk].lists | {page_keys.days()}
        for moment in (published_at, expires_at):
            if _between(moment, after, until):
                yield moment, keys
        if _between(live_ended_at, after, until):
            yield live_ended_at, stories[pk].own


def _fronts(after, until):
    placed = list(
        Placement.objects.filter(ended_at=None, starts_at__lte=until)
        .filter(Q(ends_at=None) | Q(ends_at__gt=after))
        .values_list("section_id", "zone", "starts_at", "ends_at", "is_pinned")
    )
    decided = {}
    if placed:
        for rule in ZoneRule.objects.filter(ended_at=None):
            decided.setdefault(rule.section_id, []).append(rule)
    rules = {}
    for section, zone, starts_at, ends_at, is_pinned in placed:
        if section not in rules:
            rules[section] = rules_of(section and Category(pk=section), decided.get(section, ()))
        moments = [starts_at, ends_at]
        hours = rules[section][zone].hours
        if ends_at is None and not is_pinned and hours is not None:
            moments.append(starts_at + timedelta(hours=hours))
        for moment in moments:
            if _between(moment, after, until):
                yield moment, {page_keys.front(section)}


def _breaking(after, until):
    for starts_at, ends_at in BreakingNews.objects.filter(starts_at__lte=until, ends_at__gt=after).values_list(
        "starts_at", "ends_at"
    ):
        midnight = page_keys.midnight()  # it says of which day it is, where that is another
        for moment in (starts_at, ends_at, midnight):
            if _between(moment, after, until):
                yield moment, {"layout"}


def _live_updates(after, until):
    due = LiveUpdate.objects.filter(published_at__gt=after, published_at__lte=until, is_withdrawn=False)
    for article, moment in due.values_list("article_id", "published_at"):
        yield moment, {page_keys.live(article)}


def _rights(after, until):
    for model in (Picture, Recording, Document):
        rows = model.objects.filter(
            Q(usable_from__gt=after, usable_from__lte=until) | Q(usable_until__gt=after, usable_until__lte=until)
        )
        for row in rows.values():
            keys = changes.of_rights(model, row)
            for moment in (row["usable_from"], row["usable_until"]):
                if _between(moment, after, until):
                    yield moment, keys


def _working_copies(after, until):
    due = WorkingCopy.objects.filter(goes_live_at__gt=after, goes_live_at__lte=until)
    for copy in due.select_related("revision", "base"):
        yield copy.goes_live_at, changed_by(copy)


def changed_by(copy) -> set[str]:
    """The keys of what shows a story otherwise once the changes that wait are in it.

    Where they file it elsewhere, every page is made anew: which lists it then enters is known when it does.
    """
    keys = {f"article-{copy.article_id}", page_keys.story(copy.article_id)}
    return keys if REFILED.isdisjoint(copy.changes) else {*keys, EVERYTHING}


pagestore.clocks.append(upcoming)
