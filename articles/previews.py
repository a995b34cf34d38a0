"""An article as readers would get it, with what is not published or not even stored yet; nothing is written for it."""

from django.shortcuts import render
from django.utils import timezone

from articles import revisions, working_copies
from articles.models import Article, Author, Byline, Tag
from articles.models.article import count_words
from articles.views import article_context, layout
from newsroom import html
from newsroom.prepared import hold


def in_hand(article: Article, values: dict) -> Article:
    """Return the article with a snapshot's values, or a part of them, put in. It is to be shown, not to be saved."""
    shown = Article.objects.select_related("category__parent", "lead_picture__fallback", "translation_of").get(
        pk=article.pk
    )
    values = revisions.without_what_is_gone(values)
    revisions.put(shown, values)
    shown.body = html.clean(shown.body)
    shown.body_text = html.text(shown.body)
    shown.word_count = count_words(shown.body_text)
    shown.slug = shown.slug or shown.free_slug(shown.headline)
    if "tags" in values:
        known = {tag.name: tag for tag in Tag.objects.filter(name__in=values["tags"])}
        hold(shown, "tags", Tag.objects.all(), [known[name] for name in values["tags"] if name in known])
    if "bylines" in values:
        authors = Author.objects.select_related("picture__fallback").in_bulk(author for author, _ in values["bylines"])
        bylines = [Byline(article=shown, author=authors[author], role=role) for author, role in values["bylines"]]
        hold(shown, "bylines", Byline.objects.all(), bylines)
    if "related" in values:
        shown.chosen_stories = values["related"]
    return shown


def at_the_desk(article: Article) -> Article:
    """Return the article as the desk has it: with what waits in its working copy."""
    copy = working_copies.of(article)
    return in_hand(article, copy.changes if copy else {})


def page(request, shown: Article, template=None, status=200, **context):
    """Answer with the article's page, in no cache and in no index."""
    context = {**article_context(request, shown), "is_preview": True, "noindex": True, **context}
    with timezone.override(None):  # readers get the site's time, whatever the time of whoever looks
        response = render(request, template or layout(shown), context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
