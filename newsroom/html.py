"""The HTML policy: what a body may hold. The only file that knows bleach exists.

clean() reads whatever an editor, a paste or an import brings (newsroom.tagsoup) and writes it anew in these forms:

    h2 h3 p ul ol blockquote hr pre table figure                   blocks, no text beside them
    p class="embed"   blockquote class="pull"                      a player to load on demand; a pull quote
    div class="gallery"                                            two figures or more, and nothing else
    img alt="" role="presentation"                                 a picture that says nothing of its own
    a strong em s sub sup code br   span lang dir                  within text
    span class="footnote"                                          the text of a note, where its number goes
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import groupby
from typing import NamedTuple

import bleach
from django.utils.safestring import SafeString, mark_safe

from newsroom.tagsoup import (
    LANGUAGE,
    MARKS,
    WITHIN_TEXT,
    Element,
    Mark,
    Run,
    TooMuchMarkup,
    address_of,
    characters_of,
    elements_in,
    language_of,
    names,
    read,
    runs_of,
)

MAX_LENGTH = 500_000  # characters; the cost of parsing is not linear, so longer input is refused unread
MAX_MARKUP = 10_000  # tags and character references to store, which take a second; a long text has hundreds
MAX_DEPTH = 8  # quotes, lists and tables within each other; deeper ones become plain paragraphs

_TOO_LONG = "The text is {:,} characters long, with its markup; at most {:,} can be kept."


_CELL = {"colspan": re.compile(r"[2-9]|[1-9][0-9]"), "rowspan": re.compile(r"[2-9]|[1-9][0-9]{1,2}")}
_WEB = r"https?://[^\s/?#:@%]+(:[0-9]{1,5})?([/?#]\S*)?|/(?!/)\S*"
_ID = re.compile(r"s-[^\s\"'<>&]+")

# What each tag may carry, in the order in which it is written; tags that carry nothing are listed for their own sake.
POLICY: dict[str, dict[str, re.Pattern[str]]] = {
    **dict.fromkeys(names("br code em figcaption figure hr li pre s strong sub sup table tbody thead tr ul"), {}),
    "a": {"href": re.compile(rf"{_WEB}|mailto:\S+@\S+|#\S+")},
    "blockquote": {"class": re.compile("pull"), **LANGUAGE},
    "div": {"class": re.compile("gallery")},
    "h2": {"id": _ID, **LANGUAGE},
    "h3": {"id": _ID, **LANGUAGE},
    "img": {"src": re.compile(_WEB), "alt": re.compile(r".*"), "role": re.compile("presentation")},
    "ol": {"start": re.compile(r"-?[0-9]{1,6}")},
    "p": {"class": re.compile("embed"), **LANGUAGE},
    "span": {"class": re.compile("footnote"), **LANGUAGE},
    "td": _CELL,
    "th": {**_CELL, "scope": re.compile("col|row|colgroup|rowgroup")},
}


class Stored(str):
    """What clean() has returned, and so need not clean again on its way from a form to the database."""

    __slots__ = ()


def clean(html: str) -> Stored:
    """Return what may be stored of `html`; a fixed point: cleaning twice changes nothing more.

    Raises ValueError, in words for the person who sent it, where there is too much of it.
    """
    if isinstance(html, Stored):
        return html
    if len(html) > MAX_LENGTH:
        raise ValueError(_TOO_LONG.format(len(html), MAX_LENGTH))
    # At least half of what word processors write is noise.
    document = read(html, _attributes, most_tags=2 * MAX_MARKUP)
    blocks = _Composer().blocks(document.root)
    if document.had_notes:
        while blocks and blocks[-1].tag == "hr":  # the rule that stood above the notes
            blocks.pop()
    result = "".join(block.html for block in blocks)
    if len(result) > MAX_LENGTH:
        raise ValueError(_TOO_LONG.format(len(result), MAX_LENGTH))
    if result.count("<") + result.count("&") > MAX_MARKUP:
        raise TooMuchMarkup
    return Stored(_guarded(blocks))


def text(html: str) -> str:
    """Return the words of stored HTML, for search, counting and descriptions."""
    spaced = re.sub(r"<(/?)(\w+)([^<>]*+)>", lambda tag: "" if _joins(tag) else " ", html)
    return " ".join(characters_of(spaced).split())


def trusted(html: str) -> SafeString:
    """Mark stored, hence clean, HTML as fit for a page. The one place where that is said."""
    return mark_safe(html)


def json_for_page(value: object) -> SafeString:
    """Write JSON that may stand within a script element: nothing in it can end that, or begin another."""
    text = json.dumps(value, ensure_ascii=False)
    return mark_safe(text.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}))


def _guarded(blocks: list["Block"]) -> str:
    """Write the blocks as bleach sees them, which changes nothing unless something above is wrong."""
    # One for each call: a Cleaner shared by threads mixes their texts up.
    cleaner = bleach.Cleaner(
        tags=POLICY.keys(),
        attributes=lambda tag, name, value: _allowed(tag, name, unescape(value)),
        protocols={"http", "https", "mailto"},
        strip=True,
    )
    # In portions, because bleach's time grows with the square of the number of siblings.
    portions = range(0, len(blocks), 100)
    return "".join(cleaner.clean(_joined(blocks[start : start + 100])) for start in portions)


def _joins(tag: re.Match[str]) -> bool:
    """Whether the words on both sides of a tag may be one word."""
    return tag[2] in MARKS and "footnote" not in tag[3]


def _allowed(tag: str, name: str, value: str) -> bool:
    pattern = POLICY.get(tag, {}).get(name)
    return pattern is not None and pattern.fullmatch(value) is not None


def _escape(characters: str) -> str:
    return characters.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _attributes(tag: str, values: dict[str, str]) -> str:
    """Write those of `values` that the policy allows to `tag`."""
    return "".join(
        f' {name}="{_escape(values[name])}"'
        for name in POLICY[tag]
        if name in values and _allowed(tag, name, values[name])
    )


# -- from a tree of anything to the forms that are stored

_TAG_OF = {"footnote": "span"}  # where the name of a mark is not its tag
_BLANK = " \xa0\n\t"
_INVISIBLE = _BLANK + "\xad\u200b\u200c\u200d\u200e\u200f\u2060"
_GAP = re.compile(r"[ \xa0\n\t]{2,}|[\n\t]")
_PLAYERS = (
    (
        re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?![\w-])", re.A),
        "https://www.youtube.com/watch?v={}",
    ),
    (re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)", re.A), "https://vimeo.com/{}"),
)
# Players, and what the site itself keeps to hear, to watch and to read.
_EMBEDDED = tuple(f'<a href="{address}' for address in ("http", "/recording/", "/document/"))
# Our own, and those of WordPress's blocks, its shortcode and its plugin Jetpack.
_GALLERIES = names("gallery wp-block-gallery blocks-gallery-grid tiled-gallery wp-block-jetpack-tiled-gallery")
_NUMBERING = re.compile(r"\W?(\d{1,4}|[a-z]|[ivxlcdm]{1,7})[.)]", re.I)


class Block(NamedTuple):
    tag: str
    attributes: str
    content: str

    @property
    def html(self) -> str:
        return f"<{self.tag}{self.attributes}>" + ("" if self.tag == "hr" else f"{self.content}</{self.tag}>")


class _Composer:
    """Writes a tree as blocks of the forms that the policy knows, each legal where it stands."""

    def __init__(self):
        self.depth = 0
        self.in_table = False
        self.ids: set[str] = set()
        self.headings: Counter[str] = Counter()

    def blocks(self, element: Element, language: dict[str, str] | None = None) -> list[Block]:
        """Return what is within `element`; text beside blocks becomes paragraphs."""
        blocks: list[Block] = []
        for kind, group in groupby(_without_gaps(element.children), self.kind):
            if kind == "text":
                runs = runs_of(Element("p", children=list(group)), "")
                blocks.extend(_paragraphs(runs, language or {}))
            elif kind == "word list":
                blocks.extend(_nest([item for item in map(self.word_item, group) if item[2]]))
            else:
                for child in group:
                    blocks.extend(self.block(child, language_of(child.attributes) or language or {}))
        return blocks

    def kind(self, child: Run | Element) -> str:
        if isinstance(child, Run) or child.tag == "marker":
            return "text"
        return "word list" if child.tag == "p" and _word_level(child) and self.depth < MAX_DEPTH else "block"

    def block(self, element: Element, language: dict[str, str]) -> list[Block]:
        match element.tag:
            case "img":
                return self.picture(element)
            case "iframe":
                return self.player(element)
            case "figure":
                return self.figure(element, language)
            case _ if _is_gallery(element):
                return self.gallery(element, language)
            case "pre":
                return self.preformatted(element)
            case "hr":
                return [] if self.depth else [Block("hr", "", "")]
            case "h2" | "h3" if not self.depth:
                return self.heading(element, language)
            case "p" if not self.depth and "embed" in _classes(element.attributes):
                return self.embed(element, language)
            case "blockquote" | "ul" | "ol" if self.depth < MAX_DEPTH:
                self.depth += 1
                blocks = (
                    self.quote(element, language) if element.tag == "blockquote" else self.listing(element, language)
                )
                self.depth -= 1
                return blocks
            case "table" if self.depth < MAX_DEPTH and not self.in_table:
                self.depth, self.in_table = self.depth + 1, True
                blocks = self.table(element)
                self.depth, self.in_table = self.depth - 1, False
                return blocks
            case _:
                return self.blocks(element, language)

    def heading(self, element: Element, language: dict[str, str]) -> list[Block]:
        pictures = self.pictures(element)
        runs = _tidy(
            Run(run.text.replace("\n", " "), tuple(mark for mark in run.marks if mark.name != "strong"))
            for run in runs_of(element)
        )
        if _is_blank(runs):
            return pictures
        words = "".join(run.text for run in runs if not _in_note(run))
        attributes = _attributes(element.tag, {"id": self.id_for(words), **language})
        return [Block(element.tag, attributes, _inline(runs)), *pictures]

    def id_for(self, words: str) -> str:
        """Make an id of the words of a heading. Its prefix keeps it from being taken for a name in scripts."""
        kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in words.lower())
        stem = "s-" + ("-".join(kept.split())[:60].strip("-") or "part")
        name = stem
        while name in self.ids or not self.headings[stem]:
            self.headings[stem] += 1
            name = stem if self.headings[stem] == 1 else f"{stem}-{self.headings[stem]}"
        self.ids.add(name)
        return name

    def embed(self, element: Element, language: dict[str, str]) -> list[Block]:
        if not all(isinstance(child, Run) for child in element.children):
            return self.blocks(element, language)
        runs = _tidy(runs_of(element))
        links = {next((mark for mark in run.marks if mark.name == "a"), None) for run in runs}
        link = links.pop() if len(links) == 1 else None
        if not link or not link.opening.startswith(_EMBEDDED) or any(_in_note(run) for run in runs):
            return self.blocks(element, language)
        title = " ".join("".join(run.text for run in runs).split())
        return [Block("p", _attributes("p", {"class": "embed", **language}), _inline([Run(title, (link,))]))]

    def player(self, element: Element) -> list[Block]:
        for pattern, address in _PLAYERS:
            if found := pattern.match(element.attributes.get("src", "").strip()):
                title = " ".join(element.attributes.get("title", "").split()) or "Video"
                attributes = "" if self.depth else _attributes("p", {"class": "embed"})
                return [Block("p", attributes, f'<a href="{address.format(found[1])}">{_escape(title)}</a>')]
        return []

    def picture(self, element: Element) -> list[Block]:
        source, words = address_of(element.attributes.get("src", "")), element.attributes.get("alt", "")
        if not _allowed("img", "src", source):
            return []
        attributes = {"src": source, "alt": " ".join(words.split())}
        if not attributes["alt"] and _is_decorative(element.attributes):
            attributes["role"] = "presentation"
        return [Block("figure", "", f"<img{_attributes('img', attributes)}>")]

    def pictures(self, element: Element) -> list[Block]:
        """Take the pictures out of what holds text alone."""
        return [block for image in _take(element, "img") for block in self.picture(image)]

    def figure(self, element: Element, language: dict[str, str]) -> list[Block]:
        pictures = self.pictures(element)
        captions = _take(element, "figcaption")
        others = self.blocks(element, language)
        if not pictures:
            return others + [block for caption in captions for block in self.blocks(caption, language)]
        runs = _tidy(runs_of(Element("figure", children=captions), "\n"))
        if not _is_blank(runs):
            caption = _inline([Run(run.text.replace("\n\n", "\n"), run.marks) for run in runs])
            pictures[-1] = Block("figure", "", f"{pictures[-1].content}<figcaption>{caption}</figcaption>")
        return pictures + others

    def gallery(self, element: Element, language: dict[str, str]) -> list[Block]:
        """Join the pictures that follow one another; words among them or after them stay where they are."""
        for inner in elements_in(element):
            classes = _classes(inner.attributes)
            if inner.tag in ("div", "li", "p") and any(name.endswith("gallery-caption") for name in classes):
                inner.tag = "figcaption"
            elif inner.tag in ("div", "li") and any(name.endswith("gallery-item") for name in classes):
                inner.tag = "figure"
            elif inner.tag in ("ul", "ol", "li") or _is_gallery(inner):
                inner.tag, inner.attributes = "div", language_of(inner.attributes)
        blocks: list[Block] = []
        for tag, group in groupby(self.blocks(element, language), lambda block: block.tag):
            neighbours = list(group)
            if tag == "figure" and len(neighbours) > 1 and not self.depth:
                neighbours = [Block("div", _attributes("div", {"class": "gallery"}), _joined(neighbours))]
            blocks.extend(neighbours)
        return blocks

    def preformatted(self, element: Element) -> list[Block]:
        pictures = self.pictures(element)
        runs = [
            Run(run.text, tuple(mark for mark in run.marks if mark.name != "footnote"))
            for run in runs_of(element, "\n")
        ]
        while runs and not runs[0].text.strip():
            del runs[0]
        while runs and not runs[-1].text.strip():
            del runs[-1]
        if not runs:
            return pictures
        # A line feed right after the tag would be taken for none.
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip("\n"))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
        return [Block("pre", "", _inline(runs, "\n")), *pictures]

    def quote(self, element: Element, language: dict[str, str]) -> list[Block]:
        blocks = self.blocks(element)
        if self.depth == 1 and "pull" in _classes(element.attributes):
            language = {"class": "pull", **language}
        return [Block("blockquote", _attributes("blockquote", language), _joined(blocks))] if blocks else []

    def listing(self, element: Element, language: dict[str, str]) -> list[Block]:
        items: list[Element] = []
        is_open = False  # whether the last item was made of what stands in no li, so that more of it belongs there
        for child in _without_gaps(element.children):
            if isinstance(child, Element) and child.tag == "li":
                items.append(child)
                is_open = False
            elif items and (is_open or (isinstance(child, Element) and child.tag in ("ul", "ol"))):
                items[-1].children.append(child)
            else:
                items.append(Element("li", children=[child]))
                is_open = True
        contents = [self.cell(item, language_of(item.attributes) or language) for item in items]
        content = "".join(f"<li>{content}</li>" for content in contents if content)
        start = element.attributes.get("start", "1")
        attributes = _attributes("ol", {"start": start}) if element.tag == "ol" and start != "1" else ""
        return [Block(element.tag, attributes, content)] if content else []

    def cell(self, element: Element, language: dict[str, str]) -> str:
        """Write the content of a list item or cell; its only paragraph needs no tags."""
        first, *others = self.blocks(element, language) or [Block("p", "", "")]
        if first.tag == "p" and not first.attributes and all(other.tag in ("ul", "ol") for other in others):
            return first.content + _joined(others)
        return first.html + _joined(others)

    def word_item(self, element: Element) -> tuple[int, str, str]:
        """Return level, tag and content of a paragraph that Word shows as a list item."""
        level = min(_word_level(element), MAX_DEPTH - self.depth)
        marker = "".join(run.text for inner in _take(element, "marker") for run in runs_of(inner)).strip(_BLANK)
        self.depth += level
        content = self.cell(element, language_of(element.attributes))
        self.depth -= level
        return level, "ol" if _NUMBERING.match(marker) else "ul", content

    def table(self, element: Element) -> list[Block]:
        """Write a table, after whatever stood in it outside its cells."""
        heads: list[list[Block]] = []
        rows: list[list[Block]] = []
        outside = Element("div")

        def gather(parent: Element, into: list[list[Block]]) -> None:
            for child in parent.children:
                if isinstance(child, Run):
                    outside.children.append(child)
                elif child.tag in ("td", "th"):
                    if parent.tag != "tr" and (not into or parent.children[0] is child):
                        into.append([])
                    content = self.cell(child, language_of(child.attributes))
                    into[-1].append(Block(child.tag, _attributes(child.tag, child.attributes), content))
                elif child.tag in ("thead", "tbody", "tr"):
                    if child.tag == "tr":
                        into.append([])
                    gather(child, heads if child.tag == "thead" else into)
                else:
                    outside.children.append(child)

        gather(element, rows)
        before = self.blocks(outside)
        heads, rows = [row for row in heads if row], [row for row in rows if row]
        if not any(cell.content for row in heads + rows for cell in row):
            return before
        if not heads:  # editors know no thead, only header cells
            while len(rows) > 1 and all(cell.tag == "th" for cell in rows[0]):
                heads.append(rows.pop(0))
        parts = (("thead", heads), ("tbody", rows))
        content = "".join(
            f"<{tag}>{''.join(f'<tr>{_joined(row)}</tr>' for row in part)}</{tag}>" for tag, part in parts if part
        )
        return [*before, Block("table", "", content)]


def _classes(attributes: dict[str, str]) -> list[str]:
    return attributes.get("class", "").split()


def _is_gallery(element: Element) -> bool:
    return element.tag == "gallery" or (
        element.tag in ("div", "ul", "ol") and not _GALLERIES.isdisjoint(_classes(element.attributes))
    )


def _is_decorative(attributes: dict[str, str]) -> bool:
    role, hidden = attributes.get("role", ""), attributes.get("aria-hidden", "")
    return role.lower() in ("presentation", "none") or hidden.lower() == "true"


def _joined(blocks: Iterable[Block]) -> str:
    return "".join(block.html for block in blocks)


def _take(element: Element, tag: str) -> list[Element]:
    """Take the elements with this tag out of `element`, in their order."""
    taken, kept = [], []
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == tag:
                taken.append(child)
                continue
            taken.extend(_take(child, tag))
        kept.append(child)
    element.children = kept
    return taken


def _without_gaps(children: list[Run | Element]) -> Iterator[Run | Element]:
    """Leave out the white space between blocks."""
    is_after_block = True
    for child in children:
        if not (is_after_block and isinstance(child, Run) and not child.text.strip(_BLANK)):
            yield child
            is_after_block = isinstance(child, Element) and child.tag not in WITHIN_TEXT


def _word_level(element: Element) -> int:
    found = re.search(r"mso-list:[^;]*level([1-9])", element.attributes.get("style", "").lower())
    return int(found[1]) if found else 0


def _nest(items: list[tuple[int, str, str]]) -> list[Block]:
    """Make lists of items that know their level only."""
    nested: list[tuple[str, str]] = []
    index = 0
    while index < len(items):
        _, tag, content = items[index]
        end = index + 1
        while end < len(items) and items[end][0] > items[0][0]:
            end += 1
        nested.append((tag, f"<li>{content}{_joined(_nest(items[index + 1 : end]))}</li>"))
        index = end
    return [Block(tag, "", "".join(item for _, item in group)) for tag, group in groupby(nested, lambda item: item[0])]


# -- writing text


def _is_blank(runs: Iterable[Run]) -> bool:
    return not "".join(run.text for run in runs).strip(_INVISIBLE)


def _in_note(run: Run) -> bool:
    return bool(run.marks) and run.marks[0].name == "footnote"


def _space(gap: str) -> str:
    """Say what a stretch of white space amounts to: a paragraph's end, a line's, or one space."""
    breaks = gap.count("\n")
    if breaks:
        return "\n\n" if breaks > 1 else "\n"
    return gap if gap == "\xa0" else " "


def _tidy(runs: Iterable[Run]) -> list[Run]:
    """Trim text, join what carries the same marks, and take spaces out of the ends of marks."""
    tidied: list[Run] = []
    gap: list[Run] = []
    for run in runs:
        text, marks = run
        if _in_note(run):
            text = text.replace("\n", " ")
        words = text.strip(_BLANK)
        if not words:
            gap.append(run)
            continue
        lead = len(text) - len(text.lstrip(_BLANK))
        if lead:
            gap.append(Run(text[:lead], marks))
        words = _GAP.sub(lambda found: _space(found[0]), words)
        before = tidied[-1].marks if tidied else None
        if before is not None:
            common = tuple(mark for mark in before if mark in marks)
            # Space at the ends of a note would stand between a word and the number.
            space = "".join(each.text for each in gap if not _in_note(each) or each.marks[0] in common)
            if space:
                space = " " if common and common[0].name == "footnote" else _space(space)
                if common == before:
                    tidied[-1] = Run(tidied[-1].text + space, before)
                elif common == marks:
                    words = space + words
                else:
                    tidied.append(Run(space, common))
        if tidied and tidied[-1].marks == marks:
            tidied[-1] = Run(tidied[-1].text + words, marks)
        else:
            tidied.append(Run(words, marks))
        trail = len(text.rstrip(_BLANK))
        gap = [Run(text[trail:], marks)] if trail < len(text) else []
    return tidied


def _paragraphs(runs: Iterable[Run], language: dict[str, str]) -> list[Block]:
    paragraphs: list[list[Run]] = [[]]
    for text, marks in _tidy(runs):
        first, *others = text.split("\n\n")
        paragraphs[-1].append(Run(first, marks))
        paragraphs.extend([Run(other, marks)] for other in others)
    attributes = _attributes("p", language)
    return [Block("p", attributes, _inline(runs)) for runs in paragraphs if not _is_blank(runs)]


def _inline(runs: Iterable[Run], line_feed: str = "<br>") -> str:
    """Write text with its marks as tags, each opened as late and closed as early as can be."""
    parts: list[str] = []
    current: tuple[Mark, ...] = ()
    for text, marks in runs:
        if not text:
            continue
        if marks != current:
            shared = 0
            while shared < min(len(current), len(marks)) and current[shared] == marks[shared]:
                shared += 1
            parts.extend(f"</{_TAG_OF.get(mark.name, mark.name)}>" for mark in reversed(current[shared:]))
            parts.extend(mark.opening for mark in marks[shared:])
            current = marks
        parts.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", line_feed))
    parts.extend(f"</{_TAG_OF.get(mark.name, mark.name)}>" for mark in reversed(current))
    return "".join(parts)
