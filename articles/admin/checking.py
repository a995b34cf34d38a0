"""What the checks find in an article, as it is stored or as it is being written."""

from contextlib import suppress

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import checks, keeping_back, verdicts, working_copies
from articles.admin.base import render_cell
from articles.checks import Severity
from articles.models import Picture
from articles.widgets import is_row_id
from newsroom import html

WRITTEN = ("kicker", "headline", "standfirst", "slug", "lead_alt")


@never_cache
def checks_view(request, model_admin, object_id):
    """Show what the checks find: with GET in what is stored at the desk, with POST in the form as it was sent."""
    article = model_admin.get_queryset(request).filter(pk=unquote(object_id)).first() if is_row_id(object_id) else None
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    tags = None
    if copy := working_copies.of(article):
        article, tags = working_copies.as_article(copy), copy.changes.get("tags")
    if request.method == "POST":
        tags = _take_in(article, request.POST)
    found = checks.run(article, tags=tags)
    context = {
        "article": article,
        "opts": model_admin.opts,
        "errors": [one for one in found if one.severity == Severity.ERROR],
        "warnings": [one for one in found if one.severity == Severity.WARNING],
    }
    if request.method == "POST":
        return TemplateResponse(request, "desk/checks.html", context)
    context = {**model_admin.admin_site.each_context(request), "title": "Checks", **context}
    return TemplateResponse(request, "desk/checks_page.html", context)


@never_cache
@require_safe
def verdicts_view(request, model_admin):
    """Ask about the articles named, for the list, and how many the checks keep from going out by themselves."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    keys = [key for key in request.GET.getlist("of") if is_row_id(key)][: verdicts.AT_ONCE]
    articles = verdicts.with_notes(model_admin.get_queryset(request).filter(pk__in=keys).defer("body", "body_text"))
    found = verdicts.ask(list(articles))
    cells = {one.pk: render_cell("found", article=one, verdict=found[one.pk]) for one in articles if one.pk in found}
    return JsonResponse({"cells": cells, "failing": len(keeping_back.found_for(request.user))})


def _take_in(article, sent):
    """Put what was sent into the article in hand; nothing is stored. Return the tags it would have."""
    for name in WRITTEN:
        if name in sent:
            setattr(article, name, sent[name])
    if "body" in sent:
        with suppress(ValueError):  # too long to be cleaned; saving says so
            article.body = html.clean(sent["body"])
    if "lead_picture" in sent:
        chosen = sent["lead_picture"] if is_row_id(sent["lead_picture"]) else None
        article.lead_picture = Picture.objects.filter(pk=chosen).first()
        article.lead_is_decorative = "lead_is_decorative" in sent
    return [name.strip() for name in sent.get("tags", "").split(",") if name.strip()]
