import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from articles.models.article import Article
from comments.models.comment import Comment


def new_key():
    return secrets.token_hex(12)


class Frequency(models.TextChoices):
    EACH = "each", "With each reply, at most one an hour"
    DAILY = "daily", "Once a day"
    NEVER = "never", "Never"


class MailboxQuerySet(models.QuerySet):
    def confirmed(self):
        """Those that mail may go to."""
        return self.filter(confirmed_at__isnull=False).exclude(frequency=Frequency.NEVER)


class Mailbox(models.Model):
    """An address that asked for notices of replies. Nothing but one confirming letter goes to it before it confirms."""

    key = models.CharField(max_length=24, unique=True, default=new_key, editable=False, help_text="Names it in links.")
    email = models.EmailField()
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.EACH)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When the last notice went to it.")
    wants_digest = models.BooleanField(default=True, help_text="Of a moderator: what waits, each morning.")

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="mailbox_once", violation_error_message="This address is known already."
            ),
            models.CheckConstraint(
                name="mailbox_frequency_known",
                condition=Q(frequency__in=Frequency.values),
                violation_error_message="That is not how often mail can come.",
            ),
        ]

    def __str__(self):
        return self.email


class SubscriptionQuerySet(models.QuerySet):
    def current(self):
        """Those that mail goes out for."""
        mailboxes = Mailbox.objects.confirmed()
        return self.filter(confirmed_at__isnull=False, left_at=None, mailbox__in=mailboxes)

    def asked(self):
        """Those that nobody has confirmed: anybody may have typed the address."""
        return self.filter(confirmed_at=None, left_at=None)


class Subscription(models.Model):
    """What a mailbox wants to hear of: replies to one comment, or everything new under an article.

    Each is confirmed by itself, by the link in a letter or by a browser that has done so before, since anybody may
    type an address that was confirmed once.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="subscriptions")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    comment = models.ForeignKey(
        Comment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        help_text="None: the whole thread.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "comment"],
                name="subscription_once_a_comment",
                violation_error_message="This comment is followed already.",
            ),
            models.UniqueConstraint(
                fields=["mailbox", "article"],
                condition=Q(comment__isnull=True),
                name="subscription_once_an_article",
                violation_error_message="This conversation is followed already.",
            ),
        ]

    def __str__(self):
        return f"{self.mailbox} follows {self.comment or self.article}"


class OutboxQuerySet(models.QuerySet):
    def due(self, at=None):
        """Letters to send now, the oldest first."""
        return self.filter(sent_at__isnull=True, due_at__lte=at or timezone.now()).order_by("due_at", "id")


class Outbox(models.Model):
    """A letter that goes out later, once. What fails is tried again; nothing is lost with the mail server."""

    kind = models.CharField(max_length=30)
    recipient = models.EmailField()
    dedupe_key = models.CharField(max_length=120, unique=True, help_text="Two letters about the same are one.")
    payload = models.JSONField(default=dict, blank=True, help_text="Ids of what the letter is about, never its text.")
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "letter"
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(sent_at__isnull=True), name="outbox_due")]

    def __str__(self):
        return f"{self.kind} to {self.recipient}"
