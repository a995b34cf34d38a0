"""Take over the comments of a WordPress export, with their threads and what was decided about them there."""

import hashlib
import re
from datetime import datetime
from html.parser import HTMLParser

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from articles.importers.report import Outcome
from articles.importers.wordpress import identity, plain, shortened
from articles.importers.wordpress_markup import parseable
from comments import moderation
from comments.characters import normalise, normalise_line
from comments.models import Comment, Decision
from comments.models.comment import Status

STATUSES = {"1": Status.APPROVED, "approve": Status.APPROVED, "spam": Status.SPAM}  # anything else waits
IN_BIN = ("trash", "post-trashed")
LEFT_OUT = {
    "pingback": "a pingback: another site's link, not a comment",
    "trackback": "a trackback: another site's link, not a comment",
    "pings": "a pingback: another site's link, not a comment",
}
RULE = "imported"
DECIDED = "decided or edited here since it was imported, so it was left as it is"
AT_ONCE = 500


class CommentReceiver:
    """What an importer of articles is handed for the comments below them. Addresses and browsers are never read."""

    def __init__(self, report):
        self.report = report

    def __call__(self, article, item, importer):
        """Store the comments of `item` below `article`; those that are here already are compared, not doubled."""
        records, present = {}, {}
        for record in item.comments:
            if self._is_wanted(record, article):
                records[record.number] = record
        tokens = {self._token(importer.source, item, number): number for number in records}
        for chunk in chunks(list(tokens), AT_ONCE):
            for comment in Comment.objects.filter(submission_token__in=chunk).select_related("root"):
                present[tokens[comment.submission_token]] = comment
        decisions = latest_decisions(present.values())
        for number in parents_first(records):
            record = records[number]
            if (comment := present.get(number)) is not None:
                self._compare(comment, decisions.get(comment.pk), record, article)
            else:
                token = self._token(importer.source, item, number)
                present[number] = self._take_over(record, article, present, token, item, importer)

    @staticmethod
    def _token(source, item, number):
        """The name of a comment in its old place, as the token that lets the same comment be posted but once."""
        name = f"{source} {identity(item)} {number}"
        return f"wordpress-{hashlib.sha256(name.encode()).hexdigest()[:40]}"

    def _is_wanted(self, record, article):
        reason = LEFT_OUT.get(record.type)
        if reason is None and record.type not in ("", "comment"):
            reason = f"of the type “{shortened(record.type, 40)}”, not a comment of a reader"
        if reason is None and not normalise(text_of(record.content)):
            reason = "says nothing"
        if reason:
            self._report(record, article, Outcome.SKIPPED, reason)
        return reason is None

    def _report(self, record, article, outcome, *remarks):
        title = f"{plain(record.author) or 'Anonymous'} on “{article.headline}”"
        self.report.add("comment", record.number, title, outcome, *remarks)

    def _take_over(self, record, article, present, token, item, importer):
        if record.approved in IN_BIN:
            self._report(record, article, Outcome.SKIPPED, "in the bin there")
            return None
        remarks, parent = [], None
        if record.parent not in ("", "0"):
            parent = present.get(record.parent)
            if parent is None:
                remarks.append("answers a comment that was left out, so it stands by itself")
        status = STATUSES.get(record.approved, Status.PENDING)
        comment = Comment(
            article=article, parent=parent, name=normalise_line(plain(record.author))[:100] or "Anonymous",
            email=mail_of(record.email), body=self._body(record, remarks), submission_token=token,
            created_at=importer.moment(record.date_gmt, record.date) or datetime_of(article),
        )  # fmt: skip
        if status is Status.PENDING:
            comment.held_because = "Held: it was waiting in WordPress when it was imported."
        moderation.take_over(comment, status, RULE)
        self._report(record, article, Outcome.CREATED, *remarks)
        return comment

    def _body(self, record, remarks):
        body = normalise(text_of(record.content))
        if len(body) > moderation.HARD_LIMIT:
            remarks.append(f"longer than {moderation.HARD_LIMIT:,} characters, and was cut")
        return body[: moderation.HARD_LIMIT]

    def _compare(self, comment, decision, record, article):
        """Follow what was decided there since, unless somebody decided here."""
        status = STATUSES.get(record.approved, Status.PENDING)
        if record.approved in IN_BIN:
            status = Status.HIDDEN
        body = self._body(record, [])
        was = decision.to_status if decision else comment.status
        told = decision.text if decision else comment.body
        if status == was and body == told:
            self._report(record, article, Outcome.UNCHANGED)
        elif decision is None or decision.rule != RULE or comment.status != was or comment.body != told:
            self._report(record, article, Outcome.SKIPPED, DECIDED)
        elif status != was and status not in moderation.TRANSITIONS[Status(was)]:
            why = (
                f"is “{status.label.lower()}” there by now, which cannot follow “{Status(was).label.lower()}” by itself"
            )
            self._report(record, article, Outcome.SKIPPED, why)
        else:
            moderation.follow(comment, status, RULE, body)
            self._report(record, article, Outcome.UPDATED)


def latest_decisions(comments):
    """Return the last decision about each comment, by the comment's key."""
    decisions = {}
    for chunk in chunks([comment.pk for comment in comments], AT_ONCE):
        for decision in Decision.objects.filter(comment__in=chunk).order_by("version"):
            decisions[decision.comment_id] = decision
    return decisions


def parents_first(records):
    """Return the numbers of comments so that none stands before the one it answers; a circle is opened anywhere."""
    order, placed = [], set()
    for number in records:
        chain, above = [], number
        while above in records and above not in placed and above not in chain:
            chain.append(above)
            above = records[above].parent
        order += reversed(chain)
        placed.update(chain)
    return order


def chunks(values, size):
    return (values[start : start + size] for start in range(0, len(values), size))


def mail_of(text):
    text = text.strip().lower()
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""


def datetime_of(article) -> datetime:
    return article.first_published_at or article.created_at


class PlainText(HTMLParser):
    """Words of a comment's HTML: paragraphs stay apart, links give their address, scripts nothing."""

    APART = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table"})
    SILENT = frozenset({"script", "style"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.links, self.silent = [], [], 0

    def handle_starttag(self, tag, attributes):
        if tag in self.APART:
            self.parts.append("\n\n")
        elif tag in ("br", "li", "tr"):
            self.parts.append("\n")
        elif tag == "a":
            self.links.append((dict(attributes).get("href") or "", len(self.parts)))
        elif tag == "img" and (words := dict(attributes).get("alt")):
            self.parts.append(words)
        self.silent += tag in self.SILENT

    def handle_endtag(self, tag):
        if tag in self.APART:
            self.parts.append("\n\n")
        elif tag == "a" and self.links:
            url, start = self.links.pop()
            words = "".join(self.parts[start:])
            if url.startswith(("https://", "http://")) and url.rstrip("/") not in words:
                self.parts.append(f" ({url})")
        elif tag in self.SILENT and self.silent:
            self.silent -= 1

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


def text_of(content: str) -> str:
    """Return a comment's words as plain text, a blank line between paragraphs."""
    parser = PlainText()
    parser.feed(parseable(content.replace("\r\n", "\n").replace("\r", "\n")))
    parser.close()
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(parser.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
