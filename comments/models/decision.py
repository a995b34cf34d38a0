from django.conf import settings
from django.db import models

from comments.models.comment import Comment, Status


class Reason(models.TextChoices):
    ABUSE = "abuse", "Insults or threatens somebody"
    PERSONAL = "personal", "Says something private about a person"
    OFF_TOPIC = "off_topic", "Has nothing to do with the article"
    ADVERT = "advert", "Advertises"
    FALSE_CLAIM = "false_claim", "States as fact what is not"
    OTHER = "other", "Another reason"


class Verb(models.TextChoices):
    SUBMIT = "submit", "Submitted"
    IMPORT = "import", "Imported"
    EDIT = "edit", "Edited by its author"
    APPROVE = "approve", "Approved"
    REJECT = "reject", "Rejected"
    SPAM = "spam", "Marked as spam"
    HOLD = "hold", "Held"
    HIDE = "hide", "Hidden"
    SECOND = "second", "Passed on for a second opinion"
    APPEAL = "appeal", "Appealed"
    WITHDRAW = "withdraw", "Withdrawn"
    REMOVE = "remove", "Removed"
    ERASE = "erase", "Erased"
    FEATURE = "feature", "Made an editors’ pick"
    UNFEATURE = "unfeature", "No longer an editors’ pick"
    UNDO = "undo", "Taken back"


# What an author did with their own comment, and what leaves nothing to go back to: no moderator undoes it.
IRREVERSIBLE = (Verb.EDIT, Verb.APPEAL, Verb.WITHDRAW, Verb.ERASE, Verb.UNDO)


# How the log names what decided, where no person did; another name is a rule's own.
RULES = {
    "author": "its author",
    "reports": "readers’ reports",
    "checker": "the outside checker",
    "retention": "the end of the time it is kept",
    "imported": "the import",
    "submitted": "the screening",
}


class AppendOnly(Exception):
    """A decision was about to be changed or removed."""


class DecisionQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise AppendOnly("Decisions are not changed. Undoing one writes another.")

    def delete(self):
        raise AppendOnly("Decisions are not removed.")

    def erase_content(self):
        """Blank every free text of these decisions: the one change there is, for comments that are erased."""
        return super().update(text="", public_note="", internal_note="")

    def bulk_update(self, objs, fields, batch_size=None):
        self.update()

    def bulk_create(self, objs, *args, update_conflicts=False, **kwargs):
        if update_conflicts:
            self.update()
        return super().bulk_create(objs, *args, **kwargs)


class Decision(models.Model):
    """One step of one comment from state to state: the log, and what undo is made of. Never changed, never removed.

    An erased comment's decisions stay, without what was written in them.
    """

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=20, choices=Verb)
    text = models.TextField(blank=True, help_text="What the comment said when this was decided.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=100, blank=True, help_text="What decided, where no person did.")
    from_status = models.CharField(max_length=20, choices=Status, blank=True)
    to_status = models.CharField(max_length=20, choices=Status)
    version = models.PositiveIntegerField(help_text="The comment's version that this decision made.")
    reason = models.CharField(max_length=20, blank=True, help_text="The code of a CannedReason.")
    reason_label = models.CharField(max_length=100, blank=True, help_text="As it read when this was decided.")
    reason_text = models.CharField(max_length=500, blank=True, help_text="What the reader is told of the reason.")
    public_note = models.CharField(
        max_length=500, blank=True, help_text="A word to the reader; in an appeal, the reader’s own."
    )
    internal_note = models.CharField(max_length=500, blank=True)
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["actor", "-created_at"], name="decision_by"),
            models.Index(fields=["created_at", "id"], name="decision_when"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["comment", "version"], name="decision_one_per_version"),
            models.CheckConstraint(
                name="decision_verb_known",
                condition=models.Q(verb__in=Verb.values),
                violation_error_message="That is not something that is decided.",
            ),
            models.CheckConstraint(
                name="decision_has_actor_or_rule",
                condition=models.Q(actor__isnull=False) | ~models.Q(rule=""),
                violation_error_message="A decision names who or what decided.",
            ),
            models.CheckConstraint(
                name="decision_rejects_with_reason",
                condition=~models.Q(to_status="rejected") | ~models.Q(reason="") | models.Q(undoes__isnull=False),
                violation_error_message="A comment is rejected for a reason.",
            ),
        ]

    def __str__(self):
        if self.from_status == self.to_status:
            return self.get_verb_display()
        return f"{self.get_from_status_display() or 'New'} → {self.get_to_status_display()}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly("Decisions are not changed. Undoing one writes another.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnly("Decisions are not removed.")

    def get_reason_display(self):
        """The reason as it read when this was decided."""
        return self.reason_label or (Reason(self.reason).label if self.reason in Reason.values else self.reason)

    @property
    def decided_by(self):
        """The name of who decided, or of the rule where nobody did."""
        return (
            self.actor.get_full_name() or self.actor.get_username() if self.actor else RULES.get(self.rule, self.rule)
        )

    @property
    def is_undoable(self):
        """Whether it is no taking back and nobody has decided since. Asks nothing where the comment is loaded."""
        is_one = self.from_status and self.undoes_id is None and self.verb not in IRREVERSIBLE
        return bool(is_one and self.version == self.comment.version)
