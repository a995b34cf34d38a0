import hashlib
import re
from functools import partial
from html import unescape
from pathlib import PurePath

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from articles import metadata, reading, renditions
from articles.metadata import Rights
from articles.models.address import FormerAddress
from articles.models.rights import Licensed, LicensedQuerySet
from articles.tasks import make_renditions

NAME_LENGTH = 50  # characters; a file system counts bytes, up to four for each, and stops at 255
KEY_LENGTH = 12
KEY_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is mistaken for another
_REFERENCE = re.compile(rf'"/picture/([{KEY_CHARACTERS}]{{{KEY_LENGTH}}})/"')
_DESCRIBED = re.compile(r'<img src="[^"]*" alt="([^"]+)"')
_WITHOUT_WORDS = re.compile(r'<img src="([^"]*)" alt="">')

per_cent = [MinValueValidator(0), MaxValueValidator(100)]


def new_key():
    """A name that nobody guesses, so that the picture of a story to come is not found by trying numbers."""
    return get_random_string(KEY_LENGTH, KEY_CHARACTERS)


def keys_in(body):
    """Return the keys of the pictures that a stored body shows."""
    return set(_REFERENCE.findall(body))


def addresses_without_words(body):
    """Return the addresses of what a stored body shows without describing it or marking it as decoration."""
    return [unescape(address) for address in _WITHOUT_WORDS.findall(body)]


def descriptions_in(body):
    """Return how a stored body describes what it shows, a line each."""
    return "\n".join(unescape(words) for words in _DESCRIBED.findall(body))


def short_name(name, picture_format):
    """Return a name like `name` that every file system takes, ending as the content demands."""
    stem = slugify(PurePath(name).stem, allow_unicode=True)[:NAME_LENGTH] or "picture"
    return f"{stem}.{picture_format.lower()}"


class Keyword(TagBase):
    """A word to find pictures by; readers never see it, and it makes no page as a tag of articles does."""

    class Meta:
        ordering = ["name"]


class PictureKeyword(ItemBase):
    content_object = models.ForeignKey("articles.Picture", models.CASCADE, related_name="keyworded")
    tag = models.ForeignKey(Keyword, models.CASCADE, related_name="keyworded")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="picture_keyword_once")]


class Collection(models.Model):
    """Pictures that belong together: an event, an archive, a photographer's take. A picture may be in several."""

    name = models.CharField(
        max_length=100, unique=True, error_messages={"unique": "There is a collection of this name."}
    )
    description = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class PictureQuerySet(LicensedQuerySet):
    def with_uses(self):
        """Say of each picture, as `is_used`, whether anything shows it; in the same query."""
        return self.annotate(is_used=self.model.is_used_condition())

    def with_fallback(self):
        return self.select_related("fallback")


class Picture(Licensed):
    """A photograph or drawing with what must be said about it. The original is private; readers get renditions.

    Texts refer to it by its key, in addresses like /picture/KEY/, so a new file or another crop changes no text.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    version = models.CharField(max_length=12, editable=False)
    title = models.CharField(max_length=200, blank=True, help_text="For finding it again; readers do not see it.")
    original = models.FileField("file", storage=renditions.originals, upload_to="pictures/%Y/%m", max_length=300)
    digest = models.CharField(
        max_length=32,
        editable=False,
        unique=True,
        error_messages={"unique": "This file is in the library already."},
    )
    format = models.CharField(max_length=10, editable=False)
    size = models.PositiveIntegerField("bytes", editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    frames = models.PositiveIntegerField(default=1, editable=False)
    has_alpha = models.BooleanField(default=False, editable=False)
    tone = models.CharField(max_length=3, editable=False)

    alt = models.CharField(
        "description",
        max_length=500,
        blank=True,
        help_text="What is seen, for readers who cannot see it. One sentence.",
    )
    caption = models.TextField(max_length=1000, blank=True)
    place = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField("taken", null=True, blank=True)
    keywords = TaggableManager(through=PictureKeyword, blank=True)
    collections = models.ManyToManyField(Collection, blank=True, related_name="pictures")

    crop_x = models.PositiveSmallIntegerField("left", default=0, validators=per_cent)
    crop_y = models.PositiveSmallIntegerField("top", default=0, validators=per_cent)
    crop_width = models.PositiveSmallIntegerField("width", default=100, validators=per_cent)
    crop_height = models.PositiveSmallIntegerField("height", default=100, validators=per_cent)
    focal_x = models.PositiveSmallIntegerField(
        default=50, validators=per_cent, help_text="Per cent from the left: what a crop must keep."
    )
    focal_y = models.PositiveSmallIntegerField(default=50, validators=per_cent, help_text="Per cent from the top.")

    allows_sharing = models.BooleanField("may stand on share cards", default=True)
    allows_feeds = models.BooleanField("may stand in feeds", default=True)
    fallback = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fallback_of",
        help_text="Shown in its place while it may not be shown. Without one, pages show no picture there.",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField("uploaded", auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta(Licensed.Meta):
        ordering = ["-created_at", "-id"]
        indexes = [
            *Licensed.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="picture_newest"),
        ]
        constraints = [
            *Licensed.Meta.constraints,
            models.CheckConstraint(name="picture_has_size", condition=Q(width__gt=0, height__gt=0)),
            models.CheckConstraint(
                name="picture_focal_point_inside",
                condition=Q(focal_x__lte=100, focal_y__lte=100),
                violation_error_message="The focal point is inside the picture, from 0 to 100 per cent.",
            ),
            models.CheckConstraint(
                name="picture_crop_inside",
                condition=Q(crop_width__gt=0, crop_height__gt=0)
                & Q(crop_x__lte=100 - F("crop_width"), crop_y__lte=100 - F("crop_height")),
                violation_error_message="The crop stays inside the picture: left and width, and top and height,"
                " make at most 100 per cent.",
            ),
            models.CheckConstraint(
                name="picture_is_no_fallback_of_itself",
                condition=Q(fallback__isnull=True) | ~Q(fallback=F("id")),
                violation_error_message="A picture cannot stand in for itself.",
            ),
        ]

    def __str__(self):
        return self.title or self.alt or self.caption or f"Picture {self.pk}"

    @classmethod
    def from_db(cls, *args, **kwargs):
        instance = super().from_db(*args, **kwargs)
        instance._stored_version = instance.__dict__.get("version")
        return instance

    # -- the file

    def receive(self, file, *, trust_name=False):
        """Take `file` as the picture's original, and from it what the fields do not say yet; return the reading.

        save() then keeps the file and has its renditions made. Raises reading.UnreadablePicture, whose message is
        fit for the person who sent the file.
        """
        found = reading.read(file, trust_name=trust_name)
        name_of_file = metadata.clean(PurePath(file.name or "").stem, metadata.LENGTHS["title"])
        file.name = short_name(file.name, found.format)
        self.original, self.size = file, file.size
        for name in OF_FILE - {"original", "size"}:
            setattr(self, name, getattr(found, name))
        for name in READ_FROM_FILE:
            if not getattr(self, name):
                setattr(self, name, getattr(found.found, name))
        self.title = self.title or name_of_file
        self._received = found
        return found

    def save(self, *args, **kwargs):
        received, self._received = self.__dict__.get("_received"), None
        self.version = self._version()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        super().save(*args, **kwargs)
        if self.version != self.__dict__.get("_stored_version"):
            self._stored_version = self.version
            # Picture work is slow, so it waits until the transaction has let go of the database.
            transaction.on_commit(partial(make_renditions.enqueue, self.pk))
        if received is not None:
            transaction.on_commit(partial(renditions.make_previews, self, received.image))

    def delete(self, *args, **kwargs):
        original, directory = self.original, f"pictures/{self.key}"
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            FormerAddress.remember(self.get_absolute_url())
            transaction.on_commit(partial(renditions.remove, original.name, directory, self.digest))
        return deleted

    def _version(self):
        """A name for everything that the bytes of a rendition follow from."""
        parts = [renditions.RECIPE, self.digest, *self.crop, self.focal_x, self.focal_y, *vars(self.rights).values()]
        return hashlib.sha256("\0".join(map(str, parts)).encode(errors="replace")).hexdigest()[:12]

    @property
    def crop(self):
        """Left, top, width and height of what is shown, in per cent of the original."""
        return self.crop_x, self.crop_y, self.crop_width, self.crop_height

    @property
    def rights(self):
        """What is written into every rendition. The title is the desk's own, so it is not."""
        return Rights(
            caption=self.caption,
            credit=self.credit,
            copyright=self.copyright,
            licence=self.licence,
            licence_url=self.licence_url,
            terms=self.terms,
            source_name=self.source_name,
            source_url=self.source_url,
            origin=self.origin,
        )

    # -- what readers see

    def shown(self, at=None):
        """What readers get at the given moment, now by default: this picture, its fallback, or nothing.

        Load `fallback` with it (PictureQuerySet.with_fallback). Every public surface asks here.
        """
        at = at or timezone.now()
        if self.is_usable(at):
            return self
        # One step only: a fallback whose own rights have ended shows nothing.
        return self.fallback if self.fallback_id and self.fallback.is_usable(at) else None

    def get_absolute_url(self):
        """The address by which texts refer to the picture, whatever its file."""
        return reverse("articles:picture", args=[self.key])

    @property
    def shown_width(self):
        return max(1, round(self.width * self.crop_width / 100))

    @property
    def shown_height(self):
        return max(1, round(self.height * self.crop_height / 100))

    @property
    def shown_focal(self):
        """The focal point, across and down, in per cent of what is shown."""
        return tuple(
            max(0, min(100, round(100 * (point - start) / length)))
            for point, start, length in (
                (self.focal_x, self.crop_x, self.crop_width),
                (self.focal_y, self.crop_y, self.crop_height),
            )
        )

    @property
    def is_portrait(self):
        return self.shown_height > self.shown_width

    def rendition(self, shape="whole"):
        """Return the files of one shape; see articles.renditions."""
        return renditions.Shape.of(self, shape)

    @property
    def url(self):
        """A JPEG of moderate width, for whatever takes one file, such as feeds."""
        return self.rendition().url

    # -- what the desk sees, whatever the rights

    @property
    def thumbnail_url(self):
        return self.preview_url(renditions.PREVIEWS[0])

    def preview_url(self, width=renditions.PREVIEWS[-1]):
        """The address of a small copy of the original, for people at the desk alone."""
        return reverse("admin:articles_picture_preview", args=[self.pk, self.digest, width])

    @classmethod
    def is_used_condition(cls):
        """The condition that anything at all shows the picture, for a query."""
        from_other_tables = [
            relation
            for relation in cls._meta.related_objects
            if relation.related_model not in (PictureKeyword,) and not relation.many_to_many
        ]
        uses = Q()
        for relation in from_other_tables:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: models.OuterRef("pk")})
            uses |= Q(models.Exists(rows.order_by()))
        return models.ExpressionWrapper(uses, output_field=models.BooleanField())


# What pages of readers show of a picture; the rest of its row is the desk's.
SHOWN = (
    "key", "version", "width", "height", "frames", "has_alpha", "tone", "alt", "caption", "crop_x", "crop_y",
    "crop_width", "crop_height", "focal_x", "focal_y", "credit", "licence", "source_url", "origin",
    "usable_from", "usable_until", "allows_sharing", "fallback",
)  # fmt: skip
OF_FILE = {"original", "size", "digest", "width", "height", "format", "frames", "has_alpha", "tone"}
READ_FROM_FILE = (
    "title", "alt", "caption", "credit", "copyright", "licence", "terms", "source_name", "source_url", "place",
    "taken_at", "origin",
)  # fmt: skip


class Illustration(models.Model):
    """A picture that the text of an article or a page shows. Kept by their save(), so that nothing searches texts."""

    article = models.ForeignKey("articles.Article", models.CASCADE, null=True, related_name="illustrations")
    page = models.ForeignKey("articles.Page", models.CASCADE, null=True, related_name="illustrations")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="illustrations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "picture"], name="illustration_of_article_once"),
            models.UniqueConstraint(fields=["page", "picture"], name="illustration_of_page_once"),
            models.CheckConstraint(
                name="illustration_of_one_text", condition=Q(article__isnull=True) ^ Q(page__isnull=True)
            ),
        ]

    def __str__(self):
        return f"{self.picture} in {self.article or self.page}"

    @classmethod
    def keep(cls, body, **text):
        """Note which pictures a body shows, given its text as for example ``article=article``."""
        noted = dict(cls.objects.filter(**text).values_list("picture__key", "pk"))
        wanted = keys_in(body)
        if gone := [pk for key, pk in noted.items() if key not in wanted]:
            cls.objects.filter(pk__in=gone).delete()
        if new := wanted - noted.keys():
            pictures = Picture.objects.filter(key__in=new).only("pk")
            cls.objects.bulk_create([cls(picture=picture, **text) for picture in pictures], ignore_conflicts=True)
