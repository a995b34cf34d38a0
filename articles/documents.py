"""Read uploaded PDF documents with suspicion: how many pages they have, and a picture of the first."""

import json
import logging
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from articles.recordings import CHUNK, MEGABYTE, digest_of

MAX_BYTES = 100 * MEGABYTE
MAX_PAGES = 5000
PATIENCE = 20  # seconds on a busy machine; the program's own limit of work is far less
PROGRAM = Path(__file__).with_name("first_page.py")

logger = logging.getLogger(__name__)


class UnreadableDocument(ValueError):
    """Says in the user's words why a file cannot be used as a document."""


@dataclass(frozen=True)
class Reading:
    """What a readable PDF is."""

    digest: str  # the first 32 hex digits of the content's SHA-256
    pages: int
    first_page: bytes = field(compare=False, repr=False)  # a PNG; empty where the page has no size


_PROBLEMS = {
    "locked": "The document is locked with a password. Save it without one, so that readers can open it.",
    "broken": "This file cannot be read as a PDF. It may be damaged: save it anew, or print it to PDF.",
    "empty": "This document has no page.",
    "ends early": "The file ends before the document does: it is damaged, or its upload broke off. Upload it again.",
    "too much": "The first page takes too long to draw, or too much memory. Print the document to PDF anew.",
}


def read(file) -> Reading:
    """Read an uploaded PDF. The position in the file is put back to its start. Raises UnreadableDocument."""
    if not file.size:
        raise UnreadableDocument("The file is empty. Choose it again; it may not have been saved completely.")
    if file.size > MAX_BYTES:
        raise UnreadableDocument(
            f"The file is {file.size / MEGABYTE:,.0f} MB large; at most {MAX_BYTES // MEGABYTE} MB can be taken."
            " Save it with smaller pictures and try again."
        )
    file.seek(0)
    if b"%PDF-" not in file.read(1024):
        raise UnreadableDocument("This is not a PDF. Print or export the document to PDF, and upload that.")
    file.seek(max(0, file.size - 4096))
    if b"%%EOF" not in file.read():
        raise UnreadableDocument(_PROBLEMS["ends early"])
    digest = digest_of(file)
    words, picture = _look_into(file)
    if problem := words.get("problem"):
        raise UnreadableDocument(_PROBLEMS[problem])
    if words["pages"] > MAX_PAGES:
        raise UnreadableDocument(
            f"The document has {words['pages']:,} pages; at most {MAX_PAGES:,} can be taken. Upload it in parts."
        )
    return Reading(digest, words["pages"], picture)


def _look_into(file) -> tuple[dict, bytes]:
    """Have the program look into the file, which gets a name on this machine for as long as that takes."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        while chunk := file.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  (our own program, and a name of our own)
                [sys.executable, "-I", PROGRAM, copy.name], capture_output=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableDocument(_PROBLEMS["too much"]) from error
    line, _, picture = done.stdout.partition(b"\n")
    if done.returncode:
        logger.warning("A PDF could not be drawn: %s", done.stderr.decode(errors="replace")[-300:].strip())
        raise UnreadableDocument(_PROBLEMS["too much" if line or done.returncode < 0 else "broken"])
    return json.loads(line), picture
