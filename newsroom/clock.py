"""The site's own time, which what readers see and addresses follow, and moments as the desk says them."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format


def site_time(moment=None):
    """Return a moment, now by default, as the site's clock has it."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def begins(day: date) -> datetime:
    """The first moment of a day, in the time zone of whoever asks."""
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


def in_words(moment):
    """A moment for the desk and its log; the zone is said where it is not the site's."""
    words = date_format(timezone.localtime(moment), "l j F Y, H:i")
    zone = timezone.get_current_timezone_name()
    return words if zone == timezone.get_default_timezone_name() else f"{words} ({zone} time)"
