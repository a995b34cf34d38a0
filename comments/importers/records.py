"""Take over comments that other software kept, each once however often its file is imported."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.urls import Resolver404, resolve

from articles.importers.report import Outcome
from articles.models import Article, FormerAddress
from comments import moderation
from comments.characters import normalise, normalise_line
from comments.importers.wordpress import AT_ONCE, DECIDED, RULE, chunks, latest_decisions, mail_of, parents_first
from comments.models import Comment
from comments.models.comment import Status


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
    public_id: str = ""


class Receiver:
    """Stores records below the articles of their addresses, and reports what became of each."""

    def __init__(self, source, report):
        self.source, self.report = source, report
        self.articles = {}

    def receive(self, records):
        """Take over the records, given by number, parents before their replies whatever their order there."""
        records = {number: record for number, record in records.items() if self._is_wanted(record)}
        present = self._present(records)
        decisions = latest_decisions(present.values())
        for number in parents_first(records):
            record = records[number]
            if (comment := present.get(number)) is not None:
                self._compare(comment, decisions.get(comment.pk), record)
            else:
                present[number] = self._take_over(record, present.get(record.parent))

    def _present(self, records):
        present = {}
        tokens = {self.token(number): number for number in records}
        for chunk in chunks(list(tokens), AT_ONCE):
            for comment in Comment.objects.filter(submission_token__in=chunk).select_related("root"):
                present[tokens[comment.submission_token]] = comment
        named = {record.public_id: number for number, record in records.items() if record.public_id}
        for chunk in chunks(list(named), AT_ONCE):
            for comment in Comment.objects.filter(public_id__in=chunk).select_related("root"):
                present[named[comment.public_id]] = comment
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
        self.report.add("comment", record.number, normalise_line(record.name)[:60] or "Anonymous", outcome, *remarks)

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
        if record.public_id:
            comment.public_id = record.public_id
        if record.status == Status.PENDING:
            comment.held_because = "Held: it was waiting where it was imported from."
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
            self._tell(record, Outcome.SKIPPED, f"is “{record.status.label.lower()}” there, which cannot follow here")
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
        former = FormerAddress.objects.filter(path=candidate, article__isnull=False).select_related("article").first()
        if former is not None:
            return former.article
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        if match.view_name == "articles:detail":
            for article in Article.objects.filter(slug=match.kwargs["slug"]):
                if unquote(article.get_absolute_url()) == candidate:
                    return article
    return None


def run(records, source, report, is_dry_run=False):
    """Take over records in one transaction; a dry run reports the same and stores nothing."""
    with transaction.atomic():
        Receiver(source, report).receive(records)
        if is_dry_run:
            transaction.set_rollback(True)
