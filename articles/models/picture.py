from pathlib import PurePath

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.text import slugify

from articles import renditions

NAME_LENGTH = 50  # characters; a file system counts bytes, up to four for each, and stops at 255


class Licence(models.TextChoices):
    ALL_RIGHTS = "All rights reserved"
    STAFF = "Staff"
    HANDOUT = "Handout"
    PUBLIC_DOMAIN = "Public domain"
    NO_KNOWN = "No known copyright restrictions"
    CC0 = "CC0 1.0"
    CC_BY_2 = "CC BY 2.0"
    CC_BY_2_5 = "CC BY 2.5"
    CC_BY_3 = "CC BY 3.0"
    CC_BY_4 = "CC BY 4.0"
    CC_BY_SA_2 = "CC BY-SA 2.0"
    CC_BY_SA_2_5 = "CC BY-SA 2.5"
    CC_BY_SA_3 = "CC BY-SA 3.0"
    CC_BY_SA_4 = "CC BY-SA 4.0"

    @property
    def label(self):
        return self.value

    @property
    def url(self):
        """The licence's own text, where it has one."""
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        if self.value.startswith("CC "):
            _, kind, version = self.value.split(" ")
            return f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
        return ""


def short_name(name, picture_format):
    """Return a name like `name` that every file system takes, ending as the content demands."""
    stem = slugify(PurePath(name).stem, allow_unicode=True)[:NAME_LENGTH] or "picture"
    return f"{stem}.{picture_format.lower()}"


class Picture(models.Model):
    """A photograph or drawing with what must be said about it. The original is private; readers get renditions."""

    title = models.CharField(max_length=200, blank=True, help_text="For finding it again; readers do not see it.")
    original = models.FileField("file", storage=renditions.originals, upload_to="pictures/%Y/%m", max_length=300)
    digest = models.CharField(max_length=32, editable=False, db_index=True)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        "description",
        max_length=500,
        blank=True,
        help_text="What is seen, for readers who cannot see it. One sentence.",
    )
    caption = models.TextField(max_length=1000, blank=True)
    credit = models.CharField(max_length=200, blank=True, help_text="Whose work it is.")
    licence = models.CharField(max_length=40, choices=Licence, blank=True)
    source_name = models.CharField("source", max_length=200, blank=True)
    source_url = models.URLField("source address", max_length=500, blank=True)
    focal_x = models.PositiveSmallIntegerField(
        default=50,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Per cent from the left: what a crop must keep.",
    )
    focal_y = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(0), MaxValueValidator(100)], help_text="Per cent from the top."
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField("uploaded", auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="picture_newest")]
        constraints = [
            models.CheckConstraint(name="picture_has_size", condition=models.Q(width__gt=0, height__gt=0)),
            models.CheckConstraint(
                name="picture_focal_point_inside", condition=models.Q(focal_x__lte=100, focal_y__lte=100)
            ),
        ]

    def __str__(self):
        return self.title or self.alt or self.caption or f"Picture {self.pk}"

    def receive(self, file):
        """Take `file` as the picture's original; save() then keeps it and makes its renditions.

        Raises renditions.UnreadablePicture, whose message is fit for the person who sent the file.
        """
        reading = renditions.read(file)
        file.name = short_name(file.name, reading.format)
        self.original = file
        self.digest, self.width, self.height = reading.digest, reading.width, reading.height

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        # Picture work is slow, so it waits until the transaction has let go of the database.
        transaction.on_commit(lambda: renditions.make(self))

    @property
    def licence_url(self):
        return Licence(self.licence).url if self.licence in Licence.values else ""

    def rendition_url(self, width, suffix="jpg"):
        return default_storage.url(renditions.name(self.digest, width, suffix))

    @property
    def url(self):
        """A JPEG of moderate width, for whatever takes one file: feeds, share cards, a body's img."""
        return self.rendition_url(renditions.jpeg_width(self.width))

    @property
    def thumbnail_url(self):
        return self.rendition_url(renditions.widths(self.width)[0], "webp")

    @property
    def srcset(self):
        return ", ".join(f"{self.rendition_url(width, 'webp')} {width}w" for width in renditions.widths(self.width))

    @property
    def is_portrait(self):
        return self.height > self.width
