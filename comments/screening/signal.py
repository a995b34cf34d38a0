from dataclasses import dataclass, field

from articles.models import Article


@dataclass(frozen=True)
class Submission:
    """A comment before it is stored, with what its form tells about how it was sent."""

    article: Article
    name: str
    email: str
    body: str
    is_trapped: bool = False
    seconds: float | None = None


@dataclass(frozen=True)
class Signal:
    """One thing noticed: a score from -1 (speaks for the comment) to +1, and the words a moderator reads."""

    code: str
    score: float
    reason: str
    spans: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True)
class Screening:
    signals: list[Signal]
    risk: float
    sentence: str
