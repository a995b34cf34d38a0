"""What the desk has planned: the board by status, the calendar by day, and what may be moved on them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone

from articles.models import Article, WorkingCopy
from articles.models.article import ArticleQuerySet, Status
from articles.standing import Standing, standing, with_standing
from articles.verdicts import ask, is_to_go_out, known, with_notes
from articles.workflow import STEPS, Step, is_ahead, step_named, steps
from newsroom.clock import begins

COLUMNS = (
    Standing.PLANNED, Standing.DRAFT, Standing.REVIEW, Standing.CHANGES, Standing.APPROVED, Standing.SCHEDULED,
)  # fmt: skip
IN_COLUMN = 25  # cards; the head of the column leads to all
IN_TRAY = 12
# What leads into a column, from wherever it may.
LEADS_TO = {
    Standing.DRAFT: ("return_to_draft", "take_down"),
    Standing.REVIEW: ("send_to_review",),
    Standing.CHANGES: ("request_changes",),
    Standing.APPROVED: ("approve",),
    Standing.SCHEDULED: ("publish",),
}


@dataclass
class Card:
    article: Article
    standing: Standing
    steps: list[Step]
    may_change: bool
    is_late: bool
    to_fix: int = 0  # what keeps it from going out, as far as that is known

    @property
    def moves(self):
        """The steps with the words of their buttons here."""
        return [(step, label(step, self.article)) for step in self.steps]


@dataclass
class Column:
    standing: Standing
    cards: list[Card]
    has_more: bool


def loaded(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Load what a card shows, in one query whatever the number of articles."""
    people = ("category", "lead_picture", "assignee__desk_profile__picture")
    return articles.select_related(*people).defer("body", "body_text", "live_summary")


def cards(articles, user) -> list[Card]:
    """The articles as this person may move them; one query for all of them."""
    editable = Article.objects.editable_by(user).filter(pk__in=[article.pk for article in articles])
    editable, now = set(editable.order_by().values_list("pk", flat=True)), timezone.now()
    return [
        Card(
            article,
            standing(article),
            open_steps(article, user) if article.pk in editable else [],
            article.pk in editable,
            article.due_at is not None and article.due_at < now and article.status != Status.PUBLISHED,
        )
        for article in articles
    ]


def note_what_is_to_fix(cards: list[Card]):
    """Write onto cards how much the checks find to be fixed, as far as that is known."""
    articles = [card.article for card in cards]
    verdicts = known(articles)
    verdicts |= ask([one for one in articles if is_to_go_out(one) and one.pk not in verdicts], only_errors=True)
    for card in cards:
        if verdict := verdicts.get(card.article.pk):
            card.to_fix = verdict.errors


def open_steps(article, user) -> list[Step]:
    """The steps that make sense from a card: what is written, and changes of a live article, is for its form."""
    return [
        step
        for step in steps(article, user, [step for step in STEPS if not step.is_update])
        if step.name not in ("drop_changes", "unschedule_update")
        and (step.name != "publish_now" or is_ahead(article.published_at))
    ]


def label(step, article):
    if step.name == "publish" and is_ahead(article.published_at):
        return "Schedule"
    return "Take off the schedule" if step.name == "take_down" and article.is_scheduled else step.label


def board(articles: ArticleQuerySet, user) -> list[Column]:
    """What is in hand, by where it stands: the late first, and what is scheduled by its moment."""
    found = []
    for where in COLUMNS:
        first = F("published_at") if where == Standing.SCHEDULED else F("due_at").asc(nulls_last=True)
        cards_of = with_notes(loaded(with_standing(articles, where))).order_by(first, "modified_at", "pk")
        found.append(list(cards_of[: IN_COLUMN + 1]))
    by_key = {card.article.pk: card for card in cards([one for column in found for one in column[:IN_COLUMN]], user)}
    note_what_is_to_fix(list(by_key.values()))
    return [
        Column(where, [by_key[one.pk] for one in column[:IN_COLUMN]], len(column) > IN_COLUMN)
        for where, column in zip(COLUMNS, found, strict=True)
    ]


def step_into(column: Standing, article: Article) -> Step:
    """The step that leads from where an article stands into a column of the board; ValidationError where none does."""
    for name in LEADS_TO.get(column, ()):
        if (step := step_named(name)).leads_from(article):
            if column == Standing.SCHEDULED and not is_ahead(article.published_at):
                raise ValidationError({"published_at": ["Say first when it goes out: a moment that lies ahead."]})
            return step
    if column == Standing.PLANNED:
        raise ValidationError("What has a headline is no plan any more.")
    if standing(article) == Standing.PLANNED and column == Standing.DRAFT:
        raise ValidationError("It is a plan still. It becomes a draft with its headline.")
    raise ValidationError(f"“{article}” is {standing(article).label.lower()}. From there no step leads here.")


# -- the calendar


MOMENTS = {"due": "Due", "goes_out": "Goes out", "update": "Changes go live", "expires": "Leaves the site"}


@dataclass
class Entry:
    """A moment of an article: when it `goes_out`, is `due`, its changes go live (`update`), or it `expires`."""

    at: datetime
    what: str
    card: Card

    @property
    def is_ahead(self):
        return is_ahead(self.at)

    @property
    def label(self):
        return MOMENTS[self.what]

    @property
    def is_movable(self):
        if self.what == "due":
            return self.card.may_change
        if self.what == "update" or self.what == "expires" and self.card.standing != Standing.EXPIRED:
            return any(step.name == "take_down" for step in self.card.steps)  # they have a say in its section
        movable = self.card.standing not in (Standing.LIVE, Standing.EXPIRED, Standing.WITHDRAWN)
        return self.what == "goes_out" and self.card.may_change and movable


@dataclass
class Day:
    date: date
    entries: list[Entry] = field(default_factory=list)
    number: int = 0  # of all there are, shown or not

    @property
    def hidden(self):
        return self.number - len(self.entries)


def moments(articles: ArticleQuerySet):
    """The kinds of moment, each with the rows that have one and the field that holds it."""
    # Asked of each copy: a list of all that may be seen would be made anew for each page.
    is_visible = Exists(articles.order_by().filter(pk=OuterRef("article")))
    return (
        # Each status by the index that begins with it: leaving one out would read every article.
        ("goes_out", articles.filter(status__in=[one for one in Status if one != Status.ARCHIVED]), "published_at"),
        ("due", articles.unfinished(), "due_at"),
        ("update", WorkingCopy.objects.filter(is_visible), "goes_live_at"),
        ("expires", articles.filter(status=Status.PUBLISHED), "expires_at"),
    )


def calendar(articles: ArticleQuerySet, user, first: date, days: int, most: int) -> list[Day]:
    """What these days bring: each day with at most so many of each kind, in the order of the clock.

    Six queries, and no more rows than are shown, however much there is.
    """
    found, numbers = [], defaultdict(int)
    zone = timezone.get_current_timezone()
    for what, rows, name in moments(articles):
        key = "article" if rows.model is WorkingCopy else "pk"
        within = {f"{name}__gte": begins(first), f"{name}__lt": begins(first + timedelta(days=days))}
        by_day = {"partition_by": [F("day")]}
        ranked = (
            rows.filter(**within)
            .order_by()
            .annotate(day=TruncDate(name, tzinfo=zone))
            .annotate(of_day=Window(Count("pk"), **by_day), place=Window(RowNumber(), order_by=[name, "pk"], **by_day))
            .filter(place__lte=most)
        )
        for pk, at, day, of_day in ranked.values_list(key, name, "day", "of_day"):
            found.append((at, what, pk))
            numbers[what, day] = of_day
    shown = cards(list(loaded(Article.objects.filter(pk__in={pk for _, _, pk in found}))), user) if found else []
    by_key = {card.article.pk: card for card in shown}
    calendar = {day: Day(day) for day in (first + timedelta(days=number) for number in range(days))}
    for (_, day), number in numbers.items():
        calendar[day].number += number
    for at, what, pk in sorted(found):
        if pk not in by_key:  # deleted between the two queries
            continue
        calendar[timezone.localdate(at)].entries.append(Entry(at, what, by_key[pk]))
    return list(calendar.values())


def listed(articles: ArticleQuerySet, user, since: datetime, until: datetime, most: int) -> list[Entry]:
    """Every moment between two, at most so many of each kind, in the order of the clock: six queries.

    Where there are more, the earliest are left out.
    """
    found = []
    for what, rows, name in moments(articles):
        key = "article" if rows.model is WorkingCopy else "pk"
        rows = rows.filter(**{f"{name}__gte": since, f"{name}__lt": until}).order_by(f"-{name}", "-pk")
        found += [(at, what, pk) for pk, at in rows.values_list(key, name)[:most]]
    by_key = {one.pk: one for one in loaded(Article.objects.filter(pk__in={pk for _, _, pk in found}))}
    shown = {card.article.pk: card for card in cards(list(by_key.values()), user)}
    return [Entry(at, what, shown[pk]) for at, what, pk in sorted(found) if pk in shown]  # it may be gone by now


def without_a_time(articles: ArticleQuerySet, user) -> list[Card]:
    """What is being made and neither due nor meant for a moment, the newest first."""
    found = articles.unfinished().filter(Q(due_at=None), Q(published_at=None)).order_by("-modified_at", "-pk")
    return cards(list(loaded(found)[:IN_TRAY]), user)
