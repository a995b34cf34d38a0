"""What a rule would have done, tried on what was said; and whether the desk's examples still come out as expected.

Nothing is stored.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from articles.models import Category
from articles.models.site import CommentsPolicy
from comments.characters import normalise
from comments.models import Comment, Example, WordRule
from comments.models.comment import VISIBLE, Status
from comments.policies import Rules
from comments.screening import screen
from comments.screening.signal import Screening, Submission
from comments.screening.words import find

DAYS = 30
LOOKED_AT = 10_000  # comments, the newest first
SHOWN = 12

FATES = {
    "kept": (*VISIBLE,),
    "refused": (Status.REJECTED, Status.SPAM, Status.APPEALED),
    "waiting": (Status.PENDING, Status.HIDDEN),
}


@dataclass
class Rehearsal:
    """What a word rule would have caught, and what became of it without the rule."""

    looked_at: int = 0
    is_capped: bool = False
    fates: Counter = field(default_factory=Counter)
    caught: list[tuple[Comment, str]] = field(default_factory=list)  # the newest, with the spelling found

    @property
    def number(self):
        return self.fates.total()


def rehearse(rule: WordRule) -> Rehearsal:
    """Try a rule, saved or not, on the comments of the last 30 days; at most LOOKED_AT of them."""
    comments = Comment.objects.filter(created_at__gt=timezone.now() - timedelta(days=DAYS)).exclude(body="")
    if rule.section_id:
        below = Category.objects.descendants(rule.section_id, include_self=True)
        comments = comments.filter(article__category__in=below)
    found = Rehearsal()
    newest = comments.order_by("-created_at").only("body", "name", "status", "created_at")
    for comment in newest[: LOOKED_AT + 1].iterator(chunk_size=1000):
        if found.looked_at == LOOKED_AT:
            found.is_capped = True
            break
        found.looked_at += 1
        for hit in find(comment.body, [rule]):
            fate = next((name for name, statuses in FATES.items() if comment.status in statuses), "gone")
            found.fates[fate] += 1
            if len(found.caught) < SHOWN:
                found.caught.append((comment, hit.form))
    return found


@dataclass
class Trial:
    """An example and what would become of it today."""

    example: Example
    screening: Screening

    @property
    def is_as_expected(self):
        return self.screening.status == self.example.expected


def trials() -> list[Trial]:
    """Put every example of the desk through the whole pipeline."""
    return [
        Trial(example, screen_text(example.body, example.name, example.mode, example.is_known))
        for example in Example.objects.all()
    ]


def screen_text(body, name="", mode=CommentsPolicy.RISK, is_known=None, email="") -> Screening:
    """Put a text that stands under no article through the whole pipeline."""
    rules = Rules(CommentsPolicy(mode))
    return screen(Submission(None, name, email, normalise(body), raw=body, is_known=is_known, rules=rules))
