"""What a check looks at, and what it says."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from html.parser import HTMLParser

from articles.models import Article, Note, Picture
from articles.models.picture import keys_in


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at: in which field, and with which words of the text, to jump there."""

    check: str
    severity: Severity
    message: str
    field: str = "body"
    quote: str = ""
    has_failed: bool = False  # it says nothing of the article: the check itself came to no end


@dataclass
class Element:
    tag: str
    attributes: dict
    words: str = ""
    inner: list = field(default_factory=list)


class _Elements(HTMLParser):
    WANTED = ("a", "h2", "h3", "h4", "img", "p", "li", "blockquote", "figcaption")
    VOID = ("img",)

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.open = [], []

    def handle_starttag(self, tag, attributes):
        if tag in self.WANTED:
            element = Element(tag, dict(attributes))
            for outer in self.open:
                outer.inner.append(element)
            self.found.append(element)
            if tag not in self.VOID:
                self.open.append(element)

    def handle_endtag(self, tag):
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index].tag == tag:
                del self.open[index:]
                break

    def handle_data(self, text):
        for element in self.open:
            element.words += text


@dataclass
class Subject:
    """An article as it would go out at a moment. What several checks ask is read once."""

    article: Article
    at: datetime
    given_tags: list[str] | None = None

    @cached_property
    def elements(self) -> list[Element]:
        reader = _Elements()
        reader.feed(self.article.body)
        reader.close()
        return reader.found

    def all(self, *tags) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    @cached_property
    def passages(self) -> list[tuple[str, str]]:
        """The running texts, each after its field; of nested ones the innermost."""
        article = self.article
        texts = [
            (name, getattr(article, name)) for name in ("kicker", "headline", "standfirst") if getattr(article, name)
        ]
        blocks = self.all("p", "li", "blockquote", "h2", "h3", "h4", "figcaption")
        texts += [
            ("body", one.words) for one in blocks if not any(inner.tag not in ("a", "img") for inner in one.inner)
        ]
        return texts

    @cached_property
    def tags(self) -> list[str]:
        if self.given_tags is not None:
            return self.given_tags
        return list(self.article.tags.names()) if self.article.pk else []

    @cached_property
    def open_notes(self) -> list[Note]:
        if hasattr(self.article, "open_notes"):  # asked for many at once
            return self.article.open_notes
        return list(self.article.notes.open()) if self.article.pk else []

    @cached_property
    def pictures(self) -> list[tuple[str, Picture]]:
        """The pictures of the article, each after the field that names it."""
        article, found = self.article, []
        if article.lead_picture_id:
            found.append(("lead_picture", article.lead_picture))
        if keys := keys_in(article.body):
            found += [("body", picture) for picture in Picture.objects.filter(key__in=keys)]
        return found
