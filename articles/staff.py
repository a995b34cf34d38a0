"""The people of the desk: each one's time zone, and a private address for each one's calendar."""

import hashlib
import secrets
from zoneinfo import available_timezones

from django.contrib.auth import get_user_model
from django.utils import timezone

from articles.models import DeskProfile


def profile_of(user) -> DeskProfile:
    """Somebody's profile, not yet stored where they never saved any. Asks nothing: it comes with the user."""
    return getattr(user, "desk_profile", None) or DeskProfile(user=user)


def own_time_zone(get_response):
    """Middleware: at the desk it is the time of whoever is there."""

    def middleware(request):
        if not request.path_info.startswith("/desk/") or not request.user.is_authenticated:
            return get_response(request)
        with timezone.override(profile_of(request.user).zone):
            return get_response(request)

    return middleware


def time_zones() -> list[str]:
    """The zones of the world by place, without abbreviations and former names."""
    places = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.partition("/")[0] in places)]


# -- the address of a calendar


def renew_feed(user) -> str:
    """Give somebody's calendar a new address, of which only a digest is kept, and return what is secret in it."""
    token = secrets.token_urlsafe(32)
    given = {"feed_digest": _digest(token), "feed_made_at": timezone.now()}
    DeskProfile.objects.update_or_create(user=user, defaults=given)
    return token


def revoke_feed(user):
    DeskProfile.objects.filter(user=user).update(feed_digest="", feed_made_at=None)


def reader_of(token: str):
    """Whoever the address of a calendar was given to, as long as they work at the desk; None for any other."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True)
    return people.filter(desk_profile__feed_digest=_digest(token)).first()


def _digest(token):
    return hashlib.sha256(token.encode()).hexdigest()
