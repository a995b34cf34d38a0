"""What readers see under an article: the conversation in reading order, page by page.

A thread may be a thousand replies deep and an article have ten thousand comments, so nothing here calls itself: one
query brings the bare structure of the article's conversation, another the comments of one page.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator

from comments.models import Comment
from comments.models.comment import TOMBSTONES, VISIBLE

ROOTS_PER_PAGE = 25
REPLIES_SHOWN = 20  # below each root of a page; the rest of a thread has pages of its own
REPLIES_PER_PAGE = 100
MAX_INDENT = 3
NAMED_FROM = 2  # from this depth a reply says to whom it answers: the page may not indent that far


@dataclass
class Node:
    """A comment in its place. `in_reply_to` is a name, where indenting alone does not say it."""

    comment: Comment
    depth: int
    in_reply_to: str | None = None
    is_tombstone: bool = False
    more: int = 0  # further replies in this thread, after its last one shown
    more_url: str = ""

    @property
    def indent(self):
        return min(self.depth, MAX_INDENT)


class Conversation:
    """The visible structure of an article's comments: ids only, in reading order, read with one query."""

    def __init__(self, article):
        self.article = article
        rows = list(
            Comment.objects.filter(article=article, hides_replies=False)
            .order_by("created_at", "id")
            .values_list("id", "parent_id", "depth", "status", "public_id")
        )
        self.parent = {pk: parent for pk, parent, *_ in rows}
        self.depth = {pk: depth for pk, _, depth, *_ in rows}
        self.public_id = {pk: public_id for pk, *_, public_id in rows}
        self.is_visible = {pk: status in VISIBLE for pk, _, _, status, _ in rows}
        shown = self._reachable(rows)
        self._drop_bare_tombstones(shown)
        self.threads = self._in_reading_order(shown)
        self.total = sum(self.is_visible[pk] for thread in self.threads for pk in thread)

    def _reachable(self, rows):
        """Return what has nothing hidden above it, parents before their replies, each generation oldest first."""
        standing, shown = set(), []
        for pk, parent, _, status, _ in sorted(rows, key=lambda row: row[2]):
            if (parent is None or parent in standing) and (status in VISIBLE or status in TOMBSTONES):
                standing.add(pk)
                shown.append(pk)
        return shown

    def _drop_bare_tombstones(self, shown):
        """A comment that was taken back keeps its place only while something visible stands below it."""
        bearing = set()
        for pk in reversed(shown):  # replies before their parents
            if self.is_visible[pk] or pk in bearing:
                bearing.add(self.parent[pk])
        shown[:] = [pk for pk in shown if self.is_visible[pk] or pk in bearing]

    def _in_reading_order(self, shown):
        replies = defaultdict(list)
        for pk in shown:
            replies[self.parent[pk]].append(pk)
        threads = []
        for root in replies[None]:
            thread, waiting = [], [root]
            while waiting:
                pk = waiting.pop()
                thread.append(pk)
                waiting.extend(reversed(replies[pk]))
            threads.append(thread)
        return threads

    def nodes(self, ids):
        """Return nodes for comments of this conversation, in the given order."""
        above = {self.parent[pk] for pk in ids if self.depth[pk] >= NAMED_FROM}
        found = Comment.objects.defer("path", "signals").select_related("user").in_bulk({*ids, *above})
        nodes = []
        for pk in ids:
            comment = found.get(pk)
            if comment is None:  # erased since the structure was read
                continue
            comment.article = self.article
            node = Node(comment, self.depth[pk], is_tombstone=not self.is_visible[pk])
            if self.depth[pk] >= NAMED_FROM and self.is_visible[self.parent[pk]] and self.parent[pk] in found:
                node.in_reply_to = found[self.parent[pk]].name
            nodes.append(node)
        for node in nodes:
            if node.is_tombstone:  # no template can show by mistake what is not there
                node.comment.name = node.comment.email = node.comment.body = ""
        return nodes

    def page_of_roots(self, number):
        """Return a page whose object_list is nodes: 25 roots, each with the first of its replies."""
        page = Paginator(self.threads, ROOTS_PER_PAGE).get_page(number)
        shown = [thread[: REPLIES_SHOWN + 1] for thread in page.object_list]
        nodes = {node.comment.pk: node for node in self.nodes([pk for thread in shown for pk in thread])}
        for thread, part in zip(page.object_list, shown, strict=True):
            if len(part) < len(thread) and part[-1] in nodes:
                last = nodes[part[-1]]
                last.more = sum(self.is_visible[pk] for pk in thread[len(part) :])
                last.more_url = self.url(thread=self.public_id[thread[0]])
        page.object_list = list(nodes.values())
        return page

    def page_of_thread(self, public_id, number):
        """Return a page of one thread's comments, or None where there is no such thread to see."""
        thread = next((thread for thread in self.threads if self.public_id[thread[0]] == public_id), None)
        if thread is None:
            return None
        page = Paginator(thread, REPLIES_PER_PAGE).get_page(number)
        page.object_list = self.nodes(page.object_list)
        return page

    def address_of(self, comment):
        """Return the address at which the comment is seen, or None where nobody may see it."""
        if not self.is_visible.get(comment.pk):
            return None
        for position, thread in enumerate(self.threads):
            if comment.pk in thread:
                place = thread.index(comment.pk)
                if place <= REPLIES_SHOWN:
                    url = self.url(page=position // ROOTS_PER_PAGE + 1)
                else:
                    url = self.url(thread=self.public_id[thread[0]], page=place // REPLIES_PER_PAGE + 1)
                return f"{url}#comment-{comment.public_id}"
        return None

    def url(self, thread=None, page=1):
        query = [f"thread={thread}"] if thread else []
        if page > 1:
            query.append(f"comments={page}")
        return self.article.get_absolute_url() + (f"?{'&'.join(query)}" if query else "")
