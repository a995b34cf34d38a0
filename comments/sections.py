"""Which moderator decides about which sections."""

from articles.models import Article, Category
from comments.models.section import SectionModerator


def sections_of(user) -> set[int] | None:
    """Return the ids of the sections a moderator decides about, those below included; None stands for everything."""
    named = set(SectionModerator.objects.filter(user=user).values_list("section", flat=True))
    if not named:
        return None
    below = {}
    for pk, parent in Category.objects.order_by().values_list("pk", "parent"):
        below.setdefault(parent, []).append(pk)
    found, waiting = set(), list(named)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting += below.get(pk, ())
    return found


def may_decide(user, article_id) -> bool:
    """Whether the moderator's sections reach this article. The permission itself is asked by the views."""
    sections = sections_of(user)
    return sections is None or Article.objects.filter(pk=article_id, category__in=sections).exists()
