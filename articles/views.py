"""The reader's pages. Each is the same for everybody: no cookie, no name, nothing of one visitor."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles import dossiers, frontpage, interviews, most_read, page_keys, related
from articles import search as searching
from articles.addresses import gone, is_canonical, is_once_public, issued_authors, issued_dossiers, issued_tags
from articles.corrections import listed as listed_corrections
from articles.live_pages import coverage as live_coverage
from articles.models import Article, Author, Byline, Correction, Page, Part, Recommendation, Tag
from articles.models.article import Kind
from articles.models.frontpage import Fill, Zone
from articles.models.listing import by_author, in_section, with_tag
from articles.models.page import Purpose
from articles.page_keys import rendered
from articles.paging import LongPaginator, cards, long_page, numbered, page_numbers, page_of
from articles.rendering import COLUMN, ESSAY
from articles.rendering import render as render_body
from articles.speculation import preload
from newsroom.pagestore import public
from newsroom.prepared import Prepared, hold, is_held

MOST_READ = 4  # stories in the rail beside an article
LAYOUTS = {
    Kind.OPINION: "articles/opinion.html",
    Kind.PHOTO_ESSAY: "articles/photo_essay.html",
    Kind.LIVE: "articles/live.html",
}


def canonical(request, path):
    """Return the absolute address of a page, without whatever else was in the query but its number."""
    number = request.GET.get("page", "")
    return request.build_absolute_uri(path) + (
        f"?page={number}" if number.isascii() and number.isdecimal() and number != "1" else ""
    )


def list_context(request, path, ids, key):
    page = page_of(request, ids, key=key)
    return {
        "page": page,
        "page_numbers": page_numbers(page),
        "stories": page.object_list,
        "canonical": canonical(request, path),
    }


def feed_links(title, name, *args):
    return [
        {
            "title": f"{title} ({label})",
            "url": reverse(name, args=[*args, format_]),
            "type": type_,
        }
        for label, format_, type_ in (
            ("RSS", "rss", "application/rss+xml"),
            ("Atom", "atom", "application/atom+xml"),
            ("JSON", "json", "application/feed+json"),
        )
    ]


@public
def front(request):
    front = frontpage.compose()
    return rendered(
        request,
        "articles/front.html",
        {
            "front": front,
            "sections": front.menu,
            "today": timezone.localdate(),
            "canonical": request.build_absolute_uri("/"),
            "feeds": feed_links(_("Latest stories"), "articles:feed"),
        },
        keys=[*keys_of_front(front), page_keys.LATEST],
        until=page_keys.midnight(),  # it bears the date
        **limits_of_front(front),
    )


def keys_of_front(front, section=None):
    """The keys of what is placed on a front, of the lists its rules name, and of those whose opinions stand there."""
    yield page_keys.front(section)
    for story in front.opinion:
        yield from (page_keys.profile(byline.author_id) for byline in story.writers[:1])
    for rule in front.rules.values():
        if rule.fill == Fill.TAG:
            yield page_keys.in_tag(rule.tag_id)
        elif rule.fill == Fill.DOSSIER:
            yield page_keys.in_dossier(rule.dossier_id)


def limits_of_front(front):
    """What is read most changes with every reader; a front that shows it is looked at again as often as the order."""
    return {"seconds": most_read.KEPT} if front.rules[Zone.MOST_READ].size else {}


@public
def section(request, slug):
    section = frontpage.section_with(slug)
    if section is None:
        raise Http404("There is no such section.")
    family = frontpage.family_of(section)
    path = section.get_absolute_url()
    keys, limits = [page_keys.in_section(section.pk)], {}
    page = long_page(request, in_section(section).ids(), key=keys[0])
    listed = list(page.object_list)
    if page.number == 1:
        front = frontpage.compose(section, listed=listed)
        context = {"front": front, "stories": front.listed, "sections": front.menu}
        keys += keys_of_front(front, section)
        limits = limits_of_front(front)
    else:
        context = {"stories": cards(listed)}
    context |= {
        "page": page,
        "page_numbers": page_numbers(page),
        "canonical": canonical(request, path),
        "section": section,
        "subsections": [category for category in family if category.parent_id == section.pk],
        "feeds": feed_links(section.name, "articles:section_feed", section.slug),
    }
    return rendered(request, "articles/section.html", context, keys=keys, **limits)


@public
def tag(request, slug):
    tag = get_object_or_404(issued_tags(), slug=slug)
    key = page_keys.in_tag(tag.pk)
    context = list_context(request, tag.get_absolute_url(), with_tag(tag).ids(), key) | {
        "tag": tag,
        "feeds": feed_links(tag.name, "articles:tag_feed", tag.slug),
    }
    return rendered(request, "articles/tag.html", context, keys=[key])


@public
def author(request, slug):
    author = get_object_or_404(issued_authors().select_related("picture__fallback"), slug=slug)
    key = page_keys.by_author(author.pk)
    context = list_context(request, author.get_absolute_url(), by_author(author).ids(), key) | {
        "author": author,
        "feeds": feed_links(author.name, "articles:author_feed", author.slug),
    }
    return rendered(request, "articles/author.html", context, keys=[key, page_keys.profile(author.pk)])


@public
def dossier(request, slug):
    """A series, a package or a topic."""
    dossier = get_object_or_404(issued_dossiers().select_related("picture__fallback"), slug=slug)
    key = page_keys.in_dossier(dossier.pk)
    context = list_context(request, dossier.get_absolute_url(), dossiers.ids(dossier), key) | {
        "dossier": dossier,
        "feeds": feed_links(dossier.title, "articles:dossier_feed", dossier.slug),
    }
    return rendered(request, "articles/dossier.html", context, keys=[key])


@public
def all_dossiers(request):
    page = numbered(request, dossiers.shown().select_related("picture__fallback"))
    return rendered(
        request,
        "articles/dossiers.html",
        {
            "page": page,
            "page_numbers": page_numbers(page),
            "dossiers": page.object_list,
            "canonical": canonical(request, request.path),
        },
        keys=[page_keys.DOSSIERS],
    )


@public
def saved(request):
    """The stories a reader kept for later, listed by script: only the reader's own device knows them."""
    context = {"canonical": request.build_absolute_uri(request.path), "noindex": True}
    return rendered(request, "articles/saved.html", context)


@public
def detail(request, year, month, day, slug):
    article = next(iter(_with_slug.rows(slug=slug)), None)
    if article is None:
        raise Http404("There is no such article.")
    if not is_canonical(request, article):
        # The day belongs to the first publication. Another one was never issued, unless it is remembered as former.
        raise Http404("There is no such article on this day.")
    if not article.is_public():
        if is_once_public(article):
            return gone(request, article)
        raise Http404("There is no such article.")
    hold(article, "tags", Tag.objects.all(), _tags.rows(article=article.pk))
    context = article_context(request, article)
    keys = keys_of_article(article, context)
    if request.GET.get("view") == "reading":
        return rendered(request, "articles/reading.html", context | {"noindex": True}, keys=keys)
    return rendered(request, layout(article), context, keys=keys)


@Prepared
def _with_slug(slug):
    return (
        Article.objects.filter(slug=slug)
        .select_related("category__parent", "lead_picture__fallback")
        .defer("body_text")
        .annotate(is_corrected=Exists(Correction.objects.filter(article=OuterRef("pk"))))
        .annotate(is_part=Exists(Part.objects.filter(article=OuterRef("pk"))))
        .annotate(recommended=recommended_times(OuterRef("pk")))
        .order_by("pk")[:1]
    )


@Prepared
def _tags(article):
    return Tag.objects.filter(tagged__content_object=article)


@Prepared
def _bylines(article):
    return Byline.objects.filter(article=article).select_related("author__picture__fallback")


def keys_of_article(article, context):
    """The keys of what an article's page shows besides the things on it: its lists, and what is told of its authors."""
    yield page_keys.story(article.pk)
    yield page_keys.live(article.pk)
    yield page_keys.beside_section(article.category_id)
    yield from (page_keys.in_tag(tag.pk) for tag in article.tags.all())
    yield from (page_keys.profile(byline.author_id) for byline in article.bylines.all())
    yield from (page_keys.in_dossier(place.dossier.pk) for place in context["places"])


def recommended_times(article):
    """How many recommend a story, to be counted within another query."""
    counted = Recommendation.objects.filter(article=article).order_by().values("article").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def layout(article):
    return LAYOUTS.get(article.kind, "articles/article.html")


def article_context(request, article):
    """What an article's page shows; the desk's preview uses it too."""
    body = render_body(article.body, layout=ESSAY if article.kind == Kind.PHOTO_ESSAY else COLUMN)
    places = dossiers.places(article) if getattr(article, "is_part", True) else []
    read = most_read.ids("day", number=MOST_READ)
    stories, translations, article.read_beside = related.beside(article, places, also=read)
    if not is_held(article, "bylines"):
        hold(article, "bylines", Byline.objects.all(), _bylines.rows(article=article.pk))
    corrections = list(article.corrections.all()) if getattr(article, "is_corrected", True) else []
    return {
        "article": article,
        **(live_coverage(request, article) if article.kind == Kind.LIVE else {}),
        "corrections": corrections,
        "material_correction": next((one for one in reversed(corrections) if one.is_material), None),
        "body": interviews.with_questions(body.html) if article.kind == Kind.INTERVIEW else body.html,
        "contents": body.contents,
        "places": places,
        "related": stories,
        "translations": translations,
        "alternates": alternates(request, article, translations),
        "canonical": request.build_absolute_uri(article.get_absolute_url()),
        "feeds": feed_links(_("Latest stories"), "articles:feed"),
    }


def alternates(request, article, translations):
    """The same story in each language, itself among them, as search engines want it; nothing where there is one."""
    addresses = {}
    for story in sorted([article, *translations], key=lambda story: (story.pk != article.pk, story.pk)):
        addresses.setdefault(story.language, request.build_absolute_uri(story.get_absolute_url()))
    return sorted(addresses.items()) if len(addresses) > 1 else []


@public
def archive(request, year, month=None, day=None):
    """The stories of a year, a month or a day, by the day they first came out, in the site's time zone."""
    try:
        start = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise Http404("There is no such day.") from error
    if not 1605 <= start.year <= 2999:
        raise Http404("There were no newspapers then.")
    if day:
        end, heading, name = start + timedelta(days=1), date_format(start), "articles:archive_day"
    elif month:
        end, heading, name = _next_month(start), date_format(start, "YEAR_MONTH_FORMAT"), "articles:archive_month"
    else:
        end, heading, name = date(start.year + 1, 1, 1), str(start.year), "articles:archive_year"
    everything = Article.objects.published().order_by("-first_published_at", "-id")
    within = everything.filter(first_published_at__gte=_midnight(start), first_published_at__lt=_midnight(end))
    moments = everything.values_list("first_published_at", flat=True)
    before = moments.filter(first_published_at__lt=_midnight(start)).first()
    after = moments.filter(first_published_at__gte=_midnight(end)).last()
    args = [part for part in (year, month, day) if part]
    key = page_keys.archive(_midnight(start))[len(args) - 1]
    context = list_context(request, reverse(name, args=args), within.values_list("pk", flat=True), key)
    if not context["page"].paginator.count and start > timezone.localdate():
        raise Http404("That day has not come yet.")
    parts = len(args)
    context |= {
        "heading": heading,
        "previous": before and _period(timezone.localtime(before), parts),
        "next": after and _period(timezone.localtime(after), parts),
        "up": [
            {"label": year, "url": reverse("articles:archive_year", args=[year])},
            {"label": date_format(start, "F"), "url": reverse("articles:archive_month", args=[year, month or "01"])},
        ][: parts - 1],
        "periods": [_period(moment, parts + 1) for moment in _periods(within, parts)],
        "noindex": not context["page"].paginator.count,
    }
    return rendered(request, "articles/archive.html", context, keys=[key, page_keys.days()])


def _midnight(day):
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _next_month(day):
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _periods(articles, parts):
    """The months of a year, or the days of a month, on which something came out; none below a day."""
    if parts == 3:
        return []
    return articles.order_by().datetimes("first_published_at", ("month", "day")[parts - 1])


def _period(moment, parts):
    name = ("articles:archive_year", "articles:archive_month", "articles:archive_day")[parts - 1]
    args = [f"{moment.year:04}", f"{moment.month:02}", f"{moment.day:02}"][:parts]
    return {
        "label": date_format(moment, ("Y", "YEAR_MONTH_FORMAT", "DATE_FORMAT")[parts - 1]),
        "url": reverse(name, args=args),
    }


@public
def search(request):
    query = request.GET.get("q", "").strip()[: searching.MAX_QUERY]
    found = searching.ranked_ids(query) if query else []
    page = page_of(request, found)
    texts = dict(
        Article.objects.filter(pk__in=[article.pk for article in page.object_list]).values_list("pk", "body_text")
    )
    response = render(
        request,
        "articles/search.html",
        {
            "query": query,
            "page": page,
            "page_numbers": page_numbers(page),
            "total": len(found),
            "is_cut": len(found) == searching.MAX_HITS,
            "results": [
                {"article": article, "snippet": searching.snippet(texts[article.pk], query)}
                for article in page.object_list
            ],
            "noindex": bool(query),
            "canonical": request.build_absolute_uri(request.path),
        },
    )
    return preload(response)


LISTS_OF_PAGES = {Purpose.CORRECTIONS: (page_keys.CORRECTIONS,), Purpose.MASTHEAD: (page_keys.MASTHEAD,)}


@public
def page(request, slug):
    page = get_object_or_404(Page.objects.published(), slug=slug)
    body = render_body(page.body)
    context = {
        "page_content": page,
        "body": body.html,
        "contents": body.contents,
        "canonical": request.build_absolute_uri(page.get_absolute_url()),
        **added(request, page),
    }
    keys = LISTS_OF_PAGES.get(page.purpose, ())
    for person in context.get("people", ()):
        keys += (page_keys.profile(person.pk), page_keys.by_author(person.pk))
    return rendered(request, "articles/page.html", context, keys=keys)


def added(request, page):
    """What a page shows below its text, by its purpose."""
    if page.purpose == Purpose.MASTHEAD:
        has_page = Exists(issued_authors().filter(pk=OuterRef("pk")))
        people = Author.objects.filter(is_on_masthead=True).select_related("picture__fallback")
        return {"people": list(people.annotate(has_page=has_page))}
    if page.purpose == Purpose.CORRECTIONS:
        corrections = numbered(request, listed_corrections(), paginator=LongPaginator)
        return {
            "page": corrections,
            "page_numbers": page_numbers(corrections),
            "canonical": canonical(request, page.get_absolute_url()),
            "feeds": feed_links(page.title, "articles:corrections_feed", page.slug),
        }
    return {}
