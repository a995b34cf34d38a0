"""Pieces of pages that are rendered once for what they are made of: a card, the masthead, the foot of every page.

A piece sees what it is given and nothing else, and is remembered by all of that: each value of each row, and of the
rows that were loaded with it. So it is never wrong and nothing has to be purged; a row that changed is another piece.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import is_dataclass

from django.db import connections
from django.db.models import Model
from django.utils.functional import LazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from newsroom.pagestore.remembering import FOUND_OUT, found_out

MOST = 800  # pieces that a process remembers, of some 5 KB each with what they are made of

_made: dict[tuple, str] = {}
_changing = threading.Lock()


def made_once(name: str, things: dict, make: Callable[[], str]) -> str:
    """Return what `make` makes of these things in the language of the moment, remembered if it was made before.

    What asks the database meanwhile shows more than it was given, and is not remembered.
    """
    try:
        key = (name, get_language(), made_of(things))
        known = _made.get(key)
    except TypeError:  # something in it has no hash, so that it cannot be compared
        return make()
    if known is not None:
        return known
    asked = []
    with ExitStack() as stack:
        for connection in connections.all(initialized_only=True):
            stack.enter_context(connection.execute_wrapper(_noticing(asked)))
        piece = make()
    if not asked:
        with _changing:
            if len(_made) >= MOST:
                del _made[next(iter(_made))]
            _made[key] = piece
    return piece


def forget() -> None:
    """Forget every piece."""
    with _changing:
        _made.clear()


def made_of(thing, seen=None):
    """Everything that a template may read of a thing without asking the database, as something to compare.

    A row whose answers change with the time alone tells the one of this moment as `of_the_moment()`. One that has
    much besides what pages show of it tells what they do as `made_of()`.
    """
    if isinstance(thing, SafeString):
        return SafeString, thing
    if isinstance(thing, (str, int, type(None))):
        return thing
    seen = set() if seen is None else seen
    if isinstance(thing, Model):
        if isinstance(thing, LazyObject):
            thing = thing._wrapped
        return _made_of_row(thing, seen)
    if isinstance(thing, dict):
        return tuple((name, made_of(value, seen)) for name, value in thing.items())
    if is_dataclass(thing):
        return tuple(made_of(value, seen) for value in vars(thing).values())
    if isinstance(thing, (list, tuple)):
        return tuple(made_of(one, seen) for one in thing)
    return thing


class Told:
    """What a row is made of, compared and looked up by one number as far as that goes."""

    __slots__ = ("number", "things")

    def __init__(self, things):
        self.things, self.number = things, hash(things)

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        return isinstance(other, Told) and self.number == other.number and self.things == other.things


def _made_of_row(row, seen):
    if id(row) in seen:  # told already: what leads back to it tells nothing new
        return type(row), row.pk
    if FOUND_OUT in row.__dict__ and not seen:
        return found_out(row, "made of", lambda: Told(_all_of_row(row, set())))
    return _all_of_row(row, seen)


def _all_of_row(row, seen):
    seen.add(id(row))
    if hasattr(row, "made_of"):
        return type(row), row.pk, row.made_of()
    values = row.__dict__
    found = [type(row), *(item for item in values.items() if item[0][0] != "_")]
    for name, related in row._state.fields_cache.items():
        found.append((name, made_of(related, seen)))
    for name, rows in values.get("_prefetched_objects_cache", {}).items():
        found.append((name, tuple(made_of(one, seen) for one in rows)))
    if hasattr(row, "of_the_moment"):
        found.append(row.of_the_moment())
    return tuple(found)


def _noticing(asked):
    def wrapper(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    return wrapper
