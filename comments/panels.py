"""What comments show on the desk's home, and where its navigation leads to them."""

from django.db.models import Count, Min
from django.urls import reverse

from comments import queue
from comments.models import Comment
from comments.sections import sections_of
from newsroom.desk import Destination, Panel, destinations, panels


def waiting(request):
    """How many comments wait and since when; asked once for a page, however many of its parts show it."""
    if not hasattr(request, "comments_waiting"):
        here = Comment.objects.filter(queue.queued(request.user), queue.in_sections(sections_of(request.user)))
        request.comments_waiting = here.aggregate(number=Count("pk"), oldest=Min("created_at"))
    return request.comments_waiting


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


panels += [
    Panel("comments/queue_panel.html", to_decide, 5),
    Panel("comments/queue_panel.html", to_know, 30, "side"),
]

destinations += [
    Destination(
        "Comments",
        lambda: reverse("admin:comments_comment_queue"),
        "comment",
        40,
        may_see,
        lambda request: waiting(request)["number"],
    )
]
