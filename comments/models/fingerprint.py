from django.db import models

from comments.models.comment import Comment


class Shingle(models.Model):
    """One of the few hashes of three words in a row that stand for a text: near-duplicates share most of theirs."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="shingles")
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value", "comment"], name="shingle_by_value")]
        constraints = [models.UniqueConstraint(fields=["comment", "value"], name="shingle_once_a_comment")]

    def __str__(self):
        return f"{self.value:x}"
