import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Length, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from articles.models.article import Article


def new_public_id():
    """A name that tells nothing: not the order, not the number of comments."""
    return secrets.token_hex(8)


class Status(models.TextChoices):
    PENDING = "pending", "Waiting"
    PUBLISHED = "published", "Published unread"
    APPROVED = "approved", "Approved"
    HIDDEN = "hidden", "Hidden"
    REJECTED = "rejected", "Rejected"
    SPAM = "spam", "Spam"
    APPEALED = "appealed", "Appealed"
    WITHDRAWN = "withdrawn", "Withdrawn by its author"
    REMOVED = "removed", "Removed by an editor"
    ERASED = "erased", "Erased"


VISIBLE = (Status.PUBLISHED, Status.APPROVED)
# What readers wrote and then took back keeps its place, as a line that says so, while replies to it show.
TOMBSTONES = (Status.WITHDRAWN, Status.REMOVED, Status.ERASED)
# Anything else hides the replies below it, whose own status it never touches.
HIDING = tuple(status for status in Status if status not in (*VISIBLE, *TOMBSTONES))


class Harm(models.IntegerChoices):
    """Why a comment is in the moderators’ queue, in the order in which they are looked at."""

    REPORTED = 0, "Visible and reported"
    HIDDEN = 1, "Hidden after reports"
    RISKY = 2, "Waiting, and risky"
    WAITING = 3, "Waiting"
    APPEALED = 4, "Appealed"
    SAMPLED = 5, "Rejected by a rule, and drawn to be checked"


RISKY = 0.5  # of 1, from which a comment that waits is looked at before those that wait longer
SAMPLED = "0"  # how the random name of one in sixteen ends

HARM = models.Case(
    models.When(status__in=VISIBLE, report_weight__gt=0, then=Harm.REPORTED),
    models.When(status=Status.HIDDEN, then=Harm.HIDDEN),
    models.When(status=Status.PENDING, risk__gte=RISKY, then=Harm.RISKY),
    models.When(status=Status.PENDING, then=Harm.WAITING),
    models.When(status=Status.APPEALED, then=Harm.APPEALED),
    # Sent in, not taken over from elsewhere, and no person has looked at it since.
    models.When(
        status=Status.REJECTED,
        version=1,
        submission_token__isnull=False,
        public_id__endswith=SAMPLED,
        then=Harm.SAMPLED,
    ),
    default=None,
    output_field=models.SmallIntegerField(),
)


class CommentQuerySet(models.QuerySet):
    def visible(self, at=None):
        """What every reader may see: let through, on a public article, with nothing hidden above it."""
        # For each comment, not in a list of all that is public: SQLite would make that first.
        public = Article.objects.published(at).filter(pk=OuterRef("article_id")).order_by()
        return self.filter(Exists(public), status__in=VISIBLE).unobstructed()

    def unobstructed(self):
        """Comments without a hidden one above them. Derived from the path: no status is ever copied downwards."""
        root = Comment.objects.hiding().filter(pk=OuterRef("root"))
        between = Comment.objects.filter(
            root=OuterRef("root"), depth__lt=OuterRef("depth"), path=Substr(OuterRef("path"), 1, Length(F("path")))
        )
        # Two questions, because each has an index: a thread is a thousand replies deep.
        hidden = Exists(between.filter(status__in=HIDING)) | Exists(between.filter(hides_replies=True))
        return self.filter(Q(depth=0) | ~Exists(root) & ~hidden)

    def hiding(self):
        """What keeps the replies below it from readers."""
        return self.filter(Q(status__in=HIDING) | Q(hides_replies=True))

    def standing(self):
        """What has its place in the conversation: visible, or taken back with something visible below it.

        For comments on an article that is public; nothing hidden is above them.
        """
        below = Comment.objects.filter(
            root=Coalesce(OuterRef("root"), OuterRef("pk")), depth__gt=OuterRef("depth"), status__in=VISIBLE
        )
        below = below.alias(above=Substr("path", 1, Length(OuterRef("path")))).filter(above=OuterRef("path"))
        bears = Exists(below.unobstructed())
        return self.filter(Q(status__in=VISIBLE) | Q(status__in=TOMBSTONES, hides_replies=False) & bears).unobstructed()

    def featured(self):
        """Editors’ picks that every reader may see, newest first."""
        return self.visible().filter(is_featured=True).order_by("-created_at", "-id")

    def waiting(self):
        """What a moderator has to read, longest waiting first."""
        return self.filter(status=Status.PENDING).order_by("created_at", "id")


class Comment(models.Model):
    """What a reader said under an article. Its status changes only through comments.moderation."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="thread")
    depth = models.PositiveIntegerField(default=0, editable=False)
    path = models.TextField(
        editable=False, help_text="The public ids from the root down to this comment, each with a slash."
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    body = models.TextField()

    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    held_because = models.CharField(max_length=300, blank=True)
    risk = models.FloatField(default=0)
    signals = models.JSONField(default=list, blank=True)
    submission_token = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # Who sent it, under keys that change each day (comments.senders); forgotten after 30 days.
    sender = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    sender_prefix = models.CharField(max_length=64, blank=True, editable=False)
    fingerprint = models.CharField(
        max_length=32,
        blank=True,
        db_index=True,
        editable=False,
        help_text="The same for the same words, however typed.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    hides_replies = models.BooleanField(
        default=False, editable=False, help_text="Erased from a state that hid the replies; they stay hidden."
    )
    passed_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+",
        help_text="The moderator who asks colleagues for a second opinion.",
    )  # fmt: skip
    harm = models.GeneratedField(
        expression=HARM, output_field=models.SmallIntegerField(null=True, choices=Harm), db_persist=True
    )  # fmt: skip
    is_featured = models.BooleanField("editors’ pick", default=False)
    recommends = models.PositiveIntegerField(default=0, editable=False, help_text="How many recommended it.")
    recommend_weight = models.PositiveIntegerField(default=0, editable=False)
    report_weight = models.PositiveIntegerField(default=0, editable=False, help_text="Of the reports still open.")
    score = models.FloatField(
        default=0,
        editable=False,
        help_text="Lower bound of the share that finds it good, from 0 to 1: for “best first”.",
    )

    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True, help_text="When its author last changed it.")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        permissions = [
            ("moderate_comment", "Can decide about comments"),
            ("feature_comment", "Can make comments editors’ picks"),
            ("remove_comment", "Can remove comments for legal reasons, and erase them"),
        ]
        indexes = [
            models.Index(F("article"), F("status"), F("created_at"), F("id"), name="comment_of_article"),
            models.Index(F("status"), F("created_at"), F("id"), name="comment_queue"),
            models.Index(F("root"), F("created_at"), name="comment_thread"),
            models.Index(F("root"), F("status"), F("depth"), name="comment_hiding"),
            models.Index(F("root"), condition=Q(hides_replies=True), name="comment_hides_replies"),
            # PostgreSQL would walk the whole thread by the one above, once for each comment of it.
            models.Index(F("root"), F("depth"), condition=Q(status__in=HIDING), name="comment_hidden"),
            models.Index(
                F("article"), F("is_featured").desc(), F("score").desc(), F("created_at"), F("public_id"),
                condition=Q(parent__isnull=True), name="comment_roots_by_score",
            ),
            models.Index(
                F("article"), F("created_at"), F("public_id"), condition=Q(parent__isnull=True),
                name="comment_roots_by_time",
            ),
            models.Index(F("email"), F("created_at"), condition=~Q(email=""), name="comment_by_email"),
            # Without those of nobody's account, who are nearly all.
            models.Index(F("user"), condition=Q(user__isnull=False), name="comment_by_user"),
            models.Index(F("name"), name="comment_by_name"),
            models.Index(F("article"), F("created_at"), F("id"), name="comment_by_time"),
            models.Index(F("created_at").desc(), F("id").desc(), name="comment_newest"),
            models.Index(F("status"), F("risk").desc(), F("created_at"), F("id"), name="comment_by_risk"),
            models.Index(F("report_weight").desc(), F("id"), condition=Q(report_weight__gt=0), name="comment_reported"),
            models.Index(F("article"), condition=Q(is_featured=True), name="comment_featured"),
            # The queue in its order; the last two only spare looking into the rows.
            models.Index(
                F("harm"),
                F("report_weight").desc(),
                F("created_at"),
                F("id"),
                F("passed_on_by"),
                F("article"),
                condition=Q(harm__isnull=False),
                name="comment_to_check",
            ),
            models.Index(F("sender_prefix"), F("created_at"), condition=~Q(sender_prefix=""), name="comment_by_prefix"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="comment_status_known",
                condition=Q(status__in=Status.values),
                violation_error_message="That is not a state a comment can be in.",
            ),
            models.CheckConstraint(
                name="comment_root_has_no_parent",
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gt=0),
                violation_error_message="Only a reply stands below another comment.",
            ),
            models.CheckConstraint(
                name="comment_erased_holds_nothing",
                condition=~Q(status="erased")
                | Q(name="", email="", body="", sender="", sender_prefix="", fingerprint=""),
                violation_error_message="Nothing is kept of an erased comment but its place.",
            ),
            models.CheckConstraint(
                name="comment_score_is_a_share",
                condition=Q(score__gte=0, score__lte=1),
                violation_error_message="A score is a share from 0 to 1.",
            ),
        ]

    def __str__(self):
        return f"{self.name}: {Truncator(self.body).chars(60)}"

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.place_below(self.parent)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        """The permalink, which leads to the page of the thread that the comment is on today."""
        return reverse("comments:permalink", args=[self.public_id])

    def place_below(self, parent):
        """Take the place of a reply to `parent`, or of a root; before the first save."""
        self.parent = parent
        self.root = parent and (parent.root or parent)
        self.depth = parent.depth + 1 if parent else 0
        self.path = f"{parent.path if parent else ''}{self.public_id}/"

    def made_of(self):
        """All that pages of readers show of it: what else it has is nobody's business there."""
        return (
            self.public_id, self.status, self.article_id, self.name, self.body, self.created_at, self.edited_at,
            self.recommends, self.is_featured, self.is_by_staff,
        )  # fmt: skip

    @property
    def is_by_staff(self):
        """Whether it was written from an account of the newsroom; a name alone proves nothing."""
        return self.user is not None and self.user.is_staff
