"""What the moderators' queue shows: one list, what does most harm now first, as cards; and lines for what was decided.

The order is that of Harm: what readers see and reported; what reports hid; what waits, risky first, then longest
waiting; appeals, never of one's own decision; and a sample of what rules rejected by themselves.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)  # fmt: skip
from django.db.models.functions import Cast, Coalesce, Concat, RowNumber
from django.utils import timezone

from comments.models import Claim, Comment, Decision, Report, Sanction
from comments.models.comment import Harm, Status
from comments.models.decision import Verb
from comments.models.report import Complaint
from comments.moderation import MAX_BATCH
from comments.senders import mailbox

PAGE_SIZE = 25
DECIDED_SHOWN = 200
SQUARES = 12
JUST_NOW = timedelta(minutes=10)
LINES = 3

SAMPLED_FOR = timedelta(days=7)  # a rule’s rejections are checked while they are new

TURNED_DOWN = (Status.REJECTED, Status.SPAM)

TABS = {"check": "To check", "reported": "Reported", "second": "Second opinion", "decided": "Decided"}

REPEATS = ("again", "twin", "near")  # signals that point at an earlier comment

IN_DOUBT = [Harm.REPORTED, Harm.HIDDEN]


def queued(user, tab="check"):
    """What a tab of the queue holds for this moderator, wherever they moderate."""
    rejected = Decision.objects.filter(comment=OuterRef("pk"), verb=Verb.REJECT, actor=user)
    # Nobody decides about an appeal of their own decision, nor is asked for the second opinion they asked for.
    mine = Q(Exists(rejected), harm=Harm.APPEALED) | Q(passed_on_by=user)
    old = Q(harm=Harm.SAMPLED, created_at__lte=timezone.now() - SAMPLED_FOR)
    inside = Q(harm__isnull=False) & ~mine & ~old
    if tab == "reported":
        return inside & Q(harm__in=IN_DOUBT)
    if tab == "second":
        return inside & (Q(harm=Harm.APPEALED) | Q(passed_on_by__isnull=False))
    return inside


# What the list can be narrowed to: codes of signals, as the stages of the screening name them.
NOTICED = {
    "first": "First comment",
    "links": "Has links",
    "new_domain": "A new domain",
    "word": "A word of the list",
    "near": "Nearly said before",
    "twin": "Said before",
    "refused_words": "Like what was refused",
    "rejected": "Rejected before",
    "staff_name": "A newsroom name",
    "sensitive": "Sensitive article",
    "surge": "Surge",
    "sanction": "Under a sanction",
}


def in_sections(sections):
    """Comments in these sections alone; None stands for everywhere."""
    return Q() if sections is None else Q(article__category__in=sections)


def in_section(section):
    """Comments on articles of a section or of one directly below it."""
    return Q(article__category=section) | Q(article__category__parent=section)


def noticed(code):
    """Comments in which the screening noticed this. Asks the text of the signals, which every database can."""
    return Q(signals_text__contains=f'"code": "{code}"')


@dataclass
class Filters:
    """What a moderator narrows the queue to. Anything that is none is no filter."""

    section: int | None = None
    article: int | None = None
    noticed: str = ""

    @property
    def condition(self):
        chosen = Q()
        if self.section:
            chosen &= in_section(self.section)
        if self.article:
            chosen &= Q(article=self.article)
        if self.noticed:
            chosen &= noticed(self.noticed)
        return chosen


@dataclass
class Waiting:
    """How much waits in each tab and since when: one query."""

    total: int = 0
    reported: int = 0
    second: int = 0
    number: int = 0  # in the tab that is shown, after the filters
    oldest: datetime | None = None


def waiting(user, sections=None, tab="check", filters=None):
    filters = filters or Filters()
    here = filters.condition & (queued(user, tab) if tab in ("reported", "second") else Q())
    rows = (
        with_signals(Comment.objects.filter(queued(user), in_sections(sections)))
        .values("harm")
        .annotate(
            total=Count("pk"),
            second=Count("pk", filter=Q(harm=Harm.APPEALED) | Q(passed_on_by__isnull=False)),
            oldest=Min("created_at"),
            here=Count("pk", filter=here or None),
        )
        .order_by()
    )
    found = Waiting()
    for row in rows:
        found.total += row["total"]
        found.second += row["second"]
        found.number += row["here"]
        if row["harm"] in IN_DOUBT:
            found.reported += row["total"]
        if row["harm"] in (Harm.RISKY, Harm.WAITING):
            found.oldest = min(filter(None, (found.oldest, row["oldest"])))
    return found


def with_signals(comments):
    return comments.alias(signals_text=Cast("signals", TextField()))


# A path is as long as its thread is deep, an article as long as it is.
UNSHOWN = [
    "path", "parent__path", "parent__parent__path", "parent__signals", "parent__parent__signals",
    "article__body", "article__body_text",
]  # fmt: skip


def shown():
    """Comments with all that a card shows of them, except for what cards() asks for many at once.

    With these joins and one for the ids, PostgreSQL still looks for the best order of all (join_collapse_limit is 8);
    with one more it would join every comment there is before it chose the page's.
    """
    claimed = Claim.objects.current().filter(comment=OuterRef("pk"))
    thread = (
        Comment.objects.filter(
            Q(pk=Coalesce(OuterRef("root"), OuterRef("pk"))) | Q(root=Coalesce(OuterRef("root"), OuterRef("pk")))
        )
        .order_by()
        .values(nothing=Value(1))
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        Comment.objects.select_related("article__category", "parent__parent", "passed_on_by", "user")
        .defer(*UNSHOWN)
        .annotate(
            in_thread=Subquery(thread),
            claimer=Subquery(claimed.values("moderator")),
            claimer_name=Subquery(claimed.values(name=_called("moderator__"))),
            asked=_last(Verb.SECOND, "internal_note"),
            statement=_last(Verb.APPEAL, "public_note"),
            rejected_for=_last(Verb.REJECT, "reason_label"),
            rejected_by=_last(Verb.REJECT, "actor__first_name"),
            reports_open=_reports("number"),
            reported_as=_reports("reason"),
            reported_because=Subquery(OPEN_REPORTS.exclude(text="").order_by("-id").values("text")[:1]),
        )
    )


OPEN_REPORTS = Report.objects.open().filter(comment=OuterRef("pk"))


def _reports(what):
    """How many there are, or what most of them say is wrong."""
    if what == "number":
        return Subquery(OPEN_REPORTS.order_by().values("comment").annotate(number=Count("pk")).values("number"))
    each = OPEN_REPORTS.order_by().values("reason").annotate(number=Count("pk"))
    return Subquery(each.order_by("-number", "reason").values("reason")[:1])


def _last(verb, field):
    decisions = Decision.objects.filter(comment=OuterRef("pk"), verb=verb)
    return Subquery(decisions.order_by("-version").values(field)[:1])


REPLIES_SHOWN, ABOVE_SHOWN = 20, 20


def around(comment):
    """What the comment answers, up to the root, and what answers it."""
    names = comment.path.strip("/").split("/")[:-1][-ABOVE_SHOWN:]
    replies = list(comment.replies.defer("path", "signals").order_by("created_at", "id")[: REPLIES_SHOWN + 1])
    more = comment.replies.count() - REPLIES_SHOWN if len(replies) > REPLIES_SHOWN else 0
    return {
        "above": Comment.objects.filter(public_id__in=names).defer("path", "signals").order_by("depth"),
        "replies": replies[:REPLIES_SHOWN],
        "more_replies": more,
    }


def cards_from(start, user, sections=None, tab="check", filters=None):
    """Return a page of cards from the `start`-th on, and whether there are more."""
    filters = filters or Filters()
    order = ["harm", "-report_weight", "created_at", "id"]
    found = with_signals(Comment.objects.filter(queued(user, tab), in_sections(sections))).filter(filters.condition)
    # Only ids are put in order, so that fifteen thousand cost little more than a page does.
    ids = found.order_by(*order).values("pk")[start : start + PAGE_SIZE + 1]
    comments = list(shown().filter(pk__in=ids).order_by(*order))
    return cards(comments[:PAGE_SIZE], user), len(comments) > PAGE_SIZE


@dataclass
class History:
    """What was decided about earlier comments of one person: an account, else an e-mail address."""

    approved: int = 0
    turned_down: int = 0
    total: int = 0
    squares: list[str] = field(default_factory=list)  # of the last ones, oldest first


@dataclass
class Card:
    comment: Comment
    history: History | None = None
    sanctions: list[Sanction] = field(default_factory=list)
    user: object = None  # the moderator who looks

    @property
    def chain(self):
        """What the comment answers, at most two up, the upper one first."""
        parent = self.comment.parent
        return [above for above in (parent and parent.parent, parent) if above is not None]

    @property
    def why(self):
        """The one sentence that says why the comment is here."""
        comment = self.comment
        held = comment.held_because or "Held: every comment is read before it shows."
        match comment.status:
            case Status.HIDDEN | Status.PUBLISHED | Status.APPROVED:
                return self._reported()
            case Status.APPEALED:
                return "Appealed: its author asks for a second decision."
            case Status.REJECTED:
                return f"Rejected by a rule, for you to check. {comment.held_because}".strip()
        return held

    def _reported(self):
        state = "Hidden" if self.comment.status == Status.HIDDEN else "Visible"
        number = self.comment.reports_open
        if not number:
            return f"{state}: it waits for a moderator."
        said = Complaint(self.comment.reported_as).label
        return (
            f"{state}, reported by {'a reader' if number == 1 else f'{number} readers'}: {said[:1].lower()}{said[1:]}."
        )

    @property
    def repeats(self):
        """The id of an earlier comment that says the same or nearly so, or None."""
        found = (signal.get("about") for signal in self.comment.signals if signal["code"] in REPEATS)
        return next(found, None)

    @property
    def parts(self):
        return marked(self.comment)

    @property
    def claimed_by(self):
        """The name of the colleague who is on it, if any."""
        return "" if self.comment.claimer in (None, self.user.pk) else self.comment.claimer_name

    @property
    def passed_on_by(self):
        return name_of(self.comment.passed_on_by) if self.comment.passed_on_by else ""


def _called(to):
    """The name of a user as name_of() has it, for the database."""
    return Case(When(**{f"{to}first_name": ""}, then=F(f"{to}username")), default=F(f"{to}first_name"))


def name_of(user):
    return user.get_short_name() or user.get_username()


def marked(comment):
    """The text in parts, each with its mark: "rule" where that decided, "advisory" where it only counts, or ""."""
    body, spans = comment.body, []
    for signal in comment.signals:
        kind = "rule" if signal.get("effect") else "advisory"
        spans += [(start, end, kind) for start, end in signal.get("spans", []) if 0 <= start < end <= len(body)]
    edges = sorted({0, len(body), *(edge for start, end, _ in spans for edge in (start, end))})
    parts = []
    for start, end in zip(edges, edges[1:], strict=False):
        kinds = {kind for first, last, kind in spans if first <= start and end <= last}
        mark = "rule" if "rule" in kinds else "advisory" if kinds else ""
        if parts and parts[-1]["mark"] == mark:
            parts[-1]["text"] += body[start:end]
        else:
            parts.append({"text": body[start:end], "mark": mark})
    return parts


def person(comment):
    """Who wrote it, as far as the desk can tell one reader from another."""
    return f"user {comment.user_id}" if comment.user_id else comment.email


def cards(comments, user):
    """Return the comments as cards; one query tells what is known of everybody who wrote them."""
    comments = list(comments)
    histories, sanctions = known_of(comments)
    return [Card(comment, histories.get(person(comment)), sanctions[comment], user) for comment in comments]


def known_of(comments):
    """Return what is known of everybody who wrote one of these: the histories, by person, and by comment the sanctions
    in force. One query, whatever their number.
    """
    histories, sanctions = defaultdict(History), {comment: [] for comment in comments}
    under = defaultdict(list)  # what a sanction names, with the comments it is about
    for comment in comments:
        for name in {*comment_names(comment)}:
            under[name].append(comment)
    if not under:
        return histories, sanctions
    rows = _earlier(comments).union(_in_force(comments, list(under)), all=True).order_by()
    for name, what, place, total, approved, turned_down, until, reason in sorted(rows, key=lambda row: -row[2]):
        if not place:
            for comment in under[name]:
                sanctions[comment].append(Sanction(kind=what, until=until, reason=reason))
            continue
        history = histories[name]
        history.total, history.approved, history.turned_down = total, approved, turned_down
        history.squares.append(
            "approved" if what == Status.APPROVED else "rejected" if what in TURNED_DOWN else "other"
        )
    return histories, sanctions


def comment_names(comment):
    """What a sanction on its author may name: the account, what stands for the address, or for the connection."""
    named = (comment.user_id and f"user {comment.user_id}", mailbox(comment.email), comment.sender)
    return [name for name in named if name]


def _person(otherwise):
    """The name of a person in the database, as person() has it."""
    account = Concat(Value("user "), Cast("user", TextField()), output_field=TextField())
    return Case(When(user__isnull=False, then=account), default=Cast(otherwise, TextField()))


def _earlier(comments):
    """The last comments of everybody who wrote one of these, each with its place from the last, from 1 on."""
    users = {comment.user_id for comment in comments} - {None}
    emails = {comment.email for comment in comments if not comment.user_id} - {""}
    whose = {"partition_by": "person"}
    return (
        Comment.objects.filter(Q(user__in=users) | Q(~Q(email=""), user=None, email__in=emails))
        .exclude(status=Status.PENDING)
        .annotate(person=_person("email"))
        .annotate(
            place=Window(RowNumber(), order_by=[F("created_at").desc(), F("id").desc()], **whose),
            total=Window(Count("pk"), **whose),
            approved=Window(Count("pk", filter=Q(status=Status.APPROVED)), **whose),
            turned_down=Window(Count("pk", filter=Q(status__in=TURNED_DOWN)), **whose),
            until=Cast(Value(None), DateTimeField()),
            why=Cast(Value(""), TextField()),
        )
        .filter(place__lte=SQUARES)
        .order_by()
        .values_list("person", "status", "place", "total", "approved", "turned_down", "until", "why")
    )


def _in_force(comments, names):
    users = {comment.user_id for comment in comments} - {None}
    nothing = dict.fromkeys(("place", "total", "approved", "turned_down"), Value(0))
    return (
        Sanction.objects.current()
        .filter(Q(user__in=users) | Q(digest__in=names))
        .annotate(person=_person("digest"), why=Cast("reason", TextField()), **nothing)
        .order_by()
        .values_list("person", "kind", "place", "total", "approved", "turned_down", "until", "why")
    )


def decided(outcome="", section=None, sections=None):
    """The last decisions, newest first, with what is shown about them."""
    decisions = Decision.objects.exclude(from_status="")
    if outcome in Status.values:
        decisions = decisions.filter(to_status=outcome)
    if section:
        decisions = decisions.filter(
            Q(comment__article__category=section) | Q(comment__article__category__parent=section)
        )
    if sections is not None:
        decisions = decisions.filter(comment__article__category__in=sections)
    return with_comments(decisions)[:DECIDED_SHOWN]


def with_comments(decisions):
    return (
        decisions.select_related("comment__article__category", "actor", "undone_by__actor")
        .defer("comment__path", "comment__article__body", "comment__article__body_text")
        .order_by("-id")
    )


def lines(user):
    """What this moderator decided just now and can take back, newest first; a batch is one line."""
    recent = with_comments(Decision.objects.filter(actor=user, created_at__gt=timezone.now() - JUST_NOW))
    found = {}
    for decision in recent[:MAX_BATCH]:
        if decision.is_undoable:
            key = decision.batch or decision.pk
            if key in found:
                found[key].number += 1
            else:
                found[key] = Line(decision)
    return list(found.values())[:LINES]


@dataclass
class Line:
    """A decision, or a batch of them, that the moderator made just now and can take back."""

    decision: Decision
    number: int = 1
