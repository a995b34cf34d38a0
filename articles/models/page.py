from django.core.exceptions import ValidationError
from django.db import models
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from articles.bodies import EXTENSIONS
from articles.models.address import Addressed, path_to
from articles.models.picture import Illustration
from articles.models.recording import Attachment
from newsroom.fields import HTMLField


class PageQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)


class Purpose(models.TextChoices):
    """The pages by which readers judge whether to trust a newsroom."""

    ABOUT = "about", _("About")
    MASTHEAD = "masthead", _("Masthead")
    ETHICS = "ethics", _("Ethics")
    CORRECTIONS = "corrections", _("Corrections")
    CONTACT = "contact", _("Contact")
    ACCESSIBILITY = "accessibility", _("Accessibility")
    PRIVACY = "privacy", _("Privacy")


class Page(Addressed):
    """A page that is no story: about, contact, imprint."""

    slug_source = "title"
    fallback_slug = "page"

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, allow_unicode=True, unique=True, blank=True)
    body = HTMLField(extensions=EXTENSIONS, blank=True)
    purpose = models.CharField(
        max_length=20,
        choices=Purpose,
        blank=True,
        default="",
        help_text="Which of the pages readers judge a newsroom by. Masthead and corrections add their lists.",
    )
    is_published = models.BooleanField("published", default=True)
    is_in_footer = models.BooleanField("in the footer", default=True)
    position = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=~models.Q(purpose=""),
                name="page_purpose_once",
                violation_error_message="Another page has this purpose.",
            )
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        if isinstance(self.__dict__.get("body"), str):
            Illustration.keep(self.body, page=self)
            Attachment.keep(self.body, page=self)

    def get_absolute_url(self):
        return path_to("articles:page", self.slug)

    def is_issued(self):
        return self.is_published

    def clean(self):
        super().clean()
        if self.slug and is_reserved(self.slug):
            raise ValidationError({"slug": f"/{self.slug}/ is an address of the site itself; choose another."})

    def free_slug(self, words):
        slug = super().free_slug(words)
        return super().free_slug(f"{words} page") if is_reserved(slug) else slug


def is_reserved(slug):
    """Whether something other than a page answers at, or stands below, /slug/."""
    if slug in {
        "desk",
        "media",
        "static",
        "comments",
        "conversations",
        "section",
        "tag",
        "author",
        "feed",
        "picture",
        "recording",
        "document",
        "live",
        "newsletter",
        "read",
        "recommend",
        "series",
    }:
        return True
    try:
        return resolve(f"/{slug}/").url_name != "page"
    except Resolver404:
        return False
