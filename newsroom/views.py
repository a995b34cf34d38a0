"""Pages that belong to no app."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsroom import problems, replica
from newsroom.pagestore import stores


@require_safe
def robots(request):
    maps = [request.build_absolute_uri(reverse(f"articles:{name}")) for name in ("sitemap", "sitemap_news")]
    lines = [
        "User-agent: *",
        "Disallow: /desk/",
        "Disallow: /comments/",
        "",
        *(f"Sitemap: {address}" for address in maps),
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def health(request):
    """Say for a balancer or a monitor whether the database answers, and what the page store and the replica do."""
    database, pages, more = "ok", None, {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        database = "unreachable"
    if store := stores.current():
        try:
            pages = store.figures()
        except stores.FAILURES:
            pages = "unreachable"  # a loss of speed alone
    if replica.is_used():
        more["replica"] = "ok" if database == "ok" and replica.has_everything() else "passed by"
    return JsonResponse({"database": database, "pages": pages, **more}, status=200 if database == "ok" else 503)


def bad_request(request, exception):
    """Say what was wrong, where it was the size of what was sent: the text is still in the page one came from."""
    reason = ""
    if isinstance(exception, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1048576
        reason = _("At most %(limit)d MB of text can be taken at once. Go back: what you wrote is still there.") % {
            "limit": limit
        }
    elif isinstance(exception, TooManyFieldsSent):
        reason = _("The form has more fields than can be taken at once. Go back, and save in parts.")
    elif isinstance(exception, TooManyFilesSent):
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        reason = _("At most %(limit)d files can be taken at once. Go back, and choose fewer.") % {"limit": limit}
    return render(request, "400.html", {"reason": reason}, status=400)


def csrf_failure(request, reason=""):
    """Give the text back where the form was no longer, or never, known to come from this site."""
    texts = [request.POST[name] for name in ("headline", "standfirst", "body") if request.POST.get(name)]
    response = render(request, "403_form.html", {"texts": texts, "noindex": True}, status=403)
    response["Cache-Control"] = "private, no-store"
    return response


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    if problems.is_wanted(request):
        return problems.problem(500, "Something went wrong on our side. Nothing of it was saved.")
    return defaults.server_error(request)
