from functools import lru_cache
from urllib.parse import unquote

from django.db import IntegrityError, models, transaction
from django.urls import get_script_prefix, reverse
from django.utils.text import slugify

PATHS = 2000  # that a process remembers, of some 300 bytes each
RIVALS = 10  # how many others may take the same slug at the same moment
_TARGETS = ("article", "author", "category", "dossier", "page", "tag")


def path_to(view: str, *args: str) -> str:
    """As reverse(), which takes twenty times as long for what it was asked before."""
    return _path_to(get_script_prefix(), view, args)


@lru_cache(PATHS)
def _path_to(prefix, view, args):
    return reverse(view, args=args)


class FormerAddress(models.Model):
    """An address that something answered at once, and where it is now.

    Written when a slug changes and by importers, never removed: every URL ever issued keeps answering, with a
    redirect, or with 410 once nothing public is left behind it.
    """

    path = models.CharField(max_length=500, unique=True, help_text="As in /2024/05/01/a-story/, without the domain.")
    article = models.ForeignKey(
        "articles.Article", models.SET_NULL, null=True, blank=True, related_name="former_addresses"
    )
    author = models.ForeignKey(
        "articles.Author", models.SET_NULL, null=True, blank=True, related_name="former_addresses"
    )
    category = models.ForeignKey(
        "articles.Category", models.SET_NULL, null=True, blank=True, related_name="former_addresses"
    )
    dossier = models.ForeignKey(
        "articles.Dossier", models.SET_NULL, null=True, blank=True, related_name="former_addresses"
    )
    page = models.ForeignKey("articles.Page", models.SET_NULL, null=True, blank=True, related_name="former_addresses")
    tag = models.ForeignKey("articles.Tag", models.SET_NULL, null=True, blank=True, related_name="former_addresses")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "former addresses"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="former_address_has_one_target",
                # None at all means that what stood there was deleted.
                condition=models.Q(
                    *(
                        models.Q(**{f"{other}__isnull": True for other in _TARGETS if other != name})
                        for name in _TARGETS
                    ),
                    _connector=models.Q.OR,
                ),
                violation_error_message="A former address leads to one article, author, section, series, page or tag.",
            )
        ]

    def __str__(self):
        return self.path

    @property
    def target(self):
        """What answers now, or None where it was deleted."""
        return next((value for name in _TARGETS if (value := getattr(self, name)) is not None), None)

    @classmethod
    def remember(cls, path, **target):
        """Keep `path` for `target`, given as for example ``article=article``, or for nothing that is left."""
        cls.objects.update_or_create(path=unquote(path), defaults={**dict.fromkeys(_TARGETS), **target})


class Addressed(models.Model):
    """Something with a slug and an address; the old address is remembered when the slug changes."""

    slug_source = "name"
    fallback_slug = "untitled"

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args, **kwargs):
        instance = super().from_db(*args, **kwargs)
        # A deferred slug is not asked for: that would be a query for each row.
        instance._stored_slug = instance.__dict__.get("slug")
        return instance

    def is_issued(self):
        """Whether the world may know the address."""
        return True

    def save(self, *args, **kwargs):
        stored = getattr(self, "_stored_slug", None)
        if not self.slug and self.needs_slug():
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
            self._save_with_free_slug(*args, **kwargs)
        else:
            super().save(*args, **kwargs)
        if stored and stored != self.slug and self.is_issued():
            current, self.slug = self.slug, stored
            former_path = self.get_absolute_url()
            self.slug = current
            FormerAddress.remember(former_path, **{self._meta.model_name: self})
        self._stored_slug = self.slug

    def _save_with_free_slug(self, *args, **kwargs):
        """Save under a slug that is free, or another one where somebody was quicker with it."""
        for is_last in (*[False] * RIVALS, True):
            self.slug = self.free_slug(getattr(self, self.slug_source))
            try:
                with transaction.atomic():
                    return super().save(*args, **kwargs)
            except IntegrityError:
                if is_last or not type(self)._default_manager.filter(slug=self.slug).exclude(pk=self.pk).exists():
                    self.slug = ""
                    raise

    def delete(self, *args, **kwargs):
        path = self.get_absolute_url() if self.slug and self.is_issued() else None
        deleted = super().delete(*args, **kwargs)
        if path:
            FormerAddress.remember(path)
        return deleted

    def needs_slug(self):
        return True

    def free_slug(self, words):
        """Return a slug made of `words` that nothing else of this kind has."""
        field = self._meta.get_field("slug")
        stem = slugify(words, allow_unicode=True)[: field.max_length - 8].strip("-_") or self.fallback_slug
        others = set(
            type(self)._default_manager.filter(slug__startswith=stem).exclude(pk=self.pk).values_list("slug", flat=True)
        )
        slug, number = stem, 1
        while slug in others:
            number += 1
            slug = f"{stem}-{number}"
        return slug
