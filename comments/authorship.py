"""The signed links by which an author is known: each holds for one comment and one purpose."""

from django.core import signing
from django.http import Http404
from django.urls import reverse

from comments.models import Comment
from comments.models.comment import Status

SHOW, EDIT, WITHDRAW, APPEAL, ERASE, DOWNLOAD = PURPOSES = (
    "show", "edit", "withdraw", "appeal", "erase", "download",
)  # fmt: skip
SALT = "comments.own."
LIFE = 180 * 24 * 3600  # seconds a link holds: as long as a rejected comment is kept


def address(comment, purpose=SHOW):
    """Return the address at which the author alone does one thing with the comment."""
    return reverse("comments:own", args=[purpose, signing.dumps(comment.public_id, salt=SALT + purpose)])


def comment_for(purpose, token):
    """Return the comment that a link was made for. Raises Http404 for anything but that link."""
    try:
        public_id = signing.loads(token, salt=SALT + purpose, max_age=LIFE)
    except signing.BadSignature as error:
        raise Http404("There is no such page.") from error
    comment = Comment.objects.filter(public_id=public_id).select_related("article__category", "user").first()
    if comment is None or comment.status == Status.ERASED:
        raise Http404("There is no such comment any more.")
    return comment
