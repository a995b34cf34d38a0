from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class DraftShareQuerySet(models.QuerySet):
    def holding(self, at=None):
        """The links that still lead to their draft."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class DraftShare(models.Model):
    """A link by which one named person outside the desk reads a draft. Only a digest of the link is kept."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="shares")
    recipient = models.CharField("for", max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField("ends")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = DraftShareQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="draft_share_ends_after_it_was_made",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message="A link ends after it was made.",
            ),
        ]

    def __str__(self):
        return f"{self.article}, for {self.recipient}"

    def is_holding(self, at=None):
        """The rule of holding(), for one link in hand."""
        return self.revoked_at is None and self.expires_at > (at or timezone.now())


class SignOff(models.Model):
    """That the person of a link found one version, and no other, fit to go out."""

    share = models.ForeignKey(DraftShare, models.CASCADE, related_name="sign_offs")
    revision = models.ForeignKey("articles.Revision", models.CASCADE, related_name="sign_offs")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["share", "revision"], name="sign_off_once")]

    def __str__(self):
        return f"{self.share.recipient} signed off {self.revision}"
