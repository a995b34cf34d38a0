"""Sitemaps: one file a month of stories, one for everything else, an index of them, and one of what is new.

A month is a stable shard: once it is over, its file changes only when one of its stories does. It is a month of UTC,
as the database counts them, so that the index asks for a line a month and not for every story.
"""

from datetime import UTC, datetime

from django.db.models import Max
from django.db.models.functions import Coalesce, Greatest, TruncMonth
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles import dossiers, page_keys
from articles.addresses import is_listed
from articles.languages import Language
from articles.models import Article, Author, Category, Listing, Month, Page, Tag
from articles.models.article import Status
from newsroom import pagestore
from newsroom.pagestore import public

NEWS = 1000  # stories that the sitemap of news may have
_CHINESE = {Language.ZH_HANS: "zh-cn", Language.ZH_HANT: "zh-tw"}  # where it wants a region, and not a script
XML = "application/xml; charset=utf-8"
# What readers were told: an article changes when it comes out and when an update is announced.
LAST_CHANGE = Greatest("first_published_at", Coalesce("updated_at", "first_published_at"))


@public
def index(request):
    now = timezone.now().astimezone(UTC)
    maps = [{"path": reverse("articles:sitemap_pages"), "changed_at": None}]
    over = Article.objects.filter(status=Status.PUBLISHED, expires_at__lte=now)
    over = over.annotate(month=TruncMonth("first_published_at", tzinfo=UTC)).values_list("month", flat=True).distinct()
    doubtful = {f"{month:%Y-%m}" for month in over}
    path = reverse("articles:sitemap_month", args=["0000", "00"])  # once, since there may be thousands
    for row in Month.objects.exclude(number=0).filter(month__lte=f"{now:%Y-%m}").order_by("-month"):
        year, month = row.month.split("-")
        changed_at = row.changed_at
        if changed_at > now or row.month in doubtful:  # some of its stories are still to come or over, or all of them
            changed_at = stories_of(int(year), int(month)).aggregate(last=Max(LAST_CHANGE))["last"]
        if changed_at is not None:
            maps.append({"path": path.replace("0000-00", row.month), "changed_at": changed_at})
    return _render(request, "articles/sitemap_index.xml", maps, page_keys.SITEMAPS)


@public
def month(request, year, month):
    try:
        stories = stories_of(int(year), int(month))
    except ValueError as error:
        raise Http404("There is no such month.") from error
    articles = (
        stories.annotate(changed_at=LAST_CHANGE)
        .order_by("-first_published_at", "-id")
        .only("slug", "first_published_at", "published_at", "created_at")[:50_000]
    )
    entries = [{"path": article.get_absolute_url(), "changed_at": article.changed_at} for article in articles]
    if not entries:
        raise Http404("Nothing was published in this month.")
    return _render(request, "articles/sitemap.xml", entries, page_keys.sitemap(year, month))


def stories_of(year, month):
    """The public stories that first came out in a month. Raises ValueError where there is no such month."""
    start = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return Article.objects.published().filter(first_published_at__gte=start, first_published_at__lt=end)


@public
def news(request):
    """What came out within two days, as search engines for news want it: no more, and nothing older."""
    stories = Article.objects.published().filter(first_published_at__gt=timezone.now() - page_keys.NEWS_FOR)
    stories = stories.order_by("-first_published_at", "-id").only(
        "headline", "language", "slug", "first_published_at", "published_at", "created_at"
    )[:NEWS]
    entries = [
        {"path": story.get_absolute_url(), "story": story, "language": _CHINESE.get(story.language, story.language)}
        for story in stories
    ]
    if entries:
        pagestore.shows(request, until=entries[-1]["story"].first_published_at + page_keys.NEWS_FOR)
    pagestore.shows(request, "site")
    return _render(request, "articles/sitemap_news.xml", entries, page_keys.SITEMAP_OF_NEWS)


@public
def pages(request):
    things = [
        *Category.objects.order_by("pk"),  # in one order, so that the file changes only when something in it does
        *Page.objects.published().defer("body").order_by("pk"),
        *Author.objects.filter(is_listed(Listing.Kind.AUTHOR)),
        *Tag.objects.filter(is_listed(Listing.Kind.TAG)),
        *dossiers.shown(),
    ]
    entries = [{"path": "/", "changed_at": None}]
    entries += [
        {"path": thing.get_absolute_url(), "changed_at": getattr(thing, "updated_at", None)} for thing in things
    ]
    return _render(request, "articles/sitemap.xml", entries, page_keys.SITEMAP_OF_PAGES)


def _render(request, template, entries, key):
    site = request.build_absolute_uri("/").removesuffix("/")
    for entry in entries:
        entry["url"] = site + entry["path"]
    pagestore.shows(request, key)
    return render(request, template, {"entries": entries}, content_type=XML)
