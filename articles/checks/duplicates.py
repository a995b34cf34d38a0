"""No two stories are told apart by nobody: headlines nearly the same, slugs that differ by a number."""

import re
from datetime import timedelta
from difflib import SequenceMatcher

from django.db.models import Q

from articles.checks.findings import Finding, Severity
from articles.models import Article
from articles.models.article import Status
from articles.search import search

WORST = Severity.WARNING

LATELY, LOOKED_AT = timedelta(days=30), 400
ALIKE = 0.88


def check(subject):
    article = subject.article
    headline = article.headline.casefold().strip()
    if not headline:
        return
    # Each half by an index of its own: by date within each status, and by the words of the headline.
    stories = Article.objects.order_by()
    recent = stories.filter(status__in=Status.values, published_at__gt=subject.at - LATELY)
    same = search(stories, f'"{headline}"').filter(headline__iexact=article.headline.strip())
    found = stories.filter(Q(pk__in=recent.values("pk")) | Q(pk__in=same.values("pk")))
    others = found.exclude(pk=article.pk).order_by("-published_at").values_list("pk", "headline", "slug")[:LOOKED_AT]
    stem = re.sub(r"-\d+$", "", article.slug)
    for key, other, slug in others:
        other_headline = other.casefold().strip()
        matcher = SequenceMatcher(None, headline, other_headline, autojunk=False)
        if headline == other_headline:
            yield Finding(
                "duplicates", Severity.WARNING, f"Another story has this headline{_named(key, other)}.", "headline"
            )
            return
        is_long = len(headline) > 20
        if is_long and matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE:
            yield Finding(
                "duplicates", Severity.WARNING, f"Nearly the headline of another story{_named(key, other)}.", "headline"
            )
            return
        if stem and article.slug != stem and slug == stem:
            yield Finding(
                "duplicates",
                Severity.WARNING,
                f"The slug differs from another story's by its number alone{_named(key, slug)}.",
                "slug",
            )
            return


def _named(key, words):
    """The words of another story, unless it is not out yet: not everybody who writes may know of it."""
    return f": “{words}”" if Article.objects.published().filter(pk=key).exists() else ", which is not out"
