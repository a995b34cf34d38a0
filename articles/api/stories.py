"""What readers' programs may ask for: stories, sections, tags and authors, as public as their pages and kept alike."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest

from articles import live, page_keys
from articles.addresses import issued_authors, issued_tags
from articles.api import told
from articles.api.answering import Refused, public
from articles.api.asking import PAGE, AfterForm, ListForm, NothingForm, asked, cursor_after
from articles.models import Article, Author, Byline, Category, Correction, SiteSettings, Tag
from articles.models.article import Kind
from articles.models.listing import by_author, in_section, with_tag
from articles.rendering import Things, render
from articles.structured_data import moment
from newsroom import keyset

MANY = 100  # tags or authors of one answer
UPDATES = 50  # of live coverage, the newest

# What else is told of a story, by name. Apps above add theirs; each says itself what the answer shows by it.
additions: list[Callable[[HttpRequest, Article], dict]] = []

BYLINES = Prefetch("bylines", Byline.objects.select_related("author"))


@public
def index(request):
    asked(request, NothingForm)
    page_keys.shows(request, keys=["site"])
    addresses = ("articles", "sections", "tags", "authors")
    return {
        "name": SiteSettings.current().name,
        "url": request.build_absolute_uri("/"),
        **{f"{name}_url": request.build_absolute_uri(f"/api/{name}/") for name in addresses},
    }


@public
def articles(request):
    """Public stories, the newest first, from where the last answer ended."""
    wanted = asked(request, ListForm)
    ids, keys = chosen(wanted)
    ids = list(ids[: PAGE + 1])
    found = Article.objects.published().filter(pk__in=ids[:PAGE]).newest_first()
    found = found.select_related("category", "lead_picture__fallback").prefetch_related("tags", BYLINES)
    found = list(found.defer("body", "body_text", "live_summary"))
    # Anybody can make up a moment or a place to go on from: such an answer is for who asked, and none is kept.
    if not wanted["cursor"] and not wanted["since"]:
        page_keys.shows(request, found, *filter(None, map(wanted.get, LISTS)), keys=keys)
    return {
        "articles": [told.card(article, request.build_absolute_uri) for article in found],
        "next": following(request, cursor_after(found[-1])) if len(ids) > PAGE and found else None,
    }


# The lists that can be asked for, from the widest to the narrowest: their rows, and their keys.
LISTS = {
    "section": (in_section, page_keys.in_section),
    "tag": (with_tag, page_keys.in_tag),
    "author": (by_author, page_keys.by_author),
}


def chosen(wanted):
    """The ids of what is asked for, the newest first, and the keys of the lists that they are taken from."""
    lists = [(*LISTS[name], wanted[name]) for name in LISTS if wanted[name]]
    if lists:
        *others, (rows_of, _, thing) = lists
        found, story, of = rows_of(thing).public(), "article", "article__"
        keys = [key_of(one.pk) for _, key_of, one in lists] + [page_keys.LATEST] * bool(others)
        for rows_of, _, other in others:
            found = found.filter(Exists(rows_of(other).filter(article=OuterRef("article"))))
    else:
        found, keys, story, of = Article.objects.published(), [page_keys.LATEST], "pk", ""
    if wanted["kind"]:
        found = found.filter(**{f"{of}kind": wanted["kind"]})
    if wanted["since"]:
        found = found.filter(published_at__gte=wanted["since"])
    if wanted["cursor"]:
        found = keyset.after(found, ("-published_at", f"-{story}"), wanted["cursor"])
    return found.newest_first().values_list(story, flat=True), keys


def following(request, cursor):
    """The address of what comes after a cursor, with all else that was asked for."""
    ignored = settings.PAGE_STORE_IGNORED
    query = {name: value for name, value in request.GET.items() if not name.startswith(ignored)} | {"cursor": cursor}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


@public
def article(request, article):
    """One story, whole."""
    asked(request, NothingForm)
    story = (
        Article.objects.once_public()
        .filter(pk=article)
        .select_related("category", "lead_picture__fallback")
        .prefetch_related("tags", BYLINES)
        .defer("body_text")
        .annotate(is_corrected=Exists(Correction.objects.filter(article=OuterRef("pk"))))
        .first()
    )
    if story is None:
        raise Refused(404, f"There is no story {article}.")
    if not story.is_public():
        raise Refused(410, "This story was taken off the site.")
    corrections = list(story.corrections.all()) if story.is_corrected else []
    page_keys.shows(request, story, corrections, keys=[page_keys.story(story.pk), page_keys.live(story.pk)])
    absolute = request.build_absolute_uri
    answer = told.card(story, absolute) | {
        "body": render(story.body, base=absolute(story.get_absolute_url())).html,
        "corrections": [told.correction(one) for one in corrections],
        "source": told.source(story),
        "reviewed": story.reviewed,
        "rating": None if story.rating is None else float(story.rating),
        "live": coverage(request, story) if story.kind == Kind.LIVE else None,
    }
    if answer["picture"]:
        answer["picture"]["renditions"] = told.files(story.picture, absolute)
    for addition in additions:
        answer |= addition(request, story)
    return answer


def coverage(request, story):
    """Live coverage: whether it goes on, its summary, and the newest of its updates."""
    base = request.build_absolute_uri(story.get_absolute_url())
    found = list(live.out(story).filter(is_withdrawn=False).select_related("author")[:UPDATES])
    page_keys.shows(request, found)
    things = Things.of(story.live_summary, *(update.body for update in found))
    return {
        "is_running": live.is_running(story),
        "ended_at": moment(story.live_ended_at) or None,
        "summary": render(story.live_summary, base=base, things=things).html,
        "updates": [
            {
                "id": update.pk,
                "url": f"{base}#update-{update.pk}",
                "headline": update.headline,
                "body": render(update.body, base=base, things=things).html,
                "author": told.filed(update.author, request.build_absolute_uri) if update.author else None,
                "published_at": moment(update.published_at),
                "is_key_point": update.is_key_point,
                "correction": update.correction,
            }
            for update in found
        ],
    }


@public
def sections(request):
    """Every section, each after the one it stands under."""
    asked(request, NothingForm)
    found = list(Category.objects.with_tree_fields())
    page_keys.shows(request, found, keys=[page_keys.SECTIONS])
    slugs = {category.pk: category.slug for category in found}
    absolute = request.build_absolute_uri
    return {
        "sections": [
            told.filed(one, absolute)
            | {"description": one.description, "parent": slugs.get(one.parent_id), "articles_url": _of(request, one)}
            for one in found
        ]
    }


@public
def tags(request):
    """The tags that readers know of, by slug."""
    found, more = after(request, issued_tags(), page_keys.TAGS)
    return {
        "tags": [
            told.filed(one, request.build_absolute_uri)
            | {"description": one.description, "articles_url": _of(request, one)}
            for one in found
        ],
        "next": more,
    }


@public
def authors(request):
    """The authors that readers know of, by slug."""
    things, profile = issued_authors().select_related("picture__fallback"), page_keys.profile
    found, more = after(request, things, page_keys.AUTHORS, lambda author: [profile(author.pk)])
    absolute = request.build_absolute_uri
    return {
        "authors": [
            told.filed(one, absolute)
            | {
                "role": one.role,
                "bio": one.bio,
                "links": one.all_links,
                "picture": told.picture(one.portrait, absolute),
                "articles_url": _of(request, one),
            }
            for one in found
        ],
        "next": more,
    }


def after(request, things, key, keys_of=lambda thing: []):
    """Return what follows by slug on what was told last, and the address of what follows on that.

    What has a page becomes more with whatever is published, so the list is as old as the newest story. It is kept
    from its beginning on alone, as anybody can make up another place.
    """
    start = asked(request, AfterForm)["cursor"]
    found = list(things.filter(slug__gt=start).order_by("slug")[: MANY + 1])
    if not start:
        keys = [page_keys.LATEST, key, *(one for thing in found[:MANY] for one in keys_of(thing))]
        page_keys.shows(request, found[:MANY], keys=keys)
    more = following(request, found[MANY - 1].slug) if len(found) > MANY else None
    return found[:MANY], more


_PARAMETERS = {Category: "section", Tag: "tag", Author: "author"}


def _of(request, thing):
    query = urlencode({_PARAMETERS[type(thing)]: thing.slug})
    return request.build_absolute_uri(f"/api/articles/?{query}")
