"""What comments show on the desk's home, and where its navigation leads to them."""

from datetime import timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from comments import queue
from comments.models import Comment
from comments.models.comment import Status
from comments.sections import sections_of
from newsroom.charts import by_day
from newsroom.counting import counted, counted_by_day, up_to
from newsroom.desk import Destination, Panel, destinations, panels

CHARTED = 14  # days


def waiting(request):
    """How many comments wait and since when; asked once for a page, however many of its parts show it."""
    if not hasattr(request, "comments_waiting"):
        request.comments_waiting = _to_check(request).aggregate(number=Count("pk"), oldest=Min("created_at"))
    return request.comments_waiting


def number_waiting(request):
    """How many wait, for the navigation of every page of the desk: not counted to the end where they are thousands."""
    if hasattr(request, "comments_waiting"):
        return up_to(request.comments_waiting["number"])
    return up_to(counted(waiting=_to_check(request))["waiting"])


def _to_check(request):
    return Comment.objects.filter(queue.queued(request.user), queue.in_sections(own_sections(request)))


def own_sections(request):
    """The sections of whoever asks, read once for a page."""
    if not hasattr(request, "comments_sections"):
        request.comments_sections = sections_of(request.user)
    return request.comments_sections


def may_see(request):
    return request.user.has_perm("comments.view_comment")


def may_decide(request):
    return request.user.has_perm("comments.moderate_comment")


def to_decide(request):
    """For a moderator, while something waits."""
    return {**waiting(request), "may_decide": True} if may_decide(request) and waiting(request)["number"] else None


def to_know(request):
    """For whoever only looks, and for moderators while nothing waits."""
    return {**waiting(request), "may_decide": False} if may_see(request) and to_decide(request) is None else None


def by_day_written(request):
    """How many comments came each day of the last two weeks, whatever became of them."""
    if not may_see(request):
        return None
    first = timezone.localdate() - timedelta(days=CHARTED - 1)
    here = Comment.objects.filter(queue.in_sections(own_sections(request)), status__in=Status.values)
    numbers = counted_by_day(here, "created_at", first, CHARTED)
    if not numbers:
        return None
    return {
        "bars": by_day(numbers, first, CHARTED),
        "first": first,
        "number": numbers.get(timezone.localdate(), 0),
        "usual": round(sum(numbers.values()) / CHARTED, 1),
    }


panels += [
    Panel("comments/queue_panel.html", to_decide, 5),
    Panel("comments/queue_panel.html", to_know, 30, "side"),
    Panel("comments/written_panel.html", by_day_written, 32, "side"),
]

destinations += [
    Destination(
        "Comments",
        lambda: reverse("admin:comments_comment_queue"),
        "comment",
        40,
        may_see,
        number_waiting,
        key="m",
    )
]
