"""Turn a stored body into what readers get: numbered notes, pictures in all widths, players on demand.

A stored body is canonical (newsroom.html), so each of its forms can be found by its text alone, without parsing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import embeds
from articles.models import Picture
from articles.templatetags.articles import picture as picture_tag
from newsroom.html import text, trusted

# How wide a picture is shown beside the margin column, in the single column, and on a phone.
SIZES = "(min-width: 1200px) 824px, (min-width: 768px) 600px, calc(100vw - 32px)"


@dataclass(frozen=True)
class Heading:
    id: str
    text: str


@dataclass(frozen=True)
class RenderedBody:
    html: SafeString
    contents: list[Heading]


def render(body: str, *, base: str = "", sizes: str = SIZES) -> RenderedBody:
    """Render a stored body, with at most one query, on a page that shows pictures in these sizes.

    Given a base address, it is written for a feed: addresses are absolute, and nothing in it waits for the scripts
    or styles of the site.
    """
    pictures = _pictures(body)
    html, notes = _take_notes(body)
    contents = [Heading(found[1], text(_NUMBER.sub("", found[2]))) for found in _H2.finditer(html)]
    html = _FIGURE.sub(lambda found: _figure(found, pictures.get(_digest(found["src"])), sizes, bool(base)), html)
    if base:
        html = _NUMBER.sub(lambda found: f"<sup>{found[1]}</sup>", html)
    else:
        html = _EMBED.sub(_embed, html)
        html = _NUMBER.sub(_reference, html)
        html = _tables(html)
    html += _endnotes(notes, bool(base))
    html = _OUTWARD.sub(r'<a href="\1" rel="noopener">', html)
    if base:
        html = _INWARD.sub(lambda found: f'<{found[1]}="{urljoin(base, found[2])}"', html)
    return RenderedBody(trusted(html), contents)


_H2 = re.compile(r'<h2 id="([^"]*)"[^<>]*>(.*?)</h2>', re.S)
_FIGURE = re.compile(
    r'<figure><img src="(?P<src>[^"]*)" alt="(?P<alt>[^"]*)">'
    r"(?:<figcaption>(?P<caption>.*?)</figcaption>)?</figure>",
    re.S,
)
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


def _reference(found: re.Match[str]) -> str:
    number = found[1]
    return (
        f'<sup class="footnote-ref"><a id="fnref-{number}" href="#fn-{number}" role="doc-noteref"'
        f' aria-label="Note {number}">{number}</a></sup>'
    )


def _endnotes(notes: Iterable[str], for_feed: bool) -> str:
    if not notes:
        return ""
    if for_feed:
        return f"<hr><ol>{''.join(f'<li>{note}</li>' for note in notes)}</ol>"
    items = "".join(
        # The variation selector keeps the arrow from becoming a picture on phones.
        f'<li id="fn-{number}">{note} <a href="#fnref-{number}" role="doc-backlink"'
        f' aria-label="Back to note {number} in the text">↩\ufe0e</a></li>'
        for number, note in enumerate(notes, 1)
    )
    return (
        '<section class="footnotes" role="doc-endnotes" aria-labelledby="notes"><h2 id="notes" lang="en">Notes</h2>'
        f"<ol>{items}</ol></section>"
    )


# -- pictures


def _digest(src: str) -> str:
    """Return which picture an address shows, or nothing where it is none of ours."""
    directory = default_storage.url("pictures/").partition("?")[0]
    found = re.match(r"([0-9a-f]{32})/", src.removeprefix(directory)) if src.startswith(directory) else None
    return found[1] if found else ""


def _pictures(body: str) -> dict[str, Picture]:
    digests = {_digest(found["src"]) for found in _FIGURE.finditer(body)} - {""}
    if not digests:
        return {}
    # The same file may have been uploaded twice; the newest entry says most.
    return {picture.digest: picture for picture in Picture.objects.filter(digest__in=digests).order_by("created_at")}


def _figure(found: re.Match[str], picture: Picture | None, sizes: str, for_feed: bool) -> str:
    src, alt, caption = found["src"], unescape(found["alt"]), trusted(found["caption"] or "")
    if for_feed or not picture:
        image = f'<img src="{src}" alt="{found["alt"]}"' + (">" if for_feed else ' loading="lazy" decoding="async">')
    else:
        image = picture_tag(picture, sizes=sizes, alt=alt or picture.alt)
    if picture:
        shown = {
            "caption": caption or picture.caption,
            "credit": picture.credit,
            "source_url": picture.source_url,
            "licence": picture.licence,
            "licence_url": picture.licence_url,
        }
        figcaption = render_to_string("components/caption.html", {"picture": shown}).strip()
    else:
        figcaption = f"<figcaption>{caption}</figcaption>" if caption else ""
    if for_feed:
        return f"<figure>{image}{figcaption}</figure>"
    shape = " tall" if picture and picture.is_portrait else ""
    return f'<figure class="figure{shape}">{image}{figcaption}</figure>'


# -- players


def _embed(found: re.Match[str]) -> str:
    url, title = unescape(found["href"]), unescape(found["title"])
    embed = embeds.find(url)
    if not embed:
        return found[0]
    return format_html(
        '<figure class="embed" data-embed-src="{}" data-embed-title="{}"{}>'
        '<a href="{}" rel="noopener">{}</a><figcaption class="embed__provider" lang="en">Video on {}</figcaption>'
        "</figure>",
        embed.src,
        title,
        trusted(found["language"]),
        url,
        title,
        embed.provider,
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
        label = f"Table {number}" if count > 1 else "Table"
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
