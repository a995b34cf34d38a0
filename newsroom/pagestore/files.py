"""Pages in files of this machine, and what was purged in a table that all its processes share.

A hit in a worker's own memory asks the table alone, which costs no call of the system.
"""

import fcntl
import mmap
import os
import tempfile
import threading
import time
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

# The table is of 64-bit numbers. First what is known of the store, then a row of counters for each process, then the
# number of the last purge of whatever falls on a slot. A key falls on two, as in a Bloom filter, and counts as purged
# when both are: after a thousand other purges one key of 250,000 does for no reason; with one slot, one of 1,000.
FORMAT, LAST, BORN, PAGES, BYTES, ROWS_TAKEN = range(6)
VERSION = 2
FIRST_ROW, ROWS, COLUMNS = 8, 120, ("hits", "misses", "stale", "errors")
FIRST_SLOT, SLOTS = 512, 1 << 20
SIZE = 8 * (FIRST_SLOT + SLOTS)

LOOKS_EVERY = 1.0  # seconds after which a process asks whether the table is still the one in the folder
LEFT = 0.8  # of the bytes allowed, after the oldest pages were removed
GUARDS = 3  # letters of a name that make a guard: 4,096 of them
A_PART = 600  # seconds after which an unfinished file was left by somebody who died


def slots(key: str) -> tuple[int, int]:
    """Those of a key: two keys that differ have both in common once in four thousand million pairs."""
    digest = zlib.crc32(key.encode())
    return FIRST_SLOT + digest % SLOTS, FIRST_SLOT + (digest >> 12) % SLOTS


def purged_last(table, key: str) -> int:
    first, second = slots(key)
    return min(table[first], table[second])


class FileStore:
    def __init__(self, folder: str, limit: int):
        self.folder, self.limit = Path(folder), limit
        self._opening = threading.Lock()
        self._table = self._inode = self._pid = None
        self._looked_at = 0.0

    # -- what was purged

    def number(self):
        return self._opened()[LAST]

    def is_right(self, number, keys):
        table = self._opened()
        return number >= table[BORN] and all(purged_last(table, key) <= number for key in keys)

    def purged(self, keys):
        table = self._opened()
        born = table[BORN]
        return {key: max(purged_last(table, key), born) for key in keys}

    def purge(self, keys):
        self._looked_at = 0.0
        table = self._opened()
        with self._locked():
            number = table[LAST] + 1
            # The slots first: whoever dies in between leaves pages that are made once too often.
            for key in keys:
                for place in slots(key):
                    table[place] = number
            table[LAST] = number

    def _opened(self):
        now = time.monotonic()
        if now - self._looked_at > LOOKS_EVERY or self._pid is None:
            with self._opening:
                self._look()
            self._looked_at = now
        return self._table

    def _look(self):
        """Open the table, anew where the folder was emptied meanwhile; every process has a row to count in."""
        with suppress(FileNotFoundError):
            if os.stat(self.folder / "table").st_ino == self._inode and self._pid == os.getpid():
                return
        for folder in (self.folder, self.folder / "pages", self.folder / "guards"):
            folder.mkdir(mode=0o700, parents=folder is self.folder, exist_ok=True)
        with self._locked():
            descriptor = os.open(self.folder / "table", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if os.fstat(descriptor).st_size != SIZE:
                    os.ftruncate(descriptor, 0)
                    os.posix_fallocate(descriptor, 0, SIZE)  # a full disk says so now, not when a purge is written
                table = memoryview(mmap.mmap(descriptor, SIZE)).cast("Q")
                inode = os.fstat(descriptor).st_ino
            finally:
                os.close(descriptor)
            if table[FORMAT] != VERSION:
                table[LAST] = table[BORN] = time.time_ns() // 1000  # later than any number of a table before this one
                table[FORMAT] = VERSION
                self._remove_oldest(table, self.limit)
            self._row = FIRST_ROW + len(COLUMNS) * (table[ROWS_TAKEN] % ROWS)
            table[ROWS_TAKEN] += 1
        self._table, self._inode, self._pid = table, inode, os.getpid()

    @contextmanager
    def _locked(self):
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    # -- pages

    def _path(self, name):
        return self.folder / "pages" / name[:2] / name[2:]

    def read(self, name):
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name, content, seconds):
        table, path = self._opened(), self._path(name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".")  # for its owner alone
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            before = path.stat().st_size if path.exists() else None
            os.replace(part, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part)
        table[PAGES] += before is None
        table[BYTES] = max(0, table[BYTES] + len(content) - (before or 0))
        if table[BYTES] > self.limit:
            with self._locked():
                if table[BYTES] > self.limit:
                    self._remove_oldest(table, self.limit * LEFT)

    def _remove_oldest(self, table, limit):
        """Remove the pages made longest ago until the others fit, and what was never finished."""
        found = []
        for entry in self._entries():
            with suppress(FileNotFoundError):
                status = entry.stat()
                if entry.name.startswith("."):
                    if status.st_mtime < time.time() - A_PART:
                        os.unlink(entry)
                else:
                    found.append((status.st_mtime, status.st_size, entry.path))
        total, left = sum(size for _, size, _ in found), len(found)
        for _, size, path in sorted(found):
            if total <= limit:
                break
            with suppress(FileNotFoundError):
                os.unlink(path)
            total, left = total - size, left - 1
        table[PAGES], table[BYTES] = left, total

    def _entries(self):
        for letters in self._scan(self.folder / "pages"):
            yield from self._scan(letters)

    @staticmethod
    def _scan(folder):
        try:
            with os.scandir(folder) as entries:
                yield from entries
        except (FileNotFoundError, NotADirectoryError):
            return

    def guard(self, name):
        self._opened()
        descriptor = os.open(self.folder / "guards" / name[:GUARDS], os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return lambda: os.close(descriptor)

    # -- figures

    def count(self, what):
        self._opened()[self._row + COLUMNS.index(what)] += 1

    def figures(self):
        table = self._opened()
        last = FIRST_ROW + ROWS * len(COLUMNS)
        counted = {name: sum(table[FIRST_ROW + place : last : len(COLUMNS)]) for place, name in enumerate(COLUMNS)}
        return counted | {"pages": table[PAGES], "bytes": table[BYTES]}
