"""What the moderators' queue shows: cards for what waits, lines for what was decided."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from comments.models import Comment, Decision
from comments.models.comment import VISIBLE, Status
from comments.moderation import MAX_BATCH

PAGE_SIZE = 25
DECIDED_SHOWN = 200
SQUARES = 12
JUST_NOW = timedelta(minutes=10)
LINES = 3

TURNED_DOWN = (Status.REJECTED, Status.SPAM)


@dataclass
class Section:
    pk: int
    name: str
    number: int = 0


@dataclass
class Waiting:
    """How much waits, where, and since when: one query."""

    total: int = 0
    number: int = 0  # after the filters
    oldest: datetime | None = None
    sections: list[Section] = field(default_factory=list)


@dataclass
class History:
    """What was decided about earlier comments from one e-mail address."""

    approved: int = 0
    turned_down: int = 0
    squares: list[str] = field(default_factory=list)  # of the last ones, oldest first

    @property
    def total(self):
        return self.approved + self.turned_down


@dataclass
class Card:
    comment: Comment
    history: History | None

    @property
    def chain(self):
        """What the comment answers, at most two up, the upper one first."""
        parent = self.comment.parent
        return [above for above in (parent and parent.parent, parent) if above is not None]


@dataclass
class Line:
    """A decision, or a batch of them, that the moderator made just now and can take back."""

    decision: Decision
    number: int = 1


def in_section(section):
    """Comments on articles of a section or of one directly below it."""
    return Q(article__category=section) | Q(article__category__parent=section)


def waiting(section=None, article=None):
    place = {
        "category": F("article__category"),
        "category_name": F("article__category__name"),
        "above": F("article__category__parent"),
        "above_name": F("article__category__parent__name"),
    }
    rows = (
        Comment.objects.filter(status=Status.PENDING)
        .values(**place)
        .annotate(
            total=Count("pk"),
            oldest=Min("created_at"),
            here=Count("pk", filter=Q(article=article) if article else None),
        )
    )
    found, sections = Waiting(), {}
    for row in rows:
        found.total += row["total"]
        if section is None or section in (row["category"], row["above"]):
            found.number += row["here"]
        found.oldest = min(filter(None, (found.oldest, row["oldest"])))
        for pk, name in ((row["category"], row["category_name"]), (row["above"], row["above_name"])):
            if pk is not None:
                sections.setdefault(pk, Section(pk, name)).number += row["total"]
    found.sections = sorted(sections.values(), key=lambda section: section.name)
    return found


def page_of_waiting(number, count, section=None, article=None):
    """Return a page whose object_list is cards, longest waiting first. `count` is known already."""
    comments = Comment.objects.waiting()
    if section:
        comments = comments.filter(in_section(section))
    if article:
        comments = comments.filter(article=article)
    paginator = Paginator(comments.select_related("article__category", "parent__parent").defer(*UNSHOWN), PAGE_SIZE)
    paginator.count = count
    page = paginator.get_page(number)
    page.object_list = cards(page.object_list)
    return page


# A path is as long as its thread is deep, an article as long as it is.
UNSHOWN = [
    "path", "parent__path", "parent__parent__path", "parent__signals", "parent__parent__signals",
    "article__body", "article__body_text",
]  # fmt: skip


def cards(comments):
    """Return the comments as cards, with one query for everybody's history."""
    comments = list(comments)
    known = histories({comment.email for comment in comments} - {""})
    return [Card(comment, known.get(comment.email)) for comment in comments]


def histories(emails):
    """Return the history of each e-mail address: one query, whatever their number."""
    found = defaultdict(History)
    if not emails:
        return found
    whose = {"partition_by": "email"}
    rows = (
        Comment.objects.filter(email__in=emails)
        .exclude(status=Status.PENDING)
        .annotate(
            place=Window(RowNumber(), order_by=[F("created_at").desc(), F("id").desc()], **whose),
            approved=Window(Count("pk", filter=Q(status__in=VISIBLE)), **whose),
            turned_down=Window(Count("pk", filter=Q(status__in=TURNED_DOWN)), **whose),
        )
        .filter(place__lte=SQUARES)
        .order_by("email", "-place")
        .values_list("email", "status", "approved", "turned_down")
    )
    for email, status, approved, turned_down in rows:
        history = found[email]
        history.approved, history.turned_down = approved, turned_down
        history.squares.append("approved" if status in VISIBLE else "rejected" if status in TURNED_DOWN else "other")
    return found


def decided(outcome="", section=None):
    """The last decisions, newest first, with what is shown about them."""
    decisions = Decision.objects.exclude(from_status="")
    if outcome in Status.values:
        decisions = decisions.filter(to_status=outcome)
    if section:
        decisions = decisions.filter(
            Q(comment__article__category=section) | Q(comment__article__category__parent=section)
        )
    return with_comments(decisions)[:DECIDED_SHOWN]


def with_comments(decisions):
    return (
        decisions.select_related("comment__article__category", "actor", "undone_by__actor")
        .defer("comment__path", "comment__article__body", "comment__article__body_text")
        .order_by("-id")
    )


def lines(user):
    """What this moderator decided just now and can take back, newest first; a batch is one line."""
    recent = with_comments(Decision.objects.filter(actor=user, created_at__gt=timezone.now() - JUST_NOW, undoes=None))
    found = {}
    for decision in recent[:MAX_BATCH]:
        if decision.is_undoable:
            key = decision.batch or decision.pk
            if key in found:
                found[key].number += 1
            else:
                found[key] = Line(decision)
    return list(found.values())[:LINES]
