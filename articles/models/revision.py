from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Revision(models.Model):
    """An article as somebody saved it, whole: see articles/revisions.py for what that takes in."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    snapshot = models.JSONField()
    went_live_at = models.DateTimeField(
        null=True, editable=False, help_text="Since when readers got it, or from when on they will."
    )

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")]

    def __str__(self):
        return f"version {self.number}"


class WorkingCopy(models.Model):
    """What the desk has changed in an article that readers have, and that they do not see yet.

    What is changed is what differs between `revision` and `base`, the live version it was begun from.
    """

    article = models.OneToOneField("articles.Article", models.CASCADE, related_name="working_copy")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    base = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    goes_live_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "working copies"
        indexes = [
            models.Index(fields=["goes_live_at"], condition=Q(goes_live_at__isnull=False), name="working_copy_due")
        ]

    def __str__(self):
        return f"changes of {self.article}"

    @property
    def changes(self):
        """What was changed, by field, as it would be."""
        old, new = self.base.snapshot, self.revision.snapshot
        return {name: value for name, value in new.items() if value != old.get(name)}
