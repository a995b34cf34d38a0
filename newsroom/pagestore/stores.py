"""The store that the settings name: a folder of this machine, or a Redis server for several machines."""

import zlib
from collections.abc import Iterable
from typing import Protocol

from django.conf import settings

from newsroom.pagestore.files import FileStore

try:
    from redis import RedisError
except ImportError:  # a driver that only those need who name a server
    RedisError = OSError

FAILURES = (OSError, ValueError, zlib.error, RedisError)


class Store(Protocol):
    """What keeps pages, by name, as bytes. Any of it may raise one of FAILURES, and then nothing but speed is lost.

    Purges are numbered. A page that began to be made after purge number N is right as long as none of its keys was
    purged under a higher number: so nothing has to be searched, and one made before a purge is not served after it.
    """

    def number(self) -> int:
        """The number of the last purge; costs next to nothing."""

    def is_right(self, number: int, keys: frozenset[str]) -> bool:
        """Whether nothing that these keys name was purged since that number."""

    def purged(self, keys: Iterable[str]) -> dict[str, int]:
        """The number of the last purge of each key, or of whatever could have been one."""

    def purge(self, keys: set[str]) -> None: ...

    def read(self, name: str) -> bytes | None: ...

    def write(self, name: str, content: bytes, seconds: int) -> None:
        """Keep a page, which nobody needs after so many seconds."""

    def guard(self, name: str):
        """Return what lets go of the page's guard when it is called, or None where another one has it."""

    def count(self, what: str) -> None: ...

    def figures(self) -> dict[str, int]:
        """Hits, misses, old pages served, and how much is kept; of a Redis server, all that it holds."""


_current: tuple[str, int, Store] | None = None


def current() -> Store | None:
    """The store, the same for the whole process; None where the settings name none."""
    global _current
    place = settings.PAGE_STORE
    if not place:
        return None
    if _current is None or _current[:2] != (place, settings.PAGE_STORE_BYTES):
        _current = (place, settings.PAGE_STORE_BYTES, _opened(place))
    return _current[2]


def _opened(place: str) -> Store:
    if place.startswith(("redis://", "rediss://", "unix://")):
        from newsroom.pagestore.redis import RedisStore

        return RedisStore(place)
    return FileStore(place, settings.PAGE_STORE_BYTES)
