"""Load the comments of the demonstration newsroom, and the rules for them, from the TOML files beside this one."""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from articles.models.site import CommentsPolicy
from comments import moderation
from comments.models import Comment, Example, WordRule
from comments.models.comment import Status
from comments.policies import Rules

FOLDER = Path(__file__).parent


def load(articles, moderator, report=lambda line: None):
    """Set each rule, then post and decide each comment that is not there yet; `articles` are by slug."""
    documents = [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
    for model, name in ((WordRule, "rules"), (Example, "examples")):
        for told in _all(documents, name):
            model.objects.get_or_create(**told, defaults={"by": moderator})
    loaded = {}
    for told in _all(documents, "comments"):
        with transaction.atomic():
            loaded[told["key"]] = _comment(told, articles[told["story"]], loaded, moderator)
    report(f"{len(loaded)} comments")


def _all(documents, name):
    return [told for document in documents for told in document.get(name, [])]


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
