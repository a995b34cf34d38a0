"""RSS, Atom and JSON Feed: the site, a section, a tag, an author. What is public, whole, with absolute addresses."""

import re

from django.contrib.syndication.views import Feed
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.html import escape, linebreaks

from articles import dossiers, page_keys, renditions
from articles.addresses import issued_authors, issued_dossiers, issued_tags
from articles.context_processors import site_settings
from articles.corrections import listed as listed_corrections
from articles.json_feed import JSONFeed
from articles.models import Article, Byline, Category, Page, Recording
from articles.models.listing import by_author, in_section, with_tag
from articles.models.page import Purpose
from articles.paging import stories_remembered
from articles.rendering import render
from newsroom import pagestore
from newsroom.pagestore import public

ITEMS = 30
# Characters that XML 1.0 cannot hold, however escaped.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class FullRSS(Rss201rev2Feed):
    """RSS with the whole text of each item."""

    def root_attributes(self):
        return super().root_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
        if picture := item.get("picture"):
            size = {name: str(picture[name]) for name in ("width", "height")}
            attributes = {"url": picture["url"], "medium": "image", "type": picture["mime_type"], **size}
            handler.startElement("media:content", attributes)
            for name, said in (("credit", picture["credit"]), ("description", picture["alt"])):
                if said:
                    handler.addQuickElement(f"media:{name}", said)
            handler.endElement("media:content")


class FullAtom(Atom1Feed):
    """Atom with the whole text of each item."""

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


FORMATS = {"rss": FullRSS, "atom": FullAtom, "json": JSONFeed}
NO_SUCH_FORMAT = "Feeds are in RSS, Atom and JSON."


class Stories(Feed):
    """The newest of some articles; what it is about is said when it is made."""

    def __init__(self, request, feed_type, title, link, description, articles):
        self.request, self.feed_type = request, feed_type
        self.title, self.link, self.feed_url = title, link, request.path
        self.description = self.subtitle = description
        self.articles = articles

    def items(self):
        ids = list(self.articles.newest_first().values_list("pk", flat=True)[:ITEMS])
        found = stories_remembered("fed", ids, whole_stories, keys_of_whole)
        pagestore.shows(self.request, *(key for story in found for key in keys_of_whole(story)))
        return found

    def item_title(self, item):
        return printable(item.headline)

    def item_description(self, item):
        # What reads feeds takes a description for HTML, in either format.
        return escape(printable(item.standfirst))

    def item_author_name(self, item):
        return printable(", ".join(byline.author.name for byline in item.writers)) or None

    def item_pubdate(self, item):
        return item.first_published_at

    def item_updateddate(self, item):
        return item.updated_at or item.first_published_at

    def item_guid(self, item):
        # Survives a changed slug: a reader's program never shows the story twice.
        return f"urn:newsroom:{self.request.get_host()}:article:{item.pk}"

    item_guid_is_permalink = False

    def item_enclosures(self, item):
        """The first sound of the story: RSS takes one, and programs for podcasts look for it."""
        recordings = [attachment.recording for attachment in item.attachments.all() if attachment.recording]
        return [
            Enclosure(self.request.build_absolute_uri(recording.file_url), str(recording.size), recording.content_type)
            for recording in recordings
            if recording.kind == Recording.Kind.AUDIO and recording.file and recording.is_usable()
        ][:1]

    def item_categories(self, item):
        # Loaded for many stories at once, they come in an order that depends on which stories these are.
        return [item.category.name, *sorted(tag.name for tag in item.tags.all())]

    def item_extra_kwargs(self, item):
        absolute = self.request.build_absolute_uri
        return {
            "content": printable(render(item.body, base=absolute(item.get_absolute_url())).html),
            "summary": printable(item.standfirst),
            "authors": [
                {"name": printable(byline.author.name), "url": absolute(byline.author.get_absolute_url())}
                for byline in item.writers
            ],
            "language": item.language,
            "picture": self.picture_of(item),
        }

    def picture_of(self, item):
        """The lead picture as readers get it now, as far as its owner allows feeds."""
        picture = item.picture
        if picture is None or not picture.allows_feeds:
            return None
        shape = picture.rendition()
        return {
            "url": self.request.build_absolute_uri(shape.url),
            "mime_type": renditions.CONTENT_TYPES["jpg"],
            "width": shape.width,
            "height": shape.height,
            "alt": printable(item.picture_alt),
            "credit": printable(picture.credit),
            "licence": str(picture.get_licence_display()),
        }


class Corrections(Feed):
    """What was wrong, newest first; an item leads to its story, or to the page of corrections once that is gone."""

    def __init__(self, request, feed_type, page):
        self.request, self.feed_type, self.feed_url = request, feed_type, request.path
        self.link = page.get_absolute_url()
        self.title = self.description = self.subtitle = titled(page.title)

    def items(self):
        found = list(listed_corrections()[:ITEMS])
        page_keys.shows(self.request, found, keys=["site", page_keys.CORRECTIONS])
        return found

    def item_title(self, item):
        return printable(item.article.headline)

    def item_description(self, item):
        return escape(printable(item.text))

    def item_link(self, item):
        address = item.article.get_absolute_url() if item.article.is_public() else self.link
        return f"{address}#correction-{item.pk}"

    def item_pubdate(self, item):
        return item.made_at

    item_updateddate = item_pubdate

    def item_guid(self, item):
        return f"urn:newsroom:{self.request.get_host()}:correction:{item.pk}"

    item_guid_is_permalink = False

    def item_extra_kwargs(self, item):
        content = printable(linebreaks(item.text, autoescape=True))
        return {"content": content, "summary": printable(item.text), "language": item.article.language}


def whole_stories():
    """Articles with all that an item of a feed has of them."""
    whole = Article.objects.select_related("category", "lead_picture__fallback").defer("body_text")
    bylines = Prefetch("bylines", Byline.objects.select_related("author"))
    return whole.prefetch_related(bylines, "tags", "attachments__recording")


def keys_of_whole(story):
    return page_keys.keys_shown(story) | {page_keys.story(story.pk)}


def newest(listing):
    """The articles with which a list begins."""
    return Article.objects.filter(pk__in=listing.ids()[:ITEMS])


def printable(text):
    return _ILLEGAL.sub("", text)


def respond(request, format, title, link, description, articles, *shown, of):
    """Answer with a feed of some articles, whose list has the key `of`; it names what is `shown`."""
    if format not in FORMATS:
        raise Http404(NO_SUCH_FORMAT)
    page_keys.shows(request, *shown, keys=["site", of])
    return Stories(request, FORMATS[format], title, link, description, articles)(request)


@public
def latest(request, format):
    site = site_settings()
    return respond(
        request, format, site.name, "/", site.tagline or site.name, Article.objects.published(), of=page_keys.LATEST
    )


@public
def section(request, slug, format):
    section = get_object_or_404(Category, slug=slug)
    articles = newest(in_section(section))
    return respond(
        request,
        format,
        titled(section.name),
        section.get_absolute_url(),
        section.description,
        articles,
        section,
        of=page_keys.in_section(section.pk),
    )


@public
def tag(request, slug, format):
    tag = get_object_or_404(issued_tags(), slug=slug)
    articles = newest(with_tag(tag))
    return respond(
        request,
        format,
        titled(tag.name),
        tag.get_absolute_url(),
        tag.description,
        articles,
        tag,
        of=page_keys.in_tag(tag.pk),
    )


@public
def author(request, slug, format):
    author = get_object_or_404(issued_authors(), slug=slug)
    pagestore.shows(request, page_keys.profile(author.pk))
    return respond(
        request,
        format,
        titled(author.name),
        author.get_absolute_url(),
        author.bio,
        newest(by_author(author)),
        author,
        of=page_keys.by_author(author.pk),
    )


@public
def corrections(request, slug, format):
    page = get_object_or_404(Page.objects.published(), slug=slug, purpose=Purpose.CORRECTIONS)
    page_keys.shows(request, page)
    return Corrections(request, FORMATS[format], page)(request)


@public
def dossier(request, slug, format):
    dossier = get_object_or_404(issued_dossiers(), slug=slug)
    stories = dossiers.newest(dossier, ITEMS)
    return respond(
        request,
        format,
        titled(dossier.title),
        dossier.get_absolute_url(),
        dossier.description,
        stories,
        dossier,
        of=page_keys.in_dossier(dossier.pk),
    )


def titled(name):
    return f"{name} – {site_settings().name}"
