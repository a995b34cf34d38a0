"""The names of what public pages show, and what a page shows: each thing by itself, and each list a story may be in.

`article-12` is on every page that shows a card of it, `story-12` where its text is. A list has a name of its own:
it changes when a story enters or leaves it, and not when one of its cards does.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, timedelta

from django.core.paginator import Page as PageOfList
from django.db.models import Model, QuerySet
from django.shortcuts import render
from django.utils import timezone

from articles import speculation
from articles.dossiers import Place
from articles.models import Article, Author, Category, Document, Dossier, LiveUpdate, Page, Picture, Recording, Tag
from articles.models.picture import keys_in
from articles.models.recording import keys_of
from newsroom import pagestore
from newsroom.clock import site_time

FRAME = {"site", "layout"}  # what every page of HTML has around it
LATEST, CORRECTIONS, DOSSIERS, MASTHEAD, SECTIONS, TAGS, AUTHORS, SITEMAPS, SITEMAP_OF_PAGES, SITEMAP_OF_NEWS = (
    "latest", "corrections", "series", "masthead", "sections", "tags", "authors", "sitemaps", "sitemap-pages",
    "sitemap-news",
)  # fmt: skip
NEWS_FOR = timedelta(hours=48)  # after it first came out, as search engines want it
_NAMED = {Article: "article", Author: "author", Category: "section", Dossier: "dossier", Page: "page", Tag: "tag"}
_NAMED_BY_KEY = {Picture: "picture", Recording: "recording", Document: "document"}


def key_of(thing: Model) -> str | None:
    """The name of a thing that cards and pages show; None for one that only joins others."""
    if name := _NAMED.get(type(thing)):
        return f"{name}-{thing.pk}"
    if name := _NAMED_BY_KEY.get(type(thing)):
        return f"{name}-{thing.key}"
    return None


def front(section: Category | int | None) -> str:
    """What is placed on a front: of a section, or of the home page."""
    return f"front-{getattr(section, 'pk', section)}" if section else "front"


def in_section(pk):
    """The stories of a section and of all below it."""
    return f"in-section-{pk}"


def beside_section(pk):
    """The newest of a section alone, which stand beside its stories."""
    return f"beside-section-{pk}"


def in_tag(pk):
    return f"in-tag-{pk}"


def by_author(pk):
    return f"by-author-{pk}"


def in_dossier(pk):
    return f"in-dossier-{pk}"


def profile(pk):
    """What is told of an author besides the name."""
    return f"profile-{pk}"


def story(pk):
    """The text of a story, and what stands on its own page alone."""
    return f"story-{pk}"


def live(pk):
    return f"live-{pk}"


def recommendations(pk):
    return f"recommendations-{pk}"


def holding(key):
    """The stories that hold a recording or a document."""
    return f"holding-{key}"


def archive(moment) -> list[str]:
    """The year, the month and the day of a moment, in the site's time zone."""
    day = site_time(moment)
    return [f"archive-{day:%Y}", f"archive-{day:%Y-%m}", f"archive-{day:%Y-%m-%d}"]


def days():
    """On which days anything came out at all: the ways from one to the next."""
    return "archive"


def sitemap(year, month) -> str:
    return f"sitemap-{year}-{month}"


def sitemap_of(moment) -> str:
    """The month of UTC in which a story first came out."""
    return f"sitemap-{moment.astimezone(UTC):%Y-%m}"


def sitemap_of_news(moment) -> set[str]:
    """The sitemap of what is new, where a story that first came out at a moment is in it."""
    return {SITEMAP_OF_NEWS} if moment > timezone.now() - NEWS_FOR else set()


def midnight():
    """The next moment at which the site has another date."""
    tomorrow = site_time() + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def shows(request, *things, keys: Iterable[str] = (), **limits) -> None:
    """Say that the page being made shows these things and all that was loaded with them; asks the database nothing.

    A thing may be a row, anything that holds rows, or a whole context. `keys` are of lists, `limits` as in
    pagestore.shows().
    """
    pagestore.shows(request, *keys, *keys_shown(*things), **limits)


def keys_shown(*things) -> set[str]:
    """The keys of these things and of all that was loaded with them."""
    found: set[str] = set()
    for thing in things:
        _collect(thing, found, set())
    return found


def rendered(request, template, context, *, keys: Iterable[str] = (), **limits):
    """Render a page of HTML, and say that it shows what is in its context, these lists and the frame around it."""
    response = render(request, template, context)
    speculation.preload(response)
    # A story's first visit stays within ten requests; pages for no search engine are read without a connection too.
    if "article" not in context and not context.get("noindex"):
        speculation.offer(response)
    shows(request, context, keys=(*FRAME, *keys), **limits)
    return response


def _collect(thing, found, seen):
    if isinstance(thing, Model):
        _collect_row(thing, found, seen)
    elif isinstance(thing, dict):
        for value in thing.values():
            _collect(value, found, seen)
    elif isinstance(thing, QuerySet):
        _collect(thing._result_cache or (), found, seen)
    elif isinstance(thing, PageOfList):
        _collect(thing.object_list, found, seen)
    elif isinstance(thing, Place):
        _collect((thing.dossier, thing.listed, thing.previous, thing.next), found, seen)
    elif is_dataclass(thing):
        for field in fields(thing):
            _collect(getattr(thing, field.name), found, seen)
    elif isinstance(thing, (list, tuple, set)):
        for one in thing:
            _collect(one, found, seen)


def _collect_row(row, found, seen):
    if id(row) in seen:
        return
    seen.add(id(row))
    if isinstance(seen, _WithinRow):
        found |= _keys_of_row(row, seen)
    else:
        found |= pagestore.found_out(row, "keys", lambda: _keys_of_row(row, _WithinRow([id(row)])))


class _WithinRow(set):
    """What was seen of one row and of all that was loaded with it."""


def _keys_of_row(row, seen):
    found = set()
    if key := key_of(row):
        found.add(key)
    if isinstance(row, (Article, Page, LiveUpdate)):
        for name in ("body", "live_summary"):
            _collect_text(row.__dict__.get(name) or "", found)
    for related in row._state.fields_cache.values():
        _collect(related, found, seen)
    for related in getattr(row, "_prefetched_objects_cache", {}).values():
        _collect(related, found, seen)
    return found


def _collect_text(body, found):
    found.update(f"picture-{key}" for key in keys_in(body))
    found.update(f"{kind}-{key}" for kind, keys in keys_of(body).items() for key in keys)
