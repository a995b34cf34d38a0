"""Take over comments that other software kept, each once however often its file is imported."""

import hashlib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DataError, IntegrityError, transaction
from django.urls import Resolver404, resolve

from articles.importers.report import Outcome
from articles.models import Article, FormerAddress
from comments import moderation
from comments.characters import normalise, normalise_line
from comments.models import Comment, Decision
from comments.models.comment import Status

RULE = "imported"
DECIDED = "decided or edited here since it was imported, so it was left as it is"
AT_ONCE = 500


class NotAnExport(ValueError):
    """The file is not what it was said to be. The message is for who imports it."""


@dataclass
class Record:
    """A comment as its file tells it; `parent` is the number of another one."""

    number: str
    address: str  # of the page it stands under
    parent: str
    name: str
    email: str
    body: str
    status: Status
    created_at: datetime
    left_out: str = ""  # why it is not taken over, unless it is here already


class Receiver:
    """Stores records below the articles of their addresses, and reports what became of each.

    One that `keeps_names` gives each comment its number there as its public id.
    """

    waited = "Held: it was waiting where it was imported from."

    def __init__(self, source, report, keeps_names=False):
        self.source, self.report, self.keeps_names = source, report, keeps_names
        self.articles = {}

    def receive(self, records: Iterable[Record]):
        """Take over records, some hundreds at a time, each lot in a transaction of its own.

        A reply that comes before what it answers is kept back till the end.
        """
        early, rest = {}, iter(records)
        while lot := list(islice(rest, AT_ONCE)):
            with transaction.atomic():
                early |= self._take({record.number: record for record in lot})
        for numbers in chunks(parents_first(early), AT_ONCE):
            with transaction.atomic():
                self._take({number: early[number] for number in numbers}, is_last=True)

    def _take(self, records, is_last=False):
        """Take over one lot; return the replies, by number, to what has not come yet."""
        records = {number: record for number, record in records.items() if self._is_wanted(record)}
        above = {record.parent for record in records.values() if record.parent} - records.keys()
        known, early = self._present([*records, *above]), {}
        decisions = latest_decisions(known.values())
        for number in parents_first(records):
            record = records[number]
            parent = known.get(record.parent)
            if (comment := known.get(number)) is not None:
                self._compare(comment, decisions.get(comment.pk), record)
            elif record.parent and parent is None and not is_last:
                early[number] = record
            else:
                known[number] = self._attempt(record, parent)
        return early

    def _present(self, numbers):
        """Return what is here already, by its number there."""
        tokens = {self.token(number): number for number in numbers}
        present = {
            tokens[comment.submission_token]: comment
            for comment in Comment.objects.filter(submission_token__in=list(tokens)).select_related("root")
        }
        if self.keeps_names:
            named = Comment.objects.filter(public_id__in=list(numbers)).select_related("root")
            present |= {comment.public_id: comment for comment in named}
        return present

    def token(self, number):
        digest = hashlib.sha256(f"{self.source} {number}".encode()).hexdigest()[:40]
        return f"{self.source[:20]}-{digest}"

    def article_at(self, address):
        if address not in self.articles:
            self.articles[address] = article_at(address)
        return self.articles[address]

    def _is_wanted(self, record):
        if not normalise(record.body):
            self._tell(record, Outcome.SKIPPED, "says nothing")
        elif self.article_at(record.address) is None:
            self._tell(record, Outcome.SKIPPED, "no article here has, or had, the address it stands under")
        else:
            return True
        return False

    def _tell(self, record, outcome, *remarks):
        self.report.add("comment", record.number, self.title_of(record), outcome, *remarks)

    def title_of(self, record):
        return normalise_line(record.name)[:60] or "Anonymous"

    def _attempt(self, record, parent):
        """Take over one comment; what the database refuses is reported, and the others are taken all the same."""
        if record.left_out:
            self._tell(record, Outcome.SKIPPED, record.left_out)
            return None
        try:
            return self._take_over(record, parent)
        except (IntegrityError, DataError) as error:
            self._tell(record, Outcome.SKIPPED, f"the database refused it: {str(error).splitlines()[0]}")
            return None

    def _take_over(self, record, parent):
        article, remarks = self.article_at(record.address), []
        if record.parent and (parent is None or parent.article_id != article.pk):
            parent = None
            remarks.append("answers a comment that was left out, so it stands by itself")
        comment = Comment(
            article=article, parent=parent, name=normalise_line(record.name)[:100] or "Anonymous",
            email=mail_of(record.email), body=self._body(record), submission_token=self.token(record.number),
            created_at=record.created_at,
        )  # fmt: skip
        if self.keeps_names:
            comment.public_id = record.number
        if len(normalise(record.body)) > moderation.HARD_LIMIT:
            remarks.append(f"longer than {moderation.HARD_LIMIT:,} characters, and was cut")
        if record.status == Status.PENDING:
            comment.held_because = self.waited
        moderation.take_over(comment, record.status, RULE)
        self._tell(record, Outcome.CREATED, *remarks)
        return comment

    @staticmethod
    def _body(record):
        return normalise(record.body)[: moderation.HARD_LIMIT]

    def _compare(self, comment, decision, record):
        body = self._body(record)
        if comment.status == record.status and comment.body == body:
            self._tell(record, Outcome.UNCHANGED)
        elif decision is None or decision.rule != RULE or decision.text != comment.body:
            self._tell(record, Outcome.SKIPPED, DECIDED)
        elif record.status != comment.status and not moderation.can_become(comment, record.status):
            self._tell(
                record, Outcome.SKIPPED, f"is “{record.status.label.lower()}” there by now, which cannot follow here"
            )
        else:
            moderation.follow(comment, record.status, RULE, body)
            self._tell(record, Outcome.UPDATED)


def article_at(address: str) -> Article | None:
    """Return the article that answers at an address, or did once, on whatever site."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    for candidate in dict.fromkeys((path, f"{path.rstrip('/')}/", path.removesuffix("index.html"))):
        former = FormerAddress.objects.filter(path=candidate, article__isnull=False).first()
        if former is not None:
            return Article.objects.defer("body", "body_text").get(pk=former.article_id)
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        if match.view_name == "articles:detail":
            for article in Article.objects.filter(slug=match.kwargs["slug"]).defer("body", "body_text"):
                if unquote(article.get_absolute_url()) == candidate:
                    return article
    return None


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
        chain, above = {}, number
        while above in records and above not in placed and above not in chain:
            chain[above] = True
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


def run(records, source, report, is_dry_run=False, **how):
    """Take over records; a dry run reports the same and stores nothing."""
    with transaction.atomic() if is_dry_run else nullcontext():
        Receiver(source, report, **how).receive(records)
        if is_dry_run:
            transaction.set_rollback(True)
