import re

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import pgettext_lazy

from articles import structured_data
from articles.models.site import CommentsPolicy
from comments.addresses import addresses_in
from comments.changes import EVERY_CONVERSATION
from comments.changes import conversation as conversation_of
from comments.policies import rules_for
from comments.structured_data import of_conversation
from comments.threads import Conversation
from newsroom import pagestore
from newsroom.html import json_for_page

register = template.Library()

ORDER_LABELS = {
    "best": pgettext_lazy("order of comments", "Best"),
    "newest": pgettext_lazy("order of comments", "Newest"),
    "oldest": pgettext_lazy("order of comments", "Oldest"),
}


@register.inclusion_tag("comments/thread.html", takes_context=True)
def comment_thread(context, article):
    """Show the conversation under an article: at most six queries, however many comments there are.

    ?order= sorts it, ?thread=ID asks for one thread by itself, ?comments= leads on from where a page ended.
    """
    shown = _shown(context, article)
    if shown is None:
        return {"shown": False}
    rules, conversation, asked = shown
    after, single = asked.get("comments", ""), asked.get("thread", "")
    page = conversation.thread(single, after) if single else None
    page = page or (conversation.page(after) if after else conversation.first_page)
    return {
        "shown": True,
        "article": article,
        "page": page,
        "total": conversation.total,
        "whole": conversation.url(),
        "orders": [
            {
                "name": name,
                "label": label,
                "url": conversation.url(order=name),
                "is_current": name == conversation.order,
            }
            for name, label in ORDER_LABELS.items()
        ],
        "is_open": rules.take_comments(article),
    }


@register.inclusion_tag("comments/head.html", takes_context=True)
def story_data(context, article):
    """Print what programs are told of a story and of its comments, and where to follow these; for the page's head."""
    request = context["request"]
    told = structured_data.news_article(article, context["site"], request.build_absolute_uri)
    shown = _shown(context, article)
    if shown is not None:
        told |= of_conversation(shown[1].total, editors_picks(context, article), request.build_absolute_uri)
    return {"article": article, "told": json_for_page(told), "has_comments": shown is not None}


@register.simple_tag(takes_context=True)
def editors_picks(context, article):
    """Return the comments that editors picked, for beside the article: they come with comment_thread's first page."""
    shown = _shown(context, article)
    return [] if shown is None or {"comments", "thread"} & shown[2].keys() else shown[1].picks


def _shown(context, article):
    """What several parts of an article's page show of its comments, found once; None where there are none."""
    if not hasattr(article, "shown_conversation"):
        asked = context["request"].GET if "request" in context else {}
        rules = rules_for(article, context.get("site"))
        conversation = Conversation(article, asked.get("order", ""))
        if "request" in context:
            keys = (conversation_of(article.pk), EVERY_CONVERSATION)
            pagestore.shows(context["request"], *keys, until=to_come(rules.closes_at(article)))
        article.shown_conversation = None if rules.mode == CommentsPolicy.OFF else (rules, conversation, asked)
    return article.shown_conversation


def to_come(moment):
    """A moment, where it lies ahead."""
    return moment if moment and moment > timezone.now() else None


@register.filter
def initials(name):
    """The first letters of the first and last word of a name, where they are letters."""
    words = [word for word in re.split(r"[\s.]+", name) if word[:1].isalpha()] or [name]
    return "".join(word[:1] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def comment_body(comment):
    """The text of a comment as HTML: escaped, in paragraphs, web addresses linked. Nothing a reader wrote is markup."""
    paragraphs = re.split(r"\n{2,}", comment.body)
    return format_html_join("\n", '<p dir="auto">{}</p>', ((_lines(paragraph),) for paragraph in paragraphs))


def _lines(paragraph):
    first, *others = paragraph.split("\n")
    return format_html("{}{}", _linked(first), format_html_join("", "<br>{}", ((_linked(line),) for line in others)))


def _linked(line):
    parts, end = [], 0
    for start, stop in addresses_in(line):
        parts += [
            (escape(line[end:start]),),
            (format_html('<a href="{0}" rel="nofollow ugc noopener">{0}</a>', line[start:stop]),),
        ]
        end = stop
    return format_html_join("", "{}", [*parts, (escape(line[end:]),)])


@register.filter
def marked(comment):
    """The text of a comment in parts, those marked that a signal of the screening points at."""
    parts, end = [], 0
    for start, stop in sorted(span for signal in comment.signals for span in signal.get("spans", [])):
        if end <= start < stop <= len(comment.body):
            parts += [
                {"text": comment.body[end:start], "is_marked": False},
                {"text": comment.body[start:stop], "is_marked": True},
            ]
            end = stop
    return [*parts, {"text": comment.body[end:], "is_marked": False}]
