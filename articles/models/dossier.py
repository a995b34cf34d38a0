from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.address import Addressed, path_to


class DossierQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)


class Dossier(Addressed):
    """Stories that belong together, with a page of their own.

    A series is read in order. A package is a set around one event, its first story the main one. A topic goes on
    for years: besides the stories chosen, which come first, it takes whatever carries one of its tags.
    """

    slug_source = "title"
    fallback_slug = "stories"

    class Form(models.TextChoices):
        SERIES = "series", _("Series")
        PACKAGE = "package", _("Package")
        TOPIC = "topic", _("Topic")

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=150, allow_unicode=True, unique=True, blank=True)
    form = models.CharField(max_length=20, choices=Form, default=Form.SERIES)
    description = models.TextField(max_length=1000, blank=True)
    picture = models.ForeignKey("articles.Picture", models.PROTECT, null=True, blank=True, related_name="dossiers")
    tags = models.ManyToManyField("articles.Tag", blank=True, related_name="topics", help_text="For a topic.")
    articles = models.ManyToManyField("articles.Article", through="articles.Part", related_name="dossiers")
    is_published = models.BooleanField("published", default=True)
    is_complete = models.BooleanField("complete", default=False, help_text="No further part is to come.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "series, topic or package"
        verbose_name_plural = "series, topics and packages"
        ordering = ["title", "id"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_to("articles:dossier", self.slug)

    def is_issued(self):
        return self.is_published

    @property
    def illustration(self):
        """The picture as readers see it now."""
        return self.picture.shown() if self.picture_id else None


class Part(models.Model):
    """That a story belongs to a series, topic or package, and where in its order."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="parts")
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "article"],
                name="part_once",
                violation_error_message="This story is a part already.",
            )
        ]

    def __str__(self):
        return f"{self.article} in {self.dossier}"


class RelatedChoice(models.Model):
    """A story that an editor wants offered beside another, before those a query finds."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="related_choices")
    other = models.ForeignKey("articles.Article", models.CASCADE, related_name="+", verbose_name="story")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "related story"
        verbose_name_plural = "related stories"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "other"],
                name="related_once",
                violation_error_message="This story is named already.",
            ),
            models.CheckConstraint(
                name="related_to_another",
                condition=~models.Q(article=models.F("other")),
                violation_error_message="A story is not related to itself.",
            ),
        ]

    def __str__(self):
        return str(self.other)
