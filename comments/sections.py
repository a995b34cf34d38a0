"""Which moderator decides about which sections."""

from django.db.models import Exists, OuterRef

from articles.models import Article, Category
from comments.models.section import SectionModerator


def reach(user) -> tuple[list[Category], set[int] | None]:
    """Return the sections a moderator decides about, those below included, and their ids: None stands for everything.

    One query.
    """
    named = SectionModerator.objects.filter(user=user, section=OuterRef("pk"))
    every = list(Category.objects.order_by("name").annotate(is_named=Exists(named)))
    waiting = [section.pk for section in every if section.is_named]
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


def sections_of(user) -> set[int] | None:
    """Return the ids of the sections a moderator decides about; None stands for everything."""
    return reach(user)[1]


def may_decide(user, article_id) -> bool:
    """Whether the moderator's sections reach this article. The permission itself is asked by the views."""
    sections = sections_of(user)
    return sections is None or Article.objects.filter(pk=article_id, category__in=sections).exists()
