"""Try the rules before they count: a word on the comments of the last thirty days, examples on all of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from articles.models.site import CommentsPolicy
from comments.characters import normalise
from comments.models import Comment, Example, WordRule
from comments.models.comment import VISIBLE, Status
from comments.policies import Rules
from comments.screening import Screening, screen
from comments.screening.signal import Submission
from comments.screening.words import Hit, find

BACK = timedelta(days=30)
READ = 20_000  # comments at most, the newest
SHOWN = 50
REFUSED = (Status.REJECTED, Status.SPAM)


@dataclass
class Trial:
    """What a rule would have caught. `caught` are the newest; the counts are of all."""

    read: int = 0
    statuses: Counter = field(default_factory=Counter)
    caught: list[tuple[Comment, Hit]] = field(default_factory=list)

    @property
    def number(self):
        return sum(self.statuses.values())

    @property
    def wrong(self):
        """How many of them readers see: they would have been held or rejected for nothing."""
        return sum(self.statuses[status] for status in VISIBLE)


def try_rule(rule: WordRule) -> Trial:
    """Return which comments of the last 30 days a rule, saved or not, would have caught, and what became of them."""
    comments = Comment.objects.filter(created_at__gt=timezone.now() - BACK).exclude(body="")
    if rule.section_id:
        comments = comments.filter(article__category__in=rule.section.descendants(include_self=True))
    trial = Trial()
    for comment in comments.order_by("-created_at").defer("path", "signals")[:READ].iterator():
        trial.read += 1
        for hit in find(comment.body, [rule]):
            trial.statuses[Status(comment.status)] += 1
            if len(trial.caught) < SHOWN:
                trial.caught.append((comment, hit))
    return trial


def with_precision(rules):
    """Annotate rules with how many comments they caught (`caught_count`) that were decided about, and how many of them
    were refused (`refused_count`): their share is the rule's precision."""
    decided = Q(caught__comment__status__in=[*REFUSED, Status.APPROVED])
    return rules.annotate(
        caught_count=Count("caught", filter=decided),
        refused_count=Count("caught", filter=Q(caught__comment__status__in=REFUSED)),
    )


@dataclass
class Outcome:
    example: Example
    screening: Screening

    @property
    def is_as_expected(self):
        return self.screening.status == self.example.expected


def try_examples(examples=None) -> list[Outcome]:
    """Screen the desk's example comments with the rules as they are, storing nothing; return what came out of each."""
    examples = Example.objects.all() if examples is None else examples
    return [
        Outcome(example, screen_text(example.body, example.name, example.mode, example.is_known))
        for example in examples
    ]


def screen_text(body, name="", mode=CommentsPolicy.RISK, is_known=None, email="") -> Screening:
    """Screen a text that is on no article, storing nothing."""
    rules = Rules(CommentsPolicy(mode))
    return screen(Submission(None, name, email, normalise(body), raw=body, is_known=is_known, rules=rules))
