from django.conf import settings
from django.db import models
from django.utils import timezone

from comments.models.comment import Comment


class ClaimQuerySet(models.QuerySet):
    def current(self, at=None):
        return self.filter(until__gt=at or timezone.now())


class Claim(models.Model):
    """Who is on a comment at the moment. It keeps nobody from deciding: it says “Anna is on it”."""

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="claim")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    objects = ClaimQuerySet.as_manager()

    def __str__(self):
        return f"{self.moderator} is on it"
