"""Load the readers' comments of the demonstration newsroom from the TOML files beside this one."""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from articles.models.site import CommentsPolicy
from comments import moderation
from comments.models import Comment
from comments.models.comment import Status
from comments.policies import Rules

FOLDER = Path(__file__).parent


def load(articles, moderator, report=lambda line: None):
    """Post and decide each comment that is not there yet; `articles` are by slug."""
    loaded = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for told in tomllib.loads(path.read_text())["comments"]:
            with transaction.atomic():
                loaded[told["key"]] = _comment(told, articles[told["story"]], loaded, moderator)
    report(f"{len(loaded)} comments")


def _comment(told, article, loaded, moderator):
    token = f"demonstration-{told['key']}"
    if comment := Comment.objects.filter(submission_token=token).first():
        return comment
    comment, _ = moderation.submit(
        article, name=told["name"], email=told.get("email", ""), body=told["body"].strip(), token=token,
        parent=loaded.get(told.get("reply_to")), rules=Rules(CommentsPolicy.PRE),
    )  # fmt: skip
    written_at = min(article.published_at + timedelta(hours=told["hours_after"]), timezone.now())
    Comment.objects.filter(pk=comment.pk).update(created_at=written_at)
    match Status(told["status"]):
        case Status.APPROVED:
            moderation.approve(comment, moderator)
        case Status.REJECTED:
            moderation.reject(comment, moderator, told["reason"])
        case Status.SPAM:
            moderation.mark_spam(comment, moderator)
    return comment
