"""What goes out by itself and would not as things stand, with the reasons: asked before its moment comes."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q, Subquery
from django.utils import timezone

from articles import going_out
from articles.models import Article, Note, Transition, WorkingCopy
from articles.models.article import Status
from articles.standing import standing
from articles.verdicts import with_notes
from articles.workflow import has_a_say

CHECKED, CHECKED_AHEAD = 12, timedelta(days=7)  # as many, and as far ahead, as a page can afford
HELD_LATELY = timedelta(days=7)
REMEMBERED = 60  # seconds


def found_for(user) -> list[dict]:
    """What would be kept back, and what was and is not out yet, as far as this person may publish it."""
    if not user.has_perm("articles.publish_article"):
        return []
    # Checks are asked anew once anything was changed at the desk, and each minute for what is elsewhere: rights, links.
    last = (Subquery(model.objects.order_by("-pk").values("pk")[:1]) for model in (Transition, Note))
    key = Article.objects.order_by("-modified_at").values_list("modified_at", *last).first()
    found = cache.get(f"desk-failing-{key and hash(key)}")
    if found is None:
        found = [*_held_back(timezone.now()), *_failing(timezone.now())]
        cache.set(f"desk-failing-{key and hash(key)}", found, REMEMBERED)
    return [row for row in found if has_a_say(user, row["section"])]


def _held_back(now):
    rows = Transition.objects.filter(step="hold_back", made_at__gt=now - HELD_LATELY).select_related("article")
    last = {entry.article_id: entry for entry in reversed(rows.defer("article__body", "article__body_text")[:CHECKED])}
    return [
        _line(entry.article, entry.made_at, [entry.note], words=entry.words)
        for entry in last.values()
        if not entry.article.is_public() and not entry.article.is_scheduled
    ]


def _failing(now):
    soon = {"published_at__gt": now, "published_at__lt": now + CHECKED_AHEAD}
    scheduled = Article.objects.filter(Q(status=Status.PUBLISHED) | Q(status=Status.APPROVED), **soon)
    for article in with_notes(scheduled.select_related("lead_picture")).order_by("published_at")[:CHECKED]:
        if not article.noted:
            article.open_notes = []
        if errors := going_out.keeps_back(article):
            yield _line(article, article.published_at, errors)
    changes = WorkingCopy.objects.filter(goes_live_at__gt=now, goes_live_at__lt=now + CHECKED_AHEAD)
    # The stories by their numbers: of a join, SQLite may read every article once it has statistics.
    changes = changes.select_related("revision", "base").prefetch_related("article")
    for copy in changes.order_by("goes_live_at")[:CHECKED]:
        if errors := going_out.keeps_back(copy.article, copy):
            yield _line(copy.article, copy.goes_live_at, errors, words="Its changes")


def _line(article, at, errors, words=""):
    named = {"pk": article.pk, "title": str(article), "language": article.language, "direction": article.direction}
    named["section"] = article.category_id
    return {**named, "standing": standing(article), "at": at, "errors": errors, "words": words}
