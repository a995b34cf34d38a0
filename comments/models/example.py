from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.models.site import CommentsPolicy
from comments.models.comment import Status

EXPECTED = (Status.PUBLISHED, Status.PENDING, Status.REJECTED, Status.SPAM)
MODES = (CommentsPolicy.OPEN, CommentsPolicy.TRUSTED, CommentsPolicy.RISK, CommentsPolicy.PRE)


class Example(models.Model):
    """A comment made up by the desk, and what should become of it: tried whenever the rules change."""

    name = models.CharField(max_length=100, default="A reader", help_text="Of the reader.")
    body = models.TextField("text")
    mode = models.CharField(
        max_length=20, choices=[(mode.value, mode.label) for mode in MODES], default=CommentsPolicy.RISK
    )
    is_known = models.BooleanField("from a reader with approved comments", default=True)
    expected = models.CharField(
        max_length=20,
        choices=[(status.value, status.label) for status in EXPECTED],
        help_text="What should become of it.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="What this example is about.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "example comment"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="example_expects_an_outcome",
                condition=Q(expected__in=EXPECTED),
                violation_error_message="That is not what can become of a new comment.",
            ),
            models.CheckConstraint(
                name="example_mode_takes_comments",
                condition=Q(mode__in=MODES),
                violation_error_message="An example is tried where comments are taken.",
            ),
        ]

    def __str__(self):
        return self.note or self.body[:60]
