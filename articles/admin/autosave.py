"""What is typed is kept every few seconds, for its writer alone, and others at the same article are named."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import comparing
from articles.models import EditingSession, Revision
from articles.models.editing import HERE
from articles.widgets import is_row_id
from articles.workflow import name_of
from newsroom import html

FORGOTTEN = timedelta(days=30)
NOT_TYPED = {"csrfmiddlewaretoken", "window", "version", "seen_version", "part", "typed"}


def window_of(request):
    """The window a form was sent from, or None."""
    try:
        return uuid.UUID(request.POST.get("window") or request.GET.get("window") or "")
    except ValueError:
        return None


@never_cache
def autosave_view(request, model_admin, object_id=None):
    """Keep what was typed. In four queries, that of the session included, from the second time on."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    window, now = window_of(request), timezone.now()
    if window is None:
        return JsonResponse({"error": "The window has no name. Load the page again."}, status=400)
    if "left" in request.POST:
        EditingSession.objects.filter(window=window, user=request.user).update(seen_at=now - HERE)
        return HttpResponse(status=204)
    kept = {"seen_at": now, "part": request.POST.get("part", "")[:40]}
    if "typed" in request.POST:
        kept |= _typed(request, now)
    own = EditingSession.objects.filter(window=window, user=request.user)
    if not own.update(**kept):
        _open(request, model_admin, object_id, window, kept)
    rows = EditingSession.objects.filter(
        Q(window=window) | Q(seen_at__gt=now - HERE, article__isnull=False, article__in=own.values("article"))
    )
    latest = Revision.objects.filter(article=OuterRef("article")).order_by("-number")
    rows = (
        rows.select_related("user")
        .defer("fields")
        .annotate(
            latest=Subquery(latest.values("number")[:1]),
            latest_first=Subquery(latest.values("made_by__first_name")[:1]),
            latest_login=Subquery(latest.values("made_by__username")[:1]),
        )
    )
    rows = list(rows.order_by("seen_at"))
    mine = next((row for row in rows if row.window == window), None)
    return JsonResponse(
        {
            "kept_at": timezone.localtime(now).strftime("%H:%M"),
            "others": _others(rows, window, request.user),
            "latest": (mine and mine.latest) or 0,
            "latest_by": (mine and (mine.latest_first or mine.latest_login)) or "",
        }
    )


def _typed(request, now):
    version = request.POST.get("version", "")
    return {
        "kept_at": now,
        "version": int(version) if is_row_id(version) and len(version) < 10 else 0,
        "fields": {name: values for name, values in request.POST.lists() if name not in NOT_TYPED},
    }


def keep(request, article):
    """Keep the form as it was sent, as if its window had done so by itself; return the window, None without one."""
    window, now = window_of(request), timezone.now()
    if window is None:
        return None
    kept = {"seen_at": now, **_typed(request, now)}
    if not EditingSession.objects.filter(window=window, user=request.user).update(**kept):
        if EditingSession.objects.filter(window=window).exists():
            return None
        EditingSession.objects.create(window=window, user=request.user, article=article, **kept)
    return window


def _open(request, model_admin, object_id, window, kept):
    """Begin to keep what is typed in a window, for those who may write there."""
    if object_id is None:
        article, may = None, model_admin.has_add_permission(request)
    else:
        article = (
            model_admin.get_queryset(request).filter(pk=unquote(object_id)).first() if is_row_id(object_id) else None
        )
        may = article is not None and model_admin.has_change_permission(request, article)
    if not may or EditingSession.objects.filter(window=window).exists():
        raise PermissionDenied
    EditingSession.objects.filter(
        Q(fields=None, seen_at__lt=timezone.now() - 10 * HERE) | Q(seen_at__lt=timezone.now() - FORGOTTEN)
    ).delete()
    EditingSession.objects.create(window=window, user=request.user, article=article, **kept)


def _others(rows, window, user):
    """Who else is here, each once: of several windows the one that is written in, or else that seen last."""
    found = {}
    for row in rows:
        if row.window == window or (row.user_id == user.pk and not row.kept_at):
            continue
        seen = _seen(row, user)
        if row.user_id not in found or seen["writes"] or not found[row.user_id]["writes"]:
            found[row.user_id] = seen
    return list(found.values())


def _seen(row, user):
    return {
        "name": "You, in another window" if row.user_id == user.pk else name_of(row.user),
        "writes": row.kept_at is not None and row.seen_at - row.kept_at < HERE,
        "part": row.part,
    }


def unsaved(request, article, window):
    """The windows of this person with text in no version, newest first, and the others who have the article open."""
    now = timezone.now()
    if article is None:
        rows = EditingSession.objects.filter(user=request.user, article=None, kept_at__isnull=False)
    else:
        mine = Q(user=request.user, kept_at__isnull=False)
        rows = EditingSession.objects.filter(mine | Q(seen_at__gt=now - HERE), article=article)
    rows = rows.exclude(window=window).select_related("user").defer("fields")
    rows = list(rows.annotate(headline=KT("fields__headline__0")).order_by(F("kept_at").desc(nulls_last=True)))
    return {
        "unsaved": [row for row in rows if row.user_id == request.user.pk and row.kept_at],
        "others_here": list({row.user_id: row for row in rows if row.user_id != request.user.pk}.values()),
    }


def taken_up(request):
    """The window whose text the address asks for, if it is this person's."""
    window = window_of(request) if request.method == "GET" else None
    if window is None:
        return None
    return EditingSession.objects.filter(window=window, user=request.user, kept_at__isnull=False).first()


def as_sent(session):
    """The kept text as the form would have been sent."""
    sent = QueryDict(mutable=True)
    for name, values in session.fields.items():
        sent.setlist(name, values)
    return sent


def rows_sent(sent, formset, prefix):
    """The rows of an inline in a kept text, as its form begins with them."""
    total = sent.get(f"{prefix}-TOTAL_FORMS", "0")
    rows = []
    for index in range(min(int(total), 100) if total.isdecimal() else 0):
        row = {name: sent.get(f"{prefix}-{index}-{name}", "") for name in (formset.main, *formset.further, "position")}
        if is_row_id(row[formset.main]) and f"{prefix}-{index}-DELETE" not in sent:
            rows.append(row)
    return rows


def too_late(request, model_admin, object_id):
    """Keep what was sent for an article that somebody else has moved on meanwhile; None where that is not the case."""
    if request.method != "POST" or not model_admin.has_change_permission(request) or not is_row_id(object_id):
        return None
    article = model_admin.get_queryset(request).filter(pk=object_id).first()
    if article is None or model_admin.has_change_permission(request, article) or not keep(request, article):
        return None
    messages.error(request, "It was not saved: the story has moved on while you wrote. What you wrote is kept, below.")
    return HttpResponseRedirect(model_admin.address_of(article.pk))


@never_cache
@require_safe
def kept_view(request, model_admin, window):
    """Show a text of one's own that is in no version, to read and to copy, whoever may change the article by now."""
    sessions = EditingSession.objects.select_related("article").filter(user=request.user, kept_at__isnull=False)
    session = get_object_or_404(sessions, window=window)
    sent = as_sent(session)
    try:
        body = html.clean(sent.get("body", ""))
    except ValueError:  # too long to be cleaned
        body = ""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "What you wrote",
        "opts": model_admin.opts,
        "session": session,
        "texts": [(comparing.label(name), sent.get(name, "")) for name in ("kicker", "headline", "standfirst")],
        "body": html.trusted(body),
        "source": sent.get("body", ""),
        "may_take_up": session.article is None or model_admin.has_change_permission(request, session.article),
        "back": model_admin.address_of(session.article_id),
    }
    return TemplateResponse(request, "desk/kept.html", context)


def discard_view(request, model_admin):
    """Forget a text of one's own that is in no version."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    session = EditingSession.objects.filter(window=window_of(request), user=request.user).first()
    back = model_admin.address_of(session.article_id if session else None)
    if session:
        session.delete()
    return HttpResponseRedirect(back)
