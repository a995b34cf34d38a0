"""The versions of an article: what changed between any two, and an earlier one put back, whole or change by change."""

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from articles import comparing, notes, revisions, working_copies
from articles.admin.stories import known_to
from articles.models import Article, Note, Revision
from articles.standing import log, standing
from articles.widgets import is_row_id
from articles.workflow import has_a_say, not_among_yours, step_named, steps, take
from newsroom import html

LISTED = 200  # versions beside the comparison; the address takes the number of any other


def versions_view(request, model_admin, object_id):
    """Compare two versions, those named in the address or else the last with what readers have, or the one before.

    With POST, put one change back, leave a note on it or publish them all; what is refused comes back with the reason.
    """
    if request.method != "POST":
        return _comparison(request, model_admin, object_id)
    with transaction.atomic():
        return _comparison(request, model_admin, object_id)


def _comparison(request, model_admin, object_id):
    article = model_admin.get_object(request, unquote(object_id))
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    listed = list(article.revisions.defer("snapshot").select_related("made_by")[:LISTED])
    copy = working_copies.of(article)
    live = revisions.last_live(article)
    new = _named(article, request.GET.get("new"), article.revisions.first())
    earlier = article.revisions.filter(number__lt=new.number).first() if new else None
    old = _named(article, request.GET.get("old"), live if copy and live and live != new else earlier)
    may_change = model_admin.has_change_permission(request, article)
    problems = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                return HttpResponseRedirect(_act(request, article, old, new, may_change))
        except PermissionDenied as error:
            if not str(error):
                raise
            problems = [("", str(error))]
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            problems = [(field, words) for field in found for words in found[field]]
    changes = comparing.compare(old.snapshot, new.snapshot, known_to(request.user)) if old and new else []
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Versions",
        "opts": model_admin.opts,
        "article": article,
        "standing": standing(article),
        "versions": listed,
        "live": live if working_copies.is_out(article) else None,
        "working_copy": copy,
        "old": old,
        "new": new,
        "changes": changes,
        "counted": comparing.counted(changes),
        "may_change": may_change,
        "may_publish": may_change
        and bool(copy and copy.changes)
        and (old, new) == (live, copy.revision)
        and step_named("update") in steps(article, request.user),
        "stays": revisions.COURSE,
        "noted_on": notes.FIELDS,
        "problems": problems,
        "noted": _note_sent(request.POST),
        "asks_correction": bool(copy) and old == live and any(change.name == "body" for change in changes),
    }
    return TemplateResponse(request, "desk/versions.html", context)


def _named(article, number, otherwise):
    if number and is_row_id(number):
        return get_object_or_404(Revision.objects.select_related("made_by"), article=article, number=int(number))
    return otherwise


def _act(request, article, old, new, may_change):
    """Do what was pressed, below one change or for all of them; return the address to go on at."""
    if not old or not new:
        raise Http404
    if "note" in request.POST:
        _note(request, article, old, new)
        messages.success(request, "The note stands beside the text.")
        return f"{request.path}?old={old.number}&new={new.number}"
    if not may_change:
        raise PermissionDenied
    if "put_back" in request.POST:
        name, place = _change_pressed(request.POST["put_back"], old, new)
        section = old.snapshot.get("category")
        if name == "category" and article.is_scheduled and not has_a_say(request.user, section):
            raise ValidationError(f"It goes out by itself. {not_among_yours(section)}")
        what = comparing.label(name) if place is None else f"{comparing.label(name)}, one passage"
        words = f"Put back from version {old.number}: {what}"
        working_copies.put_back(article, name, old, new, place, request.user, words)
        log("restore", article, request.user, words)
        messages.success(request, "It is put back at the desk. What stood there stays among the versions.")
        return f"{request.path}?old={old.number}#change-{name}"
    copy = working_copies.of(article)
    if copy is None or copy.revision != new:
        raise ValidationError(working_copies.CHANGED)
    take("update", article, request.user)
    messages.success(request, f"The changes to “{article}” are live.")
    return f"{request.path}?old={old.number}&new={new.number}"


def _change_pressed(pressed, old, new):
    """The field whose change was pressed, and in a text which of sides() it is."""
    name, _, place = pressed.partition(":")
    before, after = old.snapshot.get(name), new.snapshot.get(name)
    if name not in (*revisions.WORDS, *revisions.LISTS) or before == after:
        raise Http404
    if name not in comparing.TEXTS:
        return name, None
    sides = dict(enumerate(comparing.sides(before, after)))
    was, is_now = sides.get(int(place) if is_row_id(place) else None, ("", ""))
    if was == is_now:
        raise Http404
    return name, int(place)


def _note_sent(sent):
    """What was written of which change, where it was not taken."""
    name, _, place = sent.get("note", "").partition(":")
    return {"name": name, "place": int(place) if is_row_id(place) else None, "text": sent.get("text", "")}


def _note(request, article, old, new):
    """Leave a note on a passage: as it reads now, or where it is gone, as it read."""
    name, place = _change_pressed(request.POST["note"], old, new)
    if name not in notes.FIELDS:
        raise Http404
    sides = comparing.sides(old.snapshot[name], new.snapshot[name]) if place is not None else []
    was, is_now = sides[place] if sides else (old.snapshot[name], new.snapshot[name])
    side = 1 if html.text(is_now) else 0
    texts = None if side else notes.texts_of(Article(**{field: old.snapshot[field] for field in notes.FIELDS}))
    quoted = html.text(is_now if side else was)
    most = Note._meta.get_field("quote").max_length
    if len(quoted) > most:
        quoted = quoted[:most].rpartition(" ")[0] or quoted[:most]
    before = html.text("".join(each[side] for each in sides[:place]))
    try:
        notes.add(article, request.POST.get("text", ""), request.user, quote=quoted, before=before, texts=texts)
    except ValidationError as error:
        is_gone = "quote" in error.message_dict
        raise ValidationError(working_copies.CHANGED if is_gone else error.messages) from error


def restore_view(request, model_admin, object_id, number):
    """Put an earlier version back at the desk; readers see it once somebody publishes it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    with transaction.atomic():
        article = model_admin.get_object(request, unquote(object_id))
        if article is None or not model_admin.has_change_permission(request, article):
            raise PermissionDenied
        revision = get_object_or_404(Revision, article=article, number=number)
        section = revision.snapshot.get("category")
        try:
            if article.is_scheduled and not has_a_say(request.user, section):
                raise ValidationError(f"It goes out by itself. {not_among_yours(section)}")
            working_copies.restore(article, revision, request.user)
        except ValidationError as error:
            messages.error(request, f"Version {revision.number} was not put back. {' '.join(error.messages)}")
        else:
            log("restore", article, request.user, f"Put back version {revision.number}")
            messages.success(
                request, f"Version {revision.number} is put back. Nothing is lost: the others are still here."
            )
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[quote(article.pk)]))
