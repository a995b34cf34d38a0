import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

HERE = timedelta(seconds=60)  # a window that was silent for longer is closed, or its computer asleep


class EditingSessionQuerySet(models.QuerySet):
    def left_behind(self, user):
        """What this person typed in windows that are closed by now and that is in no version, the newest first."""
        mine = self.filter(user=user, kept_at__isnull=False, seen_at__lte=timezone.now() - HERE)
        return mine.order_by("-kept_at", "-id")


class EditingSession(models.Model):
    """One window in which somebody has an article open: that it is, and what was typed there and is in no version yet.

    Nobody but its owner gets the text. Saving the form removes the row; what is left of a crash is offered again.
    """

    window = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    article = models.ForeignKey("articles.Article", models.CASCADE, null=True, related_name="editing_sessions")
    version = models.PositiveIntegerField(default=0, help_text="The version that the text was begun from.")
    fields = models.JSONField(null=True, help_text="The form as it would be sent, or nothing where nothing was typed.")
    part = models.CharField(max_length=40, blank=True, help_text="The field that is being written in.")
    kept_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = EditingSessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["article", "seen_at"], name="editing_session_seen")]

    def __str__(self):
        return f"{self.user} at {self.article or 'a new article'}"
