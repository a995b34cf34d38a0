"""What was done to many articles at once, and what they were before."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class BulkChange(models.Model):
    """One change of many articles: of each what it was before, so that it can be taken back, once."""

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=300)
    lines = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="bulk_change_newest")]

    def __str__(self):
        return self.words
