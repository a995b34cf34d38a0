"""What readers see under an article: the conversation, page by page.

An article may have ten thousand comments and a thread be a thousand replies deep. So nothing here reads a whole
conversation, and nothing calls itself: each page is found by the place where the last one ended, from the end of an
index, and a handful of queries brings it, however many comments there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from articles.models import Article
from comments.models import Comment
from comments.models.comment import TOMBSTONES, VISIBLE
from newsroom import keyset
from newsroom.prepared import Prepared

ROOTS_PER_PAGE = 25
REPLIES_SHOWN = 3  # below each root of a page; the rest of a thread has pages of its own
REPLIES_PER_PAGE = 100
NAMED_FROM = 2  # from this depth a reply says to whom it answers: the page does not indent that far
PICKS_SHOWN = 3

# How the roots of a conversation are sorted; the first is the usual way. Editors' picks lead what is best. The public
# id, which tells nothing, decides between equals.
ORDERS = {
    "best": ("-is_featured", "-score", "created_at", "public_id"),
    "newest": ("-created_at", "-public_id"),
    "oldest": ("created_at", "public_id"),
}
USUAL = "best"
IN_TIME = ORDERS["oldest"]  # replies are read as they came

_SHOWN = (
    "public_id", "article", "parent", "parent__name", "parent__status", "depth", "user__is_staff", "name", "body",
    "status", "is_featured", "recommends", "score", "created_at", "edited_at",
)  # fmt: skip


@dataclass
class Node:
    """A comment in its place. `in_reply_to` is a name, where indenting alone does not say it."""

    comment: Comment
    in_reply_to: str | None = None
    is_tombstone: bool = False
    by_author: bool = False  # from the account of somebody who made the article
    more: int = 0  # further replies in this thread, after its last one shown
    more_url: str = ""

    @property
    def is_reply(self):
        return self.comment.depth > 0


@dataclass
class Page:
    """Part of a conversation, or of one thread of it; `next_url` leads on where there is more."""

    nodes: list[Node] = field(default_factory=list)
    next_url: str = ""
    is_first: bool = True
    is_thread: bool = False


class Facts(NamedTuple):
    """What is known of a conversation before any of it is read."""

    visible: int  # comments let through, whatever is above them
    doubtful: int  # of these, the ones in a thread in which something hides what is below it
    standing: int  # of these, the ones that are not below it
    has_gaps: bool  # whether something was taken back
    has_picks: bool


def _written_facts(article):
    of_article = Comment.objects.filter(article=OuterRef("pk"))
    visible = of_article.filter(status__in=VISIBLE)
    # Only below what hides and has replies can anything be hidden. To look at each comment would cost too much.
    hiding = Comment.objects.hiding().filter(Exists(Comment.objects.filter(parent=OuterRef("pk"))), article=article)
    doubtful = visible.filter(root__in=hiding.values(whole=Coalesce("root", "pk")))
    facts = {
        "visible": _number(visible),
        "doubtful": _number(doubtful),
        "standing": _number(doubtful.unobstructed()),
        "has_gaps": Exists(of_article.filter(status__in=TOMBSTONES)),
        "has_picks": Exists(visible.filter(is_featured=True)),
    }
    return Article.objects.filter(pk=article).annotate(**facts).values_list(*facts)


_facts = Prepared(_written_facts)


def _standing(comments, is_plain):
    """What has its place; where nothing is hidden or was taken back, which is plain, that is a short question."""
    return comments.filter(status__in=VISIBLE) if is_plain else comments.standing()


def _threads(is_plain, is_obstructed):
    """Of each root, how many replies readers see and which come first."""
    replies = Comment.objects.filter(root=OuterRef("pk"))
    shown = _standing(replies, is_plain).order_by(*IN_TIME).values("pk")
    counted = replies.filter(status__in=VISIBLE)
    return {
        "number": _number(counted.unobstructed() if is_obstructed else counted),
        **{f"reply_{number}": Subquery(shown[number : number + 1]) for number in range(REPLIES_SHOWN)},
    }


def _roots(order, is_plain, is_obstructed, place=None, *, article):
    """The ids of the roots of a page and one more, with what _threads() tells of each.

    The database looks for replies below those of the page alone: an index has the roots in each of the orders.
    """
    roots = keyset.after(
        _standing(Comment.objects.filter(article=article, parent=None), is_plain), ORDERS[order], place
    )
    threads = _threads(is_plain, is_obstructed)
    return roots.annotate(**threads).order_by(*ORDERS[order]).values_list("pk", *threads)[: ROOTS_PER_PAGE + 1]


_first_roots = Prepared(_roots)


@Prepared
def _comments(with_picks, *, article, ids):
    """Comments with what pages of readers show of them and no more, and an article's picks where there are any."""
    wanted = Q(pk__in=ids)
    if with_picks:
        wanted |= Q(pk__in=Comment.objects.filter(article=article).featured().order_by().values("pk"))
    return Comment.objects.filter(wanted).select_related("user", "parent").only(*_SHOWN).order_by()


class Conversation:
    """The comments on an article that readers see, in one of the ORDERS."""

    def __init__(self, article: Article, order: str = USUAL):
        self.article = article
        self.order = order if order in ORDERS else USUAL

    # -- how much there is

    @cached_property
    def _facts(self):
        return Facts(*_facts(article=self.article.pk)[0])

    @property
    def total(self) -> int:
        """How many comments readers see."""
        return self._facts.visible - self._facts.doubtful + self._facts.standing

    @property
    def _is_obstructed(self):
        return self._facts.doubtful != self._facts.standing

    @property
    def _is_plain(self):
        return not (self._is_obstructed or self._facts.has_gaps)

    def _standing(self, comments):
        return _standing(comments, self._is_plain)

    @property
    def picks(self) -> list[Comment]:
        """The newest of the editors' picks; they come with the first page, so that they cost no query."""
        if not self._facts.has_picks:
            return []
        picks = [comment for comment in (self.first_page and self._found).values() if comment.pk in self._picked]
        return sorted(picks, key=lambda comment: (comment.created_at, comment.pk), reverse=True)[:PICKS_SHOWN]

    # -- its pages

    @cached_property
    def first_page(self) -> Page:
        return self.page()

    def page(self, after: str = "") -> Page:
        """Return 25 roots, each with the first of its replies, from the place that the cursor `after` names."""
        names = ORDERS[self.order]
        place = keyset.read(after, Comment, names)
        if not self._facts.visible:
            return Page(is_first=place is None)
        form = (self.order, self._is_plain, self._is_obstructed)
        if place is None:
            rows = _first_roots(*form, article=self.article.pk)
        else:
            rows = _roots(*form, place, article=self.article.pk)
        threads = {root: (number, replies) for root, number, *replies in rows}
        roots = list(threads)[:ROOTS_PER_PAGE]
        ids = [pk for root in roots for pk in (root, *threads[root][1]) if pk]
        nodes = self._nodes(ids, with_picks=place is None)
        roots = [root for root in roots if root in nodes]  # one may be gone meanwhile
        page = Page(is_first=place is None)
        if len(threads) > ROOTS_PER_PAGE and roots:
            page.next_url = self.url(after=keyset.written(keyset.place_of(nodes[roots[-1]].comment, names)))
        for root in roots:
            number, replies = threads[root]
            thread = _in_reading_order([nodes[pk] for pk in (root, *replies) if pk in nodes])
            more = number - sum(node.is_reply and not node.is_tombstone for node in thread)
            if more > 0:
                thread[-1].more, thread[-1].more_url = more, self.url(thread=nodes[root].comment.public_id)
            page.nodes += thread
        return page

    def thread(self, public_id: str, after: str = "") -> Page | None:
        """Return one thread, a hundred replies at a time, or None where there is no such thread to see."""
        root = Comment.objects.filter(article=self.article, parent=None, public_id=public_id).standing().first()
        if root is None:
            return None
        place = keyset.read(after, Comment, IN_TIME)
        replies, is_more = _cut(
            keyset.after(self._standing(root.thread.all()), IN_TIME, place), IN_TIME, REPLIES_PER_PAGE
        )
        ids = [root.pk, *(pk for pk, *_ in replies)]
        nodes = self._nodes(ids)
        return Page(
            nodes=_in_reading_order([nodes[pk] for pk in ids if pk in nodes]),
            next_url=self.url(thread=public_id, after=keyset.written(replies[-1][1:])) if is_more else "",
            is_first=place is None,
            is_thread=True,
        )

    def _nodes(self, ids, with_picks=False):
        """Return nodes by id; one query."""
        ids = [*ids, *[0] * (-len(ids) % ROOTS_PER_PAGE)]  # of few lengths, so that the query is written few times
        rows = _comments.rows(with_picks and self._facts.has_picks, article=self.article.pk, ids=ids)
        found = self._found = {comment.pk: comment for comment in rows}
        self._picked = {pk for pk, comment in found.items() if comment.is_featured and comment.status in VISIBLE}
        writers = {byline.author.user_id for byline in self.article.bylines.all()} - {None} if found else ()
        nodes = {}
        for pk, comment in found.items():
            comment.article = self.article
            node = nodes[pk] = Node(comment, is_tombstone=comment.status not in VISIBLE)
            if node.is_tombstone:
                comment.name = comment.body = ""
                comment.user = None
            elif comment.depth >= NAMED_FROM and comment.parent.status in VISIBLE:
                node.in_reply_to = comment.parent.name
            node.by_author = comment.user_id in writers and not node.is_tombstone
        return nodes

    # -- where things are

    def address_of(self, comment: Comment) -> str:
        """Return the address at which a visible comment is seen: on the first page, or else in its own thread."""
        usual = Conversation(self.article)
        if any(node.comment.pk == comment.pk for node in usual.first_page.nodes):
            return f"{usual.url()}#comment-{comment.public_id}"
        root = comment.root or comment
        earlier = _before(self._standing(root.thread.all()), comment) if comment.depth else root.thread.none()
        after, position = "", earlier.count() // REPLIES_PER_PAGE * REPLIES_PER_PAGE
        if position:
            after = keyset.written(earlier.order_by(*IN_TIME).values_list(*IN_TIME)[position - 1])
        return f"{self.url(thread=root.public_id, after=after)}#comment-{comment.public_id}"

    def url(self, thread="", after="", order=None):
        order = order or self.order
        query = {"thread": thread, "order": "" if thread or order == USUAL else order, "comments": after}
        query = urlencode({name: value for name, value in query.items() if value}, safe="~")
        return self.article.get_absolute_url() + (f"?{query}" if query else "")


def _number(comments: QuerySet) -> Subquery:
    """The number of these comments, as a column of another query."""
    grouped = comments.order_by().annotate(one=F("article")).values("one").annotate(number=Count("pk"))
    return Coalesce(Subquery(grouped.values("number")), 0)


def _in_reading_order(nodes):
    """Put each comment below the one it answers, as far as that one is among them; siblings stay as they are."""
    known = {node.comment.pk for node in nodes}
    replies, first = defaultdict(list), []
    for node in nodes:
        (replies[node.comment.parent_id] if node.comment.parent_id in known else first).append(node)
    ordered, waiting = [], first[::-1]
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += reversed(replies[node.comment.pk])
    return ordered


def _cut(comments, names, size):
    rows = list(comments.order_by(*names).values_list("pk", *(name.lstrip("-") for name in names))[: size + 1])
    return rows[:size], len(rows) > size


def _before(replies, comment):
    return keyset.after(replies, keyset.opposite(IN_TIME), keyset.place_of(comment, IN_TIME))
