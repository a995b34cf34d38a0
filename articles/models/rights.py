"""What is said of work that may belong to others, and when it may be shown."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from articles.licences import Licence, Origin

ENDS_SOON = timedelta(days=14)  # in which a desk finds something else


def usable_condition(at, of=""):
    """The condition that work may be shown at a moment; `of` leads to it from other rows, as in "lead_picture__"."""
    begins, ends = f"{of}usable_from", f"{of}usable_until"
    return (Q(**{f"{begins}__isnull": True}) | Q(**{f"{begins}__lte": at})) & (
        Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": at})
    )


class LicensedQuerySet(models.QuerySet):
    def usable(self, at=None):
        """What may be shown at the given moment, now by default."""
        return self.filter(usable_condition(at or timezone.now()))

    def ending(self, within, at=None):
        """What may be shown at the given moment and no longer once `within`, a timedelta, has passed."""
        at = at or timezone.now()
        return self.usable(at).filter(usable_until__lte=at + within)


class Licensed(models.Model):
    """Work with a credit, a licence and perhaps a day on which the right to show it ends."""

    credit = models.CharField(max_length=200, blank=True, help_text="Whose work it is.")
    copyright = models.CharField(
        "copyright notice", max_length=300, blank=True, help_text="As the owner wants it; written into every file."
    )
    licence = models.CharField(max_length=40, choices=Licence, blank=True)
    terms = models.CharField(
        "terms of use", max_length=1000, blank=True, help_text="What the owner allows and asks for, in words."
    )
    source_name = models.CharField("source", max_length=200, blank=True)
    source_url = models.URLField("source address", max_length=500, blank=True)
    origin = models.CharField(
        "made by", max_length=20, choices=Origin, blank=True, default="", help_text="Readers are told of a machine."
    )
    usable_from = models.DateTimeField("may be shown from", null=True, blank=True)
    usable_until = models.DateTimeField(
        "may be shown until", null=True, blank=True, help_text="From this moment on, readers no longer get it."
    )

    objects = LicensedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=[name], condition=Q((f"{name}__isnull", False)), name=f"%(class)s_{name}")
            for name in ("usable_from", "usable_until")
        ]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_rights_end_after_they_begin",
                condition=Q(usable_from__isnull=True)
                | Q(usable_until__isnull=True)
                | Q(usable_until__gt=F("usable_from")),
                violation_error_message="The rights end after they begin.",
            )
        ]

    def is_usable(self, at=None):
        """The rule of LicensedQuerySet.usable(), for one in hand."""
        at = at or timezone.now()
        return (self.usable_from is None or self.usable_from <= at) and (
            self.usable_until is None or self.usable_until > at
        )

    def of_the_moment(self):
        """What changes with the time alone."""
        return self.is_usable()

    @property
    def ends_soon(self):
        """Whether it may be shown now, and no longer once ENDS_SOON has passed."""
        now = timezone.now()
        return self.is_usable(now) and not self.is_usable(now + ENDS_SOON)

    def refusal(self, at=None):
        """Say in words why it may not be shown at the given moment, now by default; nothing where it may."""
        now = timezone.now()
        at = at or now
        if self.is_usable(at):
            return ""
        if self.usable_until is None or self.usable_until > at:
            return f"“{self}” may not be shown yet: its rights begin on {_day(self.usable_from)}."
        if self.usable_until <= now:
            return f"“{self}” may no longer be shown: its rights ended on {_day(self.usable_until)}."
        return f"“{self}” may not be shown on {_day(at)}: its rights end on {_day(self.usable_until)}."

    @property
    def licence_url(self):
        return Licence(self.licence).url if self.licence in Licence.values else ""


def _day(moment):
    return date_format(timezone.localtime(moment), "j F Y")
