"""The versions of an article: what changed between any two, and an earlier one put back."""

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from articles import comparing, revisions, working_copies
from articles.admin.stories import known_to
from articles.models import Revision
from articles.standing import log, standing
from articles.widgets import is_row_id
from articles.workflow import has_a_say, not_among_yours

LISTED = 200  # versions beside the comparison; the address takes the number of any other


def versions_view(request, model_admin, object_id):
    """Compare two versions, those named in the address or else the last with what readers have, or the one before."""
    article = model_admin.get_object(request, unquote(object_id))
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    listed = list(article.revisions.defer("snapshot").select_related("made_by")[:LISTED])
    copy = working_copies.of(article)
    live = revisions.last_live(article)
    new = _named(article, request.GET.get("new"), article.revisions.first())
    earlier = article.revisions.filter(number__lt=new.number).first() if new else None
    old = _named(article, request.GET.get("old"), live if copy and live and live != new else earlier)
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
        "may_change": model_admin.has_change_permission(request, article),
        "asks_correction": bool(copy) and old == live and any(change.name == "body" for change in changes),
    }
    return TemplateResponse(request, "desk/versions.html", context)


def _named(article, number, otherwise):
    if number and is_row_id(number):
        return get_object_or_404(Revision.objects.select_related("made_by"), article=article, number=int(number))
    return otherwise


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
