"""What editors put on the fronts, and how zones fill below it.

Both are kept twice over time: when they hold (`starts_at`, `ends_at`) and when they were decided (`placed_at`,
`ended_at`). Nothing that ever held is altered or deleted, so that what showed at any past minute is a query too.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Kind


class Zone(models.TextChoices):
    """The parts of a front, in the order in which they take stories."""

    LEAD = "lead", _("Lead")
    TOP = "top", _("Top stories")
    FEATURES = "features", _("Features")
    OPINION = "opinion", _("Opinion")
    PICTURES = "pictures", _("Pictures")
    RIVER = "river", _("Latest")
    MOST_READ = "most_read", _("Most read")


class Fill(models.TextChoices):
    """What a zone takes below what was placed."""

    NEWEST = "newest", "The newest of the front"
    KIND = "kind", "The newest of a kind"
    TAG = "tag", "The newest with a tag"
    DOSSIER = "dossier", "The newest of a series, topic or package"
    MOST_READ = "most_read", "What is read most"
    NOTHING = "nothing", "Nothing: only what is placed"


class FrontChange(models.Model):
    """One change to a front, as somebody made it: what it placed and what it ended point here."""

    section = models.ForeignKey(
        "articles.Category", models.CASCADE, null=True, blank=True, related_name="+", help_text="Empty: the home page."
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    what = models.CharField(max_length=300)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = "change of a front page"
        verbose_name_plural = "changes of front pages"
        indexes = [
            models.Index(fields=["section", "-made_at"], name="front_change_newest"),
            models.Index(fields=["-made_at", "-id"], name="front_change_of_any"),
        ]

    def __str__(self):
        return self.what


class DecidedQuerySet(models.QuerySet):
    def of(self, section):
        """Those of one front: of a section, or of the home page where `section` is None."""
        return self.filter(section=section)

    def decided(self, at=None):
        """What stood decided at the given moment, now by default; of a moment to come, what stands now."""
        now = timezone.now()
        return self.standing(min(at or now, now))

    def standing(self, known):
        """What stood decided at a moment that has been."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=known), placed_at__lte=known)


class Decided(models.Model):
    """Something decided for a front in one change and given up in a later one."""

    section = models.ForeignKey("articles.Category", models.CASCADE, null=True, blank=True, related_name="+")
    zone = models.CharField(max_length=20, choices=Zone)
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    placed_in = models.ForeignKey(FrontChange, models.RESTRICT, related_name="%(class)ss", editable=False)
    ended_in = models.ForeignKey(
        FrontChange, models.RESTRICT, null=True, related_name="ended_%(class)ss", editable=False
    )

    objects = DecidedQuerySet.as_manager()

    class Meta:
        abstract = True


class PlacementQuerySet(DecidedQuerySet):
    def holding(self, at=None):
        """What holds at the given moment, now by default, as it was decided then."""
        at = at or timezone.now()
        return self.decided(at).within(at)

    def within(self, at):
        """What is meant for a time that the moment lies in."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


class Placement(Decided):
    """An article in a zone of a front for a time. It is ended, not deleted and not altered."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="placements")
    position = models.FloatField(default=0, help_text="Lowest first; a place between two takes a number between them.")
    starts_at = models.DateTimeField("from", default=timezone.now)
    ends_at = models.DateTimeField("until", null=True, blank=True)
    is_pinned = models.BooleanField(
        "pinned", default=False, help_text="Stays until it ends, however old it gets and however full the zone is."
    )
    headline = models.CharField(max_length=300, blank=True, help_text="Here only. Left empty, the story's own.")
    kicker = models.CharField(max_length=80, blank=True, help_text="Here only. Left empty, the story's own.")
    picture = models.ForeignKey(
        "articles.Picture",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="placements",
        help_text="Here only. Left empty, the story's own.",
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "-starts_at", "-id"]
        verbose_name = "front page placement"
        indexes = [
            models.Index(fields=["section", "ended_at", "zone"], name="placement_of_front"),
            models.Index(fields=["starts_at"], name="placement_starting"),
            models.Index(fields=["starts_at"], condition=Q(ended_at__isnull=True), name="placement_not_taken_off"),
            models.Index(fields=["ends_at"], condition=Q(ends_at__isnull=False), name="placement_ending"),
        ]
        constraints = [
            models.CheckConstraint(
                name="placement_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="A placement ends after it starts.",
            )
        ]

    def __str__(self):
        return f"{self.article} in {self.get_zone_display()}"


class ZoneRule(Decided):
    """How a zone of a front fills below what is placed, and when what was placed ages off."""

    size = models.PositiveSmallIntegerField(help_text="How many stories the zone holds; 0 leaves it out.")
    fill = models.CharField(max_length=20, choices=Fill, default=Fill.NEWEST)
    kind = models.CharField(max_length=20, choices=Kind, blank=True, default="")
    tag = models.ForeignKey("articles.Tag", models.SET_NULL, null=True, blank=True, related_name="+")
    dossier = models.ForeignKey("articles.Dossier", models.SET_NULL, null=True, blank=True, related_name="+")
    hours = models.PositiveIntegerField(
        "ages off after",
        null=True,
        blank=True,
        help_text="Hours a placed story stays, unless it is pinned or has an end of its own. Empty: it stays.",
    )

    class Meta:
        verbose_name = "rule of a zone"
        verbose_name_plural = "rules of zones"
        indexes = [models.Index(fields=["section", "ended_at"], name="zone_rule_of_front")]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "zone"],
                condition=Q(ended_at__isnull=True),
                name="zone_rule_once",
                violation_error_message="This zone has a rule already.",
            ),
            models.UniqueConstraint(
                fields=["zone"],
                condition=Q(ended_at__isnull=True, section__isnull=True),
                name="zone_rule_once_at_home",
                violation_error_message="This zone has a rule already.",
            ),
        ]

    def __str__(self):
        return f"{self.get_zone_display()}: {self.get_fill_display()}"


class BreakingNewsQuerySet(models.QuerySet):
    def showing(self, at=None):
        """What the bar may say at the given moment, now by default; the latest first."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("-starts_at", "-id")


class BreakingNews(models.Model):
    """The bar on every page. It always has an end of its own, and one is shown at a time: the latest."""

    label = models.CharField(max_length=30, default=_("Breaking"))
    text = models.CharField(max_length=160)
    article = models.ForeignKey(
        "articles.Article",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="breaking",
        help_text="Where the bar leads. The bar does not show before the story is public.",
    )
    starts_at = models.DateTimeField("from", default=timezone.now)
    ends_at = models.DateTimeField("until")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = BreakingNewsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "breaking news"
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="breaking_showing")]
        constraints = [
            models.CheckConstraint(
                name="breaking_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="Breaking news ends after it starts.",
            )
        ]

    def __str__(self):
        return self.text
