"""What somebody at the desk is to the others, and how that person sees the desk."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class DeskProfile(models.Model):
    """Made when somebody first saves something of it; whoever has none sees the desk as it comes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="desk_profile")
    role = models.CharField(max_length=100, blank=True, help_text="What you do here, for example “Night editor”.")
    phone = models.CharField(max_length=40, blank=True, help_text="For colleagues; readers never see it.")
    picture = models.ForeignKey(
        "articles.Picture", models.SET_NULL, null=True, blank=True, related_name="+", help_text="For colleagues, small."
    )
    time_zone = models.CharField(
        max_length=50, blank=True, help_text="All times of the desk are told in it. Readers' pages keep the site's."
    )
    has_keys = models.BooleanField(
        "single keys",
        default=True,
        help_text="Letters act on pages of the desk, as j, k and ? do. They rest while you write.",
    )
    views = models.JSONField(
        default=list, blank=True, editable=False, help_text="Filters of the list of articles, each a name and a query."
    )
    feed_digest = models.CharField(max_length=64, blank=True, editable=False)
    feed_made_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feed_digest"], condition=~Q(feed_digest=""), name="desk_profile_feed_digest_unique"
            )
        ]

    def __str__(self):
        return str(self.user)

    @property
    def zone(self):
        """The time zone, or the site's where none is chosen or the machine no longer knows it."""
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else timezone.get_default_timezone()
        except (ZoneInfoNotFoundError, ValueError):
            return timezone.get_default_timezone()
