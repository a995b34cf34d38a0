"""The HTML policy: what a body may hold. The only file that knows bleach exists.

clean() reads whatever an editor, a paste or an import brings, as leniently as a browser would, and writes it anew in
the few forms below. Text is first taken apart into runs that carry their marks (bold, link, note), as editors do, so
that tags which overlap, repeat or stand where they may not come out right without rules of their own:

    h2 h3 p ul ol blockquote hr pre table figure                   blocks, no text beside them
    p class="embed"   blockquote class="pull"                      a player to load on demand; a pull quote
    a strong em s sub sup code br   span lang dir                  within text
    span class="footnote"                                          the text of a note, where its number goes
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

import bleach
from django.utils.safestring import SafeString, mark_safe

MAX_LENGTH = 500_000  # characters; the cost of parsing is not linear, so longer input is refused unread
MAX_MARKUP = 10_000  # tags and character references to store, which take a second; a long text has hundreds
MAX_OPEN = 60  # tags open at once while reading; deeper ones are read as if they were not there
MAX_DEPTH = 8  # quotes, lists and tables within each other; deeper ones become plain paragraphs

_TOO_LONG = "The text is {:,} characters long, with its markup; at most {:,} can be kept."
_TOO_MUCH = "The text has more markup in it than can be checked. Divide it into several."


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LANGUAGE = {"lang": re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*"), "dir": re.compile(r"ltr|rtl|auto")}
_CELL = {"colspan": re.compile(r"[2-9]|[1-9][0-9]"), "rowspan": re.compile(r"[2-9]|[1-9][0-9]{1,2}")}
_WEB = r"https?://[^\s/?#:@%]+(:[0-9]{1,5})?([/?#]\S*)?|/(?!/)\S*"
_ID = re.compile(r"s-[^\s\"'<>&]+")

# What each tag may carry, in the order in which it is written; tags that carry nothing are listed for their own sake.
POLICY: dict[str, dict[str, re.Pattern[str]]] = {
    **dict.fromkeys(_names("br code em figcaption figure hr li pre s strong sub sup table tbody thead tr ul"), {}),
    "a": {"href": re.compile(rf"{_WEB}|mailto:\S+@\S+|#\S+")},
    "blockquote": {"class": re.compile("pull"), **_LANGUAGE},
    "h2": {"id": _ID, **_LANGUAGE},
    "h3": {"id": _ID, **_LANGUAGE},
    "img": {"src": re.compile(_WEB), "alt": re.compile(r".*")},
    "ol": {"start": re.compile(r"-?[0-9]{1,6}")},
    "p": {"class": re.compile("embed"), **_LANGUAGE},
    "span": {"class": re.compile("footnote"), **_LANGUAGE},
    "td": _CELL,
    "th": {**_CELL, "scope": re.compile("col|row|colgroup|rowgroup")},
}


def clean(html: str) -> str:
    """Return what may be stored of `html`; a fixed point: cleaning twice changes nothing more.

    Raises ValueError, in words for the person who sent it, where there is too much of it.
    """
    if len(html) > MAX_LENGTH:
        raise ValueError(_TOO_LONG.format(len(html), MAX_LENGTH))
    reader = _Reader()
    reader.read(html)
    has_notes = _gather_notes(reader)
    blocks = _Composer().blocks(reader.root)
    if has_notes:
        while blocks and blocks[-1].tag == "hr":  # the rule that stood above the notes
            blocks.pop()
    result = "".join(block.html for block in blocks)
    if len(result) > MAX_LENGTH:
        raise ValueError(_TOO_LONG.format(len(result), MAX_LENGTH))
    if result.count("<") + result.count("&") > MAX_MARKUP:
        raise ValueError(_TOO_MUCH)
    return _guarded(blocks)


def text(html: str) -> str:
    """Return the words of stored HTML, for search, counting and descriptions."""
    spaced = re.sub(r"<(/?)(\w+)([^<>]*+)>", lambda tag: "" if _joins(tag) else " ", html)
    return " ".join(_characters(spaced).split())


def trusted(html: str) -> SafeString:
    """Mark stored, hence clean, HTML as fit for a page. The one place where that is said."""
    return mark_safe(html)


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
    return tag[2] in _MARKS and "footnote" not in tag[3]


def _allowed(tag: str, name: str, value: str) -> bool:
    pattern = POLICY.get(tag, {}).get(name)
    return pattern is not None and pattern.fullmatch(value) is not None


def _attributes(tag: str, values: dict[str, str]) -> str:
    """Write those of `values` that the policy allows to `tag`."""
    return "".join(
        f' {name}="{_escape(values[name])}"'
        for name in POLICY[tag]
        if name in values and _allowed(tag, name, values[name])
    )


# -- the small matters: characters, addresses, languages, styles

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0c\u2028\u2029]")
_HUGE_NUMBER = re.compile(r"&#0*+\d{8,}+;?")  # no character has it, and int() refuses thousands of digits
_UNFIT_FOR_ADDRESS = re.compile(r"[\s\"<>`{}|^\[\]\\\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


def _characters(markup: str) -> str:
    """Resolve character references; drop what no document may hold."""
    if "&" in markup:
        markup = unescape(_HUGE_NUMBER.sub("\ufffd", markup))
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", markup))


def _escape(characters: str) -> str:
    return characters.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _address(value: str) -> str:
    """Write an address as the policy has it; one it does not allow comes out as something else it does not allow."""
    value = re.sub(r"[\t\n\r]", "", _FORBIDDEN.sub("", value)).strip()
    value = _UNFIT_FOR_ADDRESS.sub(lambda unfit: quote(unfit[0]), value)
    scheme, colon, rest = value.partition(":")
    return scheme.lower() + colon + rest if scheme.isalpha() else value


def _language(attributes: dict[str, str]) -> dict[str, str]:
    """Return lang and dir where somebody meant them.

    Word notes a language on every word (in capitals, lang=EN-GB) and Google Docs dir="ltr" on every paragraph.
    """
    code, direction = attributes.get("lang", ""), attributes.get("dir", "").lower()
    if code[:2].isupper() and direction != "rtl":
        code = ""
    language = {"lang": code.lower(), "dir": direction}
    language = {name: value for name, value in language.items() if _LANGUAGE[name].fullmatch(value)}
    return {} if language == {"dir": "ltr"} else language


def _style(attributes: dict[str, str]) -> dict[str, str]:
    parts = (declaration.partition(":") for declaration in attributes.get("style", "").lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in parts}


# -- reading: from tags to a tree of blocks that hold runs of text

_RENAMED = {
    **dict.fromkeys(["b"], "strong"),
    **dict.fromkeys(["i", "cite", "dfn", "var"], "em"),
    **dict.fromkeys(["strike", "del"], "s"),
    **dict.fromkeys(["kbd", "samp", "tt"], "code"),
    **dict.fromkeys(["h1"], "h2"),
    **dict.fromkeys(["h4", "h5", "h6"], "h3"),
    **dict.fromkeys(
        _names(
            "address article aside body caption center dd details dialog dir dl dt fieldset footer form header hgroup"
            " html legend main menu nav optgroup option search section summary"
        ),
        "div",
    ),
    "tfoot": "tbody",
}
_MARKS = ("footnote", "a", "span", "strong", "em", "s", "sub", "sup", "code")  # as they stand in one another
_TAG_OF = {"footnote": "span"}  # where the name of a mark is not its tag
_WITHIN_TEXT = {"img", "iframe", "marker"}
_BLOCKS = _WITHIN_TEXT | _names("blockquote div figcaption figure h2 h3 hr li ol p pre table tbody td th thead tr ul")
_VOID = _names("area base col colgroup embed frame input link meta param source track wbr")
_VOID_BLOCKS = {"hr", "img", "iframe"}
_HEADINGS = {"h2", "h3"}
_TABLE_PARTS = {"thead", "tbody", "tr", "td", "th"}
# Which open elements the start of another ends, and which open element hides them from it.
_ENDS = {
    "li": ({"li"}, {"ul", "ol", "td", "th"}),
    "td": ({"td", "th"}, {"table"}),
    "th": ({"td", "th"}, {"table"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "thead": (_TABLE_PARTS, {"table"}),
    "tbody": (_TABLE_PARTS, {"table"}),
}
_UNREAD = {  # up to their end tag, whatever they hold
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.I)
    for tag in ("iframe", "noembed", "noframes", "noscript", "script", "style", "title")
}
_DROPPED = _names("applet audio canvas datalist head math object svg template video xml")

_BRACKET = re.compile(r"<(?=([!?]|/?[a-zA-Z]))")
# Possessive throughout, so that a hostile tag costs no more than its length.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"']))|[\"'])*+)>")
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]++)))?")


class Mark(NamedTuple):
    """A mark on text. The number keeps notes, and links that may lead to notes, apart from their neighbours."""

    name: str
    opening: str
    number: int = 0


class Run(NamedTuple):
    """Text, in which a line feed is a br, with its marks in the order of _MARKS."""

    text: str
    marks: tuple[Mark, ...]


class Element:
    def __init__(self, tag: str, attributes: dict[str, str] | None = None, children: list | None = None):
        self.tag = tag
        self.attributes = attributes or {}
        self.children: list[Run | Element] = children or []


class _Reader:
    """Makes a tree of tag soup. Every loop over what is open is bounded, so time grows with the length alone."""

    def __init__(self):
        self.root = Element("div")
        self.open = [self.root]
        self.inline: list[tuple[str, int, dict[str, Mark | None]]] = []  # tag, len(self.open), what it changes
        self.skipped: Counter[str] = Counter()
        self.links: dict[int, tuple[str, str]] = {}  # number of a link within the text: its target, its own name
        self.number = 0
        self.in_pre = False
        self.marks: tuple[Mark, ...] | None = ()  # of text to come; None where they must be worked out

    def read(self, html: str) -> None:
        position, dropped, depth, tags = 0, "", 0, 0
        while position < len(html):
            bracket = _BRACKET.search(html, position)
            start = bracket.start() if bracket else len(html)
            tag = _TAG.match(html, start) if bracket and bracket[1] not in "!?" else None
            if tag is None and bracket and bracket[1] not in "!?":
                start = len(html)  # a tag that never ends makes all the rest text
            if start > position and not dropped:
                self.add_text(html[position:start])
            position = start
            if tag is None:
                if bracket and start < len(html):  # a comment, or a declaration, which ends at the next bracket
                    closing = "-->" if html.startswith("<!--", start) else ">"
                    end = html.find(closing, start + 2)
                    position = end + len(closing) if end >= 0 else len(html)
                continue
            tags += 1
            if tags > 2 * MAX_MARKUP:  # at least half of what word processors write is noise
                raise ValueError(_TOO_MUCH)
            position, is_end, name = tag.end(), bool(tag[1]), tag[2].lower()
            if dropped:
                if name == dropped:
                    depth += -1 if is_end else 1
                if depth == 0 or (dropped == "head" and name == "body"):
                    dropped = ""
            elif is_end:
                self.end(_RENAMED.get(name, name))
            elif name in _DROPPED:
                if not tag[3].endswith("/"):
                    dropped, depth = name, 1
            else:
                if name in _UNREAD and not (name == "iframe" and tag[3].endswith("/")):
                    end_tag = _UNREAD[name].search(html, position)
                    position = end_tag.start() if end_tag else len(html)
                if name not in _UNREAD or name == "iframe":
                    self.start(_RENAMED.get(name, name), _read_attributes(tag[3]))

    def add_text(self, markup: str) -> None:
        characters = _characters(markup)
        self.add(characters if self.in_pre else _SPACE.sub(" ", characters))

    def add(self, characters: str) -> None:
        if self.marks is None:
            self.marks = self.current_marks()
        self.open[-1].children.append(Run(characters, self.marks))

    def current_marks(self) -> tuple[Mark, ...]:
        current: dict[str, Mark | None] = {}
        for _, _, change in self.inline:
            if "footnote" in change:
                if current.get("footnote"):
                    continue
                current = {}  # a note has a voice of its own, wherever its number stands
            current |= change
        return tuple(mark for name in _MARKS if (mark := current.get(name)))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self.add("\n")
        elif tag in _BLOCKS:
            self.start_block(tag, attributes)
        elif tag == "span" and "mso-list" in attributes.get("style", "").lower():
            self.start_block("marker", attributes)
        elif tag not in _VOID:
            if len(self.inline) >= MAX_OPEN:
                self.skipped[tag] += 1
                return
            self.inline.append((tag, len(self.open), self.change(tag, attributes)))
            self.marks = None
            if tag == "q":
                self.add("“")

    def start_block(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in _WITHIN_TEXT:
            while self.open[-1].tag in ("p", "marker") or {self.open[-1].tag, tag} <= _HEADINGS:
                self.close(len(self.open) - 1)
        if tag in _ENDS:
            ended, hidden_by = _ENDS[tag]
            outermost = None
            for index in range(len(self.open) - 1, 0, -1):
                if self.open[index].tag in hidden_by:
                    break
                if self.open[index].tag in ended:
                    outermost = index
            if outermost is not None:
                self.close(outermost)
        if len(self.open) >= MAX_OPEN and tag not in _VOID_BLOCKS:
            self.skipped[tag] += 1
            self.part()
            return
        if tag == "figure":
            for outer in self.open:  # a figure of figures is a gallery; only those within are figures to us
                if outer.tag == "figure":
                    outer.tag = "div"
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        if tag not in _VOID_BLOCKS:
            self.open.append(element)
            self.in_pre = self.in_pre or tag == "pre"

    def end(self, tag: str) -> None:
        if tag == "br":
            self.add("\n")
        elif self.skipped[tag]:
            self.skipped[tag] -= 1
            if tag in _BLOCKS:
                self.part()
        elif tag in _BLOCKS:
            same = _HEADINGS if tag in _HEADINGS else {tag}
            for index in range(len(self.open) - 1, 0, -1):
                if self.open[index].tag in same:
                    self.close(index)
                    return
                if self.open[index].tag in ("td", "th", "table") and tag not in _TABLE_PARTS | {"table"}:
                    break
            if tag == "p":
                self.part()
        else:
            for index in range(len(self.inline) - 1, -1, -1):
                if self.inline[index][0] == tag and not (
                    self.open[-1].tag == "marker" and self.inline[index][1] < len(self.open)
                ):
                    if tag == "q":
                        self.add("”")
                    del self.inline[index]
                    self.marks = None
                    return
            if tag == "span" and self.open[-1].tag == "marker":
                self.close(len(self.open) - 1)

    def close(self, index: int) -> None:
        """Close open[index] and all within it; marks that began inside end there too."""
        del self.open[index:]
        self.in_pre = self.in_pre and any(element.tag == "pre" for element in self.open)
        if self.inline and self.inline[-1][1] > index:
            self.inline = [entry for entry in self.inline if entry[1] <= index]
            self.marks = None

    def part(self) -> None:
        """Keep what comes next from running into what came before."""
        self.open[-1].children.append(Element("div"))

    def change(self, tag: str, attributes: dict[str, str]) -> dict[str, Mark | None]:
        """Return the marks that an inline element sets, or takes away with None."""
        change: dict[str, Mark | None] = {}
        if tag == "span" and "footnote" in attributes.get("class", "").split():
            self.number += 1
            return {"footnote": Mark("footnote", '<span class="footnote">', self.number)}
        if tag in ("strong", "em", "s", "sub", "sup", "code"):
            change[tag] = Mark(tag, f"<{tag}>")
        if language := _language(attributes):
            change["span"] = Mark("span", f"<span{_attributes('span', language)}>")
        if tag == "a":
            href = _address(attributes.get("href", ""))
            number = 0
            if href.startswith("#") and (name := attributes.get("name") or attributes.get("id")):
                self.number += 1
                number = self.number
                self.links[number] = href[1:], name
            if link := _attributes("a", {"href": href}):
                change["a"] = Mark("a", f"<a{link}>", number)
        style = _style(attributes)
        weight = style.get("font-weight", "")
        if weight in ("bold", "bolder") or (weight.isdecimal() and int(weight[:4]) >= 600):
            change["strong"] = Mark("strong", "<strong>")
        elif weight:
            change["strong"] = None
        if slant := style.get("font-style"):
            change["em"] = Mark("em", "<em>") if slant in ("italic", "oblique") else None
        if "line-through" in style.get("text-decoration", ""):
            change["s"] = Mark("s", "<s>")
        if (shift := style.get("vertical-align", "")[:3]) in ("sub", "sup"):  # the long form of sup is super
            change[shift] = Mark(shift, f"<{shift}>")
        return change


def _read_attributes(markup: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(markup):
        attributes.setdefault(name.lower(), _characters("".join(values)))
    return attributes


# -- notes that a word processor keeps at the end

_SHORT = 8  # characters of the number of a note, with its brackets


def _gather_notes(reader: _Reader) -> bool:
    """Move notes from the end to where their numbers stand; return whether there were any.

    Word, LibreOffice and Google Docs all write two links that lead to one another: [1] in the text, [1] before the
    note, which is a paragraph of its own.
    """
    if not reader.links:
        return False
    places = {}
    for element in _elements(reader.root):
        for run in element.children:
            if isinstance(run, Run) and (link := _link(run)) and len(run.text) <= _SHORT:
                places[link] = element
    named = {name: number for number, (_, name) in reader.links.items()}
    notes: dict[int, list[Run]] = {}
    for number, (target, name) in reader.links.items():
        back = named.get(target, 0)
        if number < back and reader.links[back][0] == name and number in places and back in places:
            paragraph = places[back]
            if paragraph.tag == "p" and paragraph is not places[number]:
                notes[number] = [run for run in _runs(paragraph) if _link(run) != back]
                paragraph.children = []
    for element in _elements(reader.root):
        children: list[Run | Element] = []
        for child in element.children:
            number = _link(child) if isinstance(child, Run) else 0
            if number in notes:
                opening = Mark("footnote", '<span class="footnote">', number)
                note, notes[number] = notes[number], []  # the link may be in several runs
                children.extend(
                    Run(run.text, (opening, *(mark for mark in run.marks if mark.name != "footnote"))) for run in note
                )
            elif number:
                marks = tuple(mark._replace(number=0) if mark.name == "a" else mark for mark in child.marks)
                children.append(Run(child.text, marks))
            else:
                children.append(child)
        element.children = children
    return bool(notes)


def _elements(element: Element) -> Iterator[Element]:
    """Yield `element` and all elements within it, in no particular order."""
    waiting = [element]
    while waiting:
        yield (element := waiting.pop())
        waiting.extend(child for child in element.children if isinstance(child, Element))


def _runs(element: Element, between: str = " ") -> Iterator[Run]:
    """Yield all text within, with `between` where blocks meet."""
    for child in element.children:
        if isinstance(child, Run):
            yield child
        else:
            yield Run(between, ())
            yield from _runs(child, between)
            yield Run(between, ())


def _link(run: Run) -> int:
    return next((mark.number for mark in run.marks if mark.name == "a"), 0)


# -- writing: from the tree to the forms that are stored

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
                runs = _runs(Element("p", children=list(group)), "")
                blocks.extend(_paragraphs(runs, language or {}))
            elif kind == "word list":
                blocks.extend(_nest([item for item in map(self.word_item, group) if item[2]]))
            else:
                for child in group:
                    blocks.extend(self.block(child, _language(child.attributes) or language or {}))
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
        runs = _tidy(
            Run(run.text.replace("\n", " "), tuple(mark for mark in run.marks if mark.name != "strong"))
            for run in _runs(element)
        )
        pictures = [block for inner in _elements(element) if inner.tag == "img" for block in self.picture(inner)]
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
        runs = _tidy(_runs(element))
        links = {next((mark for mark in run.marks if mark.name == "a"), None) for run in runs}
        link = links.pop() if len(links) == 1 else None
        if not link or not link.opening.startswith('<a href="http') or any(_in_note(run) for run in runs):
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
        source, words = _address(element.attributes.get("src", "")), element.attributes.get("alt", "")
        if not _allowed("img", "src", source):
            return []
        attributes = _attributes("img", {"src": source, "alt": " ".join(words.split())})
        return [Block("figure", "", f"<img{attributes}>")]

    def figure(self, element: Element, language: dict[str, str]) -> list[Block]:
        pictures = [block for image in _take(element, "img") for block in self.picture(image)]
        captions = _take(element, "figcaption")
        others = self.blocks(element, language)
        if not pictures:
            return others + [block for caption in captions for block in self.blocks(caption, language)]
        runs = _tidy(_runs(Element("figure", children=captions), "\n"))
        if not _is_blank(runs):
            caption = _inline([Run(run.text.replace("\n\n", "\n"), run.marks) for run in runs])
            pictures[-1] = Block("figure", "", f"{pictures[-1].content}<figcaption>{caption}</figcaption>")
        return pictures + others

    def preformatted(self, element: Element) -> list[Block]:
        runs = [
            Run(run.text, tuple(mark for mark in run.marks if mark.name != "footnote")) for run in _runs(element, "\n")
        ]
        while runs and not runs[0].text.strip():
            del runs[0]
        while runs and not runs[-1].text.strip():
            del runs[-1]
        if not runs:
            return []
        # A line feed right after the tag would be taken for none.
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip("\n"))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
        return [Block("pre", "", _inline(runs, "\n"))]

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
        contents = [self.cell(item, _language(item.attributes) or language) for item in items]
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
        marker = "".join(run.text for inner in _take(element, "marker") for run in _runs(inner)).strip(_BLANK)
        self.depth += level
        content = self.cell(element, _language(element.attributes))
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
                    content = self.cell(child, _language(child.attributes))
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
            is_after_block = isinstance(child, Element) and child.tag not in _WITHIN_TEXT


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
