"""Change a front: what is to hold in its zones and from when. Nothing that ever held is altered or deleted.

A plan is everything that stands decided for a front. Editors collect edits, see the plan that they make, and put it
live in one change; whatever differs between the plan before and after is ended and placed in that change.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from articles import page_keys
from articles.models import Article, FrontChange, Picture, Placement, ZoneRule
from newsroom import pagestore

GAP = 1024.0  # between two neighbours, so that many go between them


@dataclass(frozen=True)
class Spot:
    """A placement as planned. `key` is its number in the database, or a negative one where it is new."""

    key: int
    article: int
    zone: str
    position: float
    starts_at: datetime
    ends_at: datetime | None = None
    is_pinned: bool = False
    headline: str = ""
    kicker: str = ""
    picture: int | None = None

    def holds(self, at):
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)

    def placement(self, section):
        fields = asdict(self)
        del fields["key"]
        article, picture = fields.pop("article"), fields.pop("picture")
        return Placement(section=section, article_id=article, picture_id=picture, **fields)


@dataclass(frozen=True)
class Setting:
    """The rule of a zone as planned."""

    zone: str
    size: int
    fill: str
    kind: str = ""
    tag: int | None = None
    dossier: int | None = None
    hours: int | None = None

    def rule(self, section):
        fields = asdict(self)
        tag, dossier = fields.pop("tag"), fields.pop("dossier")
        return ZoneRule(section=section, tag_id=tag, dossier_id=dossier, **fields)


@dataclass(frozen=True)
class Plan:
    """What stands decided for a front, what holds and what is to come."""

    spots: tuple[Spot, ...] = ()
    settings: tuple[Setting, ...] = ()

    def spot(self, key):
        """Return the spot of this key; raises ValidationError where somebody else has ended it."""
        for spot in self.spots:
            if spot.key == key:
                return spot
        raise ValidationError("That story has left its place meanwhile.")

    def row(self, zone, at):
        """The spots of a zone that hold at the given moment, in their order."""
        return sorted(
            (spot for spot in self.spots if spot.zone == zone and spot.holds(at)), key=lambda spot: spot.position
        )

    # -- edits, each from the given moment on, or at once where there is none

    def place(self, article, zone, at=None, *, index=None, ends_at=None, **fields):
        """Put an article into a zone. It leaves the place that it has on the front from that moment on."""
        begins = at or timezone.now()
        plan = self
        for spot in self.spots:
            if spot.article == article and (spot.ends_at is None or spot.ends_at > begins):
                plan = plan.remove(spot.key, at)
        position = plan.between(plan.row(zone, begins), index)
        return plan._with(Spot(plan.new_key(), article, zone, position, begins, ends_at, **fields))

    def remove(self, key, at=None):
        """Take a story off its place. One that would only come later does not come."""
        spot = self.spot(key)
        others = tuple(other for other in self.spots if other.key != key)
        if at is None or spot.starts_at >= at:
            return replace(self, spots=others)
        return replace(self, spots=(*others, replace(spot, ends_at=at)))

    def move(self, key, zone, index=None, at=None):
        """Put a story to another place, with what it has."""
        spot = self.spot(key)
        plan = self.remove(key, at)
        begins = max(at or timezone.now(), spot.starts_at)
        position = plan.between(plan.row(zone, begins), index)
        return plan._with(replace(spot, key=plan.new_key(), zone=zone, position=position, starts_at=begins))

    def alter(self, key, at=None, **fields):
        """Change what a story has in its place: the pin, its end, its words, its picture."""
        spot = self.spot(key)
        plan = self.remove(key, at)
        begins = spot.starts_at if at is None else max(at, spot.starts_at)
        return plan._with(replace(spot, **{"key": plan.new_key(), "starts_at": begins, **fields}))

    def _with(self, spot):
        if spot.ends_at is not None and spot.ends_at <= spot.starts_at:
            raise ValidationError("A placement ends after it starts.")
        return replace(self, spots=(*self.spots, spot))

    def set_rule(self, setting):
        return replace(self, settings=(*(old for old in self.settings if old.zone != setting.zone), setting))

    def new_key(self):
        taken = {spot.key for spot in self.spots}
        return next(number for number in count(-1, -1) if number not in taken)

    @staticmethod
    def between(row, index):
        """Return a position that comes to stand at `index` of a row, at its end by default."""
        index = len(row) if index is None else max(0, min(index, len(row)))
        if not row:
            return 0.0
        if index == 0:
            return row[0].position - GAP
        if index == len(row):
            return row[-1].position + GAP
        return (row[index - 1].position + row[index].position) / 2

    # -- to look at

    def placements(self, section, at):
        """What would hold at the given moment, as placements that are not saved, in their order."""
        pictures = Picture.objects.select_related("fallback").in_bulk(
            {spot.picture for spot in self.spots if spot.picture}
        )
        found = []
        for spot in sorted((spot for spot in self.spots if spot.holds(at)), key=lambda spot: spot.position):
            placement = spot.placement(section)
            placement.key = spot.key
            if spot.picture:
                placement.picture = pictures[spot.picture]
            found.append(placement)
        return found

    def rules(self, section):
        return [setting.rule(section) for setting in self.settings]


def _spot(placement):
    return Spot(
        placement.pk,
        placement.article_id,
        placement.zone,
        placement.position,
        placement.starts_at,
        placement.ends_at,
        placement.is_pinned,
        placement.headline,
        placement.kicker,
        placement.picture_id,
    )


def _setting(rule):
    return Setting(rule.zone, rule.size, rule.fill, rule.kind, rule.tag_id, rule.dossier_id, rule.hours)


def current(section, at=None):
    """Return what stands decided for a front now, or stood decided at a moment in the past."""
    decided = Placement.objects.of(section).decided(at).order_by("position", "-starts_at", "-id")
    return Plan(
        tuple(_spot(placement) for placement in decided),
        tuple(_setting(rule) for rule in ZoneRule.objects.of(section).decided(at)),
    )


def lock(section):
    """Let one change of a front be made at a time. To be called inside a transaction, before its plan is read."""
    FrontChange.objects.select_for_update().filter(section=section).first()


@transaction.atomic
def put_live(section, plan, by=None, what="", at=None, undoes=None):
    """Make a plan what stands decided for a front, and return the change; None where nothing differs.

    What the plan no longer has, or has otherwise, ends with this change; what is new begins with it. `at`, now by
    default, is only given to tell a history of the past, as imports and demonstrations do.
    """
    now = at or timezone.now()
    lock(section)
    before = current(section)
    ended = set(before.spots) - set(plan.spots)
    begun = set(plan.spots) - set(before.spots)
    dropped = set(before.settings) - set(plan.settings)
    set_anew = set(plan.settings) - set(before.settings)
    if not (ended or begun or dropped or set_anew):
        return None
    last = FrontChange.objects.filter(section=section).first()
    if last is not None and last.made_at >= now:
        now = last.made_at + timedelta(microseconds=1)  # changes of one front have an order
    change = FrontChange.objects.create(section=section, made_at=now, made_by=by, what=what[:300], undoes=undoes)
    end = {"ended_at": now, "ended_in": change}
    Placement.objects.filter(pk__in=[spot.key for spot in ended], ended_at=None).update(**end)
    ZoneRule.objects.of(section).filter(zone__in=[setting.zone for setting in dropped], ended_at=None).update(**end)
    placements = [spot.placement(section) for spot in sorted(begun, key=lambda spot: spot.key)]
    rules = [setting.rule(section) for setting in set_anew]
    for decided in (*placements, *rules):
        decided.placed_at, decided.placed_in = now, change
        decided.full_clean(exclude=["placed_in", "section", "article", "picture", "tag", "dossier"])
    Placement.objects.bulk_create(placements)
    ZoneRule.objects.bulk_create(rules)
    pagestore.purge(page_keys.front(section))
    return change


def last_change(section):
    """Return the change that undo would take back: the last that neither is undone nor undoes another."""
    return FrontChange.objects.filter(section=section, undoes=None, undone_by=None).first()


@transaction.atomic
def undo(section, by=None):
    """Take back the last change to a front, and return the change that does so.

    What was decided since by others stays. Raises ValidationError where there is nothing to take back.
    """
    lock(section)
    change = last_change(section)
    if change is None:
        raise ValidationError("There is nothing to undo on this front.")
    plan = current(section)
    # By what they say: a later undo may have put back an equal one in another row.
    placed = {replace(_spot(placement), key=0) for placement in change.placements.all()}
    left = [spot for spot in plan.spots if replace(spot, key=0) not in placed]
    there = {replace(spot, key=0) for spot in left}
    ended = [replace(_spot(placement), key=0) for placement in change.ended_placements.all()]
    back = [replace(spot, key=-number) for number, spot in enumerate(ended, 1) if spot not in there]
    set_then = {rule.zone for rule in change.zonerules.all()}
    rules_back = [_setting(rule) for rule in change.ended_zonerules.all()]
    plan = Plan(
        (*left, *back),
        (*(setting for setting in plan.settings if setting.zone not in set_then), *rules_back),
    )
    made = put_live(section, plan, by, f"Undone: {change.what}", undoes=change)
    if made is None:  # what it did has been taken back piece by piece
        made = FrontChange.objects.create(
            section=section, made_by=by, what=f"Undone: {change.what}"[:300], undoes=change
        )
    return made


@transaction.atomic
def restore(section, then, by=None):
    """Bring back what a front held at a moment in the past, from now on, and return the change.

    What was to come at that moment, and what is to come now, does not come: an editor restores what readers saw.
    """
    now = timezone.now()
    if then >= now:
        raise ValidationError("Only an earlier front can be restored.")
    lock(section)
    earlier = current(section, then)
    kept = [
        replace(spot, key=-number, starts_at=now, ends_at=spot.ends_at if spot.ends_at and spot.ends_at > now else None)
        for number, spot in enumerate((spot for spot in earlier.spots if spot.holds(then)), 1)
    ]
    shown = timezone.localtime(then).strftime("%d.%m.%Y %H:%M")
    return put_live(section, Plan(tuple(kept), earlier.settings), by, f"Restored the front of {shown}")


# -- edits as they are kept between two requests


def apply(plan, edits):
    """Return the plan after the edits, and what to tell of those that no longer fit.

    Each edit is a dict of plain values: `edit` names it, `at` is a moment in ISO 8601, the rest are its arguments.
    """
    complaints = []
    for edit in edits:
        try:
            plan = _apply(plan, dict(edit))
        except ValidationError as error:
            complaints += error.messages
    return plan, complaints


def _apply(plan, edit):
    what, at = edit.pop("edit"), edit.pop("at", None)
    at = datetime.fromisoformat(at) if at else None
    for name in {"starts_at", "ends_at"} & edit.keys():
        edit[name] = datetime.fromisoformat(edit[name]) if edit[name] else None
    if what == "place" and not Article.objects.filter(pk=edit["article"]).exists():
        raise ValidationError("That story has been deleted meanwhile.")
    if what == "rule":
        return plan.set_rule(Setting(**edit))
    return getattr(plan, what)(**edit, at=at)


def describe(before, after, at):
    """Say in words how the front at the given moment differs between two plans: what comes, moves, leaves."""
    old = {spot.article: spot for spot in before.spots if spot.holds(at)}
    new = {spot.article: spot for spot in after.spots if spot.holds(at)}
    comes = [article for article in new if article not in old]
    leaves = [article for article in old if article not in new]
    moves = [
        article
        for article, spot in new.items()
        if article in old and (old[article].zone, old[article].position) != (spot.zone, spot.position)
    ]
    return {"comes": comes, "leaves": leaves, "moves": moves}
