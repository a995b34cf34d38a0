from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_noop

code = RegexValidator(r"^[a-z][a-z0-9_]*$", "A code is small letters, digits and underscores.")

# What readers are told as the newsroom is delivered: said in the language of the site, as long as the desk keeps it.
DELIVERED = [
    gettext_noop("It insults or threatens somebody. You can say the same in other words."),
    gettext_noop("It says something private about a person."),
    gettext_noop("It has nothing to do with the article."),
    gettext_noop("It advertises something."),
    gettext_noop("It states as a fact what is not, as far as we know."),
    gettext_noop("It does not keep to the rules of this conversation."),
]
# How the public page of figures names them.
DELIVERED_LABELS = [
    gettext_noop("Insults or threatens somebody"),
    gettext_noop("Says something private about a person"),
    gettext_noop("Has nothing to do with the article"),
    gettext_noop("Advertises"),
    gettext_noop("States as fact what is not"),
    gettext_noop("Another reason"),
]


MOST = 9  # reasons to choose from: each has a key


class CannedReasonQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(is_retired=False)

    def offered(self):
        """The reasons to choose from, in the order of their keys 1 to 9."""
        return self.in_use().order_by("position", "id")[:MOST]


class CannedReason(models.Model):
    """A reason to reject, and what the reader is told of it. Decisions keep the words they were made with."""

    code = models.CharField(max_length=20, unique=True, validators=[code])
    label = models.CharField(max_length=100, help_text="For moderators, as in “Insults or threatens somebody”.")
    text = models.CharField(max_length=500, help_text="What the reader is told.")
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField("no longer offered", default=False)

    objects = CannedReasonQuerySet.as_manager()

    class Meta:
        verbose_name = "reason"
        ordering = ["position", "id"]

    def __str__(self):
        return self.label
