"""The moments at which pages change by themselves: what goes out, expires, is placed or ages, breaking news, rights.

An edit and the clock change the same things, so both name them by the same keys. Nothing has to run at such a moment:
no page is kept beyond it.
"""

from datetime import timedelta
from functools import partial

from django.db.models import IntegerField, Q, Value

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
from newsroom.prepared import Prepared

# What of a story decides in which lists it stands; the names are those of its versions.
REFILED = {
    "published_at", "expires_at", "kind", "category", "categories", "tags", "bylines", "related", "lead_picture",
    "language", "translation_of", "slug",
}  # fmt: skip


def upcoming(after, until):
    """Yield the moments after the one and up to the other, each with the keys of what changes then.

    One query where nothing is to come; one or two more for each kind of thing that is.
    """
    due = _due(after, until)
    for place in sorted({place for (place,) in _kinds_due(after=after, until=until)}):
        tell = list(due)[place]
        for moment, keys in tell(due[tell]):
            if moment is not None and after < moment <= until:
                yield moment, keys


def _due(after, until):
    """What has a moment after the one and up to the other, by what tells it: each read from the end of an index."""
    return {
        **{
            partial(_stories, moment): Article.objects.filter(_within(moment, after, until), status=Status.PUBLISHED)
            for moment in ("published_at", "expires_at", "live_ended_at")
        },
        _fronts: Placement.objects.filter(Q(ends_at=None) | Q(ends_at__gt=after), ended_at=None, starts_at__lte=until),
        _breaking: BreakingNews.objects.filter(starts_at__lte=until, ends_at__gt=after),
        _live_updates: LiveUpdate.objects.filter(_within("published_at", after, until), is_withdrawn=False),
        _working_copies: WorkingCopy.objects.filter(_within("goes_live_at", after, until)),
        **{
            partial(_rights, model, moment): model.objects.filter(_within(moment, after, until))
            for model in (Picture, Recording, Document)
            for moment in ("usable_from", "usable_until")
        },
    }


def _each_once(after, until):
    for place, rows in enumerate(_due(after, until).values()):
        yield rows.order_by().annotate(due_kind=Value(place, IntegerField())).values_list("due_kind")[:1]


_kinds_due = Prepared(lambda **moments: list(_each_once(**moments)), moments=("after", "until"))


def _within(field, after, until):
    return Q(**{f"{field}__gt": after, f"{field}__lte": until})


def _stories(name, rows):
    moments = dict(rows.values_list("pk", name))
    for pk, story in changes.stories(moments).items():
        enters_or_leaves = name != "live_ended_at"
        yield moments[pk], story.own | story.lists | {page_keys.days()} if enters_or_leaves else story.own


def _fronts(rows):
    decided, rules = {}, {}
    for rule in ZoneRule.objects.filter(ended_at=None):
        decided.setdefault(rule.section_id, []).append(rule)
    for section, zone, starts_at, ends_at, is_pinned in rows.values_list(
        "section_id", "zone", "starts_at", "ends_at", "is_pinned"
    ):
        if section not in rules:
            rules[section] = rules_of(section and Category(pk=section), decided.get(section, ()))
        keys, hours = {page_keys.front(section)}, rules[section][zone].hours
        yield from ((starts_at, keys), (ends_at, keys))
        if ends_at is None and not is_pinned and hours is not None:
            yield starts_at + timedelta(hours=hours), keys


def _breaking(rows):
    midnight = page_keys.midnight()  # it says of which day it is, where that is another
    for starts_at, ends_at in rows.values_list("starts_at", "ends_at"):
        yield from ((moment, {"layout"}) for moment in (starts_at, ends_at, midnight))


def _live_updates(rows):
    for article, moment in rows.values_list("article_id", "published_at"):
        yield moment, {page_keys.live(article)}


def _rights(model, name, rows):
    for row in rows.values():
        yield row[name], changes.of_rights(model, row)


def _working_copies(rows):
    for copy in rows.select_related("revision", "base"):
        yield copy.goes_live_at, changed_by(copy)


def changed_by(copy) -> set[str]:
    """The keys of what shows a story otherwise once the changes that wait are in it.

    Where they file it elsewhere, every page is made anew: which lists it then enters is known when it does.
    """
    keys = {f"article-{copy.article_id}", page_keys.story(copy.article_id), page_keys.SITEMAP_OF_NEWS}
    return keys if REFILED.isdisjoint(copy.changes) else {*keys, EVERYTHING}


pagestore.clocks.append(upcoming)
