"""Where an article stands, and the steps from there: what the desk's buttons, lists and log are made of."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone

from articles.models.article import Article, ArticleQuerySet, Status


class Standing(TextChoices):
    """The status as people say it: with the moment taken into account."""

    DRAFT = "draft", "Draft"
    REVIEW = "review", "In review"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Taken down"


def standing(article: Article) -> Standing:
    if article.status != Status.PUBLISHED:
        return Standing(article.status)
    if article.is_scheduled:
        return Standing.SCHEDULED
    return Standing.LIVE if article.is_public() else Standing.EXPIRED


def with_standing(articles: ArticleQuerySet, wanted: Standing) -> ArticleQuerySet:
    if wanted == Standing.LIVE:
        return articles.published()
    if wanted == Standing.SCHEDULED:
        return articles.scheduled()
    if wanted == Standing.EXPIRED:
        now = timezone.now()
        return articles.filter(status=Status.PUBLISHED, published_at__lte=now, expires_at__lte=now)
    return articles.filter(status=wanted)


@dataclass(frozen=True)
class Step:
    """One move of an article: from where it may be made, by whom, and what the log says of it."""

    name: str
    label: str
    done: str
    sources: frozenset[Standing]
    permission: str
    run: Callable[[Article], None]
    goes_public: bool = False

    @property
    def button(self):
        return f"_{self.name}"

    def is_open_to(self, user):
        return user.has_perm(self.permission)

    def leads_from(self, article):
        return standing(article) in self.sources

    def objections(self, article):
        """Return what keeps people from taking the step, by field.

        People describe pictures before a story goes out. What comes from elsewhere may come without.
        """
        if self.name == "approve":
            return article.unusable_pictures(article.goes_out_at)
        if not self.goes_public:
            return {}
        found = article.obstacles(timezone.now() if self.name == "publish_now" else article.goes_out_at)
        for field, messages in article.undescribed_pictures().items():
            found[field] = [*found.get(field, []), *messages]
        return found

    def take(self, article):
        """Make the move, or raise ValidationError with what people have to mend first."""
        if objections := self.objections(article):
            raise ValidationError(objections)
        self.run(article)


def _publish(article):
    article.publish(article.published_at if is_ahead(article.published_at) else None)


def _publish_now(article):
    article.publish(timezone.now() if is_ahead(article.published_at) else None)


def is_ahead(moment):
    return moment is not None and moment > timezone.now()


S = Standing
STEPS = (
    Step(
        "send_to_review", "Send to review", "Sent to review", frozenset({S.DRAFT}), "articles.change_article",
        Article.send_to_review,
    ),
    Step(
        "approve", "Approve", "Approved", frozenset({S.DRAFT, S.REVIEW}), "articles.publish_article", Article.approve
    ),
    Step(
        "publish", "Publish", "Published", frozenset({S.DRAFT, S.REVIEW, S.APPROVED, S.EXPIRED, S.WITHDRAWN}),
        "articles.publish_article", _publish, goes_public=True,
    ),
    Step(
        "publish_now", "Publish now", "Published at once",
        frozenset({S.DRAFT, S.REVIEW, S.APPROVED, S.SCHEDULED, S.EXPIRED, S.WITHDRAWN}),
        "articles.publish_article", _publish_now, goes_public=True,
    ),
    Step(
        "return_to_draft", "Back to draft", "Returned to draft", frozenset({S.REVIEW, S.APPROVED, S.WITHDRAWN}),
        "articles.change_article", Article.return_to_draft,
    ),
    Step(
        "take_down", "Take down", "Taken down", frozenset({S.LIVE, S.SCHEDULED, S.EXPIRED}),
        "articles.publish_article", Article.take_down,
    ),
)  # fmt: skip


def steps(article: Article, user) -> list[Step]:
    """The steps this person may take from where the article stands. Asks nothing about whose article it is."""
    return [step for step in STEPS if step.leads_from(article) and step.is_open_to(user)]
