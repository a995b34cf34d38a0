from django.db import models
from django.db.models import Q


class Token(models.Model):
    """How often a word stood in comments that this desk kept and in those it refused. The word itself is not kept."""

    id = models.BigIntegerField(primary_key=True, help_text="A hash of the word.")
    kept = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.pk:x}: {self.kept} kept, {self.refused} refused"


class Training(models.Model):
    """What the tokens were last learned from. There is one row, or none before the first training."""

    kept = models.PositiveIntegerField(default=0, help_text="Comments that were approved.")
    refused = models.PositiveIntegerField(default=0, help_text="Comments that were rejected or marked as spam.")
    trained_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(name="training_has_one_row", condition=Q(id=1))]

    def __str__(self):
        return f"{self.kept} kept, {self.refused} refused"

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)
