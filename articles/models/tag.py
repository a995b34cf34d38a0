from django.db import models
from django.db.models.functions import Lower
from taggit.models import ItemBase, TagBase

from articles.models.address import Addressed, path_to


class Tag(Addressed, TagBase):
    """A subject across sections, with a page of its own."""

    description = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = [Lower("name"), "id"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("articles:tag", self.slug)


class ArticleTag(ItemBase):
    content_object = models.ForeignKey("articles.Article", models.CASCADE, related_name="tagged")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged")

    class Meta:
        indexes = [models.Index(fields=["tag", "-content_object"], name="tagged_newest")]
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="article_tagged_once")]
