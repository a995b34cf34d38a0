from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone


class Correction(models.Model):
    """What was wrong in a published article and what is right. It cannot be altered or deleted, nor its article.

    Triggers of the migration `corrections_stay` refuse both for every program. A correction that is itself wrong
    is followed by another.
    """

    article = models.ForeignKey("articles.Article", models.PROTECT, related_name="corrections")
    text = models.TextField(max_length=2000, help_text="What was wrong, and what is right.")
    is_material = models.BooleanField(
        "changes the meaning", default=False, help_text="Readers are told under the byline too."
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["-made_at", "-id"], name="correction_newest")]

    def __str__(self):
        return self.text[:80]

    def save(self, *args, **kwargs):
        if self.pk is not None and not self._state.adding:
            raise ValidationError("A correction stays as it is. Add another.")
        super().save(*args, **kwargs)
