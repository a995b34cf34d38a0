"""A reader's own comments: what became of each, and what its author can still do about it.

Whoever wrote a comment is known by a signed link, by a cookie that browsers send to these pages alone, or by an
account. Each link holds for one comment and one purpose: that which shows a comment cannot erase another.
"""

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from comments import moderation
from comments.authorship import APPEAL, DOWNLOAD, EDIT, ERASE, WITHDRAW, address
from comments.models import Comment
from comments.models.comment import VISIBLE, Status
from comments.models.decision import Verb

COOKIE = "own_comments"
COOKIE_SALT = "comments.own.cookie"
COOKIE_LIFE = 30 * 24 * 3600  # seconds
REMEMBERED = 20  # comments


def remember(request, response, comment):
    """Let this browser come back to the comment. The cookie is sent to the pages of one's own comments alone."""
    known = [comment.public_id, *(one for one in _remembered(request) if one != comment.public_id)]
    response.set_cookie(
        COOKIE, signing.dumps(known[:REMEMBERED], salt=COOKIE_SALT), max_age=COOKIE_LIFE, path=reverse("comments:mine"),
        httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )  # fmt: skip


def comments_of(request):
    """Return the comments of whoever asks, newest first."""
    mine = Q(public_id__in=_remembered(request))
    if request.user.is_authenticated:
        mine |= Q(user=request.user)
    return Comment.objects.filter(mine).exclude(status=Status.ERASED).order_by("-created_at", "-id")


def _remembered(request):
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE_SALT, max_age=COOKIE_LIFE)
    except signing.BadSignature:
        return []


def ways(comment):
    """Return what the author can still do, as addresses by purpose."""
    open_ways = [DOWNLOAD, ERASE]
    if comment.status in (*VISIBLE, Status.PENDING) and edit_seconds(comment):
        open_ways.append(EDIT)
    if moderation.can_become(comment, Status.WITHDRAWN) and comment.status not in (Status.REJECTED, Status.SPAM):
        open_ways.append(WITHDRAW)
    if comment.status == Status.REJECTED and not comment.decisions.filter(verb=Verb.APPEAL).exists():
        open_ways.append(APPEAL)
    return {purpose: address(comment, purpose) for purpose in open_ways}


def edit_seconds(comment):
    """How long the text can still be changed."""
    left = moderation.EDIT_WINDOW - (timezone.now() - comment.created_at)
    return max(0, round(left.total_seconds()))


def portable(comment):
    """Return what is kept of a comment and was told by its author, or to them."""
    decisions = comment.decisions.order_by("version")
    return {
        "article": comment.article.headline,
        "article_address": comment.article.get_absolute_url(),
        "name": comment.name,
        "email": comment.email,
        "text": comment.body,
        "status": comment.status,
        "written_at": comment.created_at.isoformat(),
        "edited_at": comment.edited_at and comment.edited_at.isoformat(),
        "recommended": comment.recommends,
        "decisions": [
            {
                "what": decision.verb,
                "at": decision.created_at.isoformat(),
                "reason": decision.reason_text or (decision.reason and decision.get_reason_display()),
                "note": decision.public_note,
            }
            for decision in decisions
        ],
    }
