"""What a page says of itself: what it shows, and how long that holds.

It travels as headers, so that nothing between the view and the store needs to know: the keys as Surrogate-Key and
Cache-Tag, the time as s-maxage. Where `s-maxage` comes without stale-while-revalidate, the page is wrong afterwards.
"""

import math
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from newsroom.pagestore import purging
from newsroom.pagestore.remembering import CAP, EVERYTHING, ON_ERROR, upcoming

REVALIDATE = 60  # seconds in which readers may get the page just expired while one of them has it made anew
FOR_BROWSERS = "public, max-age=0, must-revalidate"
FOR_STAFF = "private, no-store"


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


def _declare(response: HttpResponse, declaration: Declaration) -> None:
    at = declaration.begun_at
    moments = [declaration.until] if declaration.until else []
    keys = {*declaration.keys, EVERYTHING}
    moments += [moment for moment, changed in upcoming(at) if moment > at and not keys.isdisjoint(changed)]
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
    response["Surrogate-Key"], response["Cache-Tag"] = " ".join(sorted(keys)), ",".join(sorted(keys))
