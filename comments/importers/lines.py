"""Comments as JSON Lines: what `manage.py export_comments` writes and `manage.py import_comments` reads.

Each line is an object: id, article (its address), parent (an id or null), name, email, body, status, created_at.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from articles.importers.report import Outcome
from comments.importers.records import Record
from comments.models import Comment
from comments.models.comment import Status

ID = re.compile(r"[0-9A-Za-z_-]{1,20}")
TAKEN = (
    Status.PENDING,
    Status.PUBLISHED,
    Status.APPROVED,
    Status.HIDDEN,
    Status.REJECTED,
    Status.SPAM,
    Status.WITHDRAWN,
)


def write(file, with_email=False) -> int:
    """Write every comment but erased ones, parents first; return their number. Addresses go along only if asked."""
    number = 0
    comments = Comment.objects.exclude(status=Status.ERASED).order_by("depth", "created_at", "id")
    for comment in comments.select_related("article", "parent").defer("path", "signals").iterator(chunk_size=1000):
        line = {
            "id": comment.public_id,
            "article": comment.article.get_absolute_url(),
            "parent": comment.parent and comment.parent.public_id,
            "name": comment.name,
            **({"email": comment.email} if with_email else {}),
            "body": comment.body,
            "status": comment.status,
            "created_at": comment.created_at.isoformat(),
        }
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        number += 1
    return number


def read(path, report) -> Iterator[Record]:
    """Yield the comments of a file; lines that are none are reported and passed over."""
    with open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = _record(json.loads(line))
            except (ValueError, RecursionError) as error:
                report.add("comment", f"line {number}", "", Outcome.SKIPPED, f"cannot be read: {error}"[:200])
            else:
                yield record


def _record(told):
    if not isinstance(told, dict):
        raise ValueError("no object")
    texts = {}
    for name in ("id", "article", "parent", "name", "email", "body", "status", "created_at"):
        texts[name] = told.get(name) or ""
        if not isinstance(texts[name], str):
            raise ValueError(f"“{name}” is no text")
    if not ID.fullmatch(texts["id"]):
        raise ValueError("“id” is missing or no id")
    if texts["status"] not in TAKEN:
        raise ValueError(f"“{texts['status'][:20]}” is not a state that can be taken over")
    moment = datetime.fromisoformat(texts["created_at"])
    return Record(
        number=texts["id"], address=texts["article"], parent=texts["parent"], name=texts["name"], email=texts["email"],
        body=texts["body"], status=Status(texts["status"]),
        created_at=moment if moment.tzinfo else moment.replace(tzinfo=UTC),
    )  # fmt: skip
