"""Live coverage: whether it goes on, which of its updates are out, and what is new since a page last asked.

Moments are counted in microseconds where pages sort and compare by them.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Max, Q
from django.utils import timezone

from articles.models.article import Article, Byline, Kind

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
# Microseconds by which a change is seen later than it says, at most: when its transaction ends.
UNSETTLED = 60_000_000

_CURSOR = re.compile(r"(\d{1,17})-([0-9a-f]{16})", re.ASCII)


def is_running(article, at=None):
    """Whether it is live coverage that has not ended at the given moment, now by default."""
    if article.kind != Kind.LIVE:
        return False
    return article.live_ended_at is None or article.live_ended_at > (at or timezone.now())


def out(article, at=None):
    """The updates that have gone out by the given moment, now by default.

    One withdrawn since keeps its place, so that readers who saw it learn of that; one withdrawn before is not named.
    """
    was_seen = Q(is_withdrawn=False) | Q(modified_at__gte=F("published_at"))
    return article.updates.filter(was_seen, published_at__lte=at or timezone.now())


def microseconds(moment):
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Cursor:
    """How much of a coverage a page knows: all that changed up to a moment, and what that is of the last minute.

    An update changes when it is saved, and when its time to go out comes. The moment is that of a change and not
    of the question, so all who know the same have the same cursor, and caches can answer them together. As a change
    may become visible after one that says it came later, `seen` names what was known of the minute before the moment.
    """

    moment: int
    seen: str

    def __str__(self):
        return f"{self.moment}-{self.seen}"

    @classmethod
    def parse(cls, text):
        found = _CURSOR.fullmatch(text)
        return cls(int(found[1]), found[2]) if found else None

    @classmethod
    def of(cls, article, at):
        """The cursor of a page that shows everything out at the given moment; take it before the updates are read."""
        latest = out(article, at).order_by().aggregate(saved=Max("modified_at"), due=Max("published_at"))
        moment = max((microseconds(found) for found in latest.values() if found), default=0)
        return cls._after(moment, _changed(article, moment - UNSETTLED, at))

    def news(self, article, at):
        """Return the numbers of the updates that a page with this cursor may not know, and the cursor after them."""
        changes = _changed(article, self.moment - UNSETTLED, at)
        is_settled = self._after(self.moment, changes) == self
        unknown = [change for change in changes if change.moment > self.moment] if is_settled else changes
        latest = max([self.moment, *(change.moment for change in changes)])
        return [change.number for change in unknown], self._after(latest, changes)

    @classmethod
    def _after(cls, moment, changes):
        known = sorted(
            (change.number, change.version) for change in changes if moment - UNSETTLED < change.moment <= moment
        )
        return cls(moment, hashlib.sha256(repr(known).encode()).hexdigest()[:16])


@dataclass(frozen=True)
class Change:
    """That an update is as it is since a moment."""

    moment: int
    number: int
    version: int


def _changed(article, moment, at):
    after = EPOCH + moment * MICROSECOND
    rows = (
        out(article, at)
        .filter(Q(modified_at__gt=after) | Q(published_at__gt=after))
        .order_by()
        .values_list("pk", "modified_at", "published_at")
    )
    return [Change(microseconds(max(saved, due)), number, microseconds(saved)) for number, saved, due in rows]


# -- what the desk does


def writable_by(user):
    """The live coverage on which this person may write updates: what they may edit, and what they are named for."""
    named = Byline.objects.filter(author__user=user).values("article")
    editable = Article.objects.editable_by(user).order_by().values("pk")
    return Article.objects.filter(Q(pk__in=editable) | Q(pk__in=named), kind=Kind.LIVE)


def withdraw(update):
    """Take an update off the page. A line stays in its place, unless it was not out yet."""
    update.is_withdrawn = True
    update.save(update_fields=["is_withdrawn", "modified_at"])


def restore(update):
    update.is_withdrawn = False
    update.save(update_fields=["is_withdrawn", "modified_at"])


def set_key_point(update, is_key_point):
    update.is_key_point = is_key_point
    update.save(update_fields=["is_key_point", "modified_at"])


def end(article, summary):
    """End the coverage now; from now on the summary stands above it."""
    article.live_ended_at, article.live_summary = timezone.now(), summary
    article.save(update_fields=["live_ended_at", "live_summary", "modified_at"])


def resume(article):
    """Let the coverage go on. The summary is kept for its end, and shows nowhere until then."""
    article.live_ended_at = None
    article.save(update_fields=["live_ended_at", "modified_at"])
