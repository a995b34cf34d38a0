"""What a process remembers of the database from one page to the next: each thing until it is purged.

Whoever gets it changes nothing in it, because others have the same.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Model
from django.utils import timezone

from newsroom.pagestore import stores

T = TypeVar("T")

CAP = 3600  # seconds after which a page, or what it is made of, is made anew, whatever nobody told us of
ON_ERROR = 24 * 3600  # seconds in which readers get a page just expired where making it anew fails
SAID_FOR = timedelta(minutes=1)  # for which a process believes the clocks
LATELY = timedelta(seconds=5)  # ago; what is read now may be of the time before a moment that came since
EVERYTHING = "everything"  # a key of every page, and of all that is remembered
FOUND_OUT = "_found_out"  # where a row has what was found out about it
MOST = 150  # things of one kind that a process remembers, of some 10 KB each

# Tell the moments to come, from the given one to the other, at which things change by themselves, each with the keys
# of what changes then. Apps append their own.
clocks: list[Callable[[datetime, datetime], Iterable[tuple[datetime, set[str]]]]] = []


class Upcoming(NamedTuple):
    """What the clocks said, good until something is purged: no moment is added or moved without that."""

    number: int
    said_at: datetime
    moments: list[tuple[datetime, set[str]]]


class Remembered(NamedTuple):
    """Something that was read, right as of a purge; no moment that the clocks tell of changes it before `until`."""

    number: int
    until: datetime
    keys: frozenset[str]
    value: object


_last_upcoming: Upcoming | None = None
_things: dict[str, Remembered] = {}
_rows: dict[str, dict[Hashable, Remembered]] = {}
_changing = threading.Lock()
_as_of: ContextVar[tuple[int | None] | None] = ContextVar("the number as of which is read", default=None)


def forget() -> None:
    """Forget all of it."""
    global _last_upcoming
    with _changing:
        _last_upcoming = None
        _things.clear()
        _rows.clear()


@contextmanager
def as_of_now() -> Iterator[None]:
    """Within it, take nothing for newer than it is now: for whoever reads what may lack a change made meanwhile."""
    chosen = _as_of.set((_number(),))
    try:
        yield
    finally:
        _as_of.reset(chosen)


def upcoming(at: datetime) -> list[tuple[datetime, set[str]]]:
    """What the clocks say of the time after `at`, and of a little before, for which a page may be kept at most."""
    global _last_upcoming
    number, known = _number(), _last_upcoming
    if known and known.number == number and known.said_at <= at < known.said_at + 2 * SAID_FOR:
        return known.moments
    horizon = at + timedelta(seconds=CAP + ON_ERROR) + SAID_FOR
    since = at - SAID_FOR  # for pages that were begun before somebody asked
    moments = [moment for clock in clocks for moment in clock(since, horizon)]
    if number is not None:
        _last_upcoming = Upcoming(number, since, moments)
    return moments


def remembered(name: str, keys: set[str], make: Callable[[], T]) -> T:
    """Return what `make` returned last in this process, as long as no key was purged and no clock changes one.

    For what stands around every page. Without keys, whatever is purged ends it.
    """
    number, now = _number(), timezone.now()
    if number is None:
        return make()
    known = _things.get(name)
    if known is None or not _right({name: known}, number, now):
        # The clocks first, so that they tell of whatever changes from now on.
        known = _dated(number, now, frozenset(keys), upcoming(now), make())
        _finish(known.value)
    if known.number != number:
        known = known._replace(number=number)
    with _changing:
        _things[name] = known
    return known.value


def rows_remembered(kind: str, names: Iterable[T], read: Callable[[list[T]], dict], keys_of: Callable) -> dict:
    """Return rows by name: those that `read` gave this process before and that are right still, the others read now.

    `keys_of` tells by which keys a row is purged, with all that was loaded with it; nothing, where a change of it may
    purge nothing, and it is not remembered. Names of nothing are left out.
    """
    names, number, now = list(names), _number(), timezone.now()
    if number is None:
        return read(names)
    known = _rows.setdefault(kind, {})
    right = _right({name: entry for name in names if (entry := known.get(name))}, number, now)
    if missing := [name for name in names if name not in right]:
        moments = upcoming(now)
        for name, row in read(missing).items():
            right[name] = _dated(number, now, frozenset(keys_of(row)), moments, row)
            if right[name].keys:
                _finish(row)
    with _changing:
        for name, entry in right.items():
            known.pop(name, None)  # so that those asked for last are forgotten last
            if entry.keys:
                known[name] = entry if entry.number == number else entry._replace(number=number)
        while len(known) > MOST:
            del known[next(iter(known))]
    return {name: right[name].value for name in names if name in right}


def one_remembered(kind: str, name: Hashable, read: Callable[[], T], keys_of: Callable[[T], Iterable[str]]) -> T:
    """Return one thing of a kind as `rows_remembered` does, whatever it is: a list of rows, a number."""
    return rows_remembered(kind, [name], lambda names: {name: read()}, keys_of)[name]


def found_out(row: Model, name: str, make: Callable[[], T]) -> T:
    """Return what follows from a row and all that was loaded with it: worked out once, where the row is remembered.

    Nobody changes such a row, and when the time alone changes something in it, it is read anew.
    """
    known = row.__dict__.get(FOUND_OUT)
    if known is None or known["of"] != id(row):  # it is a copy, made to be changed
        return make()
    if name not in known:
        known[name] = make()
    return known[name]


def _finish(thing):
    """Have each row of it remember what is found out about it."""
    if isinstance(thing, Model):
        thing.__dict__[FOUND_OUT] = {"of": id(thing)}
    elif isinstance(thing, (list, tuple)):
        for one in thing:
            _finish(one)


def _dated(number, now, keys, moments, value):
    keys = keys and keys | {EVERYTHING}
    ends = [moment for moment, changed in moments if moment > now - LATELY and not keys.isdisjoint(changed)]
    return Remembered(number, min([now + timedelta(seconds=CAP), *ends]), keys, value)


def _right(entries, number, now):
    """Those of the entries that are still right at the purge of this number."""
    entries = {name: entry for name, entry in entries.items() if now < entry.until}
    older = {name: entry for name, entry in entries.items() if entry.number != number}
    if older:
        try:
            purged = stores.current().purged({key for entry in older.values() for key in entry.keys})
        except stores.FAILURES:
            purged = None
        for name, entry in older.items():
            if purged is None or not entry.keys or any(purged[key] > entry.number for key in entry.keys):
                del entries[name]
    return entries


def _number():
    """The number of the last purge, or of that as of which is read; None where it cannot be known."""
    if (as_of := _as_of.get()) is not None:
        return as_of[0]
    try:
        store = stores.current()
        return store and store.number()
    except stores.FAILURES:
        return None
