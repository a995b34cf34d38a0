from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from articles.models import Category
from comments.models.comment import Comment


class WordRuleQuerySet(models.QuerySet):
    def current(self, at=None):
        now = at or timezone.now()
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class WordRule(models.Model):
    """A word, and what becomes of comments that hold it. Always the letters themselves, never a pattern."""

    class Kind(models.TextChoices):
        REJECT = "reject", "Reject"
        HOLD = "hold", "Hold"
        WATCH = "watch", "Watch: only say so"

    class Match(models.TextChoices):
        WORD = "word", "The whole word"
        PREFIX = "prefix", "Words that begin so"
        SUFFIX = "suffix", "Words that end so"

    text = models.CharField("word", max_length=80, help_text="A word, or several in a row.")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HOLD)
    match = models.CharField(max_length=10, choices=Match, default=Match.WORD)
    section = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="+", help_text="Left empty, everywhere."
    )
    note = models.CharField(max_length=200, blank=True, help_text="Why, for colleagues.")
    expires_at = models.DateTimeField(null=True, blank=True)
    hits = models.PositiveIntegerField(default=0, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WordRuleQuerySet.as_manager()

    class Meta:
        ordering = ["text", "id"]
        constraints = [
            models.UniqueConstraint(
                F("text"), F("match"), F("section"),
                name="word_rule_once_a_section",
                violation_error_message="There is a rule for this word in this section.",
            ),
            models.UniqueConstraint(
                F("text"), F("match"),
                condition=Q(section__isnull=True),
                name="word_rule_once_everywhere",
                violation_error_message="There is a rule for this word.",
            ),
            models.CheckConstraint(
                name="word_rule_known",
                condition=Q(kind__in=["reject", "hold", "watch"], match__in=["word", "prefix", "suffix"]),
                violation_error_message="That is not a rule.",
            ),
            models.CheckConstraint(
                name="word_rule_has_a_word", condition=~Q(text=""), violation_error_message="Write the word."
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.text


class WordHit(models.Model):
    """A comment that a rule caught: what became of it tells how good the rule is."""

    rule = models.ForeignKey(WordRule, models.CASCADE, related_name="caught")
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="word_hits")
    form = models.CharField(max_length=10, help_text="In which spelling it was found.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "comment"], name="word_hit_once_a_comment")]

    def __str__(self):
        return f"{self.rule}: {self.comment}"
