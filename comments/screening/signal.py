from dataclasses import dataclass, field
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser

from articles.models import Article
from articles.models.site import CommentsPolicy
from comments.models.comment import Comment, Status
from comments.policies import Rules

Effect = Literal["", "hold", "reject", "spam"]


@dataclass(frozen=True)
class Submission:
    """A comment before it is stored, with what its form tells about how it was sent."""

    article: Article | None
    name: str
    email: str
    body: str
    is_trapped: bool = False
    seconds: float | None = None  # between opening the form and sending it
    raw: str = ""  # the text as it came in, before characters.normalise()
    user: AbstractBaseUser | None = None
    sender: str = ""
    parent: Comment | None = None
    comment: Comment | None = None  # where one that is there is looked at anew
    is_known: bool | None = None  # told, in examples; else looked up
    rules: Rules = Rules(CommentsPolicy.PRE)
    sections: tuple[int, ...] = ()  # that of the article and those above it


@dataclass(frozen=True)
class Signal:
    """One thing noticed: a score from -1 (speaks for the comment) to +1, and the words a moderator reads.

    `effect` is what the signal brings about whatever the sum is; `about` names the rule or the comment it points at.
    """

    code: str
    score: float
    reason: str
    spans: list[list[int]] = field(default_factory=list)
    effect: Effect = ""
    about: int | None = None
    form: str = ""  # in words: the spelling it was found in


@dataclass(frozen=True)
class Screening:
    signals: list[Signal]
    risk: float
    status: Status
    sentence: str
