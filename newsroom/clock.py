"""The site's own time. What readers see, and what addresses are made of, never follows who is at the desk."""

from django.utils import timezone


def site_time(moment=None):
    """Return a moment, now by default, as the site's clock has it."""
    return timezone.localtime(moment, timezone.get_default_timezone())
