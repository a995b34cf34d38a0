"""The pages by which readers judge a newsroom: what is wrong with them, and how one begins."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string

from articles.models import Page, SiteSettings
from articles.models.page import Purpose
from newsroom import html

# What stands where something is still to be filled in. Capitals count: “todo” is a word in Spanish, and twenty is XX.
PLACEHOLDERS = {
    "words in square brackets": r"\[(?!sic\]|\.\.\.\]|…\]|\d+\])[^\[\]]{2,200}\]",
    "words in double braces": r"\{\{[^{}]{1,200}\}\}",
    "a note to oneself": r"\b(?:TODO|TBC|TBD|TKTK|FIXME)\b",
    "letters for a number or name": r"(?<!siglo )(?<!século )(?<!secolo )\bX{2,}\b(?! secolo)|\b\d+X{2,}\b",
    "filling text": r"(?i:\blorem ipsum\b|\bdolor sit amet\b)",
    "an address of nobody": r"(?i:[\w.+-]*@?\bexample\.(?:com|org|net)\b)",
    "a name of nobody": r"(?i:\byour (?:name|address|e-?mail|company|newsroom|organi[sz]ation|site) here\b)",
}
_PLACEHOLDER = re.compile("|".join(PLACEHOLDERS.values()))
_LINK = re.compile(r'href="([^"]*)"')


@dataclass(frozen=True)
class Concern:
    """What is wrong with the page of a purpose; `page` is None where there is none."""

    purpose: Purpose
    page: Page | None
    words: str


def placeholders(title: str, body: str) -> list[str]:
    """Return the passages of a page that are still to be written, in their order."""
    whole = " ".join([title, html.text(body), *_LINK.findall(body)])
    return list(dict.fromkeys(match[0] for match in _PLACEHOLDER.finditer(whole)))


def quoted(passages, most=3):
    """Name the first passages in one line."""
    more = f" and {len(passages) - most} more" if len(passages) > most else ""
    return ", ".join(f"“{passage[:80]}”" for passage in passages[:most]) + more


def concerns() -> list[Concern]:
    """Return what is wrong, in the order of the purposes, with one query."""
    pages = {page.purpose: page for page in Page.objects.exclude(purpose="")}
    return [
        Concern(purpose, pages.get(purpose), words) for purpose in Purpose if (words := _wrong_with(pages.get(purpose)))
    ]


def _wrong_with(page):
    if page is None:
        return "There is no such page."
    if passages := placeholders(page.title, page.body):
        return f"Still to be written: {quoted(passages)}."
    if not html.text(page.body):
        return "It has no text."
    return "" if page.is_published else "It is written, and not published."


def start(purpose: Purpose) -> Page:
    """Make a draft that says what belongs into such a page, or return the page there is."""
    site = SiteSettings.current()
    page, _ = Page.objects.get_or_create(
        purpose=purpose,
        defaults={
            "title": str(purpose.label),
            "body": render_to_string(f"starters/{purpose}.html", {"site": site}),
            "is_published": False,
            "position": 10 * (list(Purpose).index(purpose) + 1),
        },
    )
    return page
