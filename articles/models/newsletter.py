from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        """Those who want the newsletter: they confirmed and have not left since."""
        return self.filter(confirmed_at__isnull=False, left_at__isnull=True)


class Subscriber(models.Model):
    """An address that asked for the newsletter. Nothing but one confirming letter goes to it before it confirms."""

    email = models.EmailField()
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = "newsletter subscriber"
        permissions = [("export_subscribers", "Can export confirmed newsletter addresses")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="subscriber_once", violation_error_message="This address is known already."
            ),
            models.CheckConstraint(
                name="subscriber_leaves_after_asking",
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("asked_at")),
                violation_error_message="Nobody leaves before asking.",
            ),
        ]

    def __str__(self):
        return self.email
