from django.db import models

from comments.models.comment import Comment


class Link(models.Model):
    """Where a comment links to. A host is known once a comment that readers see leads there."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="links")
    host = models.CharField(max_length=253)

    class Meta:
        indexes = [models.Index(fields=["host", "comment"], name="link_by_host")]
        constraints = [models.UniqueConstraint(fields=["comment", "host"], name="link_once_a_comment")]

    def __str__(self):
        return self.host
