"""What becomes other on the fronts within a time: what somebody changed then, and what begins or ends by the clock."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from articles.models import Category, FrontChange, Placement

MOST = 40  # of each


@dataclass
class Turn:
    """A moment at which a front becomes other, and by whom; `section` is None for the home page."""

    at: datetime
    section: Category | None
    words: str
    by: list  # of people; empty where it was a program


def between(since: datetime, until: datetime) -> list[Turn]:
    """Return the turns between two moments, as things stand, in their order: two queries."""
    changes = FrontChange.objects.filter(made_at__gte=since, made_at__lt=until).select_related("section", "made_by")
    turns = [Turn(one.made_at, one.section, one.what, _named(one)) for one in changes[:MOST]]
    # Each by its own index: of an OR of the two, SQLite may read every article once it has statistics.
    begins = Placement.objects.filter(starts_at__gte=since, starts_at__lt=until, starts_at__gt=F("placed_at"))
    ends = Placement.objects.filter(ends_at__gte=since, ends_at__lt=until)
    turning = begins.order_by().values("pk").union(ends.order_by().values("pk"), all=True)
    placements = Placement.objects.filter(pk__in=turning).select_related("section", "article", "placed_in__made_by")
    by_the_clock = defaultdict(list)
    for one in placements.defer("article__body", "article__body_text").order_by("starts_at", "id")[:MOST]:
        for at, verb in ((one.starts_at, "begins"), (one.ends_at, "ends")):
            is_given_up = at and one.ended_at and one.ended_at <= at
            if at and since <= at < until and at > one.placed_at and not is_given_up:
                by_the_clock[at, one.section].append((one, verb))
    for (at, section), turned in by_the_clock.items():
        words = ". ".join(f"“{one.article}” {verb} in {one.get_zone_display()}" for one, verb in turned)
        turns.append(
            Turn(at, section, words, list(dict.fromkeys(by for one, _ in turned for by in _named(one.placed_in))))
        )
    return sorted(turns, key=lambda turn: turn.at)


def _named(change):
    return [change.made_by] if change.made_by else []
