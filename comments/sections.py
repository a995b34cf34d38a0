"""Which moderator decides about which sections."""

from collections import namedtuple

from django.db.models import BooleanField, Exists, F, IntegerField, OuterRef, TextField, Value
from django.db.models.functions import Cast

from articles.models import Category
from comments.models.reason import MOST, CannedReason
from comments.models.section import SectionModerator
from newsroom.prepared import Prepared

COLUMNS = ("code", "called", "said", "rank", "pk", "above", "is_named")
Row = namedtuple("Row", COLUMNS)


def reach(user) -> tuple[list[Category], set[int] | None]:
    """Return the sections a moderator decides about, those below included, and their ids: None stands for everything.

    One query, and one for a person: as Django does with permissions, the user keeps the answer.
    """
    if not hasattr(user, "_reach"):
        user._reach = _within([Row(*row) for row in _asked(user=user.pk)])
    return user._reach


def reach_and_reasons(user) -> tuple[list[Category], list[CannedReason]]:
    """Return a moderator's sections and the reasons to reject, what a page of the queue lets choose: one query."""
    above = Cast(Value(None), IntegerField())
    named = Value(False, BooleanField())
    reasons = CannedReason.objects.in_use().annotate(
        called=F("label"), said=F("text"), rank=F("position"), above=above, is_named=named
    )
    both = _sections(user.pk).union(reasons.order_by().values_list(*COLUMNS), all=True).order_by()
    rows = [Row(*row) for row in both]
    user._reach = _within([row for row in rows if not row.code])
    offered = sorted((row for row in rows if row.code), key=lambda row: (row.rank, row.pk))[:MOST]
    return user._reach[0], [CannedReason(code=row.code, label=row.called, text=row.said) for row in offered]


def sections_of(user) -> set[int] | None:
    """Return the ids of the sections a moderator decides about; None stands for everything."""
    return reach(user)[1]


def may_decide(user, article) -> bool:
    """Whether the moderator's sections reach this article. The permission itself is asked by the views."""
    sections = sections_of(user)
    return sections is None or article.category_id in sections


def _sections(user):
    named = SectionModerator.objects.filter(user=user, section=OuterRef("pk"))
    return (
        Category.objects.order_by()
        .annotate(
            code=Value("", TextField()),
            called=F("name"),
            said=Value("", TextField()),
            rank=Value(0),
            above=F("parent_id"),
            is_named=Exists(named),
        )
        .values_list(*COLUMNS)
    )


_asked = Prepared(_sections)  # for each decision


def _within(rows):
    every = [Category(pk=row.pk, parent_id=row.above, name=row.called) for row in rows]
    every.sort(key=lambda section: section.name.casefold())
    waiting = [row.pk for row in rows if row.is_named]
    if not waiting:
        return every, None
    below = {}
    for section in every:
        below.setdefault(section.parent_id, []).append(section.pk)
    found = set()
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting += below.get(pk, ())
    return [section for section in every if section.pk in found], found
