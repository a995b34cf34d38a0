"""Sitemaps: one file a month of stories, one for everything else, and an index of them.

A month is a stable shard: once it is over, its file changes only when one of its stories does.
"""

from datetime import date, datetime

from django.db.models import Max
from django.db.models.functions import Coalesce, Greatest, TruncMonth
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles import dossiers, page_keys
from articles.models import Article, Author, Category, Page, Tag
from newsroom import pagestore
from newsroom.pagestore import public

XML = "application/xml; charset=utf-8"
# What readers were told: an article changes when it comes out and when an update is announced.
LAST_CHANGE = Greatest("first_published_at", Coalesce("updated_at", "first_published_at"))


@public
def index(request):
    months = (
        Article.objects.published()
        .annotate(month=TruncMonth("first_published_at"))
        .values("month")
        .annotate(changed_at=Max(LAST_CHANGE))
        .order_by("-month")
    )
    maps = [{"path": reverse("articles:sitemap_pages"), "changed_at": None}]
    maps += [
        {
            "path": reverse("articles:sitemap_month", args=[f"{row['month'].year:04}", f"{row['month'].month:02}"]),
            "changed_at": row["changed_at"],
        }
        for row in months
    ]
    return _render(request, "articles/sitemap_index.xml", maps, page_keys.SITEMAPS)


@public
def month(request, year, month):
    try:
        start = date(int(year), int(month), 1)
        end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    except ValueError as error:
        raise Http404("There is no such month.") from error
    if start.year == date.min.year:  # its first hours lie before the beginning of time in half of the zones
        raise Http404("There were no newspapers then.")
    first, last = (timezone.make_aware(datetime(day.year, day.month, day.day)) for day in (start, end))
    articles = (
        Article.objects.published()
        .filter(first_published_at__gte=first, first_published_at__lt=last)
        .annotate(changed_at=LAST_CHANGE)
        .order_by("-first_published_at", "-id")
        .only("slug", "first_published_at", "published_at", "created_at")[:50_000]
    )
    entries = [{"path": article.get_absolute_url(), "changed_at": article.changed_at} for article in articles]
    if not entries:
        raise Http404("Nothing was published in this month.")
    return _render(request, "articles/sitemap.xml", entries, page_keys.sitemap_of(first))


@public
def pages(request):
    public = Article.objects.published().order_by()
    things = [
        *Category.objects.order_by("pk"),  # in one order, so that the file changes only when something in it does
        *Page.objects.published().defer("body").order_by("pk"),
        *Author.objects.filter(bylines__article__in=public).distinct(),
        *Tag.objects.filter(tagged__content_object__in=public).distinct(),
        *dossiers.shown(),
    ]
    entries = [{"path": "/", "changed_at": None}]
    entries += [
        {"path": thing.get_absolute_url(), "changed_at": getattr(thing, "updated_at", None)} for thing in things
    ]
    return _render(request, "articles/sitemap.xml", entries, page_keys.SITEMAP_OF_PAGES)


def _render(request, template, entries, key):
    for entry in entries:
        entry["url"] = request.build_absolute_uri(entry["path"])
    pagestore.shows(request, key)
    return render(request, template, {"entries": entries}, content_type=XML)
