"""The page of live coverage, and the address from which it learns what is new."""

import re
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.live import Cursor, is_running, microseconds, out
from articles.models import Article, LiveUpdate
from articles.models.article import Kind
from articles.paging import numbered, page_numbers
from articles.rendering import COLUMN, Layout, Things
from articles.rendering import render as render_body
from newsroom.html import trusted

PER_PAGE = 50
AT_ONCE = 50  # updates that a page takes in; after more it is loaded anew
KEY_POINTS = 12
KEPT = 5  # seconds in which a cache between may give all readers of a page the same answer
# Updates keep to the width of the text.
TEXT = Layout(alone="(min-width: 1200px) 624px, (min-width: 768px) 600px, calc(100vw - 32px)", tall=COLUMN.tall)

# Headings of a body lose their names, of which a page would have several; that of its notes is told from others.
_HEADING = re.compile(r'<(/?)h[23](?: id="(?!update-\d+-notes")[^"]*"|( id="update-\d+-notes"))?(?=[ >])')


@dataclass(frozen=True)
class Entry:
    """An update as its page shows it."""

    update: LiveUpdate
    body: SafeString

    @property
    def version(self):
        return microseconds(self.update.modified_at)

    @property
    def at(self):
        return microseconds(self.update.published_at)


def entries(updates):
    """Render these updates; pictures and players cost one query of each kind, however many the updates."""
    bodies = {update.pk: "" if update.is_withdrawn else update.body for update in updates}
    things = Things.of(*bodies.values())
    return [Entry(update, _body(update, bodies[update.pk], things)) for update in updates]


def _body(update, body, things):
    level = 4 if update.headline else 3  # below the heading of the update, or in its place
    rendered = render_body(body, layout=TEXT, things=things, prefix=f"update-{update.pk}-").html
    return trusted(_HEADING.sub(lambda found: f"<{found[1]}h{level}{found[2] or ''}", rendered))


def coverage(request, article):
    """What the page of live coverage shows besides the article; ?order, ?page and ?update choose among the updates."""
    at = timezone.now()
    cursor = Cursor.of(article, at)
    is_oldest_first = request.GET.get("order") == "oldest"
    order = ("published_at", "id") if is_oldest_first else ("-published_at", "-id")
    updates = out(article, at).select_related("author").order_by(*order)
    page = _page_with(updates, request.GET.get("update", ""), is_oldest_first) or numbered(request, updates, PER_PAGE)
    path = article.get_absolute_url()
    goes_on = is_running(article, at)
    return {
        "is_running": goes_on,
        "live_summary": "" if goes_on else render_body(article.live_summary, prefix="summary-").html,
        "entries": entries(list(page.object_list)),
        "key_points": key_points(article, at),
        "on_page": {update.pk for update in page.object_list},
        "is_oldest_first": is_oldest_first,
        "live_page": page,
        "live_page_numbers": page_numbers(page),
        "live_first": f"{path}?order=oldest" if is_oldest_first else path,
        "live_start": f"{path}?order=oldest&" if is_oldest_first else f"{path}?",
        "live_url": path,
        # There is news of what goes on in public alone.
        "cursor": cursor if goes_on and article.is_public(at) else None,
    }


def key_points(article, at):
    """The key points that stand above the coverage, the latest first."""
    return list(out(article, at).filter(is_key_point=True, is_withdrawn=False)[:KEY_POINTS])


def _page_with(updates, number, is_oldest_first):
    """The page on which an update stands, given its number as in the address; None where it stands on none."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    moment = updates.filter(pk=number).values_list("published_at", flat=True).first()
    if moment is None:
        return None
    if is_oldest_first:
        before = Q(published_at__lt=moment) | Q(published_at=moment, pk__lt=number)
    else:
        before = Q(published_at__gt=moment) | Q(published_at=moment, pk__gt=number)
    return Paginator(updates, PER_PAGE).get_page(updates.filter(before).count() // PER_PAGE + 1)


@require_safe
def news(request, article):
    """Answer a page of live coverage with what is new since its cursor, or with 204 where nothing is."""
    found = Article.objects.published().filter(kind=Kind.LIVE).defer("body", "body_text", "live_summary")
    article = get_object_or_404(found, pk=article)
    cursor = Cursor.parse(request.GET.get("since", ""))
    if cursor is None:
        return HttpResponseBadRequest(
            _("Say since when: ?since= takes what the page of the coverage says."),
            content_type="text/plain; charset=utf-8",
        )
    at = timezone.now()
    numbers, cursor = cursor.news(article, at)
    has_ended = not is_running(article, at)
    if not numbers and not has_ended:
        response = HttpResponse(status=204)
    else:
        is_too_much = len(numbers) > AT_ONCE
        updates = [] if is_too_much else list(out(article, at).filter(pk__in=numbers).select_related("author"))
        context = {
            "article": article,
            "entries": entries(updates),
            "key_points": key_points(article, at) if updates else [],
            "on_page": (),
            "live_url": article.get_absolute_url(),
            "cursor": cursor,
            "has_ended": has_ended,
            "is_too_much": is_too_much,
        }
        response = render(request, "articles/live_news.html", context)
    response["Cache-Control"] = f"public, max-age={KEPT}"
    return response
