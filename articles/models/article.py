from collections import defaultdict
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from articles.bodies import EXTENSIONS
from articles.languages import Language, direction, site_language
from articles.models.address import Addressed, path_to
from articles.models.picture import (
    SHOWN,
    Illustration,
    Picture,
    addresses_without_words,
    descriptions_in,
    keys_in,
)
from articles.models.recording import Attachment
from articles.models.site import CommentsPolicy
from articles.models.tag import ArticleTag
from articles.models.transition import Transition
from newsroom import html
from newsroom.clock import in_words, site_time
from newsroom.fields import HTMLField

WORDS_PER_MINUTE = 220
CHARACTERS_PER_MINUTE = 500  # for scripts that write without spaces

# Newspapers began in 1605; a year before that, or after 2999, is a slip of the keyboard.
plausible_date = [
    MinValueValidator(datetime(1605, 1, 1, tzinfo=UTC), "The year is too early: nothing before 1605."),
    MaxValueValidator(datetime(2999, 12, 31, tzinfo=UTC), "The year is too late: nothing after 2999."),
]


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    REVIEW = "review", "In review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Taken down"
    ARCHIVED = "archived", "Archived"


class Standing(models.TextChoices):
    """The status as people say it: with the moment taken into account."""

    PLANNED = "planned", "Planned"
    DRAFT = "draft", "Draft"
    REVIEW = "review", "In review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Taken down"
    ARCHIVED = "archived", "Archived"


class Kind(models.TextChoices):
    NEWS = "news", pgettext_lazy("kind of story", "News")
    ANALYSIS = "analysis", pgettext_lazy("kind of story", "Analysis")
    FEATURE = "feature", pgettext_lazy("kind of story", "Long read")
    OPINION = "opinion", pgettext_lazy("kind of story", "Opinion")
    INTERVIEW = "interview", pgettext_lazy("kind of story", "Interview")
    REVIEW = "review", pgettext_lazy("kind of story", "Review")
    EXPLAINER = "explainer", pgettext_lazy("kind of story", "Explainer")
    PHOTO_ESSAY = "photo_essay", pgettext_lazy("kind of story", "Photo essay")
    LIVE = "live", pgettext_lazy("kind of story", "Live coverage")


# What else keeps an article from going out at a moment, by field; of changes to a live one, what it did not keep back
# `before` them. `tags` are those it will have, where they are not stored yet. The checks put theirs here.
gates: list[Callable[..., dict[str, list[str]]]] = []


def ask_gates(article, at, **told) -> dict[str, list[str]]:
    found = defaultdict(list)
    for gate in gates:
        for field, messages in gate(article, at, **told).items():
            found[field] += messages
    return dict(found)


def _named_in(constraint):
    """The fields that a constraint is about."""
    condition = constraint.condition.referenced_base_fields if constraint.condition else ()
    return {*condition, *getattr(constraint, "fields", ())}


ON_CARDS = (
    "headline", "standfirst", "kicker", "slug", "kind", "language", "word_count", "lead_alt", "lead_is_decorative",
    "lead_caption", "live_ended_at", "status", "published_at", "first_published_at", "updated_at", "expires_at",
)  # fmt: skip


def is_out(at=None):
    """The condition that the public may read an article at the given moment, now by default."""
    at = at or timezone.now()
    return Q(Q(expires_at__isnull=True) | Q(expires_at__gt=at), status=Status.PUBLISHED, published_at__lte=at)


# The words that the checks look at: of what is published they change only if the checks let them.
CHECKED = ("kicker", "headline", "standfirst", "body", "lead_picture", "lead_alt", "lead_is_decorative")
NO_SAVING = "Words of what is published are not set here: save each article, which asks the checks."
NO_VERB = "A status is not set: publish it, take it down, or take another step, which asks and writes the log."


class ArticleQuerySet(models.QuerySet):
    def update(self, **values):
        """As everywhere, but for the words of what is published: nobody could ask the checks about many at once."""
        named = {name.removesuffix("_id") for name in values}
        if not named.isdisjoint(CHECKED) and self.filter(status=Status.PUBLISHED).exists():
            raise ValidationError(NO_SAVING)
        return super().update(**values)

    update.alters_data = True

    def published(self, at=None):
        """What the public may read at the given moment, now by default. Every public list starts here."""
        return self.filter(is_out(at))

    def scheduled(self, at=None):
        """What will become public by itself after the given moment."""
        return self.filter(status=Status.PUBLISHED, published_at__gt=at or timezone.now())

    def public_at(self, at):
        """What the public could read at a moment in the past, whatever became of it since."""
        then = PastPublication.objects.filter(starts_at__lte=at, ended_at__gt=at).values("article")
        return self.filter(
            Q(
                pk__in=self.model.objects.published(at)
                .filter(Q(public_since=None) | Q(public_since__lte=at))
                .values("pk")
            )
            | Q(pk__in=then)
        )

    def once_public(self, at=None):
        """What was public before the given moment and may be gone since."""
        return self.filter(first_published_at__lte=at or timezone.now())

    def unfinished(self):
        """What is still being written or waits to be published."""
        return self.filter(status__in=[Status.DRAFT, Status.REVIEW, Status.CHANGES, Status.APPROVED])

    def newest_first(self):
        return self.order_by("-published_at", "-id")

    def in_sections(self, categories):
        """Articles filed, primarily or further, under any of these sections or their ids; name subsections too."""
        ids = [getattr(category, "pk", category) for category in categories]
        further = Article.categories.through.objects.filter(In(F("category"), ids)).values("article_id")
        return self.filter(In(F("category"), ids) | Q(pk__in=further))

    def for_cards(self):
        """Load what a card in a list shows, in three queries whatever the number of articles."""
        return (
            self.select_related("category", "lead_picture__fallback")
            .prefetch_related(models.Prefetch("bylines", Byline.objects.select_related("author")))
            .defer("body", "body_text")
        )

    def for_readers(self):
        """Load what a card on a page of readers shows, and no more: in one query, without the bylines."""
        pictures = [f"{picture}__{name}" for picture in ("lead_picture", "lead_picture__fallback") for name in SHOWN]
        return self.select_related("category", "lead_picture__fallback").only(*ON_CARDS, "category", *pictures)

    def showing(self, pictures):
        """Articles that name one of these pictures, at the head or in the text."""
        in_texts = Illustration.objects.filter(picture__in=pictures).values("article")
        return self.filter(Q(lead_picture__in=pictures) | Q(pk__in=in_texts))

    def of(self, user):
        """What this person started, has in hand or is named for."""
        # Each by its own index: an OR of the three would read every article.
        named = Byline.objects.filter(author__user=user).order_by().values("article")
        begun, in_hand = (Article.objects.filter(**{role: user}).values("pk") for role in ("created_by", "assignee"))
        return self.filter(pk__in=named.union(begun, in_hand, all=True))

    def viewable_by(self, user):
        """What this person may see at the desk: a writer one's own, whoever else may look at articles all of them."""
        if user.has_perm("articles.edit_any_article"):
            return self
        if user.has_perm("articles.change_article"):
            return self.of(user)
        return self if user.has_perm("articles.view_article") else self.none()

    def editable_by(self, user):
        """What this person may change: all for editors, else one's own that has not gone out."""
        if user.has_perm("articles.edit_any_article"):
            return self
        if not user.has_perm("articles.change_article"):
            return self.none()
        return self.of(user).filter(status__in=[Status.DRAFT, Status.REVIEW, Status.CHANGES])


class Article(Addressed):
    slug_source = "headline"
    fallback_slug = "story"
    placement = None  # of the copy that a front shows of it
    touched = None  # fields, where a form knows which may be other than they are stored

    slugline = models.CharField(
        "slug line", max_length=80, blank=True, help_text="What the desk calls it. Readers never see it."
    )
    headline = models.CharField(max_length=300, blank=True)
    standfirst = models.TextField(max_length=1000, blank=True, help_text="One or two sentences that make one read on.")
    kicker = models.CharField(
        max_length=80, blank=True, help_text="Above the headline, in place of the section's name."
    )
    slug = models.SlugField(
        max_length=200,
        allow_unicode=True,
        blank=True,
        help_text="The end of the address. Left empty, it is made of the headline.",
    )
    headline_ideas = models.TextField(
        "other headlines", max_length=2000, blank=True, help_text="One a line, to choose from. Readers never see them."
    )
    search_title = models.CharField(
        "title for search engines", max_length=150, blank=True, help_text="Left empty, it is the headline."
    )
    search_description = models.CharField(
        "description for search engines", max_length=320, blank=True, help_text="Left empty, it is the standfirst."
    )
    share_title = models.CharField(
        "headline for share cards", max_length=150, blank=True, help_text="Left empty, it is the headline."
    )
    body = HTMLField(extensions=EXTENSIONS, blank=True)
    body_text = models.TextField(editable=False, blank=True)
    body_descriptions = models.TextField(editable=False, blank=True, help_text="Of the pictures in it, for the search.")
    word_count = models.PositiveIntegerField(default=0, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.NEWS)

    reviewed = models.CharField(
        "what is reviewed", max_length=300, blank=True, help_text="For a review: title, maker, publisher, place."
    )
    rating = models.DecimalField(
        max_digits=2,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0, "At least 0 stars."), MaxValueValidator(5, "At most 5 stars.")],
        help_text="For a review: stars out of five, in halves.",
    )
    live_ended_at = models.DateTimeField(
        "live coverage ended", null=True, blank=True, help_text="From this moment on the summary stands above it."
    )
    live_summary = HTMLField("summary of the live coverage", extensions=EXTENSIONS, blank=True)

    category = models.ForeignKey(
        "articles.Category", models.PROTECT, null=True, blank=True, related_name="articles", verbose_name="section"
    )
    categories = models.ManyToManyField(
        "articles.Category", blank=True, related_name="further_articles", verbose_name="further sections"
    )
    tags = TaggableManager(through=ArticleTag, blank=True)
    authors = models.ManyToManyField("articles.Author", through="articles.Byline", related_name="articles")
    lead_picture = models.ForeignKey("articles.Picture", models.PROTECT, null=True, blank=True, related_name="leads")
    lead_alt = models.CharField(
        "description of the lead picture",
        max_length=500,
        blank=True,
        help_text="What is seen, for this story. Left empty, the picture's own description is read.",
    )
    lead_is_decorative = models.BooleanField(
        "lead picture is decoration only", default=False, help_text="It says nothing that the text does not say."
    )
    lead_caption = models.CharField(
        "caption of the lead picture",
        max_length=1000,
        blank=True,
        help_text="For this story. Left empty, the picture's own caption is printed.",
    )

    language = models.CharField(max_length=10, choices=Language, default=site_language)
    original_language = models.CharField(
        max_length=10, choices=Language, blank=True, help_text="For a translation. Name the translator in the bylines."
    )
    translation_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="translations",
        db_index=False,  # see Meta
        help_text="The story of this site that this one translates.",
    )
    source_title = models.CharField("original title", max_length=300, blank=True)
    source_author = models.CharField("original author", max_length=200, blank=True)
    source_publisher = models.CharField("first published by", max_length=200, blank=True)
    source_url = models.URLField("original address", max_length=500, blank=True)
    source_licence = models.CharField("licence", max_length=60, blank=True)
    source_note = models.CharField("what was changed", max_length=300, blank=True)

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    release = models.OneToOneField(
        "articles.Transition",
        models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The row of the log by which it is published.",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # see Meta
        verbose_name="with",
    )
    due_at = models.DateTimeField("due", null=True, blank=True, validators=plausible_date)
    first_published_at = models.DateTimeField(null=True, editable=False)
    public_since = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(
        "goes out",
        null=True,
        blank=True,
        validators=plausible_date,
        help_text="A moment to come keeps it back until then.",
    )
    updated_at = models.DateTimeField(
        "updated",
        null=True,
        blank=True,
        validators=plausible_date,
        help_text="Shown to readers: set it when something of substance changed.",
    )
    expires_at = models.DateTimeField(
        "expires", null=True, blank=True, validators=plausible_date, help_text="Taken off the site at this moment."
    )
    comments_policy = models.CharField(
        max_length=20, choices=[("", "As the site says"), *CommentsPolicy.choices], blank=True, default=""
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # see Meta
    )
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField("changed", auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        get_latest_by = "published_at"
        permissions = [
            ("edit_any_article", "Can edit articles of others, and published ones"),
            ("publish_article", "Can publish, schedule and take down articles"),
        ]
        indexes = [
            # Covers the ids of every public list, so that paging deep reads no article.
            models.Index(
                F("status"),
                F("published_at").desc(),
                F("id").desc(),
                F("expires_at"),
                F("category"),
                name="article_newest",
            ),
            models.Index(
                F("category"),
                F("status"),
                F("published_at").desc(),
                F("id").desc(),
                F("expires_at"),
                name="article_in_section",
            ),
            models.Index(
                F("kind"),
                F("status"),
                F("published_at").desc(),
                F("id").desc(),
                F("expires_at"),
                name="article_of_kind",
            ),
            models.Index(
                F("category"),
                F("kind"),
                F("status"),
                F("published_at").desc(),
                F("id").desc(),
                F("expires_at"),
                name="article_of_kind_in_section",
            ),
            models.Index(
                F("status"),
                F("first_published_at").desc(),
                F("id").desc(),
                F("published_at"),
                F("expires_at"),
                name="article_archive",
            ),
            models.Index(F("modified_at").desc(), F("id").desc(), name="article_changed"),
            models.Index(F("status"), F("modified_at").desc(), F("id").desc(), name="article_of_status"),
            models.Index(F("category"), F("modified_at").desc(), F("id").desc(), name="article_changed_in_section"),
            # Of columns that are empty nearly everywhere. Were the empty rows in them, the statistics of SQLite would
            # say that a value finds every row, and its planner would go around the index.
            *(
                models.Index(fields=[name], condition=Q((f"{name}__isnull", False)), name=f"article_{name}")
                for name in ("translation_of", "assignee", "created_by")
            ),
            *(
                models.Index(fields=["status", field], condition=Q((f"{field}__isnull", False)), name=name)
                for field, name in (
                    ("due_at", "article_due"),
                    ("expires_at", "article_expires"),
                    ("live_ended_at", "article_live_ended"),
                )
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=~Q(slug=""),
                name="article_slug_unique",
                violation_error_message="Another article has this slug. Choose another, or leave it empty.",
            ),
            models.CheckConstraint(
                name="article_status_known",
                condition=Q(status__in=Status.values),
                violation_error_message="An article is draft, in review, approved, published, taken down or archived.",
            ),
            models.CheckConstraint(
                name="article_published_has_date",
                condition=~Q(status="published") | Q(published_at__isnull=False, first_published_at__isnull=False),
                violation_error_message="A published article has a date.",
            ),
            models.CheckConstraint(
                name="article_published_has_section",
                condition=~Q(status="published") | Q(category__isnull=False),
                violation_error_message="A published article is in a section.",
            ),
            models.CheckConstraint(
                name="article_published_has_address",
                condition=~Q(status="published") | ~Q(slug=""),
                violation_error_message="A published article has an address.",
            ),
            models.CheckConstraint(
                name="article_published_is_in_the_log",
                condition=Q(status="published", release__isnull=False)
                | (~Q(status="published") & Q(release__isnull=True)),
                violation_error_message="What is published has its row in the log: publish it, or take it down.",
            ),
            models.CheckConstraint(
                name="article_rating_in_halves",
                condition=Q(rating__isnull=True) | Q(rating__in=[Decimal(halves) / 2 for halves in range(11)]),
                violation_error_message="A rating is 0 to 5 stars, in halves.",
            ),
            models.CheckConstraint(
                name="article_is_no_translation_of_itself",
                condition=Q(translation_of__isnull=True) | ~Q(translation_of=F("id")),
                violation_error_message="A story is not a translation of itself.",
            ),
            models.CheckConstraint(
                name="article_expires_after_publication",
                condition=Q(expires_at__isnull=True)
                | Q(published_at__isnull=True)
                | Q(expires_at__gt=F("published_at")),
                violation_error_message="An article expires after it goes out.",
            ),
        ]

    def __str__(self):
        return self.headline or self.slugline or "Without a headline"

    def get_constraints(self):
        """All, or those that what was touched may have broken: looking at one takes three statements."""
        found = super().get_constraints()
        if self.touched is None:
            return found
        return [
            (model, [one for one in constraints if not _named_in(one).isdisjoint(self.touched)])
            for model, constraints in found
        ]

    def save(self, *args, entry=None, is_asked=False, **kwargs):
        """Save the article. Its status changes only together with a row of its log, `entry`: by one of the verbs.

        Words of what is published are saved only if the gates let them, as changes that the desk publishes; whoever
        says `is_asked` has asked. Raises ValidationError.
        """
        changed = kwargs.get("update_fields")
        has_texts = changed is None or not {"body", "live_summary", "kind"}.isdisjoint(changed)
        if has_texts and "body" in self.__dict__:
            # What is stored is clean; what is counted and searched is what is stored.
            self.body = html.clean(self.body)
            self.body_text = html.text(self.body)
            self.body_descriptions = descriptions_in(self.body)
            self.word_count = count_words(self.body_text)
        with transaction.atomic():
            if self.pk and (changed is None or not {"status", "published_at", "expires_at"}.isdisjoint(changed)):
                self._remember_publication(entry)
                kwargs |= {"update_fields": {*changed, "public_since"}} if changed is not None else {}
            elif self.pk is None and self.status == Status.PUBLISHED:
                raise ValidationError(NO_VERB)
            if self.pk and self.status == Status.PUBLISHED and entry is None and not is_asked:
                self._ask_about_words(changed)
            super().save(*args, **kwargs)
            if has_texts and isinstance(
                self.__dict__.get("body"), str
            ):  # neither left unread nor for the database to work out
                self.keep_uses()

    def keep_uses(self):
        """Keep which pictures, recordings and documents the texts name: the body, and those of live coverage."""
        updates = self.updates.values_list("body", flat=True) if self.kind == Kind.LIVE else ()
        texts = "".join([self.body, self.live_summary, *updates])
        Illustration.keep(texts, article=self)
        Attachment.keep(texts, article=self)

    def _ask_about_words(self, changed):
        told = CHECKED if changed is None else [name for name in CHECKED if {name, f"{name}_id"} & {*changed}]
        names = [self._meta.get_field(name).attname for name in told]
        stored = Article.objects.filter(pk=self.pk, status=Status.PUBLISHED).first() if names else None
        before = {name: getattr(stored, name) for name in names} if stored else {}
        is_other = any(self.__dict__.get(name, value) != value for name, value in before.items())
        if is_other and (found := self.objections_to(stored)):
            raise ValidationError(found)

    def objections_to(self, stored, tags=None):
        """What the gates find in the article in hand that was not in it as it is `stored`, by field.

        Notes are left out: they are on what is being written at the desk.
        """
        wanted = copy(self)
        wanted.open_notes = []
        return wanted.gaps() or ask_gates(wanted, wanted.goes_out_at, tags=tags, before=stored)

    def _remember_publication(self, entry):
        """Keep the time in which the article was public, before it ends or is set anew."""
        stored = Article.objects.filter(pk=self.pk).only("status", "published_at", "expires_at", "public_since").first()
        if entry is None and self.status != (stored.status if stored else Status.DRAFT):
            raise ValidationError(NO_VERB)
        if entry is not None and entry.source == Standing.SCHEDULED:
            return  # readers never had it
        if stored is None or stored.status != Status.PUBLISHED:
            if stored and self.status == Status.PUBLISHED and self.is_issued() and self.past_publications.exists():
                self.public_since = timezone.now()
            return
        moments = (stored.status, stored.published_at, stored.expires_at)
        if moments == (self.status, self.published_at, self.expires_at):
            return
        now = timezone.now()
        starts_at = max(stored.published_at, stored.public_since or stored.published_at)
        ended_at = min(now, stored.expires_at or now)
        if starts_at < ended_at:
            PastPublication.objects.create(article=self, starts_at=starts_at, ended_at=ended_at)
            self.public_since = now

    # -- address

    def get_absolute_url(self):
        day = site_time(self.first_published_at or self.published_at or self.created_at)
        return path_to("articles:detail", f"{day.year:04}", f"{day.month:02}", f"{day.day:02}", self.slug)

    def is_issued(self):
        return self.first_published_at is not None and self.first_published_at <= timezone.now()

    def needs_slug(self):
        return self.status == Status.PUBLISHED

    @property
    def standing(self) -> Standing:
        if self.status == Status.DRAFT:
            return Standing.DRAFT if self.headline else Standing.PLANNED
        if self.status != Status.PUBLISHED:
            return Standing(self.status)
        if self.is_scheduled:
            return Standing.SCHEDULED
        return Standing.LIVE if self.is_public() else Standing.EXPIRED

    # -- what readers see

    def of_the_moment(self):
        """What changes with the time alone on a card: whether live coverage goes on."""
        return self.live_ended_at is not None and self.live_ended_at <= timezone.now()

    def is_public(self, at=None):
        """The rule of ArticleQuerySet.published(), for one article in hand."""
        at = at or timezone.now()
        return (
            self.status == Status.PUBLISHED
            and self.published_at is not None  # a form may have emptied it
            and self.published_at <= at
            and (self.expires_at is None or self.expires_at > at)
        )

    @property
    def is_scheduled(self):
        return self.status == Status.PUBLISHED and self.published_at is not None and self.published_at > timezone.now()

    @property
    def goes_out_at(self):
        """When readers would get it if it were published now: at its date where that lies ahead."""
        now = timezone.now()
        return max(self.published_at or now, now)

    @property
    def direction(self):
        return direction(self.language)

    @property
    def reading_minutes(self):
        return max(1, round(self.word_count / WORDS_PER_MINUTE))

    @property
    def picture(self):
        """What readers see as lead picture now: the lead picture, what stands in for it, or nothing."""
        return self.lead_picture.shown() if self.lead_picture_id else None

    @property
    def shows_lead(self):
        """Whether the lead picture itself is seen, so that what was written about it fits."""
        return self.lead_picture_id is not None and self.picture == self.lead_picture

    @property
    def picture_alt(self):
        if not self.shows_lead:
            return self.picture.alt if self.picture else ""
        return "" if self.lead_is_decorative else self.lead_alt or self.lead_picture.alt

    @property
    def picture_caption(self):
        if not self.shows_lead:
            return self.picture.caption if self.picture else ""
        return self.lead_caption or self.lead_picture.caption

    @property
    def share_picture(self):
        """What share cards show, as far as its owner allows that."""
        picture = self.picture
        return picture if picture and picture.allows_sharing else None

    @property
    def writers(self):
        """The bylines that stand after “By”; all of them where nobody is named as writer."""
        bylines = list(self.bylines.all())
        return [byline for byline in bylines if byline.role == Byline.Role.WRITER] or bylines

    @property
    def contributors(self):
        """The bylines with another role than those after “By”."""
        writers = self.writers
        return [byline for byline in self.bylines.all() if byline not in writers]

    @property
    def is_adapted(self):
        return bool(self.source_title or self.source_author or self.source_publisher or self.source_url)

    # -- verbs

    def gaps(self):
        """Return what a public article must have and this one lacks, by field."""
        missing = {}
        if not self.headline.strip():
            missing["headline"] = ["A published article needs a headline."]
        if self.category_id is None:
            missing["category"] = ["A published article needs a section."]
        if not html.text(self.body) and "<img" not in self.body:
            missing["body"] = ["A published article needs a text, or pictures."]
        return missing

    def unusable_pictures(self, at=None):
        """Return why pictures of the article may not be shown at the given moment, now by default, by field."""
        refused = defaultdict(list)
        for field, picture in self._pictures():
            if not picture.is_usable(at):
                refused[field].append(f"{picture.refusal(at)} Choose another.")
        return dict(refused)

    def undescribed_pictures(self):
        """Return which pictures say nothing to those who cannot see them, by field."""
        silent = {}
        if self.lead_picture_id and not (self.lead_is_decorative or self.lead_alt or self.lead_picture.alt):
            silent["lead_alt"] = [
                f"“{self.lead_picture}” has no description. Write one, or mark it as decoration only."
            ]
        if without_words := addresses_without_words(self.body):
            own = {picture.get_absolute_url(): picture for field, picture in self._pictures() if field == "body"}
            names = [own.get(address, address.rpartition("/")[2]) for address in without_words]
            silent["body"] = [
                f"“{name}” has no description. Choose it in the text and write one, or mark it as decoration only."
                for name in names
                if not getattr(name, "alt", "")
            ]
        return {field: messages for field, messages in silent.items() if messages}

    def _pictures(self):
        """The pictures of the article, each after the field that names it."""
        if self.lead_picture_id:
            yield "lead_picture", self.lead_picture
        if keys := keys_in(self.body):
            for picture in Picture.objects.filter(key__in=keys):
                yield "body", picture

    def obstacles(self, at=None):
        """Return what keeps the article from being published at the given moment, now by default, by field."""
        return self.unusable_pictures(at) | self.gaps()

    def publish(self, at=None, entry=None):
        """Make the article public, now or at the given moment.

        The first publication date is kept: taking down and republishing never moves an old story to the top of
        the front page, nor to another address. Raises ValidationError naming each field that keeps it back, and what
        the gates object to. Whoever hands in the row of the log, `entry`, has asked them or says in it why not.
        """
        now, source = timezone.now(), self.standing
        # What is live goes on when the rights of its pictures have ended since: readers get what stands in for them.
        obstacles = self.gaps() if self.is_public(now) else self.obstacles(max(at or now, now))
        if not obstacles and entry is None and not self.is_public(now):
            obstacles = ask_gates(self, max(at or now, now))
        if obstacles:
            raise ValidationError(obstacles)
        if self.first_published_at is None or self.first_published_at > now:
            # Not out yet, so nobody has seen a date that would have to be kept.
            self.published_at = at or now
            self.first_published_at = self.published_at
        elif at is not None:
            self.published_at = at
        elif self.published_at is None:
            self.published_at = self.first_published_at
        if self.expires_at is not None and self.expires_at <= now:
            self.expires_at = None
        self._stand(Status.PUBLISHED, entry, source)

    def take_down(self, entry=None):
        """Take the article off the site. Its address answers 410 from now on; nothing is lost."""
        source, is_issued = self.standing, self.is_issued()
        if not is_issued:
            self.first_published_at = None
        self._stand(Status.WITHDRAWN if is_issued else Status.DRAFT, entry, source)

    def hold_back(self, entry):
        """Keep what was scheduled from going out at its moment: readers have not had it, nor will."""
        was_out = self.first_published_at != self.published_at
        if not was_out:
            self.first_published_at = None
        self._stand(Status.WITHDRAWN if was_out else Status.APPROVED, entry, Standing.SCHEDULED)

    def send_to_review(self, entry=None):
        self._move(Status.REVIEW, {Status.DRAFT, Status.CHANGES}, entry)

    def request_changes(self, entry=None):
        self._move(Status.CHANGES, {Status.REVIEW, Status.APPROVED}, entry)

    def approve(self, entry=None):
        if refused := self.unusable_pictures(self.goes_out_at):
            raise ValidationError(refused)
        self._move(Status.APPROVED, {Status.DRAFT, Status.REVIEW, Status.CHANGES}, entry)

    def return_to_draft(self, entry=None):
        sources = {Status.REVIEW, Status.CHANGES, Status.APPROVED, Status.WITHDRAWN, Status.ARCHIVED}
        self._move(Status.DRAFT, sources, entry)

    def archive(self, entry=None):
        """Put away what will not be published. Nothing is lost, and its address, if it had one, keeps answering 410."""
        sources = {Status.DRAFT, Status.REVIEW, Status.CHANGES, Status.APPROVED, Status.WITHDRAWN}
        self._move(Status.ARCHIVED, sources, entry)

    def take_over(self, status, entry):
        """Stand, not public, where it stands elsewhere: for importers."""
        if self.pk is None or self.status == status:
            self.status = status
            self.save()
        else:
            self._stand(status, entry, self.standing)

    def _move(self, status, sources, entry):
        if self.status not in sources:
            raise ValidationError(
                f"“{self}” is {self.get_status_display().lower()}; it cannot become {status.label.lower()}."
            )
        self._stand(status, entry, self.standing)

    def _stand(self, status, entry, source):
        """Change the status, and write the row of the log that it stands by: one is not stored without the other."""
        entry = entry or Transition(step=status, words=Status(status).label)
        with transaction.atomic():
            only = None
            if self.pk is None:  # its log needs it first
                self.save()
                only = ["status", "release", "published_at", "first_published_at", "expires_at", "modified_at"]
            self.status = status
            self.enter(entry, source)
            self.release = entry if status == Status.PUBLISHED else None
            self.save(entry=entry, update_fields=only)

    def enter(self, entry, source=None):
        """Write a row into the log: whence it came, and where it stands now."""
        entry.article, entry.source, entry.target = self, source or self.standing, self.standing
        entry.is_issued = entry.is_issued is not False and self.is_issued()
        if entry.target == Standing.SCHEDULED and entry.source != Standing.SCHEDULED:
            entry.words = f"Scheduled for {in_words(self.published_at)}"
        entry.save()


class PastPublication(models.Model):
    """A time during which an article was public and that is over, or was set anew since."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="past_publications")
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ended_at", "starts_at", "article"], name="past_publication_at")]

    def __str__(self):
        return f"{self.article}, {self.starts_at} to {self.ended_at}"


class Byline(models.Model):
    """That somebody worked on an article, as what, and in which order they are named."""

    class Role(models.TextChoices):
        WRITER = "writer", pgettext_lazy("byline", "Writer")
        PHOTOGRAPHER = "photographer", pgettext_lazy("byline", "Photographs")
        ILLUSTRATOR = "illustrator", pgettext_lazy("byline", "Illustration")
        TRANSLATOR = "translator", pgettext_lazy("byline", "Translation")
        RESEARCHER = "researcher", pgettext_lazy("byline", "Research")
        EDITOR = "editor", pgettext_lazy("byline", "Editing")

    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines")
    author = models.ForeignKey("articles.Author", models.PROTECT, related_name="bylines")
    role = models.CharField(max_length=20, choices=Role, default=Role.WRITER)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "author", "role"],
                name="byline_named_once",
                violation_error_message="This person is named in this role already.",
            )
        ]

    def __str__(self):
        return f"{self.author} ({self.get_role_display()})"


def count_words(text):
    """Count words; text in a script without spaces counts as many words as take as long to read."""
    dense = sum(
        1
        for character in text
        if "\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" or "\u0e00" <= character <= "\u0e7f"
    )
    if dense > len(text) // 4:
        return round(dense * WORDS_PER_MINUTE / CHARACTERS_PER_MINUTE)
    return len(text.split())
