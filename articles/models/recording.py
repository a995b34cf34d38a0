import re
from functools import partial
from pathlib import PurePath
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from articles import documents, embeds, reading, recordings, uploads
from articles.bodies import PROSE
from articles.languages import Language, direction, site_language
from articles.models.address import FormerAddress
from articles.models.picture import KEY_CHARACTERS, KEY_LENGTH, NAME_LENGTH, new_key
from articles.models.rights import Licensed
from newsroom.fields import HTMLField
from newsroom.html import trusted

REFERENCE = re.compile(
    rf"(?:https?://[^/?#\s]+)?/(?P<kind>recording|document)/(?P<key>[{KEY_CHARACTERS}]{{{KEY_LENGTH}}})/"
)
_EMBEDDED = re.compile(rf'<p class="embed"[^<>]*><a href="{REFERENCE.pattern}">')
_HEADING_ID = re.compile(r'(<h[23]) id="[^"]*"')
COVER_RIGHTS = (
    "credit", "copyright", "licence", "terms", "source_name", "source_url", "origin", "usable_from", "usable_until",
)  # fmt: skip


def files():
    return storages["originals"]


def keys_of(body):
    """Return the keys of the recordings and of the documents that a stored body holds, each as a set by kind."""
    found = {"recording": set(), "document": set()}
    for reference in _EMBEDDED.finditer(body):
        found[reference["kind"]].add(reference["key"])
    return found


class Kept(Licensed):
    """Something with a file that texts refer to by its key; served by the site, which asks for the rights each time.

    The name of a stored file is made of its content, and is the version in its address.
    """

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    title = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField("uploaded", auto_now_add=True)

    class Meta(Licensed.Meta):
        abstract = True
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.title

    @classmethod
    def from_db(cls, *args, **kwargs):
        instance = super().from_db(*args, **kwargs)
        instance._stored_files = instance.kept_files()
        return instance

    def get_absolute_url(self):
        return reverse(f"articles:{self._meta.model_name}", args=[self.key])

    @property
    def direction(self):
        return direction(self.language)

    @property
    def size_in_words(self):
        """The size of the file as people say it, with a space that does not break."""
        kilobytes = round(self.size / 1000)
        if kilobytes < 1000:
            words = _("%(size)s KB") % {"size": max(1, kilobytes)}
        else:
            words = _("%(size)s MB") % {"size": number_format(self.size / 1_000_000, decimal_pos=1)}
        return words.replace(" ", "\xa0")

    def kept_files(self):
        """The names of the files that go with the row, as far as it was loaded."""
        return [self.file.name] if self.__dict__.get("file") else []

    def address_of(self, file, folder, suffix):
        """Where below /media/ readers get a file, named for the title, so that a copy of it says what it is."""
        stem = slugify(self.title, allow_unicode=True)[:NAME_LENGTH].strip("-_") or self._meta.model_name
        return f"{folder}/{self.key}/{PurePath(file.name).stem}/{quote(stem)}.{suffix}"

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        kept, self._stored_files = self.__dict__.get("_stored_files", []), self.kept_files()
        for name in set(kept).difference(self._stored_files):
            transaction.on_commit(partial(files().delete, name))

    def delete(self, *args, **kwargs):
        names = self.kept_files()
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            FormerAddress.remember(self.get_absolute_url())
            for name in names:
                transaction.on_commit(partial(files().delete, name))
        return deleted


class Recording(Kept):
    """Something to hear or to watch: a file of our own, or a player of somebody else's. It loads when asked for."""

    class Kind(models.TextChoices):
        AUDIO = "audio", _("Audio")
        VIDEO = "video", _("Video")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.AUDIO)
    file = models.FileField(storage=files, upload_to="recordings/%Y/%m", max_length=300, blank=True)
    provider_url = models.URLField(
        "address at the provider", max_length=500, blank=True, help_text="In place of a file of our own."
    )
    content_type = models.CharField(max_length=40, editable=False, blank=True)
    size = models.PositiveBigIntegerField("bytes", default=0, editable=False)
    seconds = models.PositiveIntegerField("length in seconds", null=True, blank=True)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    language = models.CharField(max_length=10, choices=Language, default=site_language)
    captions = models.FileField(
        storage=files,
        upload_to="captions/%Y/%m",
        max_length=300,
        blank=True,
        help_text="A WebVTT file (.vtt) in the language of the recording.",
    )
    transcript = HTMLField(extensions=PROSE, blank=True, help_text="What is said, for readers who cannot hear it.")
    poster = models.ForeignKey(
        "articles.Picture",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="poster_of",
        help_text="Shown until the recording is played.",
    )

    class Meta(Kept.Meta):
        constraints = [
            *Kept.Meta.constraints,
            models.CheckConstraint(
                name="recording_has_one_source",
                condition=Q(file="") ^ Q(provider_url=""),
                violation_error_message="A recording is a file, or an address at a provider: give one of them.",
            ),
        ]

    def kept_files(self):
        return [*super().kept_files(), *([self.captions.name] if self.__dict__.get("captions") else [])]

    def clean(self):
        super().clean()
        if self.provider_url:
            if self.player is None:
                names = ", ".join(provider.name for provider in embeds.PROVIDERS)
                raise ValidationError({"provider_url": f"No player is known for this address. Known are {names}."})
            self.kind = self.player.kind

    def save(self, *args, **kwargs):
        if "file" in self.__dict__ and not self.file:
            self.content_type, self.size, self.width, self.height = "", 0, None, None
        super().save(*args, **kwargs)

    def receive(self, file):
        """Take `file` as what is played, and from it what it is and how long; return the reading.

        Raises recordings.UnreadableRecording, whose message is fit for the person who sent it.
        """
        found = recordings.read(file)
        file.name = f"{found.digest[:12]}.{found.suffix}"
        self.file, self.size = file, file.size
        self.kind, self.content_type = found.kind, found.content_type
        self.seconds = found.seconds or self.seconds
        self.width, self.height = found.width, found.height
        return found

    def receive_captions(self, file):
        """Take `file` as the captions. Raises recordings.UnreadableRecording."""
        file.name = f"{recordings.read_captions(file)[:12]}.vtt"
        self.captions = file

    @property
    def player(self):
        """What a frame would load from the provider; None for a file of our own."""
        return embeds.find(self.provider_url) if self.provider_url else None

    @property
    def file_url(self):
        suffix = recordings.SUFFIXES[self.content_type]
        return settings.MEDIA_URL + self.address_of(self.file, "recordings", suffix)

    @property
    def captions_url(self):
        # From the site itself, whatever MEDIA_URL says: browsers take captions from no other.
        return "/media/" + self.address_of(self.captions, "captions", "vtt")

    @property
    def format(self):
        """What the file is called by people: MP3."""
        return recordings.SUFFIXES[self.content_type].upper().replace("WEBA", "WebM").replace("WEBM", "WebM")

    @property
    def length(self):
        """Hours, minutes and seconds as on a clock, without what is not reached."""
        minutes, seconds = divmod(self.seconds or 0, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    @property
    def language_name(self):
        """The language in its own words."""
        return Language(self.language).label.rpartition(" (")[0] or Language(self.language).label

    @property
    def transcript_html(self):
        """The transcript for a page, which may have headings of the same names."""
        return trusted(_HEADING_ID.sub(r"\1", self.transcript))

    @property
    def poster_url(self):
        """A file of moderate width of what is shown until it plays, or nothing."""
        picture = self.poster.shown() if self.poster_id else None
        shape = picture and picture.rendition("16x9")
        return shape.url_of(shape.widths("jpg")[0], "jpg") if shape else ""


class Document(Kept):
    """A PDF to read or take away, shown by a picture of its first page."""

    file = models.FileField(storage=files, upload_to="documents/%Y/%m", max_length=300)
    size = models.PositiveBigIntegerField("bytes", editable=False)
    pages = models.PositiveIntegerField(editable=False)
    summary = models.TextField(
        max_length=1000, blank=True, help_text="What it says, in a few sentences, for whoever does not open it."
    )
    language = models.CharField(max_length=10, choices=Language, default=site_language)
    cover = models.ForeignKey("articles.Picture", models.PROTECT, null=True, editable=False, related_name="cover_of")

    def receive(self, file):
        """Take `file` as the document, and from it the pages; save() then makes the cover. Return the reading.

        Raises documents.UnreadableDocument, whose message is fit for the person who sent it.
        """
        found = documents.read(file)
        file.name = f"{found.digest[:12]}.pdf"
        self.file, self.size, self.pages = file, file.size, found.pages
        self._first_page = found.first_page
        return found

    def save(self, *args, **kwargs):
        first_page, self._first_page = self.__dict__.get("_first_page"), None
        rights = {name: getattr(self, name) for name in COVER_RIGHTS}
        if first_page:
            self.cover = self._picture_of(first_page, rights)
        with transaction.atomic():
            if self.cover and any(getattr(self.cover, name) != value for name, value in rights.items()):
                for name, value in rights.items():
                    setattr(self.cover, name, value)
                self.cover.save()
            super().save(*args, **kwargs)

    def _picture_of(self, first_page, rights):
        file = ContentFile(first_page, name=f"{self.title}.png")
        try:
            return uploads.take_in(
                file, self.uploaded_by, title=self.title, alt=f"First page of “{self.title}”"[:500], **rights
            )
        except uploads.AlreadyThere as error:
            # The same document again, under the same terms; a picture with terms of its own keeps them.
            same = all(getattr(error.picture, name) == value for name, value in rights.items())
            return error.picture if same else None
        except reading.UnreadablePicture:
            return None  # a page too narrow, say, for a picture

    @property
    def file_url(self):
        return settings.MEDIA_URL + self.address_of(self.file, "documents", "pdf")


class Attachment(models.Model):
    """A recording or document that the text of an article or a page holds. Kept by their save(), like Illustration."""

    article = models.ForeignKey("articles.Article", models.CASCADE, null=True, related_name="attachments")
    page = models.ForeignKey("articles.Page", models.CASCADE, null=True, related_name="attachments")
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="attachments")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="attachments")

    class Meta:
        constraints = [
            *(
                models.UniqueConstraint(fields=[text, thing], name=f"attachment_of_{thing}_to_{text}_once")
                for text in ("article", "page")
                for thing in ("recording", "document")
            ),
            models.CheckConstraint(
                name="attachment_to_one_text", condition=Q(article__isnull=True) ^ Q(page__isnull=True)
            ),
            models.CheckConstraint(
                name="attachment_of_one_thing", condition=Q(recording__isnull=True) ^ Q(document__isnull=True)
            ),
        ]

    def __str__(self):
        return f"{self.recording or self.document} in {self.article or self.page}"

    @classmethod
    def keep(cls, body, **text):
        """Note which recordings and documents a body holds, given its text as for example ``article=article``."""
        wanted = keys_of(body)
        noted, gone = {"recording": set(), "document": set()}, []
        for pk, recording, document in cls.objects.filter(**text).values_list("pk", "recording__key", "document__key"):
            kind, key = ("recording", recording) if recording else ("document", document)
            noted[kind].add(key)
            if key not in wanted[kind]:
                gone.append(pk)
        if gone:
            cls.objects.filter(pk__in=gone).delete()
        for kind, model in (("recording", Recording), ("document", Document)):
            if new := wanted[kind] - noted[kind]:
                things = model.objects.filter(key__in=new).only("pk")
                cls.objects.bulk_create([cls(**{kind: thing}, **text) for thing in things], ignore_conflicts=True)
