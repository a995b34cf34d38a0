"""What readers make of stories, for pages that need not know how it is counted."""

from django import template

from articles import most_read, page_keys, recommendations, search
from articles.paging import cards, query_of

register = template.Library()


@register.inclusion_tag("components/recommend.html", takes_context=True)
def recommend(context, article):
    """The button after a story, with how many pressed it: at most one query."""
    page_keys.shows(context["request"], keys=[page_keys.recommendations(article.pk)])
    number = getattr(article, "recommended", None)
    if number is None:
        number = article.recommendations.count()
    return {"article": article, "words": recommendations.words(number)}


@register.simple_tag(takes_context=True)
def most_read_today(context, number):
    """The stories read most within a day, for a rail: one query, and one more a minute."""
    stories = most_read.lines(most_read.ids("day", number=number))
    page_keys.shows(context["request"], stories, seconds=most_read.KEPT)
    return stories


@register.simple_tag(takes_context=True)
def read_beside(context, article):
    """The stories read most, for the rail of an article: they came with those related to it."""
    page_keys.shows(context["request"], article.read_beside, seconds=most_read.KEPT)
    return article.read_beside


@register.simple_tag
def stories_like(path):
    """The stories that the words of an address lead to, for a page that says that nothing is there."""
    return cards(search.ids_like(path))


@register.filter
def in_list(number, page):
    """What asks for another page of the list that this page is of."""
    return query_of(page, number)
