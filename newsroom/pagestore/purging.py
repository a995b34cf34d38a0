"""Forget what changed: one verb, once for each transaction, after it has been committed."""

import logging
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from newsroom.pagestore import stores
from newsroom.pagestore.remembering import EVERYTHING

T = TypeVar("T")

logger = logging.getLogger(__name__)


def is_used() -> bool:
    """Whether there is anything that keeps pages."""
    return bool(settings.PAGE_STORE or settings.CDN)


class Purge:
    """What a transaction changes: keys, and things to be compared with what they were before it."""

    def __init__(self):
        self.keys: set[str] = set()
        self.compared: dict[Hashable, Callable[[], set[str]]] = {}

    def __call__(self):
        keys = self.keys.union(*map(_told, self.compared.values()))
        if keys:
            purge_now(keys)

    @classmethod
    def of_transaction(cls) -> "Purge":
        """The one of the current transaction; outside of any, it is called as soon as it is asked for."""
        # Among what Django will call after the commit, so that it goes where a part of the work is rolled back.
        hooks = transaction.get_connection().run_on_commit
        together = next((call for _, call, *_ in hooks if isinstance(call, cls)), None)
        if together is None:
            together = cls()
            transaction.on_commit(together)
        return together


def purge(*keys: str) -> None:
    """Forget all pages that show one of these keys, as soon as the current transaction is committed.

    What a transaction purges is purged together; where it is rolled back, nothing is.
    """
    if not is_used():
        return
    if transaction.get_connection().in_atomic_block:
        Purge.of_transaction().keys.update(keys)
    else:
        purge_now(set(keys))


def compare(name: Hashable, take: Callable[[], T], tell: Callable[[T, T], set[str]]) -> Callable[[], None]:
    """Purge what follows from a thing as it is now and as it is once the transaction is committed.

    To be called before the change, as often as one likes; `take` is called before the first and after the last one.
    Returns what is to be called after the change, for those who make it outside of a transaction.
    """
    if not is_used():
        return lambda: None
    if not transaction.get_connection().in_atomic_block:
        before = take()
        return lambda: purge(*_told(lambda: tell(before, take())))
    compared = Purge.of_transaction().compared
    if name not in compared:
        before = take()
        compared[name] = lambda: tell(before, take())
    return lambda: None


def _told(tell: Callable[[], set[str]]) -> set[str]:
    """What follows from a change. It is made already: what cannot be told of it takes every page, not the answer."""
    try:
        return tell()
    except Exception:
        logger.exception("What a change is seen on could not be told; every page is made anew.")
        return {EVERYTHING}


def purge_now(keys: set[str]) -> None:
    """Forget pages at once, here and in the caches in front; what cannot be reached now is reached by the queue."""
    store = stores.current()
    if store is not None:
        try:
            store.purge(keys)
        except stores.FAILURES:
            logger.exception("The page store could not be told of %s changes; the queue tells it.", len(keys))
            from newsroom.pagestore.queue import purge_store

            purge_store.enqueue(sorted(keys))
    if settings.CDN:
        from newsroom.pagestore.queue import purge_in_front

        for place in range(len(settings.CDN)):
            purge_in_front.enqueue(place, sorted(keys))
