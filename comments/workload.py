"""How the moderators' work goes: how much waits, how long, who decides and how often it is taken back.

Two queries, whatever the time looked at; what the public is told of it has a module of its own.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from comments.models import Comment, Decision
from comments.models.comment import Status
from comments.models.decision import Verb
from comments.queue import in_sections

DAYS = 30
MOST = 100_000  # decisions looked at, the newest
STEP = timedelta(hours=6)  # between two points of the queue's length
POINTS = 57  # two weeks of them

SETTLING = (Verb.APPROVE, Verb.REJECT, Verb.SPAM, Verb.FEATURE)


@dataclass
class Times:
    """How long comments waited, in minutes."""

    minutes: list[float] = field(default_factory=list)

    @property
    def number(self):
        return len(self.minutes)

    @property
    def median(self):
        return percentile(self.minutes, 0.5)

    @property
    def p90(self):
        return percentile(self.minutes, 0.9)


@dataclass
class Workload:
    lengths: list[tuple] = field(default_factory=list)  # (moment, comments waiting), oldest first
    all: Times = field(default_factory=Times)
    by_hour: dict[int, Times] = field(default_factory=lambda: {hour: Times() for hour in range(24)})
    by_section: dict[str, Times] = field(default_factory=lambda: defaultdict(Times))
    by_moderator: Counter = field(default_factory=Counter)
    decisions: int = 0  # by people
    undone: int = 0
    appeals: int = 0
    upheld: int = 0
    submitted: int = 0
    automatic: int = 0
    is_capped: bool = False

    @property
    def waiting(self):
        return self.lengths[-1][1] if self.lengths else 0


def percentile(values, share):
    """Return the value below which that share of them lies, or None where there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def share(part, whole):
    """Return a share in per cent, or None of nothing."""
    return round(100 * part / whole) if whole else None


def workload(sections=None) -> Workload:
    """Return the figures of the last 30 days for some sections; None stands for all."""
    now = timezone.now()
    found = Workload()
    decisions = Decision.objects.filter(created_at__gt=now - timedelta(days=DAYS))
    if sections is not None:
        decisions = decisions.filter(comment__article__category__in=sections)
    rows = decisions.order_by("-created_at", "-id").values_list(
        "created_at", "verb", "from_status", "to_status", "actor__username", "actor__first_name",
        "comment__created_at", "comment__article__category__name",
    )[: MOST + 1]  # fmt: skip
    moves = []  # (moment, +1 or -1), newest first
    for number, (moment, verb, before, after, user, first_name, since, section) in enumerate(rows.iterator()):
        if number == MOST:
            found.is_capped = True
            break
        if (before == Status.PENDING) != (after == Status.PENDING):
            moves.append((moment, 1 if after == Status.PENDING else -1))
        if verb == Verb.SUBMIT:
            found.submitted += 1
            found.automatic += after != Status.PENDING
        found.appeals += verb == Verb.APPEAL and user is None
        found.upheld += before == Status.APPEALED and verb == Verb.APPROVE
        if user is None:
            continue
        found.undone += verb == Verb.UNDO
        if verb in SETTLING:
            found.decisions += 1
            found.by_moderator[first_name or user] += 1
            if before == Status.PENDING:
                minutes = (moment - since).total_seconds() / 60
                hour = timezone.localtime(moment).hour
                for times in (found.all, found.by_hour[hour], found.by_section[section or "–"]):
                    times.minutes.append(minutes)
    length = Comment.objects.filter(in_sections(sections), status=Status.PENDING).count()
    found.lengths = lengths(now, length, moves)
    return found


def lengths(now, length, moves):
    """Tell backwards from what waits now how much waited at each step before."""
    points, at = [], 0
    for step in range(POINTS):
        moment = now - step * STEP
        while at < len(moves) and moves[at][0] > moment:
            length -= moves[at][1]
            at += 1
        points.append((moment, max(length, 0)))
    return points[::-1]
