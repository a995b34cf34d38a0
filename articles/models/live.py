from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from articles.bodies import EXTENSIONS
from newsroom import html
from newsroom.fields import HTMLField


class LiveUpdateQuerySet(models.QuerySet):
    def published(self, at=None):
        """What readers of live coverage may read at the given moment, now by default."""
        at = at or timezone.now()
        return self.filter(published_at__lte=at, is_withdrawn=False)


class LiveUpdate(models.Model):
    """One entry of live coverage. Its anchor, #update-N, is its number and never changes."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="updates")
    headline = models.CharField(max_length=200, blank=True)
    body = HTMLField(extensions=EXTENSIONS, blank=True)
    author = models.ForeignKey("articles.Author", models.PROTECT, null=True, blank=True, related_name="updates")
    published_at = models.DateTimeField("goes out", default=timezone.now)
    is_key_point = models.BooleanField("key point", default=False, help_text="Pinned above the coverage.")
    is_withdrawn = models.BooleanField("withdrawn", default=False)
    correction = models.CharField(
        max_length=500, blank=True, help_text="What was wrong and what is right; shown with the update."
    )
    corrected_at = models.DateTimeField(null=True, blank=True, editable=False)
    modified_at = models.DateTimeField(auto_now=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = LiveUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = "live update"
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["article", "-published_at", "-id"], name="live_update_newest"),
            models.Index(fields=["article", "modified_at"], name="live_update_changed"),
            models.Index(fields=["published_at"], name="live_update_published"),
        ]
        constraints = [
            models.CheckConstraint(
                name="live_update_says_something",
                condition=~Q(headline="") | ~Q(body=""),
                violation_error_message="An update has a headline or a text.",
            )
        ]

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        self.article.keep_uses()

    def __str__(self):
        return self.headline or html.text(self.body)[:60]
