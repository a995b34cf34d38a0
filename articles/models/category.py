from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from tree_queries.models import OrderableTreeNode
from tree_queries.query import TreeQuerySet

from articles.models.address import Addressed, path_to

MAX_POSITION = 1_000_000


class Colour(models.TextChoices):
    """The section colours of the theme; each keeps 4.5:1 on paper and wash, light and dark."""

    ACCENT = "accent", "Oxide red"
    SCIENCE = "science", "Blue"
    CLIMATE = "climate", "Green"
    CULTURE = "culture", "Purple"
    CITIES = "cities", "Ochre"
    FOOD = "food", "Rust"
    IDEAS = "ideas", "Indigo"
    TRAVEL = "travel", "Teal"
    SPORT = "sport", "Olive"


MENU = 12  # more do not fit a line


class CategoryQuerySet(TreeQuerySet):
    def in_menu(self):
        """The sections of the first rank that every page and the front page show."""
        return self.filter(parent=None, is_in_menu=True).order_by("position", "id")[:MENU]


class Category(Addressed, OrderableTreeNode):
    """A section or subsection. Removing one that holds articles or subsections is refused."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, allow_unicode=True, unique=True, blank=True)
    description = models.CharField(max_length=300, blank=True)
    colour = models.CharField(
        max_length=20,
        choices=Colour,
        blank=True,
        help_text="Left empty, it takes the colour of the section above.",
    )

    is_in_menu = models.BooleanField(
        "in the menu",
        default=True,
        help_text="Of the sections of the first rank, the menu and the front page show the first twelve that are.",
    )

    objects = CategoryQuerySet.as_manager(with_tree_fields=False)

    class Meta(OrderableTreeNode.Meta):
        verbose_name = "section"
        constraints = [
            # Longer circles are refused by the triggers of migration 0002_category_tree.
            models.CheckConstraint(
                name="category_is_not_its_own_parent",
                condition=~models.Q(parent=models.F("id")),
                violation_error_message="A section cannot stand under itself.",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="category_name_unique_under_parent",
                violation_error_message="There is a section of this name here already.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(parent=None),
                name="category_name_unique_at_top",
                violation_error_message="There is a section of this name here already.",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.position > MAX_POSITION:
            # The next new section takes a higher one, and a database's numbers end somewhere.
            raise ValidationError({"position": f"At most {MAX_POSITION:,}: it only says the order."})

    def save(self, *args, **kwargs):
        if not self.colour:
            self.colour = self.parent.colour if self.parent else Colour.ACCENT
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return path_to("articles:section", self.slug)


class SectionEditor(models.Model):
    """That somebody publishes in this section and those below it. Whoever has no such row publishes in all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="edited_sections")
    category = models.ForeignKey(Category, models.PROTECT, related_name="editors", verbose_name="section")

    class Meta:
        verbose_name = "section of an editor"
        verbose_name_plural = "sections of an editor"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "category"],
                name="section_editor_once",
                violation_error_message="This section is there already.",
            )
        ]

    def __str__(self):
        return str(self.category)
