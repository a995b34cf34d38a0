import re

from django import template
from django.utils.html import escape, format_html, format_html_join

from articles.models.site import CommentsPolicy
from comments.addresses import addresses_in
from comments.policies import rules_for
from comments.threads import Conversation

register = template.Library()


@register.inclusion_tag("comments/thread.html", takes_context=True)
def comment_thread(context, article):
    """Show the conversation under an article: at most six queries, however many comments there are.

    ?comments=N asks for a page of it, ?thread=ID for a long thread by itself.
    """
    asked = context["request"].GET if "request" in context else {}
    rules = rules_for(article, context.get("site"))
    shown = {"article": article, "shown": rules.mode != CommentsPolicy.OFF}
    if not shown["shown"]:
        return shown
    conversation = Conversation(article)
    number, single = asked.get("comments", 1), asked.get("thread", "")
    page = conversation.page_of_thread(single, number) if single else None
    start = conversation.url(thread=single) if page else conversation.url()
    page = page or conversation.page_of_roots(number)
    return shown | {
        "thread": page.object_list,
        "total": conversation.total,
        "page": page,
        "first": f"{start}#comments",
        "start": f"{start}{'&' if '?' in start else '?'}comments=",
        "whole": "" if start == conversation.url() else conversation.url(),
        "is_open": rules.take_comments(article),
    }


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
