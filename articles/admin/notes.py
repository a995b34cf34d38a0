"""The notes in the margin of an article, beside its form and on a page of their own."""

from contextlib import suppress

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from articles import notes
from articles.admin.autosave import keep
from articles.models import Note
from articles.widgets import is_row_id
from newsroom import html

SENT = ("quote", "before", "text")


def notes_context(article, texts=None, sent=None, errors=None):
    """What templates/desk/notes.html needs; of a text that was not taken, what was written and why."""
    found = notes.threads(article, texts or notes.texts_at_the_desk(article))
    return {
        "note_threads": [thread for thread in found if thread.note.resolved_at is None],
        "resolved_threads": [thread for thread in found if thread.note.resolved_at],
        "note_sent": sent or {},
        "note_errors": errors or {},
        "notes_url": reverse("admin:articles_article_notes", args=[article.pk]),
    }


@never_cache
def notes_view(request, model_admin, object_id):
    """Show the notes; with POST take one, an answer, or that one is resolved or open again.

    Sent with the article's form, that is kept for its writer as it was; with `panel`, the notes alone come back.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    article = model_admin.get_queryset(request).filter(pk=unquote(object_id)).first() if is_row_id(object_id) else None
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    texts, sent, errors = _texts(article, request.POST), {}, {}
    if request.method == "POST":
        try:
            _take(request, article, texts)
        except ValidationError as error:
            errors = error.message_dict
            sent = {name: request.POST.get(f"margin_{name}", "") for name in SENT}
            sent["replies"] = {name: value for name, value in request.POST.items() if name.startswith("reply_")}
    may_change = model_admin.has_change_permission(request, article)
    context = {"article": article, "opts": model_admin.opts, **notes_context(article, texts, sent, errors)}
    if "panel" in request.POST:
        return TemplateResponse(request, "desk/notes.html", context)
    window = keep(request, article) if "window" in request.POST and may_change else None
    if request.method == "POST" and not errors:
        back = f"{model_admin.address_of(article.pk)}?window={window}" if window else context["notes_url"]
        return HttpResponseRedirect(f"{back}#notes")
    if window:
        messages.info(request, "What you wrote in the form is kept: the story offers it again.")
    context |= {**model_admin.admin_site.each_context(request), "title": "Notes", "may_change": may_change}
    return TemplateResponse(request, "desk/notes_page.html", context)


def _texts(article, sent):
    """What is noted on: the form as it is being written where it was sent along, else what is stored at the desk."""
    texts = notes.texts_at_the_desk(article)
    for name in ("headline", "standfirst"):
        if name in sent:
            texts[name] = " ".join(sent[name].split())
    if "body" in sent:
        with suppress(ValueError):  # too long to be cleaned; saving says so
            texts["body"] = html.text(html.clean(sent["body"]))
    return texts


def _take(request, article, texts):
    what, _, key = request.POST.get("margin", "").partition(":")
    if what == "add":
        quote, before, text = (request.POST.get(f"margin_{name}", "") for name in SENT)
        notes.add(article, text, request.user, quote=quote, before=before, texts=texts)
        return
    note = get_object_or_404(Note.objects.threads().select_related("article"), pk=_key(key), article=article)
    if what == "reply":
        try:
            notes.reply(note, request.POST.get(f"reply_{note.pk}", ""), request.user)
        except ValidationError as error:
            raise ValidationError({f"reply_{note.pk}": error.messages}) from error
    elif what == "resolve":
        notes.resolve(note, request.user)
    elif what == "reopen":
        notes.reopen(note, request.user)


def _key(text):
    return int(text) if is_row_id(text) else 0
