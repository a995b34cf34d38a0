"""Take over the comments of a WordPress export, with their threads and what was decided about them there."""

import hashlib
from datetime import datetime

from articles.importers.report import Outcome
from articles.importers.wordpress import identity, plain, shortened
from comments.importers.plain_text import text_of
from comments.importers.records import Receiver, Record
from comments.models.comment import Status

STATUSES = {"1": Status.APPROVED, "approve": Status.APPROVED, "spam": Status.SPAM}  # anything else waits
IN_BIN = ("trash", "post-trashed")
LEFT_OUT = {
    "pingback": "a pingback: another site's link, not a comment",
    "trackback": "a trackback: another site's link, not a comment",
    "pings": "a pingback: another site's link, not a comment",
}


class CommentReceiver:
    """What an importer of articles is handed for the comments below them. Addresses and browsers are never read."""

    def __init__(self, report):
        self.report = report

    def __call__(self, article, item, importer):
        """Store the comments of `item` below `article`; those that are here already are compared, not doubled."""
        BelowItem(article, item, importer, self.report).receive(item.comments)


class BelowItem(Receiver):
    """Receives the comments below one post."""

    waited = "Held: it was waiting in WordPress when it was imported."

    def __init__(self, article, item, importer, report):
        super().__init__(importer.source, report)
        self.article, self.item, self.importer = article, item, importer

    def receive(self, comments):
        super().receive(self._record(comment) for comment in comments if self._is_a_comment(comment))

    def token(self, number):
        """The name of a comment in its old place, as the token that lets the same comment be posted but once."""
        name = f"{self.source} {identity(self.item)} {number}"
        return f"wordpress-{hashlib.sha256(name.encode()).hexdigest()[:40]}"

    def article_at(self, address):
        return self.article

    def _is_a_comment(self, comment):
        reason = LEFT_OUT.get(comment.type)
        if reason is None and comment.type not in ("", "comment"):
            reason = f"of the type “{shortened(comment.type, 40)}”, not a comment of a reader"
        if reason:
            self._tell(self._record(comment), Outcome.SKIPPED, reason)
        return reason is None

    def _record(self, comment):
        is_in_bin = comment.approved in IN_BIN
        return Record(
            number=comment.number,
            address="",
            parent="" if comment.parent == "0" else comment.parent,
            name=plain(comment.author),
            email=comment.email,
            body=text_of(comment.content),
            status=Status.HIDDEN if is_in_bin else STATUSES.get(comment.approved, Status.PENDING),
            created_at=self.importer.moment(comment.date_gmt, comment.date) or datetime_of(self.article),
            left_out="in the bin there" if is_in_bin else "",
        )

    def title_of(self, record):
        return f"{super().title_of(record)} on “{self.article.headline}”"


def datetime_of(article) -> datetime:
    return article.first_published_at or article.created_at
