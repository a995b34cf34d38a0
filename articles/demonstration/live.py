"""The updates of live coverage, and the breaking news, as the front matter of a story tells them."""

import re
from datetime import timedelta

from articles.models import BreakingNews, LiveUpdate


def load(article, told, now, authors, addresses):
    """Write what was written while it went on, each so many minutes ago; negative ones are still to come."""
    for update in told.get("updates", []):
        body = re.sub(r'(?<==")picture:[\w-]+(?=")', lambda match: addresses[match[0]], update.get("body", ""))
        LiveUpdate.objects.create(
            article=article,
            headline=update.get("headline", ""),
            body=body,
            author=authors[update["author"]],
            published_at=now - timedelta(minutes=update["minutes_ago"]),
            is_key_point=update.get("key_point", False),
            is_withdrawn=update.get("withdrawn", False),
            correction=update.get("correction", ""),
            corrected_at=now - timedelta(minutes=update["minutes_ago"] - 9) if "correction" in update else None,
        )
    if breaking := told.get("breaking"):
        BreakingNews.objects.create(
            text=breaking["text"],
            article=article,
            starts_at=now - timedelta(minutes=breaking["minutes_ago"]),
            ends_at=now + timedelta(hours=breaking["hours"]),
        )
