from django.db import models
from django.utils import timezone


class Zone(models.TextChoices):
    LEAD = "lead", "Lead"
    TOP = "top", "Top stories"


class PlacementQuerySet(models.QuerySet):
    def holding(self, at=None):
        """The placements that hold at the given moment, now by default."""
        at = at or timezone.now()
        return self.filter(models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=at), starts_at__lte=at)


class Placement(models.Model):
    """An article that an editor put in a zone of the front page for a time. It is ended, not deleted."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="placements")
    zone = models.CharField(max_length=20, choices=Zone)
    position = models.PositiveIntegerField(default=0, help_text="Lowest first.")
    starts_at = models.DateTimeField("from", default=timezone.now)
    ends_at = models.DateTimeField("until", null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["zone", "position", "-starts_at", "-id"]
        verbose_name = "front page placement"
        indexes = [models.Index(fields=["zone", "position"], name="placement_zone")]
        constraints = [
            models.CheckConstraint(
                name="placement_ends_after_it_starts",
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                violation_error_message="A placement ends after it starts.",
            )
        ]

    def __str__(self):
        return f"{self.article} in {self.get_zone_display()}"

    def end(self):
        """Free the place now. A placement that has not begun leaves nothing to remember, so it is removed."""
        now = timezone.now()
        if self.starts_at >= now:
            self.delete()
        elif self.ends_at is None or self.ends_at > now:
            self.ends_at = now
            self.save(update_fields=["ends_at"])
