"""Forget what changed: one verb, once for each transaction, after it has been committed."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from newsroom.pagestore import stores

logger = logging.getLogger(__name__)


def is_used() -> bool:
    """Whether there is anything that keeps pages."""
    return bool(settings.PAGE_STORE or settings.CDN)


class Purge:
    """The keys that a transaction changes, and what will know more of them once it is committed."""

    def __init__(self):
        self.keys: set[str] = set()
        self.later: list[Callable[[], set[str]]] = []

    def __call__(self):
        keys = self.keys.union(*(find() for find in self.later))
        if keys:
            purge_now(keys)


def purge(*keys: str, later: Callable[[], set[str]] | None = None) -> None:
    """Forget all pages that show one of these keys, as soon as the current transaction is committed.

    `later` is called then, to tell further keys that follow from how things are after the change. What a transaction
    purges is purged together; where it is rolled back, nothing is.
    """
    if not is_used():
        return
    connection = transaction.get_connection()
    # What Django will call after this transaction, or would have forgotten with the part of it that was rolled back.
    together = next((call for _, call, *_ in connection.run_on_commit if isinstance(call, Purge)), None)
    is_new = together is None
    if is_new:
        together = Purge()
    together.keys.update(keys)
    if later is not None:
        together.later.append(later)
    if is_new:
        transaction.on_commit(together)


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
