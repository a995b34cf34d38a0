"""A page as it is kept: its bytes compressed once, its headers, and what it is made of."""

import gzip
import hashlib
import json
import re
import struct
import sys
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

import brotli

# Four letters, a checksum of all that follows, the lengths of the head and of the two forms of the body.
HEAD = struct.Struct("<4sIIII")
MAGIC = b"NPG2"
# A step further costs readers who wait for the first answer more than it saves those who come after.
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
OF_ONE_ANSWER = {"content-length", "etag", "date", "connection", "surrogate-key", "cache-tag", "cache-control", "age"}

_DIRECTIVE = re.compile(r"([a-z-]+)(?:=(\d+))?")


@dataclass
class Page:
    headers: list[tuple[str, str]]
    cache_control: str
    keys: str  # with spaces between them, which takes a tenth of the memory of a set
    number: int  # of the last purge when the page began to be made
    made_at: float  # seconds since 1970, as all of these
    fresh_until: float
    kept_until: float
    brotli: bytes
    gzip: bytes
    etag: str
    answers: dict[str, list] = field(default_factory=dict)  # headers, by the form in which the body is sent
    seen: int = -1  # the number of the last purge that is known to have left it right

    @classmethod
    def made(cls, headers: list[tuple[str, str]], body: bytes, number: int, at: float) -> "Page | None":
        """Return a page made of the answer of an application, or None where that is not for keeping."""
        said = {name.lower(): value for name, value in headers}
        limits = directives(said.get("cache-control", ""))
        keys = said.get("surrogate-key", "").split()
        seconds = limits.get("s-maxage") or 0
        varies = {name.strip().lower() for name in said.get("vary", "").split(",")} - {"", "accept-encoding"}
        # Who sends an Authorization is answered anew each time; caches in front are told that it matters.
        vary = "Accept-Encoding, Authorization" if "authorization" in varies else "Accept-Encoding"
        if not keys or not seconds or "public" not in limits or "set-cookie" in said or varies - {"authorization"}:
            return None
        if "content-encoding" in said:
            return None
        kept = [(name, value) for name, value in headers if name.lower() not in {*OF_ONE_ANSWER, "vary"}]
        return cls(
            headers=_shared([*kept, ("Vary", vary)]),
            cache_control=said["cache-control"],
            keys=" ".join(sorted(keys)),
            number=number,
            made_at=at,
            fresh_until=at + seconds,
            kept_until=at + seconds + (limits.get("stale-if-error") or 0),
            brotli=brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
            gzip=gzip.compress(body, GZIP_LEVEL, mtime=0),
            etag=hashlib.blake2b(body, digest_size=12).hexdigest(),
        )

    @property
    def is_right_while_old(self):
        """Whether it may be served for a while after it has expired; otherwise it is wrong then."""
        return self.kept_until > self.fresh_until

    @property
    def size(self):
        return len(self.brotli) + len(self.gzip) + len(self.keys) + 4000

    @property
    def identity(self):
        return gzip.decompress(self.gzip)

    def dump(self) -> bytes:
        head = json.dumps(
            {
                "headers": self.headers,
                "cache_control": self.cache_control,
                "keys": self.keys,
                "number": self.number,
                "made_at": self.made_at,
                "fresh_until": self.fresh_until,
                "kept_until": self.kept_until,
                "etag": self.etag,
            }
        ).encode()
        rest = head + self.brotli + self.gzip
        return HEAD.pack(MAGIC, zlib.crc32(rest), len(head), len(self.brotli), len(self.gzip)) + rest

    @classmethod
    def load(cls, content: bytes) -> "Page":
        """Return the page that was dumped. Raises ValueError where it is not whole, as after a power cut."""
        try:
            magic, checksum, head, first, second = HEAD.unpack_from(content)
        except struct.error as error:
            raise ValueError("This is no kept page.") from error
        rest = content[HEAD.size :]
        if magic != MAGIC or len(rest) != head + first + second or zlib.crc32(rest) != checksum:
            raise ValueError("This kept page is damaged.")
        fields = json.loads(rest[:head])
        fields["headers"] = _shared(fields["headers"])
        return cls(**fields, brotli=rest[head : head + first], gzip=rest[head + first :])


def _shared(headers):
    """The headers as text that all pages have in common: most are the same, and some of them long."""
    return [(sys.intern(name), sys.intern(value)) for name, value in headers]


def directives(cache_control: str) -> dict[str, int | None]:
    found = (_DIRECTIVE.fullmatch(part.strip().lower()) for part in cache_control.split(","))
    return {match[1]: int(match[2]) if match[2] else None for match in found if match}


LONGEST = 500  # characters of a header that are looked at; browsers send fewer


def preferred(accept_encoding: str) -> str:
    return _preferred(accept_encoding[:LONGEST])


@lru_cache(maxsize=512)
def _preferred(accept_encoding: str) -> str:
    """Return which of "br", "gzip" and "" (as it is) a browser gets."""
    weights = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        weight = 1.0
        if found := re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameters):
            weight = float(found[1])
        weights[name.strip()] = weight
    for name in ("br", "gzip"):
        if weights.get(name, weights.get("*", 0)) > 0:
            return name
    return ""


def etags_in(if_none_match: str) -> frozenset[str]:
    """The tags a browser has, weak ones as if they were strong: all that counts is whether the page is the same."""
    return frozenset(tag or "*" for tag, _ in re.findall(r'"([^"]*)"|(\*)', if_none_match[:LONGEST]))
