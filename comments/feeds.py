"""Feeds of what readers say: under one article, and on the whole site. Only what every reader sees."""

from django.contrib.syndication.views import Feed
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles import page_keys
from articles.feeds import FORMATS, ITEMS, NO_SUCH_FORMAT, printable, titled
from articles.models import Article
from articles.models.site import CommentsPolicy
from comments.changes import EVERY_CONVERSATION, NEWEST, conversation
from comments.models import Comment
from comments.policies import silent
from comments.templatetags.comments import comment_body
from newsroom.pagestore import public

HUSHED = 200  # stories without comments that a feed remembers


class Conversation(Feed):
    """The newest of some comments."""

    def __init__(self, request, format, title, link, comments, keys):
        if format not in FORMATS:
            raise Http404(NO_SUCH_FORMAT)
        self.request, self.feed_type = request, FORMATS[format]
        self.title, self.link, self.feed_url = printable(title), link, request.path
        self.description = self.subtitle = self.title
        self.comments, self.keys = comments, keys

    def items(self):
        newest = self.comments.order_by("-created_at", "-id").select_related("article")
        found = list(newest.defer("path", "signals", "article__body", "article__body_text")[:ITEMS])
        stories = {page_keys.story(item.article_id) for item in found}
        page_keys.shows(self.request, found, keys={"site", EVERY_CONVERSATION, *self.keys, *stories})
        return found

    def item_title(self, item):
        told = {"name": item.name, "headline": item.article.headline}
        # Some programs take a title for HTML and others do not, so it holds nothing that could be either.
        return printable(_("%(name)s, under “%(headline)s”") % told).translate({ord("<"): "‹", ord(">"): "›"})

    def item_description(self, item):
        # What reads feeds takes a description for HTML, in either format.
        return escape(printable(Truncator(item.body).chars(300)))

    def item_author_name(self, item):
        return printable(item.name)

    def item_pubdate(self, item):
        return item.created_at

    def item_updateddate(self, item):
        return item.edited_at or item.created_at

    def item_guid(self, item):
        return f"urn:newsroom:{self.request.get_host()}:comment:{item.public_id}"

    item_guid_is_permalink = False

    def item_extra_kwargs(self, item):
        return {"content": printable(comment_body(item)), "summary": printable(Truncator(item.body).chars(300))}


@public
def newest(request, format):
    """What is said anywhere on the site."""
    visible = Comment.objects.visible()
    found = visible.exclude(article__in=Article.objects.filter(silent()))
    # What would come back if comments were shown again there.
    hushed = visible.filter(article__comments_policy=CommentsPolicy.OFF).order_by("article")
    hushed = hushed.values_list("article", flat=True).distinct()[:HUSHED]
    keys = [page_keys.LATEST, NEWEST, *map(page_keys.story, hushed)]
    return Conversation(request, format, titled(_("Comments")), "/", found, keys)(request)


@public
def article(request, article_id, format):
    """What is said under one article."""
    article = get_object_or_404(Article.objects.published().exclude(silent()), pk=article_id)
    title = _("Comments on “%(headline)s”") % {"headline": article.headline}
    found = Comment.objects.visible().filter(article=article)
    page_keys.shows(request, article)
    keys = [page_keys.story(article.pk), conversation(article.pk)]
    return Conversation(request, format, title, f"{article.get_absolute_url()}#comments", found, keys)(request)
