"""What the queue does for purging: tell the caches in front, and the store where it could not be told at once."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from newsroom.pagestore import stores
from newsroom.pagestore.fronts import front_of, tell
from newsroom.tasks import task

ATTEMPTS = 12
FIRST_PAUSE = 2  # seconds, twice as long after each failure: some two hours in all

logger = logging.getLogger(__name__)


@task
def purge_in_front(place: int, keys: list[str], attempt: int = 1):
    """Tell the cache at this place of the settings to forget pages; try again later where it does not answer."""
    try:
        tell(front_of(settings.CDN[place]), keys)
    except OSError as error:
        _try_again(purge_in_front, error, attempt, place, keys)


@task
def purge_store(keys: list[str], attempt: int = 1):
    """Tell the store what it could not be told when it changed."""
    store = stores.current()
    if store is None:
        return
    try:
        store.purge(set(keys))
    except stores.FAILURES as error:
        _try_again(purge_store, error, attempt, keys)


def _try_again(what, error, attempt, *arguments):
    if attempt >= ATTEMPTS:
        raise error
    pause = timedelta(seconds=FIRST_PAUSE**attempt)
    logger.warning("%s failed, and is tried again in %s: %s", what.name, pause, error)
    what.using(run_after=timezone.now() + pause).enqueue(*arguments, attempt=attempt + 1)
