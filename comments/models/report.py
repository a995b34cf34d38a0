from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comments.models.comment import Comment
from comments.models.decision import Decision


class Complaint(models.TextChoices):
    ABUSE = "abuse", _("It insults or threatens somebody")
    PERSONAL = "personal", _("It says something private about a person")
    ADVERT = "advert", _("It advertises, or is spam")
    OFF_TOPIC = "off_topic", _("It has nothing to do with the article")
    FALSE_CLAIM = "false_claim", _("It states as fact what is not")
    ILLEGAL = "illegal", _("It breaks the law")
    OTHER = "other", _("Something else")


class ReportQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=Report.State.OPEN)


class Report(models.Model):
    """What a reader finds wrong with a comment, and whether a moderator found so too."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        AGREED = "agreed", "Agreed"
        DISAGREED = "disagreed", "Disagreed"

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reports")
    reporter = models.CharField(max_length=64, help_text="Stands for a reader on this comment alone.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=20, choices=Complaint)
    text = models.CharField(max_length=500, blank=True)
    weight = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    decided_in = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="reports", help_text="Which answered it."
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                name="report_once_a_reader",
                violation_error_message="You have reported this comment already.",
            ),
            models.CheckConstraint(
                name="report_state_known",
                condition=Q(state__in=["open", "agreed", "disagreed"]),
                violation_error_message="That is not a state a report can be in.",
            ),
            models.CheckConstraint(
                name="report_has_a_reason",
                condition=Q(reason__in=Complaint.values),
                violation_error_message="Choose what is wrong with the comment.",
            ),
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: {self.comment}"
