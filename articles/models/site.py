from django.core.validators import RegexValidator
from django.db import models


class CommentsPolicy(models.TextChoices):
    OPEN = "open", "Published at once, unless a rule rejects"
    TRUSTED = "trusted", "Held until two of a reader’s comments were approved"
    RISK = "risk", "Held when something speaks against it"
    PRE = "pre", "Held until a moderator approves"
    CLOSED = "closed", "Closed: what was said stays, nothing new"
    OFF = "off", "Off: no comments are shown"


hex_colour = RegexValidator(r"^#[0-9a-fA-F]{6}$", "A colour is # and six digits or letters from a to f, as in #b3261e.")


class Fonts(models.TextChoices):
    NEWSREADER = "newsreader", "Newsreader and Public Sans"
    CLASSIC = "classic", "Georgia and Arial: nothing to load"
    SYSTEM = "system", "The serif and sans of each device: nothing to load"


class SiteSettings(models.Model):
    """What editors may change about the site itself. There is one row."""

    name = models.CharField(max_length=100, default="Newsroom")
    tagline = models.CharField(max_length=200, blank=True)
    logo = models.ForeignKey(
        "articles.Picture",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="logo_of",
        help_text="Shown in place of the name.",
    )
    email = models.EmailField(blank=True, help_text="Where readers reach the desk.")
    address = models.TextField(max_length=500, blank=True)
    footer_text = models.CharField(max_length=300, blank=True)
    brand_colour = models.CharField(
        max_length=7,
        blank=True,
        validators=[hex_colour],
        help_text="As in #b3261e; takes the place of the theme's red on light pages.",
    )
    brand_colour_dark = models.CharField(
        "brand colour on dark pages", max_length=7, blank=True, validators=[hex_colour], help_text="As in #ff8a75."
    )
    fonts = models.CharField(max_length=20, choices=Fonts, default=Fonts.NEWSREADER)
    newsletter_promise = models.CharField(
        max_length=200,
        blank=True,
        help_text="What subscribers get and how often. Left empty, no newsletter is offered.",
    )
    comments_policy = models.CharField(max_length=20, choices=CommentsPolicy, default=CommentsPolicy.RISK)

    class Meta:
        verbose_name = verbose_name_plural = "site settings"
        constraints = [models.CheckConstraint(name="site_settings_has_one_row", condition=models.Q(id=1))]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @property
    def mark(self):
        """The logo as readers see it now."""
        return self.logo.shown() if self.logo_id else None

    @classmethod
    def current(cls):
        """Return the settings, with defaults where nobody has saved any yet."""
        return cls.objects.select_related("logo__fallback").prefetch_related("links").first() or cls(pk=1)


class SiteLink(models.Model):
    """A link in the footer, for example to the magazine's account elsewhere."""

    site = models.ForeignKey(SiteSettings, models.CASCADE, related_name="links")
    label = models.CharField(max_length=60)
    url = models.URLField("address", max_length=300)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "link"
        ordering = ["position", "id"]

    def __str__(self):
        return self.label
