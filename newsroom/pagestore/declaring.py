"""What a page says of itself: what it shows, and how long that holds.

It travels as headers, so that nothing between the view and the store needs to know: the keys as Surrogate-Key and
Cache-Tag, the time as s-maxage. Where `s-maxage` comes without stale-while-revalidate, the page is wrong afterwards.
"""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from newsroom.pagestore import purging, stores

CAP = 3600  # seconds after which a page is made anew, whatever nobody told us of
REVALIDATE = 60  # seconds in which readers may get the page just expired while one of them has it made anew
ON_ERROR = 24 * 3600  # seconds in which they get it where that fails
FOR_BROWSERS = "public, max-age=0, must-revalidate"
FOR_STAFF = "private, no-store"
EVERYTHING = "everything"  # a key of every page
SAID_FOR = timedelta(minutes=1)  # for which a process believes the clocks

# Tell the moments to come, from the given one to the other, at which things change by themselves, each with the keys
# of what changes then. Apps append their own.
clocks: list[Callable[[datetime, datetime], Iterable[tuple[datetime, set[str]]]]] = []


class Declaration:
    """What is known of a page while it is made."""

    def __init__(self):
        self.begun_at = timezone.now()
        self.keys: set[str] = set()
        self.until = None
        self.seconds = CAP


def shows(request: HttpRequest, *keys: str, until: datetime | None = None, seconds: int | None = None) -> None:
    """Say that the page being made shows what these keys name.

    From the moment `until` on the page is wrong and nobody gets it. After so many `seconds` it is merely old.
    Whatever helps to make a page may say so, template tags too; where the page is not public, nothing follows.
    """
    declaration = getattr(request, "shown_page", None)
    if declaration is None:
        return
    declaration.keys.update(keys)
    if until is not None:
        declaration.until = min(until, declaration.until or until)
    if seconds is not None:
        declaration.seconds = min(seconds, declaration.seconds)


def public(view):
    """Mark a page as the same for every reader. One that says what it shows is kept, the others are asked for anew.

    Staff see it as it is, and no cache keeps what they saw.
    """

    @wraps(view)
    @require_safe
    def wrapped(request, *args, **kwargs):
        request.shown_page = declaration = Declaration()
        response = view(request, *args, **kwargs)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.setdefault("Cache-Control", FOR_STAFF)
        elif response.status_code == 200 and not response.has_header("Cache-Control"):
            response["Cache-Control"] = FOR_BROWSERS
            if declaration.keys and purging.is_used():
                _declare(response, declaration)
        return response

    return wrapped


class Upcoming(NamedTuple):
    """What the clocks said, good until something is purged: no moment is added or moved without that."""

    number: int
    said_at: datetime
    moments: list[tuple[datetime, set[str]]]


_last_upcoming: Upcoming | None = None


def _upcoming(at: datetime) -> list[tuple[datetime, set[str]]]:
    """What the clocks say of the time after `at` for which a page may be kept at most."""
    global _last_upcoming
    number, known = _number(), _last_upcoming
    if known and known.number == number and known.said_at <= at < known.said_at + SAID_FOR:
        return known.moments
    horizon = at + timedelta(seconds=CAP + ON_ERROR) + SAID_FOR
    moments = [moment for clock in clocks for moment in clock(at, horizon)]
    if number is not None:
        _last_upcoming = Upcoming(number, at, moments)
    return moments


class Remembered(NamedTuple):
    number: int
    made_at: datetime
    value: object


_remembered: dict[str, Remembered] = {}


def remembered(name: str, keys: set[str], make: Callable[[], object]):
    """Return what `make` returned last in this process, as long as no key was purged and no clock changes one.

    For what stands around every page. Whoever gets it changes nothing in it.
    """
    number, now = _number(), timezone.now()
    if number is None:
        return make()
    known = _remembered.get(name)
    if known and known.number == number and not _has_changed(keys, known, now):
        return known.value
    _upcoming(now)  # first, so that it tells of whatever changes from now on
    _remembered[name] = Remembered(number, now, make())
    return _remembered[name].value


def _has_changed(keys, known, now):
    """Whether a clock has changed one of the keys meanwhile, or nobody knows."""
    said = _last_upcoming
    if (
        said is None
        or said.number != known.number
        or not said.said_at <= known.made_at <= now < said.said_at + SAID_FOR
    ):
        return True
    return any(known.made_at < moment <= now and not keys.isdisjoint(changed) for moment, changed in said.moments)


def _number():
    """The number of the last purge; None where it cannot be known."""
    try:
        store = stores.current()
        return store and store.number()
    except stores.FAILURES:
        return None


def _declare(response: HttpResponse, declaration: Declaration) -> None:
    at = declaration.begun_at
    moments = [declaration.until] if declaration.until else []
    moments += [moment for moment, keys in _upcoming(at) if moment > at and not declaration.keys.isdisjoint(keys)]
    now = timezone.now()
    right = math.floor((min(moments) - now).total_seconds()) if moments else declaration.seconds + ON_ERROR
    if right <= 0:
        return
    if right <= declaration.seconds:
        response["Cache-Control"] = f"public, max-age=0, s-maxage={right}"
    else:
        spare = right - declaration.seconds
        response["Cache-Control"] = (
            f"public, max-age=0, s-maxage={declaration.seconds}, stale-while-revalidate={min(REVALIDATE, spare)},"
            f" stale-if-error={min(ON_ERROR, spare)}"
        )
    keys = sorted({*declaration.keys, EVERYTHING})
    response["Surrogate-Key"], response["Cache-Tag"] = " ".join(keys), ",".join(keys)
