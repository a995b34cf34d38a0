"""The fronts, of the home page and of every section: what editors placed, filled up by rules.

A front is a query at a moment, not a state: what shows now, what showed at any past minute, what will show.
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from operator import itemgetter

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from articles import most_read, page_keys
from articles.models import Article, ArticleTag, Category, Part, Placement, ZoneRule
from articles.models.article import Kind
from articles.models.category import MENU
from articles.models.frontpage import Fill, Zone
from articles.models.rights import usable_condition
from articles.paging import cards, voices
from newsroom import pagestore
from newsroom.prepared import Prepared, united

RELATED = 3
IN_BLOCK = 6
CANDIDATES = 40
BROAD, TALL = 1, 2
SPARE = 8  # how many more than a zone holds are looked at: others may show some of them


def default_rules(section):
    """How the zones of a front fill before anybody says otherwise."""
    rules = [
        ZoneRule(zone=Zone.LEAD, size=1, hours=36),
        ZoneRule(zone=Zone.TOP, size=3, hours=48),
        ZoneRule(zone=Zone.FEATURES, size=3, fill=Fill.KIND, kind=Kind.FEATURE, hours=14 * 24),
        ZoneRule(zone=Zone.OPINION, size=4, fill=Fill.KIND, kind=Kind.OPINION, hours=7 * 24),
        ZoneRule(zone=Zone.PICTURES, size=3, fill=Fill.KIND, kind=Kind.PHOTO_ESSAY, hours=14 * 24),
        ZoneRule(zone=Zone.RIVER, size=6, hours=24),
        ZoneRule(zone=Zone.MOST_READ, size=5, fill=Fill.MOST_READ),
    ]
    if section is not None:
        for rule in rules:
            rule.section = section
            if rule.zone in (Zone.FEATURES, Zone.OPINION, Zone.PICTURES):
                rule.fill, rule.kind = Fill.NOTHING, ""
            if rule.zone == Zone.RIVER:
                rule.fill, rule.size = Fill.NOTHING, 3  # the list of the section stands there
    return {rule.zone: rule for rule in rules}


def rules_of(section, decided):
    """The rule of each zone: the one among those decided, or the one it has by itself."""
    return default_rules(section) | {rule.zone: rule for rule in decided}


def has_aged(placement, rule, at):
    """Whether the zone's rule has let go of a placement. Never of a pinned one, nor of one with an end of its own."""
    return (
        not placement.is_pinned
        and placement.ends_at is None
        and rule.hours is not None
        and at - placement.starts_at >= timedelta(hours=rule.hours)
    )


@dataclass
class Candidate:
    """What is known of a story before it is chosen; `shape` is that of the picture readers see now, if any."""

    pk: int
    category_id: int
    kind: str
    shape: int | None
    is_own: bool
    placement: Placement | None = None


@dataclass
class Block:
    section: Category
    stories: list[Article]


@dataclass
class Front:
    """What a front shows: stories by zone, each on it once. A placed story has its placement in `placement`."""

    menu: list[Category] = field(default_factory=list)
    rules: dict[str, ZoneRule] = field(default_factory=dict)
    zones: dict[str, list[Article]] = field(default_factory=lambda: {zone.value: [] for zone in Zone})
    lead_related: list[Article] = field(default_factory=list)
    listed: list[Article] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def lead(self):
        return next(iter(self.zones[Zone.LEAD]), None)

    @property
    def top(self):
        # A lead that is pinned beside another one stands first among the top stories.
        return [*self.zones[Zone.LEAD][1:], *self.zones[Zone.TOP]]

    @property
    def stories(self):
        """Every story on the page."""
        zones = [story for zone in Zone for story in self.zones[zone]]
        return [*zones, *self.lead_related, *(story for block in self.blocks for story in block.stories)]

    @property
    def river(self):
        return self.zones[Zone.RIVER]

    @property
    def features(self):
        return self.zones[Zone.FEATURES]

    @property
    def opinion(self):
        return self.zones[Zone.OPINION]

    @property
    def pictures(self):
        return self.zones[Zone.PICTURES]

    @property
    def most_read(self):
        return self.zones[Zone.MOST_READ]


def compose(section=None, at=None, placements=None, rules=None, listed=()):
    """Return a front as it is at the given moment, now by default: of a section, or the home page.

    `placements` and `rules` take the place of what was decided, to look at what would be. Stories `listed` by their
    ids are read along and stand in `listed`, in this order, where nothing else shows them. The same number of
    queries, nine, whatever the number of articles, sections and placements; one more for each zone that fills by
    a tag or by a series.
    """
    now = timezone.now()
    at = at or now
    sections = every_section()
    if placements is None or rules is None:
        placed, ruled = _decided_now(section) if at == now else _decided(section, at, min(at, now))
        placements = placed if placements is None else placements
    front = Front(menu=[category for category in sections if category.parent_id is None and category.is_in_menu][:MENU])
    front.rules = ruled if rules is None else rules_of(section, rules)
    root_of = _roots(sections)
    family = family_of(section)
    holding = [placement for placement in placements if not has_aged(placement, front.rules[placement.zone], at)]
    wanted = {zone: _listed(rule) for zone, rule in front.rules.items()}
    wanted[Zone.MOST_READ] = None
    if front.rules[Zone.MOST_READ].size:
        wanted[Zone.MOST_READ] = most_read.ids(
            "day", family, at if at < now else None, front.rules[Zone.MOST_READ].size + CANDIDATES
        )
    named = {pk for ids in wanted.values() for pk in ids or ()} | {placement.article_id for placement in holding}
    menu = front.menu if section is None else []
    stories = _candidates(at, now, family, menu, root_of, front.rules, named, listed)
    by_id = {story.pk: story for story in stories}
    taken = _place(front, [placement for placement in holding if placement.article_id in by_id], by_id)

    own = [story for story in stories if story.is_own]
    news = [story for story in own if story.kind not in (Kind.OPINION, Kind.PHOTO_ESSAY)]
    pictured = [story for story in news if story.shape == BROAD]

    def take(candidates, number):
        chosen = []
        for story in candidates:
            if len(chosen) >= number:
                break
            if story.pk not in taken:
                taken.add(story.pk)
                chosen.append(story)
        return chosen

    def candidates(zone):
        rule = front.rules[zone]
        if rule.fill == Fill.NOTHING:
            return []
        if rule.fill == Fill.KIND:
            of_kind = [story for story in own if story.kind == rule.kind]
            return [story for story in of_kind if story.shape] if zone == Zone.PICTURES else of_kind
        if wanted[zone] is not None:
            return [by_id[pk] for pk in wanted[zone] if pk in by_id]
        if zone == Zone.LEAD:
            return [*pictured[:CANDIDATES], *(news or own)]
        if zone == Zone.TOP:
            return [*_varied(pictured, root_of), *pictured, *news]
        return news or own

    def fill(zone):
        filled = front.zones[zone]
        filled += take(candidates(zone), front.rules[zone].size - len(filled))

    fill(Zone.LEAD)
    for zone in (Zone.TOP, Zone.PICTURES, Zone.FEATURES):
        fill(zone)
    if section is None and front.lead is not None:
        lead_root = root_of[front.lead.category_id]
        front.lead_related = take((story for story in news if root_of[story.category_id] == lead_root), RELATED)
    fill(Zone.RIVER)
    fill(Zone.OPINION)
    for category in menu:
        block = take((story for story in stories if root_of[story.category_id] == category.pk), IN_BLOCK)
        if block:
            # Stable: pictures open the block, the newest first.
            block.sort(key=lambda story: story.shape is None)
            front.blocks.append(Block(category, block))
    fill(Zone.MOST_READ)
    front.listed = [by_id[pk] for pk in listed if pk in by_id and pk not in taken]
    _load(front)
    return front


def _decided(section, at, known):
    """What is placed on a front at a moment, and the rules of its zones, as they stood decided at another."""
    front_of = {"section": section.pk} if section else {}
    rules = rules_of(section, _rules.rows(known=known, **front_of))
    return _placements.rows(at=at, known=known, **front_of), rules


def _decided_now(section):
    """The same of this moment, known from one page to the next until something of it changes."""
    front_of = page_keys.front(section)

    def read():
        now = timezone.now()  # no earlier than the purges that what is remembered here takes account of
        return _decided(section, now, now)

    return pagestore.one_remembered(
        "decided", front_of, read, lambda decided: {front_of, *page_keys.keys_shown(decided)}
    )


@partial(Prepared, moments=("at", "known"))
def _placements(at, known, section=None):
    return Placement.objects.of(section).standing(known).within(at).select_related("picture__fallback")


@partial(Prepared, moments=("known",))
def _rules(known, section=None):
    return ZoneRule.objects.of(section).standing(known)


def _place(front, placements, by_id):
    """Put what was placed into its zones and return the ids of it: pinned first, the rest as far as zones hold it."""
    taken = set()
    spots = {zone: [] for zone in Zone.values}

    def put(zone, placement):
        if placement.article_id not in taken:
            taken.add(placement.article_id)
            spots[zone].append(placement)

    of_zone = {zone: [placement for placement in placements if placement.zone == zone] for zone in Zone.values}
    for zone in Zone.values:
        for placement in of_zone[zone]:
            if placement.is_pinned:
                put(zone, placement)
    down = []  # from the lead, where another one is the lead now
    for zone in Zone.values:
        unpinned = [placement for placement in of_zone[zone] if not placement.is_pinned]
        for placement in [*down, *unpinned] if zone == Zone.TOP else unpinned:
            if len(spots[zone]) < front.rules[zone].size:
                put(zone, placement)
            elif zone == Zone.LEAD:
                down.append(placement)
    for zone, chosen in spots.items():
        chosen.sort(key=lambda placement: (placement.zone == zone, placement.position))
        for placement in chosen:
            by_id[placement.article_id].placement = placement
        front.zones[zone] = [by_id[placement.article_id] for placement in chosen]
    return taken


def _as_placed(story, placement):
    """Return a story with the words and the picture that it has in this place alone. It is not for saving."""
    story = copy(story)
    story.placement = placement
    story.headline = placement.headline or story.headline
    story.kicker = placement.kicker or story.kicker
    if placement.picture_id:
        story.lead_picture = placement.picture
        story.lead_alt = story.lead_caption = ""
        story.lead_is_decorative = False
    return story


def _varied(stories, root_of):
    """One of each section, so that the top of the page is not all of one kind."""
    first = {}
    for story in stories:
        first.setdefault(root_of[story.category_id], story)
    return first.values()


def _roots(sections):
    parents = {section.pk: section.parent_id for section in sections}

    def root(pk):
        while parents[pk] is not None:
            pk = parents[pk]
        return pk

    return {pk: root(pk) for pk in parents}


def every_section():
    """All sections in their order, known from one page to the next until one changes. Change none of them."""
    return pagestore.one_remembered(
        "sections",
        "all",
        lambda: list(Category.objects.all()),
        lambda sections: {page_keys.SECTIONS, *page_keys.keys_shown(sections)},
    )


def section_with(slug):
    """The section of this slug, with the one above it, or None."""
    sections = {section.pk: section for section in every_section()}
    for found in sections.values():
        if found.slug == slug:
            found = copy(found)
            found.parent = sections.get(found.parent_id)
            return found
    return None


def family_of(section):
    """The section and what stands under it, or None for the home page."""
    if section is None:
        return None
    below = {}
    for category in every_section():
        below.setdefault(category.parent_id, []).append(category)
    family = [section]
    for category in family:
        family += below.get(category.pk, [])
    return family


def _listed(rule):
    """The ids that a rule names itself, the newest first; None where it takes them from the candidates."""
    if rule.fill == Fill.TAG:
        # By number, which an index has: the newest among a tag's stories are those written last.
        public = Exists(Article.objects.published().filter(pk=OuterRef("content_object")))
        found = ArticleTag.objects.filter(public, tag=rule.tag_id).order_by("-content_object")
        return list(found.values_list("content_object", flat=True)[:CANDIDATES])
    if rule.fill == Fill.DOSSIER:
        public = Exists(Article.objects.published().filter(pk=OuterRef("article")))
        found = Part.objects.filter(public, dossier=rule.dossier_id).order_by("-article")
        return list(found.values_list("article", flat=True)[:CANDIDATES])
    return None


def _candidates(at, now, family, menu, root_of, rules, named, listed):
    """Return every story the page could show, newest first, each section's newest among them."""
    in_menu = {category.pk for category in menu}
    own = [category.pk for category in family or ()]
    rows = _written(
        family is not None,
        at < now,
        tuple((rule.kind, rule.size + SPARE) for rule in rules.values() if rule.fill == Fill.KIND and rule.size),
        at=at,
        now=now,
        family=own,
        named=sorted({*named, *listed}),
        sections=[pk for pk, root in root_of.items() if root in in_menu],
    )
    # What is only placed on a section's front, from elsewhere, is not for the rules.
    return [
        Candidate(pk, section, kind, shape, is_own=family is None or pk not in named or section in own)
        for _, pk, section, kind, shape in sorted(rows, key=itemgetter(0, 1), reverse=True)
    ]


def _ends(has_family, is_past, kinds, *, at, family, named, sections):
    """Yield the ends of lists, each from an index of its own; one query for all would walk through all that is out."""
    everything = Article.objects.values_list("pk")
    public = Article.objects.public_at(at) if is_past else Article.objects.published(at)
    newest = (everything.public_at(at) if is_past else everything.published(at)).newest_first()
    # A case, because SQLite would look for what is public first and for these among it.
    is_public = Case(When(Exists(public.filter(pk=OuterRef("pk"))), then=Value(True)), default=Value(False))
    if has_family:
        for section in family:
            further = Article.categories.through.objects.filter(category=section).order_by("-article")
            yield newest.filter(category=section)[:CANDIDATES]
            yield everything.filter(is_public, pk__in=further.values("article")[:CANDIDATES])
    else:
        yield newest[:CANDIDATES]
    for kind, number in kinds:
        of_kind = newest.filter(kind=kind)
        if has_family:
            for section in family:
                yield of_kind.filter(category=section)[:number]
        else:
            yield of_kind[:number]
    for section in sections:
        yield newest.filter(category=section)[: IN_BLOCK + SPARE]
    if named:
        yield everything.filter(is_public, pk__in=named)


@partial(Prepared, moments=("at", "now"))
def _written(*form, now, **values):
    shapes = [
        When(Q(**{f"{picture}__isnull": False}) & usable_condition(now, f"{picture}__"), then=_shape(picture))
        for picture in ("lead_picture", "lead_picture__fallback")
    ]
    candidates = Article.objects.filter(pk__in=united(list(_ends(*form, **values))))
    shown = candidates.annotate(shape=Case(*shapes, default=None)).order_by()
    return shown.values_list("published_at", "pk", "category", "kind", "shape")


def _shape(picture):
    across, down = (F(f"{picture}__{side}") * F(f"{picture}__crop_{side}") for side in ("width", "height"))
    return Case(When(GreaterThan(down, across), then=Value(TALL)), default=Value(BROAD))


def _load(front):
    """Read what is shown of the stories that were chosen, and give placed ones the words of their place."""
    opinions = {story.pk for story in front.opinion}
    others = {story.pk for story in [*front.stories, *front.listed]} - opinions
    stories = {story.pk: story for story in [*cards(others), *voices(opinions)]}

    def loaded(candidates):
        # Some may have gone meanwhile.
        found = [(stories[one.pk], one.placement) for one in candidates if one.pk in stories]
        return [_as_placed(story, placement) if placement else story for story, placement in found]

    front.zones = {zone: loaded(candidates) for zone, candidates in front.zones.items()}
    front.lead_related, front.listed = loaded(front.lead_related), loaded(front.listed)
    for block in front.blocks:
        block.stories = loaded(block.stories)
