"""The media library of an export, on disk while the import runs, so that its size costs no memory."""

import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

PICTURES = (".avif", ".gif", ".jpe", ".jpeg", ".jpg", ".png", ".webp", ".bmp", ".heic", ".svg", ".tif", ".tiff")


@dataclass(frozen=True)
class Attachment:
    number: str
    url: str
    alt: str = ""
    caption: str = ""
    parent: str = "0"
    order: str = "0"
    page: str = ""

    @property
    def is_picture(self):
        return urlsplit(self.url).path.lower().endswith(PICTURES)


def url_key(url: str) -> str:
    """Return the part of a file's address that stays the same whichever host serves it: 2024/05/bridge.jpg."""
    path = unquote(urlsplit(url).path).replace("\0", "")
    for folder in ("/wp-content/uploads/", "/uploads/", "/files/"):
        if folder in path:
            return path.rpartition(folder)[2]
    match = re.search(r"(?:^|/)(\d{4}/\d{2}/[^/]+)$", path)
    return match[1] if match else path.lstrip("/")


def original_key(key: str) -> str:
    """Return the key of the file that a scaled copy, bridge-300x200.jpg, was made of."""
    return re.sub(r"-\d{1,5}x\d{1,5}(?=\.\w+$)", "", key)


class Library:
    """Attachments by number and by address, files by name, and what has to be looked at again at the end."""

    def __init__(self, media: Path | None):
        self.media = media and Path(media).resolve()
        self.is_indexed = False

    def __enter__(self):
        self.database = sqlite3.connect("", isolation_level=None)  # a temporary file, gone when closed
        self.database.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            CREATE TABLE attachment (
                number TEXT PRIMARY KEY, key TEXT, url TEXT, alt TEXT, caption TEXT, parent TEXT, position INTEGER,
                page TEXT, picture INTEGER
            );
            CREATE INDEX attachment_key ON attachment (key);
            CREATE INDEX attachment_page ON attachment (page);
            CREATE INDEX attachment_parent ON attachment (parent, position);
            CREATE TABLE file (name TEXT, path TEXT);
            CREATE INDEX file_name ON file (name);
            CREATE TABLE postponed (kind TEXT, target INTEGER, PRIMARY KEY (kind, target));
            """
        )
        return self

    def __exit__(self, *error):
        self.database.close()

    def add(self, attachment: Attachment, picture: int | None) -> None:
        position = int(attachment.order) if attachment.order.lstrip("-").isdecimal() else 0
        self.database.execute(
            "INSERT OR REPLACE INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                attachment.number, url_key(attachment.url), attachment.url, attachment.alt, attachment.caption,
                attachment.parent, max(-(2**31), min(position, 2**31)), attachment.page, picture,
            ),
        )  # fmt: skip

    def find(self, url: str, number: str = "") -> tuple[Attachment | None, int | None]:
        """Return the attachment shown at an address, and the key of its picture, as far as they are known."""
        key = url_key(url)
        for candidate in dict.fromkeys((key, original_key(key))):
            if found := self._one("key = ?", candidate):
                return found
        # A number alone is no proof: exports that were put together from several blogs number anew.
        found = self._one("number = ?", number) if number else None
        if found and _stem(found[0].url) == _stem(url):
            return found
        return None, None

    def has_page(self, url: str) -> bool:
        """Whether an address is that of WordPress's page about one of the attachments."""
        return self._one("page = ?", url) is not None

    def picture_key(self, number: str) -> int | None:
        found = self._one("number = ?", number)
        return found and found[1]

    def gallery(self, numbers: list[str] | None, parent: str) -> list[Attachment]:
        """Return the pictures of a gallery in their order: those named, else all that belong to the post."""
        if numbers:
            found = [one[0] for number in numbers[:500] if (one := self._one("number = ?", number))]
        else:
            found = [one[0] for one in self._all("parent = ? ORDER BY position, CAST(number AS INTEGER)", parent)]
        return [attachment for attachment in found if attachment.is_picture]

    def _one(self, condition, *values):
        return next(self._all(condition, *values), None)

    def _all(self, condition, *values):
        columns = "number, url, alt, caption, parent, position, page, picture"
        rows = self.database.execute(f"SELECT {columns} FROM attachment WHERE {condition}", values)  # noqa: S608
        for *texts, position, page, picture in rows:
            yield Attachment(*texts, str(position), page), picture

    def file(self, url: str) -> Path | None:
        """Return the file of an attachment: at its path below the uploads, else the only one of its name."""
        if self.media is None or not url:
            return None
        key = url_key(url)
        for candidate in (key, f"uploads/{key}", f"wp-content/uploads/{key}"):
            if path := self._inside(candidate):
                return path
        name = key.rpartition("/")[2]
        self._index()
        paths = [row[0] for row in self.database.execute("SELECT path FROM file WHERE name = ? LIMIT 2", (name,))]
        return self._inside(paths[0]) if len(paths) == 1 else None

    def _inside(self, name):
        """Return the file of this name if it is one, and really lies in the folder."""
        try:
            path = (self.media / name).resolve()
            return path if path.is_relative_to(self.media) and path.is_file() else None
        except (OSError, ValueError):
            return None

    def _index(self):
        if self.is_indexed:
            return
        self.is_indexed = True
        for folder, _, names in os.walk(self.media):
            below = Path(folder).relative_to(self.media)
            self.database.executemany("INSERT INTO file VALUES (?, ?)", ((name, str(below / name)) for name in names))

    def postpone(self, kind: str, target: int) -> None:
        self.database.execute("INSERT OR IGNORE INTO postponed VALUES (?, ?)", (kind, target))

    def postponed(self):
        yield from self.database.execute("SELECT kind, target FROM postponed ORDER BY kind, target")


def _stem(url):
    return original_key(url_key(url)).rpartition("/")[2].rpartition(".")[0]
