"""The HTML policy: what a body may hold. The only file that knows bleach exists."""

import re

import bleach
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

MAX_LENGTH = 500_000  # characters; the cost of parsing is not linear, so longer input is refused unread

TAGS = frozenset(
    "a blockquote br code em figcaption figure h2 h3 hr img li ol p pre s span strong sub sup table tbody td th thead tr ul".split()
)
ATTRIBUTES = {
    "a": ["href"],
    "img": ["src", "alt"],
    "span": ["class", "lang", "dir"],
    "blockquote": ["class"],
    "p": ["class"],
}


def clean(html: str) -> str:
    """Return what may be stored of `html`; a fixed point: cleaning twice changes nothing more."""
    if len(html) > MAX_LENGTH:
        raise ValueError(f"The text is {len(html):,} characters long; at most {MAX_LENGTH:,} can be kept.")
    return bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols={"http", "https", "mailto"}, strip=True)


def text(html: str) -> str:
    """Return the words of stored HTML, for search, counting and descriptions."""
    return re.sub(r"\s+", " ", strip_tags(html.replace("<", " <"))).strip()


def trusted(html: str) -> SafeString:
    """Mark stored, hence clean, HTML as fit for a page. The one place where that is said."""
    return mark_safe(html)
