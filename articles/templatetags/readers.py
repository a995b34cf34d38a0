"""What readers make of stories, for pages that need not know how it is counted."""

from django import template

from articles import most_read, recommendations

register = template.Library()


@register.inclusion_tag("components/recommend.html")
def recommend(article):
    """The button after a story, with how many pressed it: one query."""
    return {"article": article, "words": recommendations.words(article.recommendations.count())}


@register.simple_tag
def most_read_today(number):
    """The stories read most within a day, for a rail: one query, and one more a minute."""
    return most_read.lines(most_read.ids("day", number=number))
