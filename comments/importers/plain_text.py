"""The words of a comment that was kept as HTML."""

import re
from html.parser import HTMLParser

from articles.importers.wordpress_markup import parseable


class PlainText(HTMLParser):
    """Words of a comment's HTML: paragraphs stay apart, links give their address, scripts nothing."""

    APART = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table"})
    SILENT = frozenset({"script", "style"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.links, self.silent = [], [], 0

    def handle_starttag(self, tag, attributes):
        if tag in self.APART:
            self.parts.append("\n\n")
        elif tag in ("br", "li", "tr"):
            self.parts.append("\n")
        elif tag == "a":
            self.links.append((dict(attributes).get("href") or "", len(self.parts)))
        elif tag == "img" and (words := dict(attributes).get("alt")):
            self.parts.append(words)
        self.silent += tag in self.SILENT

    def handle_endtag(self, tag):
        if tag in self.APART:
            self.parts.append("\n\n")
        elif tag == "a" and self.links:
            url, start = self.links.pop()
            words = "".join(self.parts[start:])
            if url.startswith(("https://", "http://")) and url.rstrip("/") not in words:
                self.parts.append(f" ({url})")
        elif tag in self.SILENT and self.silent:
            self.silent -= 1

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


def text_of(content: str) -> str:
    """Return a comment's words as plain text, a blank line between paragraphs."""
    parser = PlainText()
    parser.feed(parseable(content.replace("\r\n", "\n").replace("\r", "\n")))
    parser.close()
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(parser.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
