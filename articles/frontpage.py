"""The front page: what editors placed, filled up with what is newest. A query at a moment, not a state."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from articles.models import Article, Category, Placement
from articles.models.article import Kind
from articles.models.category import MENU
from articles.models.frontpage import Zone
from articles.paging import cards

TOP = 3
LATEST = 6
RELATED = 3
IN_BLOCK = 6
OPINION = 4
CANDIDATES = 40


@dataclass
class Block:
    section: Category
    stories: list[Article]


@dataclass
class Front:
    lead: Article | None = None
    lead_related: list[Article] = field(default_factory=list)
    top: list[Article] = field(default_factory=list)
    latest: list[Article] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    opinion: list[Article] = field(default_factory=list)
    essay: Article | None = None


def compose(at=None):
    """Return the front page as it is at the given moment, now by default. No story is on it twice.

    Five queries, whatever the number of articles, sections and placements.
    """
    at = at or timezone.now()
    sections = list(Category.objects.all())
    menu = [section for section in sections if section.parent_id is None and section.is_in_menu][:MENU]
    root_of = _roots(sections)
    placements = list(Placement.objects.holding(at).values_list("zone", "article_id"))
    stories = _candidates(at, menu, root_of, [article for _, article in placements])
    by_id = {story.pk: story for story in stories}
    placed = {
        zone: [by_id[article] for candidate, article in placements if candidate == zone and article in by_id]
        for zone in Zone
    }
    taken = set()

    def take(candidates, number):
        chosen = []
        for story in candidates:
            if len(chosen) == number:
                break
            if story.pk not in taken:
                taken.add(story.pk)
                chosen.append(story)
        return chosen

    news = [story for story in stories if story.kind not in (Kind.OPINION, Kind.PHOTO_ESSAY)]
    pictured = [story for story in news if story.picture and not story.picture.is_portrait]
    front = Front()
    front.lead = next(iter(take([*placed[Zone.LEAD], *pictured[:CANDIDATES], *news], 1)), None)
    if front.lead is None:
        return front
    top_roots = set()
    varied = []  # one of each section first, so that the top of the page is not all of one kind
    for story in pictured:
        root = root_of[story.category_id]
        if root not in top_roots:
            top_roots.add(root)
            varied.append(story)
    front.top = take([*placed[Zone.LEAD], *placed[Zone.TOP], *varied, *pictured, *news], TOP)
    front.essay = next(
        iter(take([story for story in stories if story.kind == Kind.PHOTO_ESSAY and story.picture], 1)), None
    )
    lead_root = root_of[front.lead.category_id]
    front.lead_related = take([story for story in news if root_of[story.category_id] == lead_root], RELATED)
    front.latest = take(news, LATEST)
    front.opinion = take([story for story in stories if story.kind == Kind.OPINION], OPINION)
    for section in menu:
        own = take([story for story in stories if root_of[story.category_id] == section.pk], IN_BLOCK)
        if own:
            # Stable: pictures open the block, the newest first.
            own.sort(key=lambda story: story.picture is None)
            front.blocks.append(Block(section, own))
    return front


def _roots(sections):
    parents = {section.pk: section.parent_id for section in sections}

    def root(pk):
        while parents[pk] is not None:
            pk = parents[pk]
        return pk

    return {pk: root(pk) for pk in parents}


def _candidates(at, menu, root_of, placed):
    """Return every story the page could show, newest first, each section's newest among them."""
    public = Article.objects.published(at)
    newest = public.newest_first().values("pk")
    wanted = Q(pk__in=newest[:CANDIDATES]) | Q(pk__in=placed)
    for kind, number in ((Kind.OPINION, OPINION), (Kind.PHOTO_ESSAY, 3)):
        wanted |= Q(pk__in=newest.filter(kind=kind)[:number])
    for section in menu:
        family = [pk for pk, root in root_of.items() if root == section.pk]
        wanted |= Q(pk__in=newest.filter(category__in=family)[: IN_BLOCK + TOP + RELATED])
    return cards(list(public.filter(wanted).newest_first().values_list("pk", flat=True)))
