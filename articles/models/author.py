from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from articles.models.address import Addressed, path_to


class Author(Addressed):
    """A person who writes, photographs or translates. Guests have no user and need none."""

    name = models.CharField(max_length=150)
    slug = models.SlugField(max_length=150, allow_unicode=True, unique=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        help_text="Whose own articles these are. Left empty for guests, who write without a login.",
    )
    role = models.CharField(max_length=100, blank=True, help_text="As printed, for example “Climate correspondent”.")
    bio = models.TextField(max_length=2000, blank=True)
    email = models.EmailField(blank=True, help_text="Shown on the author's page.")
    website = models.URLField(max_length=300, blank=True)
    links = models.TextField(
        max_length=1000,
        blank=True,
        help_text="One address a line, for example a profile elsewhere; shown on the author's page.",
    )
    picture = models.ForeignKey("articles.Picture", models.PROTECT, null=True, blank=True, related_name="portrait_of")

    is_on_masthead = models.BooleanField(
        "on the masthead", default=False, help_text="Named, with the role, on the page about who makes this."
    )

    class Meta:
        ordering = [Lower("name"), "id"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("articles:author", self.slug)

    @property
    def portrait(self):
        """The picture as readers see it now."""
        return self.picture.shown() if self.picture_id else None

    @property
    def initials(self):
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def all_links(self):
        """The website and the links, in that order."""
        return [link for link in [self.website, *self.links.splitlines()] if link.startswith(("https://", "http://"))]
