from django.db import models
from django.db.models import Q

_TARGETS = ("article", "author", "category", "page", "picture", "tag")


class ImportedItem(models.Model):
    """Where something came from, so that importing the same export again finds it instead of making another.

    A row without a target says that what was imported has been deleted here, and is not wanted back.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", "Author"
        CATEGORY = "category", "Section"
        TAG = "tag", "Tag"
        POST = "post", "Article"
        PAGE = "page", "Page"
        PICTURE = "picture", "Picture"

    source = models.CharField(max_length=200, help_text="The site it came from, as in example.org/blog.")
    kind = models.CharField(max_length=20, choices=Kind)
    original_id = models.CharField(max_length=300, help_text="What that site calls it, for good.")
    number = models.CharField(max_length=20, blank=True, help_text="Its number there, as in /?p=123.")
    path = models.CharField(max_length=500, blank=True, help_text="Its address there, without the domain.")
    digest = models.CharField(max_length=64, help_text="Of what the import stored: tells whether it was edited since.")
    article = models.ForeignKey("articles.Article", models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey("articles.Author", models.SET_NULL, null=True, related_name="+")
    category = models.ForeignKey("articles.Category", models.SET_NULL, null=True, related_name="+")
    page = models.ForeignKey("articles.Page", models.SET_NULL, null=True, related_name="+")
    picture = models.ForeignKey("articles.Picture", models.SET_NULL, null=True, related_name="+")
    tag = models.ForeignKey("articles.Tag", models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "path"], name="imported_item_path"),
            models.Index(fields=["source", "number"], name="imported_item_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "original_id"], name="imported_item_once"),
            models.CheckConstraint(
                name="imported_item_has_one_target",
                condition=Q(
                    *(Q(**{f"{other}__isnull": True for other in _TARGETS if other != name}) for name in _TARGETS),
                    _connector=Q.OR,
                ),
                violation_error_message="An imported item became one article, author, section, page, picture or tag.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.original_id} of {self.source}"

    @property
    def target(self):
        """What it became, or None where that was deleted here."""
        return next((value for name in _TARGETS if (value := getattr(self, name)) is not None), None)
