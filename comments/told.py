"""What the API tells of the comments under a story."""

from django.urls import reverse

from articles.api.stories import additions
from articles.models.site import CommentsPolicy
from comments.changes import EVERY_CONVERSATION, conversation
from comments.policies import rules_for
from comments.threads import Conversation
from newsroom import pagestore


def of_story(request, article):
    rules = rules_for(article)
    pagestore.shows(request, conversation(article.pk), EVERY_CONVERSATION)
    if rules.mode == CommentsPolicy.OFF:
        return {"comments": None}
    absolute = request.build_absolute_uri
    return {
        "comments": {
            "count": Conversation(article).total,
            "url": absolute(f"{article.get_absolute_url()}#comments"),
            "feed_url": absolute(reverse("comments:article_feed", args=[article.pk, "json"])),
        }
    }


additions.append(of_story)
