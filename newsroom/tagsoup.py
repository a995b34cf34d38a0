"""Read any HTML as leniently as a browser would: into blocks that hold runs of text, each with its marks.

Bold, links and notes are marks on text and not elements around it, as in editors. Tags that overlap, repeat or stand
where they may not so come out right without rules of their own. What may be kept is newsroom.html's to say.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import quote

MAX_OPEN = 60  # elements open at once; the start of a deeper one is read as if it were not there

# Writes those of the attributes that a tag may carry.
Attributes = Callable[[str, dict[str, str]], str]


class TooMuchMarkup(ValueError):
    def __init__(self):
        super().__init__("The text has more markup in it than can be checked. Divide it into several.")


# -- the small matters: characters, addresses, languages, styles

LANGUAGE = {"lang": re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*"), "dir": re.compile(r"ltr|rtl|auto")}
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0c\u2028\u2029]")
_HUGE_NUMBER = re.compile(r"&#0*+\d{8,}+;?")  # no character has it, and int() refuses thousands of digits
_UNFIT_FOR_ADDRESS = re.compile(r"[\s\"<>`{}|^\[\]\\\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


def characters_of(markup: str) -> str:
    """Resolve character references; drop what no document may hold."""
    if "&" in markup:
        markup = unescape(_HUGE_NUMBER.sub("\ufffd", markup))
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", markup))


def address_of(value: str) -> str:
    """Write an address as it is to be stored, if it may be: in particular without what browsers leave out of one."""
    value = re.sub(r"[\t\n\r]", "", _FORBIDDEN.sub("", value)).strip()
    value = _UNFIT_FOR_ADDRESS.sub(lambda unfit: quote(unfit[0]), value)
    scheme, colon, rest = value.partition(":")
    return scheme.lower() + colon + rest if scheme.isalpha() else value


def language_of(attributes: dict[str, str]) -> dict[str, str]:
    """Return lang and dir where somebody meant them.

    Word notes a language on every word, in capitals (lang=EN-GB).
    """
    code, direction = attributes.get("lang", ""), attributes.get("dir", "").lower()
    if code[:2].isupper() and direction != "rtl":
        code = ""
    language = {"lang": code.lower(), "dir": direction}
    return {name: value for name, value in language.items() if LANGUAGE[name].fullmatch(value)}


def style_of(attributes: dict[str, str]) -> dict[str, str]:
    parts = (declaration.partition(":") for declaration in attributes.get("style", "").lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in parts}


# -- from tags to a tree


def names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RENAMED = {
    **dict.fromkeys(["b"], "strong"),
    **dict.fromkeys(["i", "cite", "dfn", "var"], "em"),
    **dict.fromkeys(["strike", "del"], "s"),
    **dict.fromkeys(["kbd", "samp", "tt"], "code"),
    **dict.fromkeys(["h1"], "h2"),
    **dict.fromkeys(["h4", "h5", "h6"], "h3"),
    **dict.fromkeys(
        names(
            "address article aside body caption center dd details dialog dir dl dt fieldset footer form header hgroup"
            " html legend main menu nav optgroup option search section summary"
        ),
        "div",
    ),
    "tfoot": "tbody",
}
MARKS = ("footnote", "a", "span", "strong", "em", "s", "sub", "sup", "code")  # as they stand in one another
WITHIN_TEXT = {"img", "iframe", "marker"}
_BLOCKS = WITHIN_TEXT | names("blockquote div figcaption figure h2 h3 hr li ol p pre table tbody td th thead tr ul")
_VOID = names("area base col colgroup embed frame input link meta param source track wbr")
_VOID_BLOCKS = {"hr", "img", "iframe"}
_HEADINGS = {"h2", "h3"}
_TABLE_PARTS = {"thead", "tbody", "tr", "td", "th"}
_ENDED = {**dict.fromkeys(_HEADINGS, _HEADINGS), "figure": {"figure", "gallery"}}  # by an end tag, if not its own name
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
_IN_HEAD = names("base link meta noscript script style template title")
_DROPPED = names("applet audio canvas datalist head math object svg template video xml")

_BRACKET = re.compile(r"<(?=([!?]|/?[a-zA-Z]))")
# Possessive throughout, so that a hostile tag costs no more than its length.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"']))|[\"'])*+)>")
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]++)))?")


class Mark(NamedTuple):
    """A mark on text, with the tag that opens it.

    The number keeps notes, and links that may lead to notes, apart from their neighbours.
    """

    name: str
    opening: str
    number: int = 0


class Run(NamedTuple):
    """Text, in which a line feed is a br, with its marks in the order of MARKS."""

    text: str
    marks: tuple[Mark, ...]


class Element:
    def __init__(self, tag: str, attributes: dict[str, str] | None = None, children: list | None = None):
        self.tag = tag
        self.attributes = attributes or {}
        self.children: list[Run | Element] = children or []


class Document(NamedTuple):
    root: Element
    had_notes: bool  # notes at its end, which are now where their numbers were


def read(markup: str, attributes: Attributes, most_tags: int) -> Document:
    """Read `markup` into a tree. Raises TooMuchMarkup where it has more tags than `most_tags`."""
    reader = _Reader(attributes, most_tags)
    reader.read(markup)
    return Document(reader.root, _gather_notes(reader))


class _Reader:
    """Makes a tree of tag soup. Every loop over what is open is bounded, so time grows with the length alone."""

    def __init__(self, attributes: Attributes, most_tags: int):
        self.attributes = attributes
        self.most_tags = most_tags
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
            if tags > self.most_tags:
                raise TooMuchMarkup
            position, is_end, name = tag.end(), bool(tag[1]), tag[2].lower()
            is_empty = tag[3].endswith("/")
            if name in _UNREAD and not is_end and not (is_empty and name == "iframe"):
                end_tag = _UNREAD[name].search(html, position)
                position = end_tag.start() if end_tag else len(html)
            if dropped == "head" and not is_end and name not in _IN_HEAD:
                dropped = ""  # its end tag may be left out
            if dropped:
                if name == dropped:
                    depth += -1 if is_end else 1
                    dropped = dropped if depth else ""
            elif is_end:
                self.end(_RENAMED.get(name, name))
            elif name in _DROPPED:
                if not is_empty:
                    dropped, depth = name, 1
            elif name not in _UNREAD or name == "iframe":
                self.start(_RENAMED.get(name, name), _read_attributes(tag[3]))

    def add_text(self, markup: str) -> None:
        characters = characters_of(markup)
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
        return tuple(mark for name in MARKS if (mark := current.get(name)))

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
        if tag not in WITHIN_TEXT:
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
            for outer in self.open:  # a figure of figures is a gallery
                if outer.tag == "figure":
                    outer.tag = "gallery"
        if language_of(attributes) == {"dir": "ltr"}:
            del attributes["dir"]  # Google Docs says so of every paragraph
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
            same = _ENDED.get(tag, {tag})
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
        if language := language_of(attributes):
            change["span"] = Mark("span", f"<span{self.attributes('span', language)}>")
        if tag == "a":
            href = address_of(attributes.get("href", ""))
            number = 0
            if href.startswith("#") and (name := attributes.get("name") or attributes.get("id")):
                self.number += 1
                number = self.number
                self.links[number] = href[1:], name
            if link := self.attributes("a", {"href": href}):
                change["a"] = Mark("a", f"<a{link}>", number)
        style = style_of(attributes)
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
        attributes.setdefault(name.lower(), characters_of("".join(values)))
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
    for element in elements_in(reader.root):
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
                notes[number] = [run for run in runs_of(paragraph) if _link(run) != back]
                paragraph.children = []
    for element in elements_in(reader.root):
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


def elements_in(element: Element) -> Iterator[Element]:
    """Yield `element` and all elements within it, in no particular order."""
    waiting = [element]
    while waiting:
        yield (element := waiting.pop())
        waiting.extend(child for child in element.children if isinstance(child, Element))


def runs_of(element: Element, between: str = " ") -> Iterator[Run]:
    """Yield all text within, with `between` where blocks meet."""
    for child in element.children:
        if isinstance(child, Run):
            yield child
        else:
            yield Run(between, ())
            yield from runs_of(child, between)
            yield Run(between, ())


def _link(run: Run) -> int:
    return next((mark.number for mark in run.marks if mark.name == "a"), 0)
