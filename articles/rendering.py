"""Turn a stored body into what readers get: numbered notes, pictures in all widths, players on demand.

A stored body is canonical (newsroom.html), so each of its forms can be found by its text alone, without parsing.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles import embeds
from articles.models import Document, Picture, Recording
from articles.models.picture import keys_in
from articles.models.recording import REFERENCE, keys_of
from articles.templatetags.articles import picture as picture_tag
from newsroom import interface
from newsroom.html import text, trusted


class Layout(NamedTuple):
    """How wide a page shows pictures: one alone, a tall one alone, and the first and the second of a pair."""

    alone: str
    tall: str
    pair: tuple[str, str] | None = None


# Beside the margin column, in the single column, and on a phone.
COLUMN = Layout(
    alone="(min-width: 1200px) 824px, (min-width: 768px) 600px, calc(100vw - 32px)",
    tall="(min-width: 512px) 480px, calc(100vw - 32px)",
)
# Across the page; two pictures between words share a row.
ESSAY = Layout(
    alone="(min-width: 1400px) 1312px, (min-width: 768px) calc(100vw - 48px), 100vw",
    tall="(min-width: 768px) 720px, 100vw",
    pair=(
        "(min-width: 1400px) 528px, (min-width: 768px) 38vw, 100vw",
        "(min-width: 1400px) 752px, (min-width: 768px) 55vw, 100vw",
    ),
)


SMALL = 240  # pixels; what is narrower, such as a sign, is shown as it is and not blown up to its column


@dataclass(frozen=True)
class Heading:
    id: str
    text: str


@dataclass(frozen=True)
class RenderedBody:
    html: SafeString
    contents: list[Heading]


class Things(NamedTuple):
    """What bodies show and hold, loaded for all of them at once."""

    pictures: dict[str, Picture]
    kept: dict[tuple[str, str], Recording | Document]

    @classmethod
    def of(cls, *bodies: str) -> "Things":
        together = "".join(bodies)
        return cls(_pictures(together), _kept(together))


def render(
    body: str, *, base: str = "", layout: Layout = COLUMN, things: Things | None = None, prefix: str = ""
) -> RenderedBody:
    """Render a stored body on a page of this layout; each kind of thing in it costs one query.

    Given a base address, it is written for a feed: addresses are absolute, and nothing in it waits for the scripts
    or styles of the site. One of several bodies on a page gets the `things` of all of them, and a `prefix` for the
    names of its notes.
    """
    pictures, kept = things or Things.of(body)
    html, notes = _take_notes(body)
    contents = [Heading(found[1], text(_NUMBER.sub("", found[2]))) for found in _H2.finditer(html)]
    html = _GALLERY.sub(r"\1", html) if base else _galleries(html, pictures, layout.alone)
    html = _figures(html, pictures, layout, base)
    html = _EMBED.sub(lambda found: _embed(found, kept, base), html)
    if base:
        html = _NUMBER.sub(lambda found: f"<sup>{found[1]}</sup>", html)
    else:
        html = _NUMBER.sub(lambda found: _reference(found[1], prefix), html)
        html = _tables(html)
    html += _endnotes(notes, bool(base), prefix)
    html = _OUTWARD.sub(r'<a href="\1" rel="noopener">', html)
    if base:
        html = _INWARD.sub(lambda found: f'<{found[1]}="{urljoin(base, found[2])}"', html)
    return RenderedBody(trusted(html), contents)


_H2 = re.compile(r'<h2 id="([^"]*)"[^<>]*>(.*?)</h2>', re.S)
_FIGURE = re.compile(
    r'<figure><img src="(?P<src>[^"]*)" alt="(?P<alt>[^"]*)"(?P<role> role="presentation")?>'
    r"(?:<figcaption>(?P<caption>.*?)</figcaption>)?</figure>",
    re.S,
)
_OWN = re.compile(r"/picture/[^/]*/$")
_EMBED = re.compile(r'<p class="embed"(?P<language>[^<>]*)><a href="(?P<href>[^"]*)">(?P<title>[^<>]*)</a></p>')
_OUTWARD = re.compile(r'<a href="(https?://[^"]*)">')
_INWARD = re.compile(r'<(a href|img src)="([/#][^"]*)"')


# -- notes

_NOTE = '<span class="footnote">'
_SPAN = re.compile(r"<span[ >]|</span>")
_NUMBER = re.compile(r'<sup class="footnote-ref">(\d+)</sup>')


def _take_notes(body: str) -> tuple[str, list[str]]:
    """Return the body with a number in place of each note, and the notes."""
    parts, notes, position = [], [], 0
    while (start := body.find(_NOTE, position)) >= 0:
        depth = 1
        for tag in _SPAN.finditer(body, start + len(_NOTE)):
            depth += -1 if tag[0] == "</span>" else 1
            if not depth:
                break
        else:
            break  # not a stored body
        notes.append(body[start + len(_NOTE) : tag.start()])
        parts += [body[position:start], f'<sup class="footnote-ref">{len(notes)}</sup>']
        position = tag.end()
    return "".join(parts) + body[position:], notes


def _reference(number: str, prefix: str) -> str:
    label = _("Note %(number)s") % {"number": number}
    return (
        f'<sup class="footnote-ref"><a id="{prefix}fnref-{number}" href="#{prefix}fn-{number}" role="doc-noteref"'
        f' aria-label="{label}">{number}</a></sup>'
    )


def _endnotes(notes: Iterable[str], for_feed: bool, prefix: str) -> str:
    if not notes:
        return ""
    if for_feed:
        return f"<hr><ol>{''.join(f'<li>{note}</li>' for note in notes)}</ol>"
    back = _("Back to note %(number)s in the text")
    items = "".join(
        # The variation selector keeps the arrow from becoming a picture on phones.
        f'<li id="{prefix}fn-{number}">{note} <a href="#{prefix}fnref-{number}" role="doc-backlink"'
        f' aria-label="{back % {"number": number}}">↩\ufe0e</a></li>'
        for number, note in enumerate(notes, 1)
    )
    title = _("Notes")
    return (
        f'<section class="footnotes" role="doc-endnotes" aria-labelledby="{prefix}notes">'
        f'<h2 id="{prefix}notes" lang="{interface.language()}">{title}</h2>'
        f"<ol>{items}</ol></section>"
    )


# -- pictures


def _pictures(body: str) -> dict[str, Picture]:
    keys = keys_in(body)
    if not keys:
        return {}
    return {picture.get_absolute_url(): picture for picture in Picture.objects.with_fallback().filter(key__in=keys)}


def _figures(html: str, pictures: dict[str, Picture], layout: Layout, base: str) -> str:
    end_of_first = -1  # of a pair

    def write(found: re.Match[str]) -> str:
        nonlocal end_of_first
        follows_words = found.start() and not html.endswith("</figure>", 0, found.start())
        if layout.pair and found.start() == end_of_first:
            sizes = layout.pair[1]
        elif layout.pair and follows_words and html.startswith("<figure><img", found.end()):
            sizes, end_of_first = layout.pair[0], found.end()
        else:
            sizes = layout
        return _figure(found, pictures, base, sizes)

    return _FIGURE.sub(write, html)


def _figure(found: re.Match[str], pictures: dict[str, Picture], base: str, sizes: str | Layout) -> str:
    """Return a figure as readers get it, or nothing where what it showed may no longer be shown."""
    src = found["src"]
    if _OWN.match(src) is None:
        # Elsewhere nobody knows its size, and our policy loads nothing of others.
        caption = f"<figcaption>{found['caption']}</figcaption>" if found["caption"] else ""
        shape = "" if base else ' class="figure"'
        words = found["alt"] or _("A picture elsewhere")
        return f'<figure{shape}><a href="{src}">{words}</a>{caption}</figure>'
    picture, is_small = pictures[src].shown() if src in pictures else None, False
    if picture is None or (base and not picture.allows_feeds):
        return ""
    alt, caption = picture.alt, picture.caption
    if picture is pictures[src]:  # what was written about a picture does not fit the one that stands in for it
        alt = "" if found["role"] else unescape(found["alt"]) or alt
        caption = trusted(found["caption"] or "") or caption
    if base:
        shape = picture.rendition()
        image = format_html(
            '<img src="{}" width="{}" height="{}" alt="{}">', urljoin(base, shape.url), shape.width, shape.height, alt
        )
    else:
        if isinstance(sizes, Layout):
            is_small = sizes.pair is None and picture.shown_width < SMALL
            sizes = sizes.tall if picture.is_portrait else sizes.alone
            if is_small:
                sizes = f"{picture.shown_width}px"
        image = picture_tag(picture, sizes=sizes, alt=alt)
    figcaption = render_to_string("components/caption.html", {"picture": picture, "caption": caption}).strip()
    if base:
        return f"<figure>{image}{figcaption}</figure>"
    kinds = " tall" * picture.is_portrait + " small" * is_small
    return f'<figure class="figure{kinds}">{image}{figcaption}</figure>'


# -- galleries

_GALLERY = re.compile(r'<div class="gallery">(.*?)</div>', re.S)
_SIZE = re.compile(r"(\([^()]*\) )?(.+)")
# As in _gallery.scss: how much of the next picture shows, and the ratio of the frame, on phones and elsewhere.
_PEEK = (40, 80)
_BROAD, _TALL = (3 / 2, 3 / 2), (1, 4 / 3)


def _galleries(html: str, pictures: dict[str, Picture], sizes: str) -> str:
    """Let readers page through galleries. Of those whose rights have left one picture, that stands alone."""
    numbers = itertools.count(1)
    is_only = html.count('<div class="gallery">') == 1

    def wrap(found: re.Match[str]) -> str:
        number = next(numbers)
        marked = list(_FIGURE.finditer(found[1]))
        shown = [figure["src"] in pictures and pictures[figure["src"]].shown() for figure in marked]
        frame = _TALL if any(picture and picture.is_portrait for picture in shown) else _BROAD
        figures = [
            _figure(figure, pictures, "", _sizes_in(frame, sizes, picture) if picture else sizes)
            for figure, picture in zip(marked, shown, strict=True)
        ]
        count = sum(map(bool, figures))
        if count < 2:
            return found[1]
        name = _("Gallery") if is_only else _("Gallery %(number)s") % {"number": number}
        gallery = {"figures": trusted("".join(figures)), "count": count, "name": name}
        return render_to_string("components/gallery.html", gallery).strip()

    return _GALLERY.sub(wrap, html)


def _sizes_in(frame: tuple[float, float], sizes: str, picture: Picture) -> str:
    """Return how wide a picture is in a frame, which a tall one does not fill, where alone it has these sizes."""
    result = []
    for size in sizes.split(", "):
        condition, width = _SIZE.fullmatch(size).groups(default="")
        is_wide = bool(condition)
        share = min(1, picture.shown_width / picture.shown_height / frame[is_wide])
        result.append(f"{condition}calc({share:.2f} * ({width} - {_PEEK[is_wide]}px))")
    return ", ".join(result)


# -- players and documents


def _kept(body: str) -> dict[str, Recording | Document]:
    """The recordings and documents that a body holds, by kind and key as in its addresses."""
    keys, found = keys_of(body), {}
    if keys["recording"]:
        for recording in Recording.objects.select_related("poster__fallback").filter(key__in=keys["recording"]):
            found["recording", recording.key] = recording
    if keys["document"]:
        for document in Document.objects.select_related("cover__fallback").filter(key__in=keys["document"]):
            found["document", document.key] = document
    return found


def _embed(found: re.Match[str], kept: dict[str, Recording | Document], base: str) -> str:
    url, title, language = unescape(found["href"]), unescape(found["title"]), found["language"]
    if reference := REFERENCE.fullmatch(url):
        thing = kept.get((reference["kind"], reference["key"]))
        if thing is None and not url.startswith("/"):
            return found[0]  # an address of another newsroom
        if thing is None or not thing.is_usable():
            return f"<p{language}>{found['title']}</p>"
        if base:
            return f'<p{language}><a href="{thing.get_absolute_url()}">{found["title"]}</a></p>'
        component = "player" if reference["kind"] == "recording" else "document_card"
        context = {reference["kind"]: thing, "title": title, "language": trusted(language)}
        return render_to_string(f"components/{component}.html", context).strip()
    player = None if base else embeds.find(url)
    if not player:
        return found[0]
    return format_html(
        '<figure class="embed{}" data-embed-src="{}" data-embed-title="{}" data-embed-play="{}" data-embed-from="{}"{}>'
        '<a href="{}" rel="noopener">{}</a><figcaption class="embed__provider" lang="{}">{}</figcaption>'
        "</figure>",
        " player--audio" if player.kind == "audio" else "",
        player.src,
        title,
        _("Play here"),
        _("Loads a player from {host}."),
        trusted(language),
        url,
        title,
        interface.language(),
        _("%(kind)s on %(provider)s") % {"kind": Recording.Kind(player.kind).label, "provider": player.provider},
    )


# -- tables

_TABLE = re.compile(r"<table>.*?</table>", re.S)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
_CELL = re.compile(r"<(t[dh])([^<>]*)>(.*?)</\1>", re.S)
# At most a sign or currency before and a short unit after.
_AMOUNT = re.compile(r"[^\w\s]{0,2}[ \xa0]?\d[\d.,:/\u202f\xa0 ]*[^\d\s]{0,8}")


def _tables(html: str) -> str:
    """Let wide tables scroll, by keyboard too, and set columns of numbers right."""
    count = html.count("<table>")
    number = 0

    def wrap(found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        label = _("Table %(number)s") % {"number": number} if count > 1 else _("Table")
        table = _with_number_columns(found[0])
        return f'<div class="table-wrap" role="region" tabindex="0" aria-label="{label}">{table}</div>'

    return _TABLE.sub(wrap, html)


def _with_number_columns(table: str) -> str:
    if "span=" in table:
        return table  # columns cannot be told by counting
    amounts: dict[int, list[bool]] = {}
    for row in _ROW.finditer(table.partition("<tbody>")[2]):
        for column, cell in enumerate(_CELL.finditer(row[1])):
            amounts.setdefault(column, []).append(_AMOUNT.fullmatch(text(cell[3])) is not None)
    # Amounts in more than a third of its rows make a column one of numbers: gaps are often filled with words.
    columns = {column for column, are in amounts.items() if sum(are) * 3 > len(are)}

    def mark(row: re.Match[str]) -> str:
        cells = enumerate(_CELL.finditer(row[1]))
        return "".join(
            ["<tr>"]
            + [
                f'<{cell[1]}{cell[2]} class="number">{cell[3]}</{cell[1]}>' if column in columns else cell[0]
                for column, cell in cells
            ]
            + ["</tr>"]
        )

    return _ROW.sub(mark, table) if columns else table
