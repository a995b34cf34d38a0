from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

OVERRIDE_LENGTH = 10_000


class TransitionQuerySet(models.QuerySet):
    def delete(self):
        raise models.ProtectedError("What was done stays as it is.", set(self))


class Transition(models.Model):
    """One step of an article, as it was taken: by whom, from where to where, with which words. Nothing alters it.

    Triggers of the migration 0005 refuse that for every program; only the name of who took the step may go, with
    the account, and the log of an article that was never public goes with the article: the database deletes it.
    """

    article = models.ForeignKey("articles.Article", models.DO_NOTHING, related_name="transitions")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    step = models.CharField(max_length=30)
    source = models.CharField(max_length=20, help_text="Where it stood.")
    target = models.CharField(max_length=20, help_text="Where it stands since.")
    words = models.CharField(max_length=300, help_text="What was done, as the history says it.")
    note = models.TextField(max_length=2000, blank=True)
    override = models.TextField(
        max_length=OVERRIDE_LENGTH,
        blank=True,
        help_text="Why it went out although a check said no, and what the check said.",
    )
    is_issued = models.BooleanField(help_text="Whether readers know the article, so that its log stays.")

    objects = TransitionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["article", "-made_at", "-id"], name="transition_newest"),
            models.Index(fields=["step", "-made_at", "-id"], name="transition_of_step"),
        ]

    def __str__(self):
        return self.words

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise ValidationError("What was done stays as it is.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise models.ProtectedError("What was done stays as it is.", {self})
