from django.conf import settings
from django.db import models

from articles.models import Category


class SectionModerator(models.Model):
    """A moderator decides about this section, and those below it, alone. Who is named nowhere decides about all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="moderated_sections")
    section = models.ForeignKey(Category, models.PROTECT, related_name="moderators")

    class Meta:
        verbose_name = "section of a moderator"
        verbose_name_plural = "sections of moderators"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "section"],
                name="section_moderator_once",
                violation_error_message="They moderate this section already.",
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.section}"
