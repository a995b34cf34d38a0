"""Read an export of Disqus. Network addresses in it are never read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from articles.importers.report import Outcome
from comments.importers.plain_text import text_of
from comments.importers.records import NotAnExport, Record
from comments.models.comment import Status

NAMESPACE = "{http://disqus.com}"
ID = "{http://disqus.com/disqus-internals}id"


def read(path, report) -> Iterator[Record]:
    """Yield the comments of an export; what was deleted there is reported. Raises NotAnExport."""
    threads, root = {}, None
    try:
        for event, element in iterparse(path, events=("start", "end")):
            if event == "start":
                root = element if root is None else root
                if root.tag != f"{NAMESPACE}disqus":
                    raise NotAnExport("This is no export of Disqus: its outermost element is not <disqus>.")
            elif element.tag == f"{NAMESPACE}thread" and element.find(f"{NAMESPACE}link") is not None:
                threads[element.get(ID)] = _text(element, "link")
                root.clear()  # what was read is not kept, however long the file
            elif element.tag == f"{NAMESPACE}post":
                if (record := _post(element, threads, report)) is not None:
                    yield record
                root.clear()
    except (ParseError, DefusedXmlException) as error:
        raise NotAnExport(f"The file is broken or no XML: {error}") from error


def _post(element, threads, report):
    number = element.get(ID) or ""
    author = element.find(f"{NAMESPACE}author")
    name = _text(author, "name") if author is not None else ""
    if _text(element, "isDeleted") == "true":
        report.add("comment", number, name or "Anonymous", Outcome.SKIPPED, "deleted there")
        return None
    thread, parent = element.find(f"{NAMESPACE}thread"), element.find(f"{NAMESPACE}parent")
    is_waiting = _text(element, "isApproved") == "false"
    return Record(
        number=number,
        address=threads.get(thread.get(ID), "") if thread is not None else "",
        parent=parent.get(ID) or "" if parent is not None else "",
        name=name,
        email=_text(author, "email") if author is not None else "",
        body=text_of(_text(element, "message")),
        status=Status.SPAM if _text(element, "isSpam") == "true" else Status.PENDING if is_waiting else Status.APPROVED,
        created_at=_moment(_text(element, "createdAt")),
    )


def _text(element, name):
    return (element.findtext(f"{NAMESPACE}{name}") or "").strip()


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
