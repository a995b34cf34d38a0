"""What holds for comments on an article: its own word, else its section's, else one above that, else the site's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from articles.models import Article, Category, SiteSettings
from articles.models.site import CommentsPolicy
from comments.changes import EVERY_CONVERSATION, conversation
from comments.models.policy import Policy
from newsroom import pagestore
from newsroom.prepared import Prepared

FIELDS = ("close_after_days", "allows_links", "is_sensitive", "surge_at", "report_threshold")


@dataclass(frozen=True)
class Rules:
    """What holds for one article, with nothing left open."""

    mode: CommentsPolicy
    close_after_days: int = 0  # never
    allows_links: bool = True
    is_sensitive: bool = False
    surge_at: int = 30  # comments within ten minutes
    report_threshold: int = 6

    def closes_at(self, article: Article) -> datetime | None:
        """Return when comments on the article close by themselves."""
        since = article.first_published_at or article.published_at
        return since + timedelta(days=self.close_after_days) if self.close_after_days and since else None

    def take_comments(self, article: Article) -> bool:
        """Whether something can be said under the article now."""
        if self.mode in (CommentsPolicy.CLOSED, CommentsPolicy.OFF) or not article.is_public():
            return False
        closes_at = self.closes_at(article)
        return closes_at is None or timezone.now() < closes_at


def rules_for(article: Article, site: SiteSettings | None = None) -> Rules:
    """Return the rules of an article: a query at most, and one more where sections have rules of their own."""
    rows = pagestore.one_remembered(
        "policies",
        article.pk,
        lambda: _policies.rows(article=article.pk),
        lambda rows: {conversation(article.pk), EVERY_CONVERSATION},
    )
    of_sections = {row.section_id: row for row in rows if row.section_id}
    nearest_first = [row for row in rows if row.article_id]
    if of_sections:
        nearest_first += [of_sections[pk] for pk in sections_of(article) if pk in of_sections]
    nearest_first += [row for row in rows if not row.section_id and not row.article_id]
    said = {}
    for row in reversed(nearest_first):
        said |= {name: value for name in FIELDS if (value := getattr(row, name)) is not None}
    modes = [article.comments_policy, *(row.mode for row in nearest_first)]
    mode = next(filter(None, modes), None) or (site or SiteSettings.current()).comments_policy
    return Rules(CommentsPolicy(mode), **said)


@Prepared
def _policies(article):
    return Policy.objects.filter(Q(article=article) | Q(article=None))


def sections_of(article: Article) -> tuple[int, ...]:
    """Return the ids of the article's section and of those above it, the nearest first: one query."""
    section = Category.objects.with_tree_fields().only("pk").filter(pk=article.category_id).first()
    return tuple(reversed(section.tree_path)) if section else ()


def silent(site: SiteSettings | None = None) -> Q:
    """Tell the articles under which no comments are shown: two queries, and one more where sections have a mode."""
    mode_of_site = (site or SiteSettings.current()).comments_policy
    said = dict(Policy.objects.exclude(section=None).exclude(mode="").values_list("section", "mode"))
    sections = Q(pk__in=[]) if mode_of_site != CommentsPolicy.OFF else Q()
    if said:
        every = Category.objects.with_tree_fields().only("pk")
        modes = {
            one.pk: next((said[pk] for pk in reversed(one.tree_path) if pk in said), mode_of_site) for one in every
        }
        sections = Q(category__in=[pk for pk, mode in modes.items() if mode == CommentsPolicy.OFF])
    return Q(comments_policy=CommentsPolicy.OFF) | Q(comments_policy="") & sections
