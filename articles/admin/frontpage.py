"""The front desk: every front as it will be at a chosen moment, rearranged as a draft until it is put live."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import front_plans
from articles.admin.base import DeskAdmin
from articles.front_plans import Plan
from articles.frontpage import compose, default_rules, has_aged
from articles.models import Article, Category, Dossier, FrontChange, Picture, Placement, Tag
from articles.models.article import Kind, Status
from articles.models.frontpage import Fill, Zone
from articles.widgets import MomentField, PictureWidget, RowField, is_row_id

READY = 12  # stories offered for a place
CHANGES = 20  # earlier changes listed
MOST_EDITS = 500
ORDER = [Zone.LEAD, Zone.TOP, Zone.RIVER, Zone.FEATURES, Zone.OPINION, Zone.PICTURES, Zone.MOST_READ]


@admin.register(Placement)
class FrontDesk(DeskAdmin):
    """The list of placements is the front desk itself; a placement is made and ended there, and there alone."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("", view(self.front_view), name="articles_placement_changelist"),
            path("edit/", view(self.edit_view), name="articles_placement_edit"),
            path("spot/", view(self.spot_view), name="articles_placement_spot"),
            path("zone/", view(self.zone_view), name="articles_placement_zone"),
            path("preview/", view(self.preview_view), name="articles_placement_preview"),
        ]

    @staticmethod
    def asked(request):
        """The front and the moment that an address or a form asks for, and the moment to come as text, else ''."""
        values = request.POST if request.method == "POST" else request.GET
        slug = values.get("front", "")
        section = get_object_or_404(Category, slug=slug) if slug else None
        return section, *moment_of(values.get("at", ""))

    def edits(self, request, section):
        return request.session.get(name_of(section), [])

    def planned(self, request, section):
        """The plan live now, the plan with this person's edits, and what to say of edits that no longer fit."""
        live = front_plans.current(section)
        plan, complaints = front_plans.apply(live, self.edits(request, section))
        return live, plan, complaints

    def require(self, request, change=False):
        if not (self.has_change_permission(request) if change else self.has_view_permission(request)):
            raise PermissionDenied

    def front_view(self, request):
        return require_safe(self._front_view)(request)

    def _front_view(self, request):
        self.require(request)
        section, at, later = self.asked(request)
        now = timezone.now()
        is_past = at < now - timedelta(minutes=1) and bool(later)
        live, plan, complaints = self.planned(request, section)
        at = at if later else timezone.now()  # after the edits that begin at once
        for complaint in complaints:
            messages.warning(request, complaint)
        if is_past:
            plan = front_plans.current(section, at)
            front = compose(section, at)
            reference = front
        else:
            front = compose(section, at, plan.placements(section, at), plan.rules(section))
            reference = compose(section)
        zones = rows_of(front, plan, at, reference, is_past)
        edits = self.edits(request, section)
        query = request.GET.get("q", "").strip()[:200]
        shown = {story.pk for story in front.stories}
        changes = list(FrontChange.objects.filter(section=section).select_related("made_by", "undone_by")[:CHANGES])
        return render(
            request,
            "desk/front.html",
            {
                **self.admin_site.each_context(request),
                "title": "Front page",
                "section": section,
                "fronts": Category.objects.with_tree_fields(),
                "at": at,
                "at_text": later,
                "at_input": timezone.localtime(at).strftime("%Y-%m-%dT%H:%M"),
                "is_now": not later,
                "is_past": is_past,
                "now": now,
                "zones": zones,
                "front": front,
                "difference": difference(front, reference),
                "zone_choices": [(zone.value, zone.label) for zone in ORDER],
                "moments": moments(live, plan, now),
                "edits": len(edits),
                "can_change": self.has_change_permission(request) and not is_past,
                "may_change": self.has_change_permission(request),
                "ready": [] if is_past else ready(query, at, shown),
                "query": query,
                "changes": changes,
                "undoable": front_plans.last_change(section),
                "last": changes[0] if changes else None,
                "self_address": address(section, later),
            },
        )

    def edit_view(self, request):
        return require_POST(self._edit_view)(request)

    def _edit_view(self, request):
        """Take one edit, or put live, discard, undo, restore; lead back to the front as it is then."""
        self.require(request, change=True)
        section, at, later = self.asked(request)
        action = request.POST.get("action", "")
        anchor = ""
        try:
            if action == "live":
                self.put_live(request, section)
            elif action == "discard":
                request.session.pop(name_of(section), None)
                messages.success(request, "Discarded. The front is as it was.")
            elif action == "undo":
                change = front_plans.undo(section, request.user)
                messages.success(request, f"{change.what}. The front is live as it was before.")
            elif action == "restore":
                front_plans.restore(section, at, request.user)
                later = ""
                messages.success(request, "Restored. Readers see this front now.")
            else:
                anchor = self.edit(request, section, action, at, later)
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        return HttpResponseRedirect(address(section, later) + anchor)

    @transaction.atomic
    def put_live(self, request, section):
        front_plans.lock(section)
        live, plan, complaints = self.planned(request, section)
        for complaint in complaints:
            messages.warning(request, complaint)
        now = timezone.now()
        rules = compose_rules(plan, section)
        aged = {spot.key for spot in plan.spots if has_aged(spot, rules[spot.zone], now)}
        plan = Plan(tuple(spot for spot in plan.spots if spot.key not in aged), plan.settings)
        what = in_words(live, plan, now)
        change = front_plans.put_live(section, plan, request.user, what)
        request.session.pop(name_of(section), None)
        messages.success(request, f"Live: {what}" if change else "Nothing differed from what is live.")

    def edit(self, request, section, action, at, later):
        """Add to the draft what a button or a drag asks for; return the anchor of the row to come back to."""
        _, plan, _ = self.planned(request, section)
        at = at if later else timezone.now()
        edits = list(self.edits(request, section))
        if len(edits) >= MOST_EDITS:
            raise ValidationError("That is a great many changes at once. Put these live first.")
        when = {"at": at.isoformat()} if later else {}
        key, article = number(request.POST.get("key")), number(request.POST.get("article"))
        spot = plan.spot(key) if key is not None else None
        article = spot.article if spot else article
        if article is None or not Article.objects.filter(pk=article).exists():
            raise ValidationError("That story does not exist. Choose again.")
        zone = request.POST.get("zone") or (spot.zone if spot else "")
        if zone not in Zone.values:
            raise ValidationError("Choose one of the zones of the front.")
        if action == "remove" and spot:
            edits.append({"edit": "remove", "key": key, **when})
        elif action in ("pin", "unpin"):
            pinned = action == "pin"
            if spot:
                edits.append({"edit": "alter", "key": key, "is_pinned": pinned, **when})
            else:
                edits += self.arranged(section, plan, at, when, article, None, zone, None, is_pinned=pinned)
        elif action in ("up", "down", "put"):
            index = number(request.POST.get("index"))
            edits += self.arranged(section, plan, at, when, article, spot, zone, (action, index))
        else:
            raise ValidationError("That is not something this page does.")
        plan, complaints = front_plans.apply(front_plans.current(section), edits)
        request.session[name_of(section)] = edits
        for complaint in complaints:
            messages.warning(request, complaint)
        return f"#story-{article}"

    def arranged(self, section, plan, at, when, article, spot, zone, step, **fields):
        """The edits that bring a story to a place in a zone. What stands above it by itself is placed too."""
        front = compose(section, at, plan.placements(section, at), plan.rules(section))
        placed = [other.article for other in plan.row(zone, at)]
        by_itself = [story.pk for story in front.zones[zone] if story.placement is None]
        order = [*placed, *by_itself]
        old = order.index(article) if article in order else len(placed)
        order = [other for other in order if other != article]
        if step is None:
            index = min(old, len(order))
        elif step[0] == "put":
            index = len(placed) if step[1] is None else step[1]
        else:
            index = old + (1 if step[0] == "down" else -1)
        index = max(0, min(index, len(order)))
        edits = [
            {"edit": "place", "article": other, "zone": zone, "index": position, **when}
            for position, other in enumerate(order[:index])
            if other in by_itself
        ]
        if spot:
            return [*edits, {"edit": "move", "key": spot.key, "zone": zone, "index": index, **when}]
        return [*edits, {"edit": "place", "article": article, "zone": zone, "index": index, **fields, **when}]

    def spot_view(self, request):
        return require_http_methods(["GET", "HEAD", "POST"])(self._spot_view)(request)

    def _spot_view(self, request):
        """What a story has in its place alone: start and end, the pin, words and a picture."""
        self.require(request, change=True)
        section, _, later = self.asked(request)
        values = request.POST if request.method == "POST" else request.GET
        _, plan, _ = self.planned(request, section)
        key = number(values.get("key"))
        try:
            spot = plan.spot(key)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return HttpResponseRedirect(address(section, later))
        story = Article.objects.get(pk=spot.article)
        form = SpotForm(
            request.POST if request.method == "POST" else None,
            initial={name: getattr(spot, name) for name in SpotForm.base_fields},
        )
        form.spot, form.story = spot, story
        if request.method == "POST" and form.is_valid():
            edits = [*self.edits(request, section), form.edit()]
            _, complaints = front_plans.apply(front_plans.current(section), edits)
            if not complaints:
                request.session[name_of(section)] = edits
                return HttpResponseRedirect(f"{address(section, later)}#story-{story.pk}")
            for complaint in complaints:
                form.add_error(None, complaint)
        return self.ask(request, form, section, later, f"“{story}” in {Zone(spot.zone).label}", key=key)

    def zone_view(self, request):
        return require_http_methods(["GET", "HEAD", "POST"])(self._zone_view)(request)

    def _zone_view(self, request):
        """How a zone fills below what is placed."""
        self.require(request, change=True)
        section, _, later = self.asked(request)
        values = request.POST if request.method == "POST" else request.GET
        zone = values.get("zone", "")
        if zone not in Zone.values:
            raise Http404("There is no such zone.")
        _, plan, _ = self.planned(request, section)
        rule = compose_rules(plan, section)[zone]
        form = ZoneForm(
            request.POST if request.method == "POST" else None,
            initial={
                "size": rule.size, "fill": rule.fill, "kind": rule.kind, "tag": rule.tag_id, "dossier": rule.dossier_id,
                "hours": rule.hours,
            },
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            request.session[name_of(section)] = [*self.edits(request, section), form.edit(zone)]
            return HttpResponseRedirect(f"{address(section, later)}#zone-{zone}")
        return self.ask(request, form, section, later, f"How {Zone(zone).label} fills", zone=zone)

    def ask(self, request, form, section, later, title, **hidden):
        hidden |= {"front": section.slug if section else "", "at": later}
        return render(
            request,
            "desk/front_ask.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "form": form,
                "media": form.media,
                "hidden": hidden.items(),
                "back": address(section, later),
            },
        )

    def preview_view(self, request):
        return require_safe(self._preview_view)(request)

    def _preview_view(self, request):
        """The front as readers would get it at the chosen moment, draft included. For the desk alone."""
        self.require(request)
        section, at, later = self.asked(request)
        if later and at < timezone.now():
            front = compose(section, at)
        else:
            _, plan, _ = self.planned(request, section)
            at = at if later else timezone.now()
            front = compose(section, at, plan.placements(section, at), plan.rules(section))
        template = "articles/section.html" if section else "articles/front.html"
        context = {"front": front, "section": section, "sections": front.menu, "noindex": True, "stories": []}
        response = render(request, template, context)
        add_never_cache_headers(response)
        return response


class SpotForm(forms.Form):
    starts_at = MomentField(label="From")
    ends_at = MomentField(label="Until", required=False, help_text="Left empty, it stays until somebody ends it.")
    is_pinned = forms.BooleanField(
        label="Pinned",
        required=False,
        help_text="No rule removes it, however old it is and however full the zone.",
    )
    headline = forms.CharField(label="Headline here", max_length=300, required=False)
    kicker = forms.CharField(label="Kicker here", max_length=80, required=False)
    picture = RowField(Picture.objects.all(), label="Picture here", widget=PictureWidget(), required=False)

    def clean(self):
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "It ends after it starts.")
        picture = cleaned.get("picture")
        if picture is not None and not picture.is_usable(starts_at):
            self.add_error("picture", picture.refusal(starts_at))
        return cleaned

    def edit(self):
        """The edit that makes of the spot what the form says."""
        cleaned = self.cleaned_data
        picture = cleaned["picture"]
        return {
            "edit": "alter",
            "key": self.spot.key,
            "starts_at": cleaned["starts_at"].isoformat(),
            "ends_at": cleaned["ends_at"].isoformat() if cleaned["ends_at"] else None,
            "is_pinned": cleaned["is_pinned"],
            "headline": cleaned["headline"],
            "kicker": cleaned["kicker"],
            "picture": picture.pk if picture else None,
        }


class ZoneForm(forms.Form):
    size = forms.IntegerField(label="Stories", min_value=0, max_value=30, help_text="0 leaves the zone out.")
    fill = forms.ChoiceField(label="Below what is placed", choices=Fill.choices)
    kind = forms.ChoiceField(label="Kind", choices=[("", "Any"), *Kind.choices], required=False)
    tag = forms.ModelChoiceField(Tag.objects.order_by("name"), label="Tag", required=False)
    dossier = forms.ModelChoiceField(Dossier.objects.all(), label="Series, topic or package", required=False)
    hours = forms.IntegerField(
        label="Placed stories age off after",
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="Hours. Pinned ones, and those with an end of their own, stay. Left empty, none ages.",
    )

    def clean(self):
        cleaned = super().clean()
        needed = {Fill.KIND: "kind", Fill.TAG: "tag", Fill.DOSSIER: "dossier"}.get(cleaned.get("fill"))
        if needed and not cleaned.get(needed):
            self.add_error(needed, "Choose which, so that the zone can fill.")
        return cleaned

    def edit(self, zone):
        cleaned = self.cleaned_data
        return {
            "edit": "rule",
            "zone": zone,
            "size": cleaned["size"],
            "fill": cleaned["fill"],
            "kind": cleaned["kind"] if cleaned["fill"] == Fill.KIND else "",
            "tag": cleaned["tag"].pk if cleaned["fill"] == Fill.TAG else None,
            "dossier": cleaned["dossier"].pk if cleaned["fill"] == Fill.DOSSIER else None,
            "hours": cleaned["hours"],
        }


def name_of(section):
    """Under which name a session keeps the edits of a front."""
    return f"front.{section.pk if section else 'home'}"


def address(section, later):
    query = {name: value for name, value in (("front", section.slug if section else ""), ("at", later)) if value}
    return reverse("admin:articles_placement_changelist") + (f"?{urlencode(query)}" if query else "")


def number(text):
    """The whole number a form sent, or None."""
    digits = (text or "").removeprefix("-")
    return int(text) if is_row_id(digits) else None


def moment_of(text):
    """The moment an address names, in the desk's time zone, and its text; now and '' where it names none."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        if not 1605 <= moment.year <= 2999:
            raise ValueError("No front then.")
    except (ValueError, OverflowError):
        return timezone.now(), ""
    return moment, timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def compose_rules(plan, section):
    return default_rules(section) | {rule.zone: rule for rule in plan.rules(section)}


def rows_of(front, plan, at, reference, is_past):
    """The zones with their rows: what is placed, seen or not, then what comes by the rule."""
    now_in = {story.pk: zone for zone in Zone.values for story in reference.zones[zone]}
    stories = {story.pk: story for story in front.stories}
    hidden = {spot.article for zone in Zone.values for spot in plan.row(zone, at)} - stories.keys()
    unseen = {story.pk: story for story in Article.objects.filter(pk__in=hidden).for_cards()}
    shown_in = {story.pk: zone for zone in Zone.values for story in front.zones[zone]}
    zones = []
    for zone in ORDER:
        rule = front.rules[zone]
        rows = []
        for spot in plan.row(zone, at):
            story = stories.get(spot.article) or unseen.get(spot.article)
            if story is None:
                continue
            row = {"story": story, "spot": spot, "key": spot.key, "headline": spot.headline or story.headline}
            row["note"] = unseen_because(story, spot, rule, at) if spot.article in unseen else ""
            if shown_in.get(spot.article, zone) != zone:
                row["note"] = f"No room here; shows in {Zone(shown_in[spot.article]).label}."
            if rule.hours and not spot.is_pinned and not spot.ends_at:
                row["ages_at"] = spot.starts_at + timedelta(hours=rule.hours)
            rows.append(row | arrival(spot.article, zone, now_in, is_past))
        for story in front.zones[zone]:
            if story.placement is None:
                row = {"story": story, "spot": None, "key": "", "headline": story.headline}
                rows.append(row | arrival(story.pk, zone, now_in, is_past))
        here = {row["story"].pk for row in rows} | shown_in.keys()
        leaving = [] if is_past else [story for story in reference.zones[zone] if story.pk not in here]
        zones.append({
            "zone": zone,
            "rule": rule,
            "rows": rows,
            "leaving": leaving,
            "filled": len(front.zones[zone]),
            "fills": fills(rule),
        })  # fmt: skip
    return zones


def arrival(article, zone, now_in, is_past):
    """How a story comes to a zone, against the front that readers see now."""
    if is_past or now_in.get(article) == zone:
        return {}
    if article not in now_in:
        return {"comes": "Comes in"}
    return {"moves": f"From {Zone(now_in[article]).label}"}


def unseen_because(story, spot, rule, at):
    if not story.is_public(at):
        state = "scheduled for later" if story.status == Status.PUBLISHED else story.get_status_display().lower()
        return f"Not public then: {state}. Its place is taken by what the zone fills with."
    if has_aged(spot, rule, at):
        return f"Aged off after {rule.hours} hours."
    if rule.size == 0:
        return "The zone holds nothing."
    return "No room in the zone, or shown in another."


def fills(rule):
    """Say in words what a zone fills with."""
    if not rule.size:
        return "Left out, but for what is pinned."
    what = {
        Fill.NEWEST: "the newest fill it",
        Fill.KIND: f"the newest of the kind “{rule.get_kind_display()}” fill it",
        Fill.TAG: f"the newest with the tag “{rule.tag}” fill it" if rule.tag_id else "nothing fills it",
        Fill.DOSSIER: f"the newest of “{rule.dossier}” fill it" if rule.dossier_id else "nothing fills it",
        Fill.MOST_READ: "what is read most today fills it",
        Fill.NOTHING: "nothing fills it",
    }[rule.fill]
    ages = f" Placed stories age off after {rule.hours} hours." if rule.hours else ""
    return f"Left empty, {what}.{ages}"


def difference(front, reference):
    """How many stories come, move and leave between the front readers see and another."""
    before = {story.pk: zone for zone in Zone.values for story in reference.zones[zone]}
    after = {story.pk: zone for zone in Zone.values for story in front.zones[zone]}
    return {
        "comes": len(after.keys() - before.keys()),
        "moves": sum(1 for pk in after.keys() & before.keys() if before[pk] != after[pk]),
        "leaves": len(before.keys() - after.keys()),
    }


def in_words(before, after, now):
    """Say what a change to a front does, with the headlines of the first stories."""
    old, new = set(before.spots), set(after.spots)
    had, has = {spot.article for spot in old - new}, {spot.article for spot in new - old}
    gone = had - {spot.article for spot in new}
    come = has - {spot.article for spot in old}
    names = dict(Article.objects.filter(pk__in=had | has).values_list("pk", "headline"))
    parts = []
    for verb, articles in (("placed", come), ("changed", (had | has) - gone - come), ("taken off", gone)):
        if articles:
            named = [f"“{names[article][:60]}”" for article in sorted(articles)[:2] if article in names]
            more = len(articles) - len(named)
            parts.append(f"{verb} {', '.join(named)}{f' and {more} more' if more > 0 else ''}")
    rules = {setting.zone for setting in set(before.settings) ^ set(after.settings)}
    if rules:
        parts.append(f"rules of {', '.join(str(Zone(zone).label) for zone in sorted(rules))}")
    return capfirst("; ".join(parts) or "nothing")


def moments(live, plan, now):
    """When something changes from now on, for the buttons that go from change to change."""
    found = set()
    for spot in (*live.spots, *plan.spots):
        found |= {moment for moment in (spot.starts_at, spot.ends_at) if moment is not None and moment > now}
    coming = Article.objects.scheduled(now).order_by("published_at").values_list("published_at", flat=True)[:20]
    found |= {moment for moment in coming if moment < now + timedelta(days=7)}
    return [
        {"at": moment, "text": timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")} for moment in sorted(found)[:24]
    ]


def ready(query, at, shown):
    """Stories that might take a place: found by words, or the newest and the next to come."""
    stories = Article.objects.exclude(status=Status.WITHDRAWN)
    if query:
        stories = stories.filter(headline__icontains=query)
    else:
        stories = stories.filter(status__in=[Status.PUBLISHED, Status.APPROVED])
    order = F("published_at").desc(nulls_first=True)
    found = stories.exclude(pk__in=shown).order_by(order, "-id").for_cards()[:READY]
    return [{"story": story, "is_out": story.is_public(at)} for story in found]
