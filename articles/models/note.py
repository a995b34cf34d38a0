from django.conf import settings
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NoteQuerySet(models.QuerySet):
    def threads(self):
        """The notes themselves, without what was answered."""
        return self.filter(parent=None)

    def open(self):
        """What nobody has resolved yet, so that it keeps the article back."""
        return self.threads().filter(resolved_at=None)


class Note(models.Model):
    """What somebody says of a passage of a draft, or of all of it, or in answer to that. See articles/notes.py.

    The passage is kept as its words and what stood around them, so that it is found again when the text has changed.
    """

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="notes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    quote = models.CharField("passage", max_length=500, blank=True)
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60, blank=True)
    text = models.TextField(
        max_length=2000,
        validators=[MaxLengthValidator(2000, "At most 2,000 characters."), ProhibitNullCharactersValidator()],
        error_messages={"blank": "Write the note."},
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    share = models.ForeignKey(
        "articles.DraftShare",
        models.CASCADE,
        null=True,
        related_name="notes",
        help_text="By which link whoever has no account here said it.",
    )
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="note_says_something", condition=~Q(text=""), violation_error_message="Write the note."
            ),
            models.CheckConstraint(
                name="note_in_answer_has_no_place",
                condition=Q(parent=None) | Q(quote="", resolved_at=None),
                violation_error_message="An answer stands below its note, and is resolved with it.",
            ),
        ]

    def __str__(self):
        return self.text[:80]
