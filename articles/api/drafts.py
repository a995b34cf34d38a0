"""The desk's stories for programs: read, made, changed, and taken from step to step as the desk's buttons do it."""

import hashlib
import re

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from articles import revisions, working_copies
from articles.admin.stories import known_to
from articles.api.answering import Refused, as_json
from articles.api.asking import PAGE, DeskListForm, MomentField, NothingForm, asked, cursor_after
from articles.api.bearers import desk
from articles.api.members import MEMBERS, Sent, checked
from articles.api.sent import json_sent, optional_text, text
from articles.api.stories import BYLINES, following
from articles.forms import IN_HAND
from articles.models import Article, Author, Byline, Category, Picture, Revision, WorkingCopy
from articles.models.article import Status
from articles.standing import Standing, log, standing, with_standing
from articles.structured_data import moment
from articles.workflow import (
    is_ahead,
    may_change,
    name_of,
    reschedule,
    step_named,
    steps,
    take,
    words_of_assignment,
)  # fmt: skip
from newsroom import keyset

_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{16})?"')


# -- reading


@desk
def stories(request, token):
    """What this person sees at the desk, last changed first."""
    wanted = asked(request, DeskListForm)
    found = Article.objects.viewable_by(token.user)
    if section := wanted["section"]:
        found = found.in_sections(section.descendants(include_self=True))
    if wanted["status"]:
        found = with_standing(found, Standing(wanted["status"]))
    if wanted["kind"]:
        found = found.filter(kind=wanted["kind"])
    if wanted["cursor"]:
        found = keyset.after(found, ("-modified_at", "-pk"), wanted["cursor"])
    found = found.select_related("category", "assignee").defer("body", "body_text", "live_summary")
    found = found.annotate(version=_version()).order_by("-modified_at", "-id")
    found = list(found.prefetch_related(BYLINES)[: PAGE + 1])
    more = following(request, cursor_after(found[PAGE - 1], "modified_at")) if len(found) > PAGE else None
    return {"articles": [line(article, request) for article in found[:PAGE]], "next": more}


def _version():
    """What `version_of` says, for a list."""
    numbers = Revision.objects.filter(article=OuterRef("pk"))
    waits = WorkingCopy.objects.filter(article=OuterRef("pk")).values("revision__number")
    live = numbers.filter(went_live_at__isnull=False).order_by("-went_live_at", "-number").values("number")
    is_out = Q(status=Status.PUBLISHED, published_at__lte=timezone.now())
    newest = numbers.order_by("-number").values("number")
    return Coalesce(Subquery(waits), Case(When(is_out, then=Subquery(live[:1]))), Subquery(newest[:1]))


def line(article, request):
    """A story as the desk's list tells it."""
    absolute = request.build_absolute_uri
    return {
        "id": article.pk,
        "api_url": absolute(f"/api/articles/{article.pk}/"),
        "desk_url": absolute(reverse("admin:articles_article_change", args=[article.pk])),
        "url": absolute(article.get_absolute_url()) if article.is_public() else None,
        "status": standing(article),
        "version": article.version or 0,
        "headline": article.headline,
        "slugline": article.slugline,
        "kind": article.kind,
        "section": article.category.slug if article.category else None,
        "bylines": [{"author": byline.author.slug, "role": byline.role} for byline in article.bylines.all()],
        "assignee": article.assignee.get_username() if article.assignee else None,
        "due_at": moment(article.due_at) or None,
        "published_at": moment(article.published_at) or None,
        "modified_at": moment(article.modified_at),
    }


@desk
def story(request, token, article):
    asked(request, NothingForm)
    return whole(request, token, one(token, article))


def one(token, article, lock=False):
    """The story of this number, if this person may see it at the desk. Raises Refused."""
    found = Article.objects.viewable_by(token.user).filter(pk=article)
    if lock:
        list(Article.objects.filter(pk=article).select_for_update(of=("self",)).values("pk"))
    found = found.select_related("category", "assignee").first()
    if found is None:
        raise Refused(404, f"There is no story {article}.")
    return found


def whole(request, token, article, status=200):
    """Answer with a story as the desk has it, by the names under which it is changed.

    Its tag is its version, and a digest of all that is told: who has it in hand, say, makes no version.
    """
    number, copy = version_of(article), working_copies.of(article) if working_copies.is_out(article) else None
    values = working_copies.working_values(article, copy)
    slugs = dict(Category.objects.filter(pk__in=[values["category"], *values["categories"]]).values_list("pk", "slug"))
    people = dict(Author.objects.filter(pk__in=[pk for pk, _ in values["bylines"]]).values_list("pk", "slug"))
    seen = known_to(token.user).filter(pk__in=values["related"]).values_list("pk", flat=True)
    seen = set(seen) if values["related"] else set()
    key = Picture.objects.filter(pk=values["lead_picture"]).values_list("key", flat=True).first()
    absolute = request.build_absolute_uri
    answer = {
        "id": article.pk,
        "api_url": absolute(f"/api/articles/{article.pk}/"),
        "desk_url": absolute(reverse("admin:articles_article_change", args=[article.pk])),
        "url": absolute(article.get_absolute_url()) if article.is_public() else None,
        "status": standing(article),
        "version": number,
        "has_changes": bool(copy),
        "changes_go_live_at": moment(copy.goes_live_at) or None if copy else None,
        "may_change": may_change(token.user, article),
        "steps": verbs_open(article, token.user, copy),
        **{name: value for name, value in values.items() if name in MEMBERS},
        "section": slugs.get(values["category"]),
        "sections": [slugs[pk] for pk in values["categories"]],
        "bylines": [{"author": people[pk], "role": role} for pk, role in values["bylines"] if pk in people],
        "related": [pk for pk in values["related"] if pk in seen],
        "lead_picture": key,
        "rating": None if values["rating"] is None else float(values["rating"]),
        "slugline": article.slugline,
        "assignee": article.assignee.get_username() if article.assignee else None,
        "due_at": moment(article.due_at) or None,
        "modified_at": moment(article.modified_at),
    }
    response = as_json(answer, status)
    response["ETag"] = f'"{number}-{hashlib.sha256(response.content).hexdigest()[:16]}"'
    return response


def version_of(article):
    found = working_copies.version(article)
    return found.number if found else 0


# -- writing


@desk
def create(request, token):
    """Make a draft, or a plan where it has a slug line and no headline."""
    if not token.user.has_perm("articles.add_article"):
        raise Refused(403, "You may not write articles.")
    sent = checked(json_sent(request), MEMBERS)
    own = Author.objects.filter(user=token.user).values_list("slug", flat=True).first()
    if "bylines" not in sent and own and not token.user.has_perm("articles.edit_any_article"):
        sent["bylines"] = [(own, Byline.Role.WRITER)]
    with transaction.atomic():
        form = Sent(sent, user=token.user, article=Article(created_by=token.user))
        refuse_wrong(form)
        form.instance.save()
        save(form, token, ADDITION, "Made")
        response = whole(request, token, form.instance, 201)
        response["Location"] = request.build_absolute_uri(f"/api/articles/{form.instance.pk}/")
        return response


@desk
def change(request, token, article):
    """Save what was sent as a new version: into the story, or beside it where readers have it already."""
    sent = checked(json_sent(request), MEMBERS)
    with transaction.atomic():
        found = one(token, article, lock=True)
        version = wanted_version(request, found)
        if not may_change(token.user, found):
            raise Refused(403, "This story is not yours to change.")
        if version is None and "If-Match" not in request.headers:
            raise Refused(428, "Say which version you have changed: If-Match, with the ETag of the story.")
        form = Sent(sent, user=token.user, article=found, version=version)
        refuse_wrong(form)
        names = [name.replace("_", " ") for name in sent if name not in ("note", "override")]
        save(form, token, CHANGE, f"Changed {', '.join(names)}" if names else "")
        return whole(request, token, Article.objects.select_related("category", "assignee").get(pk=found.pk))


def wanted_version(request, article):
    """The version that was changed, None for whichever there is. Raises Refused for one that never was."""
    said = request.headers.get("If-Match", "").strip()
    if said in ("", "*"):
        return None
    found = _TAG.fullmatch(said)
    if not found:
        raise Refused(400, 'If-Match is the ETag of the story, as in "7".')
    version = int(found[1])
    if version and not article.revisions.filter(number=version).exists():
        raise Refused(412, f"There is no version {version} of this story. Get it again.")
    return version


def refuse_wrong(form):
    if form.is_valid():
        return
    if form.conflict:
        raise_conflict(
            form.conflict["newest"], form.sent_version, theirs=form.conflict["theirs"], both=form.conflict["both"]
        )
    more = {"is_overridable": True} if form.is_overridable else {}
    raise Refused(422, "It was not saved. Nothing was changed.", errors=form.problems(), **more)


def raise_conflict(newest, named, **more):
    """Say who was quicker. What was sent is still with whoever sent it, and what they saved stays."""
    who = name_of(newest.made_by) if newest.made_by else "Somebody"
    what = f"{who} saved version {newest.number} meanwhile"
    if named > newest.number:
        what = f"The changes of version {named} were dropped; the story stands at version {newest.number}"
    raise Refused(
        412,
        f"{what}. Nothing of yours was saved and nothing of theirs is lost: get the story again, and decide what"
        " becomes of yours.",
        {"ETag": f'"{newest.number}"'},
        by=who,
        version=newest.number,
        made_at=moment(newest.made_at),
        **more,
    )


def save(form, token, flag, words):
    """Save a form without errors, as the desk does."""
    article = Article.objects.get(pk=form.instance.pk)
    sent, note = form.sent, form.sent.get("note", "")
    if in_hand := {name: form.cleaned_data[name] for name in IN_HAND if name in sent}:
        for name, value in in_hand.items():
            setattr(article, name, value)
        article.save(update_fields=[*in_hand, "modified_at"])
    values = working_copies.working_values(article) | form.values(form.rows)
    note_of_version = note or f"By API ({token})"
    if flag == ADDITION:
        revisions.apply(article, values)
        revisions.record(article, token.user, note_of_version)
    else:
        working_copies.keep(article, values, token.user, note_of_version, is_asked=True)
    if {"assignee", "due_at"} & in_hand.keys():
        log("assign", article, token.user, words_of_assignment(article), note=note)
    elif note:
        log("note", article, token.user, "Left a note", note=note)
    if form.overridden:
        log("override", article, token.user, "Saved what goes out by itself", override=form.overridden)
    log_by_api(article, token, flag, words)
    form.instance.refresh_from_db()


def log_by_api(article, token, flag, words):
    """Have the history say that a program did it; a step that the log has says its own words there."""
    words = f"{words}. By API, with the token “{token}”." if words else f"By API, with the token “{token}”."
    LogEntry.objects.log_actions(token.user.pk, [article], flag, words)


# -- steps

VERBS = (
    "submit", "request-changes", "approve", "publish", "schedule", "unschedule", "drop-changes", "return-to-draft",
    "take-down", "archive",
)  # fmt: skip
NAMED = {"submit": "send_to_review", **{verb: verb.replace("-", "_") for verb in VERBS if verb not in (
    "submit", "publish", "schedule", "unschedule")}}  # fmt: skip
STEP_MEMBERS = {"note": text, "override": text, "at": optional_text}


def step_of(verb, article):
    """The step that a verb means where the story stands: readers get what is published, a story or its changes."""
    stands = standing(article)
    if verb == "publish":
        if stands == Standing.LIVE:
            return step_named("update")
        return step_named("publish_now" if is_ahead(article.published_at) else "publish")
    if verb == "schedule":
        return step_named("schedule_update" if stands == Standing.LIVE else "publish")
    if verb == "unschedule":
        return step_named("take_down" if stands == Standing.SCHEDULED else "unschedule_update")
    return step_named(NAMED[verb])


def verbs_open(article, user, copy):
    """The verbs that this person may use now."""
    if not may_change(user, article):
        return []
    open_steps, stands = {step.name for step in steps(article, user)}, standing(article)
    if not copy:
        open_steps -= {"update", "schedule_update", "unschedule_update", "drop_changes"}
    elif not copy.goes_live_at:
        open_steps -= {"unschedule_update"}
    found = [verb for verb in VERBS if step_of(verb, article).name in open_steps]
    if stands == Standing.SCHEDULED and "publish" in found:
        found.append("schedule")  # for another moment
    elif stands in (Standing.EXPIRED, Standing.WITHDRAWN) and "schedule" in found:
        found.remove("schedule")
    return found


@desk
def step(request, token, article, verb):
    """Take a step with a story, as the desk's buttons do: the same people may, and the same checks keep it back."""
    said = checked(json_sent(request, may_be_empty=True), STEP_MEMBERS)
    at = moment_sent(said.get("at"))
    with transaction.atomic():
        found = one(token, article, lock=True)
        chosen, stands = step_of(verb, found), standing(found)
        refuse_step(request, token, found, chosen, verb, stands)
        note, override = said.get("note", ""), said.get("override", "")
        try:
            with transaction.atomic():
                words = taken(verb, chosen, found, stands, token.user, note, at, override)
        except PermissionDenied as error:
            raise Refused(403, str(error)) from error
        except ValidationError as error:
            may_override = chosen.goes_public and not (verb == "schedule" and stands == Standing.SCHEDULED)
            if not hasattr(error, "error_dict"):
                raise_elsewhere(" ".join(error.messages), one(token, article), token.user)
            raise_objections(error, chosen, found, note, at, may_override)
        log_by_api(found, token, CHANGE, words)
        return whole(request, token, Article.objects.select_related("category", "assignee").get(pk=found.pk))


def moment_sent(value):
    if value is None:
        return None
    try:
        return MomentField().clean(value)
    except ValidationError as error:
        raise Refused(400, "at: " + " ".join(error.messages), errors={"at": error.messages}) from error


def refuse_step(request, token, article, chosen, verb, stands):
    if refusal := chosen.refusal(token.user, article):
        raise Refused(403, refusal)
    if not may_change(token.user, article):
        raise Refused(403, "This story is not yours to change.")
    version, newest = wanted_version(request, article), working_copies.version(article)
    if version is not None and newest and version != newest.number:
        raise_conflict(newest, version)
    copy = working_copies.of(article)
    is_moved = verb == "schedule" and stands == Standing.SCHEDULED
    if not is_moved and (not chosen.leads_from(article) or (chosen.is_update and not copy)):
        is_live = chosen.is_update and stands == Standing.LIVE
        why = "has no changes that wait" if is_live else f"is {stands.label.lower()}"
        raise_elsewhere(f"“{article}” {why}. Look again.", article, token.user)


def raise_elsewhere(detail, article, user):
    """Say that a step does not lead from where the story stands, and which ones do."""
    steps = verbs_open(article, user, working_copies.of(article))
    raise Refused(409, detail, status_of_story=standing(article), steps=steps)


def taken(verb, chosen, article, stands, user, note, at, override):
    """Take the step; return what the log says of it."""
    if verb == "schedule":
        if not is_ahead(at):
            raise ValidationError({"at": ["Give a moment that lies ahead."]})
        if stands != Standing.LIVE:
            entry = reschedule(article, at, user)
            if stands == Standing.SCHEDULED:
                return entry.words
            article.refresh_from_db()
    return take(chosen, article, user, note, at, override).words


def raise_objections(error, chosen, article, note, at, may_override):
    """Say in words what keeps the story back, by member, and whether an editor may answer for it."""
    names = {"category": "section", "update_at": "at", "published_at": "at"}
    errors = {names.get(name, name): messages for name, messages in error.message_dict.items()}
    copy = working_copies.of(article) if chosen.is_update else None
    wanted = working_copies.as_article(copy) if copy else article
    is_overridable = may_override and not chosen.objections(wanted, note, None, "asked", at)
    raise Refused(
        422, "It stays where it is until this is mended.", errors=errors, is_overridable=is_overridable
    ) from error
