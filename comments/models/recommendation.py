from django.conf import settings
from django.db import models

from comments.models.comment import Comment


class Recommendation(models.Model):
    """One reader's word that a comment is worth reading. Whoever has no account weighs less."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="recommendations")
    reader = models.CharField(max_length=64, help_text="Stands for a reader on this comment alone.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    weight = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "reader"],
                name="recommendation_once_a_reader",
                violation_error_message="You have recommended this comment already.",
            )
        ]

    def __str__(self):
        return f"{self.comment} recommended"
