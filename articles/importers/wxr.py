"""Read a WordPress export (WXR) as a stream, trusting nothing: not its size, its encoding or its entities."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

MAX_ITEM = 50_000_000  # characters; what one post with all its comments may take


class NotAnExport(Exception):
    """The file is something else. The message says what, for whoever chose it."""


class Malformed(Exception):
    """The export is broken from some place on. The message says where, and what is wrong."""


@dataclass
class Site:
    """The part of the export that is about the blog itself."""

    url: str = ""
    language: str = ""


@dataclass
class AuthorRecord:
    login: str
    email: str = ""
    name: str = ""
    bio: str = ""


@dataclass
class TermRecord:
    """A category or a tag."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""
    number: str = ""


@dataclass
class CommentRecord:
    number: str
    author: str = ""
    email: str = ""
    date: str = ""
    date_gmt: str = ""
    content: str = ""
    approved: str = ""
    type: str = ""
    parent: str = "0"


@dataclass
class ItemRecord:
    """A post, page, attachment or whatever else WordPress keeps as one of its posts."""

    number: str = ""
    type: str = ""
    status: str = ""
    title: str = ""
    link: str = ""
    guid: str = ""
    creator: str = ""
    content: str = ""
    excerpt: str = ""
    slug: str = ""
    date: str = ""
    date_gmt: str = ""
    published: str = ""  # RFC 822, as in a feed
    password: str = ""
    parent: str = "0"
    order: str = "0"
    comment_status: str = ""
    is_sticky: bool = False
    attachment_url: str = ""
    terms: list[tuple[str, str, str]] = field(default_factory=list)  # taxonomy, slug, name
    meta: dict[str, str] = field(default_factory=dict)
    comments: list[CommentRecord] = field(default_factory=list)


Record = Site | AuthorRecord | TermRecord | ItemRecord


def read(text: "CleanText") -> Iterator[Record]:
    """Yield what an export holds, in its order: the site first, then authors, terms and items.

    Memory stays that of the largest item. Raises NotAnExport before any item is yielded, and Malformed where the
    file breaks.
    """
    try:
        yield from _records(text)
    except ParseError as error:
        line, column = error.position
        message = str(error).split(":")[0]
        raise Malformed(f"Line {line:,}, column {column + 1:,}: {EXPLANATIONS.get(message, message)}.") from error
    except DefusedXmlException as error:
        raise NotAnExport(
            "The file declares a document type or entities. WordPress never writes those, and they can be used to"
            " attack, so the file is refused."
        ) from error


EXPLANATIONS = {
    "no element found": "the file ends in the middle; it was probably cut off while it was exported or copied",
    "unclosed token": "the file ends in the middle of a tag",
    "unclosed CDATA section": "the file ends in the middle of a text",
    "not well-formed (invalid token)": "there is a character that cannot stand here, often a bare & or <",
    "mismatched tag": "a closing tag does not match the one that was opened",
    "undefined entity": "an entity such as &nbsp; is used that XML does not know",
    "junk after document element": "there is something after the end of the export",
    "unbound prefix": "a prefix such as wp: is used without being declared",
}


class CleanText:
    """The characters of a binary file, without those that XML forbids and real exports have all the same.

    `progress` is told each number of bytes read. Raises NotAnExport for a file that is plainly something else.
    """

    CHUNK = 64 * 1024
    # Control characters as they are, and as references; the two last places of the basic plane; lone surrogates.
    ILLEGAL = re.compile(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]"
        "|&#(?:x0*(?:[0-8bceBCEfF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
    )
    UNREADABLE = "\ufffd"

    def __init__(self, file, progress=lambda count: None):
        self.file, self.progress = file, progress
        start = file.read(self.CHUNK)
        refuse_other_files(start)
        self.pending = start
        encoding = encoding_of(start)
        try:
            self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        except LookupError as error:
            raise NotAnExport(f"The file says that its encoding is “{encoding}”, which nobody knows.") from error
        self.carried = ""
        self.removed = self.unreadable = 0
        self.since_item = 0

    def read(self, size=-1):
        """Return some characters, whatever `size`; none at the end of the file."""
        while True:
            chunk, self.pending = self.pending or self.file.read(self.CHUNK), b""
            self.progress(len(chunk))
            text = self.carried + self.decoder.decode(chunk, final=not chunk)
            self.carried = ""
            if chunk and (start := text.rfind("&", -12)) >= 0 and ";" not in text[start:]:
                text, self.carried = text[:start], text[start:]  # a reference cut in two
            text, removed = self.ILLEGAL.subn("", text)
            self.removed += removed
            self.unreadable += text.count(self.UNREADABLE)
            self.since_item += len(text)
            if self.since_item > MAX_ITEM:
                raise Malformed(f"One item is longer than {MAX_ITEM:,} characters; nothing that large can be taken.")
            if text or not chunk:
                return text


def refuse_other_files(start: bytes) -> None:
    """Raise NotAnExport for the files that people choose by mistake."""
    if not start.strip():
        raise NotAnExport("The file is empty.")
    if start.startswith(b"\x1f\x8b"):
        raise NotAnExport("The file is compressed with gzip. Unpack it first.")
    if start.startswith(b"PK\x03\x04"):
        raise NotAnExport("The file is a ZIP archive. Unpack it first; a large site has several export files in it.")
    words = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if words.startswith((b"<!doctype html", b"<html")):
        raise NotAnExport("The file is a web page, not an export. Was the sign-in page saved in its place?")
    if words.startswith((b"{", b"[")):
        raise NotAnExport("The file is JSON. Export from WordPress with Tools → Export, which gives an XML file.")
    if not words.startswith(b"<") and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotAnExport("The file is not XML, hence not a WordPress export.")


def encoding_of(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = re.match(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""", start)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    return "utf-8-sig" if name in ("utf-8", "utf8") else name


def _records(text) -> Iterator[Record]:
    site, depth, channel, is_announced = Site(), 0, None, False
    for event, element in _events(text):
        if event == "start":
            depth += 1
            if depth == 1 and element.tag != "rss":
                raise NotAnExport(f"The file is XML, but not a WordPress export: it begins with <{_name(element)}>.")
            if depth == 2:
                channel = element
            continue
        depth -= 1
        if depth != 2:
            continue
        name = _name(element)
        if name in ("link", "base_blog_url") and _text(element):
            site.url = _text(element)
        elif name == "language":
            site.language = _text(element)
        elif name in ("author", "category", "tag", "term", "item"):
            if not is_announced:
                yield site
                is_announced = True
            record = RECORDS[name](element)
            if record is not None:
                yield record
        channel.clear()
        text.since_item = 0
    if not is_announced:
        raise NotAnExport("The file is a feed without any item, or an export of nothing.")


def _events(text):
    return iterparse(text, events=("start", "end"), forbid_dtd=True)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _fields(element: Element) -> dict[str, str]:
    """The texts of the children that have a namespace or stand alone, by their local name."""
    return {_name(child): child.text or "" for child in element}


def _author(element):
    texts = {name: text.strip() for name, text in _fields(element).items()}
    full_name = f"{texts.get('author_first_name', '')} {texts.get('author_last_name', '')}".strip()
    return AuthorRecord(
        login=texts.get("author_login", ""),
        email=texts.get("author_email", ""),
        name=texts.get("author_display_name", "") or full_name,
        bio=texts.get("author_description", ""),
    )


def _category(element):
    texts = _fields(element)
    return TermRecord(
        "category", texts.get("category_nicename", "").strip(), texts.get("cat_name", "").strip(),
        texts.get("category_parent", "").strip(), texts.get("category_description", "").strip(),
        texts.get("term_id", "").strip(),
    )  # fmt: skip


def _tag(element):
    texts = _fields(element)
    return TermRecord(
        "post_tag", texts.get("tag_slug", "").strip(), texts.get("tag_name", "").strip(),
        description=texts.get("tag_description", "").strip(), number=texts.get("term_id", "").strip(),
    )  # fmt: skip


def _term(element):
    texts = {name: text.strip() for name, text in _fields(element).items()}
    return TermRecord(
        texts.get("term_taxonomy", ""), texts.get("term_slug", ""), texts.get("term_name", ""),
        texts.get("term_parent", ""), texts.get("term_description", ""), texts.get("term_id", ""),
    )  # fmt: skip


def _item(element):
    item = ItemRecord()
    for child in element:
        name, text = _name(child), child.text or ""
        if name == "encoded":
            if "excerpt" in child.tag:
                item.excerpt = text
            else:
                item.content = text
        elif name == "category":
            item.terms.append((child.get("domain", ""), child.get("nicename", ""), text.strip()))
        elif name == "postmeta":
            texts = _fields(child)
            item.meta[texts.get("meta_key", "")] = texts.get("meta_value", "")
        elif name == "comment":
            item.comments.append(_comment(child))
        elif name == "is_sticky":
            item.is_sticky = text.strip() == "1"
        elif attribute := ITEM_TEXTS.get(name):
            setattr(item, attribute, text.strip())
    if not item.type:
        raise NotAnExport("The file is an RSS feed, not an export: its items do not say what kind of post they are.")
    return item


ITEM_TEXTS = {
    "title": "title",
    "link": "link",
    "pubDate": "published",
    "creator": "creator",
    "guid": "guid",
    "post_id": "number",
    "post_date": "date",
    "post_date_gmt": "date_gmt",
    "comment_status": "comment_status",
    "post_name": "slug",
    "status": "status",
    "post_parent": "parent",
    "menu_order": "order",
    "post_type": "type",
    "post_password": "password",
    "attachment_url": "attachment_url",
}


def _comment(element):
    texts = _fields(element)
    return CommentRecord(
        **{
            name: texts.get(f"comment_{source}", "").strip()
            for name, source in (
                ("number", "id"),
                ("author", "author"),
                ("email", "author_email"),
                ("date", "date"),
                ("date_gmt", "date_gmt"),
                ("content", "content"),
                ("approved", "approved"),
                ("type", "type"),
                ("parent", "parent"),
            )
        }
    )


RECORDS = {"author": _author, "category": _category, "tag": _tag, "term": _term, "item": _item}
