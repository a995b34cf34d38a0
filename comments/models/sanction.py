from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SanctionQuerySet(models.QuerySet):
    def current(self, at=None):
        """Those in force: not lifted, and not over."""
        now = at or timezone.now()
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), lifted_at__isnull=True)


class Sanction(models.Model):
    """What holds for somebody's comments for a time. They are told: it is never secret."""

    class Subject(models.TextChoices):
        USER = "user", "An account"
        EMAIL = "email", "An e-mail address"
        IP = "ip", "A connection"

    class Kind(models.TextChoices):
        HOLD = "hold", "Every comment is held"
        SLOW = "slow", "One comment in ten minutes"
        MUTE = "mute", "No comments for a time"
        BAN = "ban", "No comments"

    subject = models.CharField(max_length=10, choices=Subject)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="comment_sanctions"
    )
    digest = models.CharField(
        max_length=64, blank=True, db_index=True, editable=False, help_text="Stands for the address (comments.senders)."
    )
    kind = models.CharField(max_length=10, choices=Kind)
    until = models.DateTimeField(null=True, blank=True, help_text="Left empty, until it is lifted.")
    reason = models.CharField(max_length=300, help_text="The reader sees it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sanction_names_its_subject",
                condition=Q(subject="user", user__isnull=False, digest="")
                | Q(subject__in=["email", "ip"], user__isnull=True) & ~Q(digest=""),
                violation_error_message="Say whose comments this is about: an account, an address or a connection.",
            ),
            models.CheckConstraint(
                name="sanction_kind_known",
                condition=Q(kind__in=["hold", "slow", "mute", "ban"]),
                violation_error_message="That is not a sanction.",
            ),
            models.CheckConstraint(
                name="sanction_mute_ends",
                condition=~Q(kind="mute") | Q(until__isnull=False),
                violation_error_message="Say until when: without an end it is a ban.",
            ),
            models.CheckConstraint(
                name="sanction_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why: the reader is told.",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    def is_current(self, at=None):
        return self.lifted_at is None and (self.until is None or self.until > (at or timezone.now()))
