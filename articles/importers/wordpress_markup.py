"""Turn what WordPress stores, blocks or classic text, into the forms of our body.

The text is read into a small tree, tolerantly, and written anew from it: whatever has no form here is unwrapped or
left out, and said in a remark. newsroom.html still has the last word on what is kept.
"""

import json
import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from typing import Protocol
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from articles.importers.shortcodes import Shortcodes
from newsroom.html import MAX_LENGTH

MAX_DEPTH = 60

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
CONTAINERS = frozenset(
    "address article aside body center details dialog div fieldset figcaption footer header hgroup html legend main nav"
    " section summary dl dt dd".split()
)
PARAGRAPH_ENDS = CONTAINERS | frozenset(
    "blockquote figure h1 h2 h3 h4 h5 h6 hr ol p pre table ul wp-embed wp-gallery".split()
)
INLINE = {
    "b": "strong", "strong": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "s": "s", "strike": "s",
    "del": "s", "sub": "sub", "sup": "sup", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "var": "code",
}  # fmt: skip
DROPPED = frozenset(
    "script style noscript template svg math canvas form input select textarea button option head title link meta"
    " base map area colgroup col param source track progress meter".split()
)
IMPLIED_ENDS = {
    "a": ({"a"}, {"td", "th", "li", "div", "figure", "blockquote"}),
    "li": ({"li"}, {"ul", "ol"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "thead": ({"tr", "td", "th", "thead", "tbody", "tfoot"}, {"table"}),
    "tbody": ({"tr", "td", "th", "thead", "tbody", "tfoot"}, {"table"}),
    "tfoot": ({"tr", "td", "th", "thead", "tbody", "tfoot"}, {"table"}),
}
GALLERIES = frozenset(
    "blocks-gallery-grid gallery tiled-gallery wp-block-gallery wp-block-jetpack-tiled-gallery".split()
)
# Blocks that WordPress fills in when it shows them, or that belong to a theme rather than to a text.
FURNITURE = frozenset(
    "archives avatar calendar categories comments comment-template home-link latest-comments latest-posts loginout"
    " navigation navigation-link page-list page-list-item post-author post-author-biography post-author-name"
    " post-comments post-comments-form post-content post-date post-excerpt post-featured-image post-navigation-link"
    " post-template post-terms post-title query query-no-results query-pagination query-title read-more rss search"
    " site-logo site-tagline site-title tag-cloud template-part term-description".split()
)
SILENT = frozenset("more nextpage spacer footnotes".split())

# Both can stand in no text: XML forbids them.
BREAK, PARAGRAPH = "\x02", "\x03"


class Surroundings(Protocol):
    """What the markup's reader asks about the rest of the export."""

    base: str  # the blog's address, for links without one

    def picture(self, url: str, number: str): ...

    def gallery(self, numbers: list[str] | None) -> list["Attached"]: ...

    def is_picture_page(self, url: str) -> bool: ...

    def footnote(self, name: str) -> str: ...


@dataclass(frozen=True)
class Attached:
    """A picture of the export's library, whether its file is here or not."""

    url: str
    number: str
    alt: str = ""
    caption: str = ""


@dataclass
class Converted:
    html: str
    remarks: list[str]


def convert(content: str, surroundings: Surroundings) -> Converted:
    """Raises ValueError for a text that is longer than may be stored."""
    if len(content) > MAX_LENGTH:
        raise ValueError(f"The text is {len(content):,} characters long; at most {MAX_LENGTH:,} can be kept.")
    content = content.replace("\r\n", "\n").replace("\r", "\n").replace(BREAK, "").replace(PARAGRAPH, "")
    shortcodes = Shortcodes()
    writer = Writer(surroundings)
    blocks = writer.flow(tree(shortcodes.replace(content)).children)
    if writer.left_out:
        writer.remark(f"what WordPress fills in by itself was left out: {', '.join(writer.left_out)}")
    for name in sorted(shortcodes.unknown):
        writer.remark(f"the unknown shortcode [{name}] was left as it stood")
    return Converted("".join(str(block) for block in blocks), list(dict.fromkeys(writer.remarks)))


# -- reading


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list = field(default_factory=list)

    @property
    def classes(self):
        return self.attributes.get("class", "").split()

    def find(self, *tags):
        """Yield the elements of these kinds below, in order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.find(*tags)

    def words(self):
        return "".join(child if isinstance(child, str) else child.words() for child in self.children)


class Reader(HTMLParser):
    """Builds the tree. Block comments, <!-- wp:name {"json"} -->, become elements of their own."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attributes):
        if tag in PARAGRAPH_ENDS:
            self._close({"p"}, PARAGRAPH_ENDS - {"p"} | {"td", "th", "li"})
        if tag in IMPLIED_ENDS:
            self._close(*IMPLIED_ENDS[tag])
        self._add(Node(tag, {name: value or "" for name, value in attributes}), is_open=tag not in VOID)

    def handle_startendtag(self, tag, attributes):
        # In HTML the slash of <p/> means nothing.
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        self._close({tag}, set(), is_last=True)

    def handle_data(self, data):
        self.open[-1].children.append(data)

    def handle_comment(self, data):
        data = data.strip()
        if match := re.match(r"/wp:([a-z0-9/_-]+)", data):
            name = block_name(match[1])
            for depth in range(len(self.open) - 1, 0, -1):
                if self.open[depth].tag == name:
                    del self.open[depth:]
                    return
        elif match := re.match(r"wp:([a-z0-9][a-z0-9/_-]*)", data):
            words = data[match.end() :].strip()
            is_void = words.endswith("/")
            self._add(Node(block_name(match[1].rstrip("/")), block_attributes(words)), is_open=not is_void)

    def _add(self, node, is_open):
        self.open[-1].children.append(node)
        if is_open and len(self.open) < MAX_DEPTH:
            self.open.append(node)

    def _close(self, tags, barriers, is_last=False):
        """End the open elements of these kinds up to the first barrier; with `is_last`, the innermost alone."""
        for depth in range(len(self.open) - 1, 0, -1):
            tag = self.open[depth].tag
            if tag in tags:
                del self.open[depth:]
                if is_last:
                    return
            elif tag in barriers or tag.startswith("wp:"):
                return


def tree(content: str) -> Node:
    reader = Reader()
    reader.feed(parseable(content))
    reader.close()
    return reader.root


def parseable(content):
    """Return a text without what Python's parser fails over, or goes through again and again.

    Word leaves <![if !supportLists]>, which HTML does not have; comments and tags that never end are words.
    """
    content = re.sub(r"<!\[[^<>]{0,200}>", "", content).replace("<![", "&lt;![")
    for start, end in (("<!--", "-->"), ("<", ">")):
        last = content.rfind(end) + 1
        content = content[:last] + content[last:].replace(start, start.replace("<", "&lt;"))
    return content


def block_name(name):
    return f"wp:{name.removeprefix('core/')}"


def block_attributes(words):
    try:
        values = json.loads(words.rstrip("/").strip() or "{}")
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in values.items()} if isinstance(values, dict) else {}


# -- writing


@dataclass
class Block:
    tag: str
    html: str
    attributes: str = ""

    def __str__(self):
        return "<hr>" if self.tag == "hr" else f"<{self.tag}{self.attributes}>{self.html}</{self.tag}>"


@dataclass
class Figure:
    """A picture; without its file, a link to where it was."""

    url: str
    alt: str
    picture: object = None
    caption: str = ""
    link: str = ""
    tag = "figure"

    def linked_caption(self):
        """The caption; it carries the link that was round the picture, unless it has one of its own."""
        if not self.link or "<a " in self.caption:
            return self.caption
        label = self.caption or escape(self.alt, quote=False) or file_name(self.link)
        return f'<a href="{escape(self.link)}">{label}</a>'

    def __str__(self):
        if self.picture is None:
            name = escape(self.alt, quote=False) or strip(self.caption) or file_name(self.url)
            rest = f"<br>{self.caption}" if self.caption and strip(self.caption) != name else ""
            return f'<p><a href="{escape(self.url)}">{name}</a>{rest}</p>'
        caption = self.linked_caption()
        caption = f"<figcaption>{caption}</figcaption>" if caption else ""
        alt = self.alt or self.picture.alt
        return f'<figure><img src="{self.picture.get_absolute_url()}" alt="{escape(alt)}">{caption}</figure>'


@dataclass
class Gallery:
    figures: list[Figure]
    tag = "gallery"

    def __str__(self):
        return f'<div class="gallery">{"".join(map(str, self.figures))}</div>'


@dataclass
class Embed:
    url: str
    title: str = ""
    tag = "embed"

    def __str__(self):
        player = player_address(self.url)
        title = self.title or escape(self.url.partition("://")[2].removeprefix("www."), quote=False)
        kind = ' class="embed"' if player else ""
        return f'<p{kind}><a href="{escape(player or self.url)}">{title}</a></p>'


class Writer:
    def __init__(self, surroundings):
        self.surroundings = surroundings
        self.remarks = []
        self.left_out = {}  # names of blocks, in the order they were met
        self.is_classic = True  # until a block begins: text outside blocks has paragraphs by its blank lines
        self.is_preformatted = False
        self.marks = []  # the elements within a line that are open

    def remark(self, words):
        self.remarks.append(words)

    def flow(self, nodes) -> list:
        """Return the blocks that a run of nodes makes; loose text becomes paragraphs.

        A picture amid the words of a paragraph waits until the paragraph has ended.
        """
        blocks, run, waiting = [], "", []
        for segment in self.all_segments(nodes):
            if isinstance(segment, str):
                before, end, after = segment.partition(PARAGRAPH)
                if waiting and end:
                    blocks += [*paragraphs(run + before), *waiting]
                    run, waiting = after, []
                else:
                    run += segment
            elif isinstance(segment, Figure) and strip(re.split(f"[{BREAK}{PARAGRAPH}]", run)[-1]):
                waiting.append(segment)
            else:
                blocks += [*paragraphs(run), *waiting, segment]
                run, waiting = "", []
        return [*blocks, *paragraphs(run), *waiting]

    def inline(self, nodes) -> tuple[str, list]:
        """Return a run of nodes as one line of text, and the blocks that have no place in a line."""
        line, outside = "", []
        for segment in self.all_segments(nodes):
            if isinstance(segment, str):
                line += segment
            elif isinstance(segment, Block) and segment.tag in ("p", "h2", "h3") and not segment.attributes:
                line += f"{BREAK if line.strip() else ''}{segment.html}{BREAK}"
            else:
                outside.append(segment)
        line = line.replace(PARAGRAPH, BREAK)
        return trimmed(line.replace(BREAK, "<br>")), outside

    def all_segments(self, nodes):
        return [segment for node in nodes for segment in self.segments(node)]

    def segments(self, node) -> list:
        """Return what a node becomes: strings that belong in a line, and blocks."""
        if isinstance(node, str):
            return [self.text(node)]
        if node.tag.startswith("wp:"):
            return self.block(node)
        if node.tag in DROPPED:
            if node.tag in ("form", "canvas", "svg", "math"):
                self.remark(f"a <{node.tag}> was left out")
            return []
        if node.tag in INLINE and not (node.tag == "sup" and "fn" in node.classes):
            return self.marked(INLINE[node.tag], "", node.children)
        write = self.ELEMENTS.get(node.tag)
        if write is not None:
            return write(self, node)
        if node.tag in CONTAINERS:
            return self.container(node)
        return self.all_segments(node.children)

    def marked(self, tag, attributes, nodes):
        """Put the words among `nodes` into an element, unless they are in one of its kind already."""
        if tag in self.marks:
            return self.all_segments(nodes)
        self.marks.append(tag)
        try:
            return wrapped(tag, attributes, self.all_segments(nodes))
        finally:
            self.marks.pop()

    def text(self, text):
        html = escape(text, quote=False)
        if self.is_preformatted:
            return html
        if self.is_classic:
            html = re.sub(r"[ \t]+", " ", html)
            return re.sub(r" ?\n ?", BREAK, re.sub(r"\n ?\n[ \n]*", PARAGRAPH, html))
        return re.sub(r"[ \t\n]+", " ", html)

    # -- blocks of the block editor

    def block(self, node):
        name = node.tag.removeprefix("wp:")
        was_classic, self.is_classic = self.is_classic, name in ("shortcode", "freeform", "classic")
        try:
            if name in SILENT:
                return []
            if name == "embed" or name.startswith("core-embed/"):
                return self.embed_block(node)
            if name == "social-link":
                return self.social_link(node)
            if name in FURNITURE or not node.children:
                self.left_out[name] = None
                return []
            segments = self.all_segments(node.children)
            if name in ("cover", "cover-image") and node.attributes.get("url") and not any(node.find("img", "video")):
                return [self.figure_of(node.attributes["url"], number=node.attributes.get("id", "")), *segments]
            return segments
        finally:
            self.is_classic = was_classic

    def embed_block(self, node):
        url = node.attributes.get("url", "") or "".join(
            child.words() for child in node.find("div") if "wp-block-embed__wrapper" in child.classes
        )
        caption = next((self.inline(child.children)[0] for child in node.find("figcaption")), "")
        url = self.address(url)
        return [Embed(url, strip_links(caption))] if url else []

    def social_link(self, node):
        url = self.address(node.attributes.get("url", ""))
        label = node.attributes.get("label") or node.attributes.get("service", "").capitalize()
        return [Block("p", f'<a href="{escape(url)}">{escape(label, quote=False)}</a>')] if url and label else []

    # -- elements

    def paragraph(self, node):
        blocks = self.flow(node.children)
        for block in blocks:
            if isinstance(block, Block) and block.tag == "p" and not block.attributes:
                block.attributes = language(node)
        return blocks or [PARAGRAPH]

    def heading(self, node):
        line, outside = self.inline(node.children)
        line = line.replace("<br>", " ")
        return [*([Block("h2" if node.tag in ("h1", "h2") else "h3", line)] if strip(line) else []), *outside]

    def container(self, node):
        if "wp-block-file" in node.classes:
            return self.file(node)
        if GALLERIES & set(node.classes):
            return together(self.flow(node.children))
        if any(name.endswith("gallery-item") for name in node.classes):
            return self.figure(node)
        if node.tag == "summary" or node.tag == "dt":
            line, outside = self.inline(node.children)
            return [*([Block("p", f"<strong>{line}</strong>")] if strip(line) else []), *outside]
        return self.flow(node.children) or [PARAGRAPH]

    def file(self, node):
        for link in node.find("a"):
            if "wp-block-file__button" not in link.classes:
                return self.flow([link])
        return []

    def bullets(self, node):
        if GALLERIES & set(node.classes):
            items = [item for child in node.children if isinstance(child, Node) for item in self.items_of(child)]
            return together([block for item in items for block in self.flow(item.children)])
        items, outside = [], []
        for child in node.children:
            if isinstance(child, str):
                if not child.strip():
                    continue
                child = Node("li", {}, [child])
            for item in self.items_of(child):
                html, more = self.item(item)
                outside += more
                if html and child.tag in ("ul", "ol") and items:
                    items[-1] += html
                elif html:
                    items.append(html)
        html = "".join(f"<li>{item}</li>" for item in items)
        start = node.attributes.get("start", "") if node.tag == "ol" else ""
        attributes = f' start="{start}"' if re.fullmatch(r"-?\d{1,6}", start) else ""
        return [*([Block(node.tag, html, attributes)] if items else []), *outside]

    def items_of(self, child):
        """The items that a child of a list stands for: itself, or those that a block comment wraps."""
        if child.tag.startswith("wp:") and any(True for _ in child.find("li")):
            return [item for item in child.children if isinstance(item, Node)]
        return [child]

    def item(self, node):
        lines, lists, outside = [], [], []
        for block in self.flow(node.children if node.tag == "li" else [node]):
            place = lines if block.tag in ("p", "h2", "h3") else lists if block.tag in ("ul", "ol") else outside
            place.append(block)
        if len(lines) == 1 and not lines[0].attributes:
            html = lines[0].html
        else:
            html = "".join(str(Block("p", line.html, line.attributes)) for line in lines)
        return html + "".join(str(block) for block in lists), outside

    def quote(self, node, is_pull=False):
        inside, outside = [], []
        is_pull = is_pull or any("pullquote" in name for name in node.classes)
        for kind, children in sources_apart(node.children):
            blocks = self.flow(children)
            if kind == "source":
                blocks = [Block("p", f"— {strip_tag(block.html, 'em')}") for block in blocks if block.tag == "p"]
            for block in blocks:
                if block.tag in ("h2", "h3"):
                    inside.append(Block("p", block.html))
                elif block.tag == "blockquote":
                    inside.append(block.html)
                elif block.tag in ("p", "ul", "ol"):
                    inside.append(block)
                else:
                    outside.append(block)
        attributes = ' class="pull"' if is_pull else language(node)
        html = "".join(str(block) for block in inside)
        return [*([Block("blockquote", html, attributes)] if inside else []), *outside]

    def figure(self, node):
        if "wp-block-pullquote" in node.classes:
            return [block for quote in node.find("blockquote") for block in self.quote(quote, is_pull=True)]
        captions = [child for child in node.children if isinstance(child, Node) and is_caption(child)]
        blocks = together(self.flow([child for child in node.children if child not in captions]))
        caption = "<br>".join(filter(strip, (self.inline(child.children)[0] for child in captions)))
        if not caption:
            return blocks
        if len(blocks) == 1 and isinstance(blocks[0], Figure) and not blocks[0].caption:
            blocks[0].caption = caption
        elif len(blocks) == 1 and isinstance(blocks[0], Embed):
            blocks[0].title = strip_links(caption)
        else:
            blocks.append(Block("p", caption))
        return blocks

    def gallery(self, node):
        numbers = [number for number in re.split(r"[\s,]+", node.attributes.get("ids", "")) if number]
        attached = self.surroundings.gallery(numbers or None)
        if not attached:
            self.remark("a gallery was left out: its pictures are not in the export")
        return together(
            [self.figure_of(one.url, one.alt, one.number, escape(one.caption, quote=False)) for one in attached]
        )

    def picture(self, node):
        url = node.attributes.get("src", "").strip()
        alt = node.attributes.get("alt", "").strip()
        if {"wp-smiley", "emoji"} & set(node.classes):
            return [escape(alt, quote=False)]
        if node.attributes.get("width") == "1" or not url:
            return []
        if url.startswith("data:"):
            self.remark("a picture written into the text as data was left out")
            return []
        number = next((name.removeprefix("wp-image-") for name in node.classes if name.startswith("wp-image-")), "")
        return [self.figure_of(url, alt, number)]

    def figure_of(self, url, alt="", number="", caption=""):
        address = self.address(url)
        if not address:
            return escape(alt, quote=False)
        picture = self.surroundings.picture(address, number)
        if picture is None:
            self.remark("pictures without a file became links to where they were")
        return Figure(address, " ".join(alt.split())[:500], picture, caption)

    def link(self, node):
        segments = self.all_segments(node.children)
        url = self.address(node.attributes.get("href", ""))
        if not url:
            return segments
        for segment in segments:
            if isinstance(segment, Figure):
                if not leads_to_picture(url, node) and not self.surroundings.is_picture_page(url):
                    segment.link = url
            elif isinstance(segment, Block) and segment.tag in ("p", "h2", "h3") and "<a " not in segment.html:
                segment.html = f'<a href="{escape(url)}">{segment.html}</a>'
        return wrapped("a", f' href="{escape(url)}"', segments)

    def span(self, node):
        if "footnote" in node.classes:
            return self.note(node.children)
        attributes = language(node)
        return self.marked("span", attributes, node.children) if attributes else self.all_segments(node.children)

    def note(self, nodes):
        line, _ = self.inline(nodes)
        return [f'<span class="footnote">{line.replace("<br>", " ")}</span>'] if strip(line) else []

    def footnote(self, node):
        """The number where a footnote of the block editor goes; what the note says is kept beside the text."""
        return self.note(tree(self.surroundings.footnote(node.attributes.get("data-fn", ""))).children)

    def preformatted(self, node):
        was_preformatted, self.is_preformatted = self.is_preformatted, True
        try:
            segments = self.all_segments(node.children)
        finally:
            self.is_preformatted = was_preformatted
        html = "".join(s if isinstance(s, str) else f"{s.html}\n" for s in segments if isinstance(s, str | Block))
        html = html.replace(PARAGRAPH, "\n").replace("<br>", "\n").strip("\n")
        outside = [segment for segment in segments if not isinstance(segment, str | Block)]
        return [*([Block("pre", html)] if strip(html) else []), *outside]

    def table(self, node):
        head, body, outside = [], [], []
        rows = list(node.find("tr"))
        in_head = {id(row) for part in node.find("thead") for row in part.find("tr")}
        cells = [cell for row in rows for cell in row.children if isinstance(cell, Node) and cell.tag in ("td", "th")]
        if len(cells) == 1:  # a frame round something, from before there were style sheets
            return self.flow(cells[0].children)
        for row in rows:
            html = ""
            for cell in row.children:
                if isinstance(cell, Node) and cell.tag in ("td", "th"):
                    line, more = self.inline(cell.children)
                    outside += more
                    spans = "".join(
                        f' {name}="{value}"'
                        for name in ("colspan", "rowspan")
                        if (value := cell.attributes.get(name, "")).isdecimal() and value != "1"
                    )
                    html += f"<{cell.tag}{spans}>{line}</{cell.tag}>"
            if html:
                (head if id(row) in in_head else body).append(f"<tr>{html}</tr>")
        for caption in node.find("caption"):
            outside += self.flow(caption.children)
        if not head and not body:
            return outside
        html = f"<thead>{''.join(head)}</thead>" if head else ""
        return [Block("table", f"{html}<tbody>{''.join(body)}</tbody>"), *outside]

    def recording(self, node):
        sources = [
            node.attributes.get("src", ""),
            *(source.attributes.get("src", "") for source in node.find("source")),
        ]
        url = next(filter(None, map(self.address, sources)), "")
        return [Embed(url, "" if player_address(url) else file_name(url))] if url else []

    def frame(self, node):
        sources = [node.attributes.get(name, "") for name in ("src", "data-src", "data")]
        sources += [param.attributes.get("value", "") for param in node.find("param")]
        sources += [embed.attributes.get("src", "") for embed in node.find("embed")]
        addresses = list(filter(None, map(self.address, sources)))
        url = next(filter(player_address, addresses), next(iter(addresses), ""))
        if not url:
            return []
        if not player_address(url):
            self.remark("a frame of another site became a link")
        return [Embed(url, escape(node.attributes.get("title", ""), quote=False))]

    def embed(self, node):
        url = self.address(node.attributes.get("url", ""))
        return [Embed(url)] if url else []

    def missing(self, node):
        self.remark(f"a {node.attributes.get('name', 'thing')} was left out")
        return []

    def quotation(self, node):
        return ["“", *self.all_segments(node.children), "”"]

    def rule(self, node):
        return [Block("hr", "")]

    def line_break(self, node):
        return ["<br>"]

    def address(self, url):
        """Return an address that may stand in a body, or an empty string."""
        url = re.sub(r"\s+", "%20", url.strip())
        if not url or url.startswith("#"):
            return ""
        try:
            url = urljoin(self.surroundings.base, url)
            parts = urlsplit(url)
        except ValueError:
            return ""
        if parts.scheme == "mailto":
            return url
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return ""
        return url

    ELEMENTS = {
        "p": paragraph, "h1": heading, "h2": heading, "h3": heading, "h4": heading, "h5": heading, "h6": heading,
        "ul": bullets, "ol": bullets, "blockquote": quote, "figure": figure, "img": picture, "a": link, "span": span,
        "bdo": span, "bdi": span, "sup": footnote, "pre": preformatted, "listing": preformatted, "table": table,
        "audio": recording, "video": recording, "iframe": frame, "object": frame, "embed": frame, "hr": rule,
        "br": line_break, "q": quotation, "wp-gallery": gallery, "wp-embed": embed, "wp-missing": missing,
    }  # fmt: skip


def together(blocks) -> list:
    """Make a gallery of pictures that follow one another. Those without a file are links, which come after it."""
    result = []
    for is_shown, group in groupby(
        sorted(blocks, key=lambda block: isinstance(block, Figure) and block.picture is None),
        key=lambda block: isinstance(block, Figure) and block.picture is not None,
    ):
        run = list(group)
        result += [Gallery(run)] if is_shown and len(run) > 1 else run
    return result


def paragraphs(run) -> list:
    """Return the paragraphs of loose text; a line that is but an address becomes a player or a link."""
    blocks = []
    for part in joined_breaks(run).split(PARAGRAPH):
        lines = []
        for line in part.split(BREAK):
            if url := bare_address(line):
                blocks += _paragraph(lines)
                lines = []
                blocks.append(Embed(url))
            else:
                lines.append(line)
        blocks += _paragraph(lines)
    return blocks


def _paragraph(lines):
    html = trimmed("<br>".join(lines))
    return [Block("p", html)] if strip(html) else []


def trimmed(html):
    """Return a run without line breaks and blanks at its ends, and without doubled ones."""
    lines = (line.strip() for line in html.split("<br>"))
    return "<br>".join(line for line in lines if line)


def joined_breaks(run):
    """Let a newline beside a <br> count once, and two <br> as the end of a paragraph."""
    run = re.sub(rf"<br>[ ]*{BREAK}", "<br>", run)
    return re.sub(r"<br>\s*(?:<br>\s*)+", PARAGRAPH, run)


def wrapped(tag, attributes, segments):
    """Put the strings among `segments` into an element, each paragraph's part into its own."""
    result, run = [], ""
    for segment in [*segments, None]:
        if isinstance(segment, str):
            run += segment
            continue
        parts = re.split(f"({PARAGRAPH})", joined_breaks(run))
        result += [f"<{tag}{attributes}>{part}</{tag}>" if strip(part) else part for part in parts if part]
        run = ""
        if segment is not None:
            result.append(segment)
    return result


def sources_apart(nodes):
    """Yield the runs of a quotation: its words, and the lines that say whose they are."""
    words = []
    for node in nodes:
        if isinstance(node, Node) and node.tag in ("cite", "footer"):
            yield "words", words
            yield "source", node.children
            words = []
        else:
            words.append(node)
    yield "words", words


def is_caption(node):
    return node.tag == "figcaption" or any(name.endswith("gallery-caption") for name in node.classes)


def language(node):
    """Return the attributes that say in which language, and in which direction, an element is."""
    code = node.attributes.get("lang", "").strip()
    way = node.attributes.get("dir", "").strip().lower()
    attributes = f' lang="{code}"' if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", code) else ""
    return attributes + (f' dir="{way}"' if way in ("ltr", "rtl") else "")


def bare_address(line):
    """Return the address that a line consists of, linked to itself or not; else an empty string."""
    line = line.strip()
    if match := re.fullmatch(r'<a href="([^"]+)">(https?://[^<\s]+)</a>', line):
        line = match[2]
    if not re.fullmatch(r"https?://[^\s<>\"]+", line):
        return ""
    return line.replace("&amp;", "&")


def player_address(url):
    """Return the page of a video that readers can play here, or None for any other address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    name = None
    if host in ("youtube.com", "youtube-nocookie.com"):
        name = parse_qs(parts.query).get("v", [""])[0]
        if match := re.match(r"/(?:embed|v|shorts|live)/([\w-]+)", parts.path):
            name = match[1]
    elif host == "youtu.be":
        name = parts.path.strip("/")
    elif host in ("vimeo.com", "player.vimeo.com"):
        match = re.fullmatch(r"/(?:video/)?(\d+)(?:/\w*)?", parts.path)
        return f"https://vimeo.com/{match[1]}" if match else None
    return f"https://www.youtube.com/watch?v={name}" if name and re.fullmatch(r"[\w-]{6,20}", name) else None


def leads_to_picture(url, link):
    """Whether a link round a picture leads to the picture itself, or to WordPress's page about it."""
    if re.search(r"\.(?:jpe?g|png|gif|webp|avif)$", urlsplit(url).path, re.IGNORECASE):
        return True
    return "attachment" in link.attributes.get("rel", "") or "attachment_id=" in url


def file_name(url):
    return escape(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or urlsplit(url).netloc, quote=False)


def strip(html):
    """Return the visible text of a run, without the blanks round it."""
    return re.sub(r"<[^>]*>|[\xa0\u200b\ufeff]", "", html).strip(f" \n\t{BREAK}{PARAGRAPH}")


def strip_links(html):
    return re.sub(r"</?a\b[^>]*>", "", html)


def strip_tag(html, tag):
    return html.removeprefix(f"<{tag}>").removesuffix(f"</{tag}>") if html.count(f"<{tag}>") == 1 else html
