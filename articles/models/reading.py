"""What readers read and recommend, counted without knowing who they are."""

from django.db import models
from django.utils import timezone


class ReadCount(models.Model):
    """How often an article was read within an hour."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="read_counts")
    hour = models.DateTimeField(help_text="The beginning of the hour.")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "article"], name="read_count_once_an_hour")]

    def __str__(self):
        return f"{self.number} in the hour from {self.hour}"


class Recommendation(models.Model):
    """That somebody recommended an article.

    `voter` is a keyed digest of the article, the network and the browser: it tells the same reader's second tap from
    another's first, and nothing else.
    """

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="recommendations")
    voter = models.CharField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "voter"], name="recommended_once")]
        indexes = [models.Index(fields=["created_at", "article"], name="recommendation_lately")]

    def __str__(self):
        return f"{self.article}"
