"""Pages with every word of a catalogue in brackets: what stands outside of them, nobody can translate.

Content is Greek in such a test, so that a Latin letter outside of brackets is a word of the interface.
"""

import re
from contextlib import contextmanager
from html.parser import HTMLParser
from unittest import mock

from django.utils import translation
from django.utils.translation import trans_real

GREEK = "Το λιμάνι παγώνει"
SENTENCE = "Για πρώτη φορά εδώ και τριάντα χρόνια τα πλοία μένουν στη θέση τους."
# Names of things, and of what Django's own formats leave as it is.
NAMES = {
    "RSS",
    "Atom",
    "JSON",
    "PDF",
    "MP",
    "WAV",
    "UTC",
    "YouTube",
    "CC",
    "BY",
    "reader",
    "test",
    "www",
    "testserver",
    "desk",
}


class Bracketed:
    """A catalogue in which every word is translated: into itself, in brackets."""

    def to_language(self):
        return "en-gb"

    def gettext(self, message):
        return f"⟦{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧"

    def ngettext(self, singular, plural, number):
        return self.gettext(singular if number == 1 else plural)


@contextmanager
def bracketed():
    """Speak a language in which every word is in brackets."""
    with translation.override("en-gb"), mock.patch.object(trans_real._active, "value", Bracketed()):
        yield


class Words(HTMLParser):
    """Everything of a page that somebody reads or hears: its text, and what stands in attributes."""

    SEEN = {"alt", "aria-label", "aria-description", "title", "placeholder", "label"}
    DESCRIBED = {"description", "og:title", "og:description", "og:site_name", "twitter:title", "twitter:description"}

    def __init__(self, html):
        super().__init__()
        self.text, self.found, self.inside = "", [], []
        self.feed(html)

    @classmethod
    def of(cls, html):
        words = cls(html)
        return [words.text, *words.found]

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        self.inside.append(tag)
        self.found += [value for name, value in attributes.items() if name in self.SEEN]
        # What scripts say is handed over in such attributes; addresses and numbers have no spaces.
        self.found += [value for name, value in attributes.items() if name.startswith("data-") and " " in value]
        if {attributes.get("name"), attributes.get("property")} & self.DESCRIBED:
            self.found.append(attributes["content"])
        if attributes.get("type") == "submit":
            self.found.append(attributes.get("value", ""))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, text):
        if self.inside[-1:] not in (["script"], ["style"]):
            self.text += text


def english(text):
    """What stands outside of all brackets and has Latin words in it."""
    text = re.sub(r"https?://\S+", "|", text)
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "|", text)) != text:
        text = shorter
    lines = (line.strip(" |") for line in text.splitlines())
    return [line for line in lines if set(re.findall(r"[A-Za-z]{2,}", line)) - NAMES]


class Leftovers:
    """Words outside of brackets, by the name of the page they were seen on."""

    def __init__(self):
        self.found = {}

    def look(self, name, *texts):
        lines = [line for text in texts for line in english(text)]
        if lines:
            self.found.setdefault(name, []).extend(lines)

    def see(self, name, response):
        text = response.content.decode()
        self.look(name, *(Words.of(text) if "html" in response["Content-Type"] else [text]))

    def __str__(self):
        return "\n".join(f"{name}: {lines}" for name, lines in self.found.items())
