"""What differs between two versions of an article, word by word, in an order in which people read it.

Paragraphs are paired first, then the words within each pair: a text of any length is compared in the time that its
changed paragraphs take.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from html.parser import HTMLParser

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from articles.models import Article, Author, Byline, Category, Picture
from articles.passages import changed, passages_of
from articles.revisions import COURSE, WORDS
from newsroom import html

# Han, Kana, Hangul and Thai are written without spaces: there each letter counts.
_DENSE = r"\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_DENSE}]|\d+(?:[.,:]\d+)*|[^\W{_DENSE}]+(?:[’'-][^\W{_DENSE}]+)*|\s+|.", re.S)
_BLOCKS = {
    "p": "", "h2": "Subhead", "h3": "Subhead", "h4": "Subhead", "li": "•", "blockquote": "Quote", "pre": "",
    "figcaption": "Caption", "td": "", "th": "", "figure": "", "hr": "Rule", "div": "",
}  # fmt: skip
_MARKS = {"strong": "bold", "em": "italics", "sub": "subscript", "sup": "superscript", "s": "struck", "code": "code"}
PAIRED = 40_000  # pairs of paragraphs that are weighed; beyond that they are paired in their order


@dataclass
class Block:
    """A paragraph: what it is, and its words and marks. A mark shows only where it changed."""

    kind: str
    tokens: list[str]

    @property
    def key(self):
        return (self.kind, *self.tokens)

    def words(self):
        return Counter(token for token in self.tokens if token.strip() and not token.startswith("\x01"))


class Passage:
    """A passage of a text with the paragraphs that it is read as: of a list, one for each of its points."""

    def __init__(self, html):
        self.html, self.blocks = html, blocks_of(html)

    def words(self):
        return Counter(word for block in self.blocks for word in block.words().elements())


@dataclass
class Change:
    """One field that differs. `kind` says how it is shown: words, passages, entries, pictures."""

    name: str
    label: str
    kind: str
    pieces: list
    old: object = None
    new: object = None


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks, self.kind, self.tokens, self.links = [], "", [], []

    def _end(self):
        if any(token.strip() for token in self.tokens):
            self.blocks.append(Block(self.kind, self.tokens))
        self.tokens = []

    def _mark(self, words):
        self.tokens.append(f"\x01{words}")

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in _BLOCKS:
            self._end()
            self.kind = _BLOCKS[tag]
            if tag == "hr":
                self._mark("rule")
        elif tag == "a":
            self._mark(f"link to {given.get('href', '')}")
        elif tag == "img":
            self._mark(f"picture {given.get('src', '')}: {given.get('alt') or 'without description'}")
        elif tag in _MARKS:
            self._mark(_MARKS[tag])
        elif tag == "span" and given.get("class") == "footnote":
            self._mark("note")

    def handle_endtag(self, tag):
        if tag in _BLOCKS:
            self._end()
            self.kind = ""
        elif tag == "a":
            self._mark("end of link")
        elif tag in _MARKS:
            self._mark(f"end of {_MARKS[tag]}")

    def handle_data(self, text):
        self.tokens += _TOKEN.findall(re.sub(r"\s+", " ", text))


def blocks_of(body):
    reader = _Reader()
    reader.feed(body or "")
    reader.close()
    reader._end()
    return reader.blocks


MOST_TOKENS = 40_000  # of two paragraphs together


def compare_words(old, new):
    """Return the pieces of two rows of tokens: pairs of “=”, “-” or “+” and the words, marks in brackets.

    Rows longer than any paragraph that people write are told apart as wholes: to match them could take minutes.
    """
    pieces = []

    def add(sign, tokens):
        words = "".join(_shown(token, sign) for token in tokens)
        if words:
            if pieces and pieces[-1][0] == sign:
                pieces[-1] = (sign, pieces[-1][1] + words)
            else:
                pieces.append((sign, words))

    gone, come = [], []

    def settle():
        add("-", gone)
        add("+", come)
        gone.clear()
        come.clear()

    if len(old) + len(new) > MOST_TOKENS and old != new:
        gone, come = [*old], [*new]
        settle()
        return pieces
    for operation, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if operation == "equal":
            same = old[start:end]
            # A lone space between two changed words would cut the change in two.
            if (gone or come) and len(same) == 1 and not same[0].strip() and end < len(old) and new_end < len(new):
                gone += same
                come += same
                continue
            settle()
            add("=", same)
        else:
            gone += old[start:end]
            come += new[new_start:new_end]
    settle()
    return pieces


def _shown(token, sign):
    if not token.startswith("\x01"):
        return token
    return "" if sign == "=" else f"[{token[1:]}]"


def compare_blocks(old, new):
    """Return the paragraphs of two texts in order, each with how it differs, those that do not in runs."""
    rows, run = [], []

    def settle():
        if run:
            rows.append({"state": "same", "blocks": list(run), "count": len(run)})
            run.clear()

    matcher = SequenceMatcher(None, [block.key for block in old], [block.key for block in new], autojunk=False)
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            run += _unchanged(old[start:end])
            continue
        settle()
        for before, after in _pair(old[start:end], new[new_start:new_end]):
            state = "changed" if before and after else "removed" if before else "added"
            pieces = compare_words(before.tokens if before else [], after.tokens if after else [])
            rows.append({"state": state, "kind": (after or before).kind, "pieces": pieces})
    settle()
    return rows


def _unchanged(blocks):
    shown = [("".join(_shown(token, "=") for token in block.tokens), block.kind) for block in blocks]
    return [{"kind": kind, "pieces": [("=", words)]} for words, kind in shown]


def compare_texts(old, new):
    """Return the passages of two texts in order: those that do not differ in runs, others by their place in sides()."""
    rows = []
    for place, (before, after) in enumerate(_side_by_side(old, new)):
        if before and after and before.html == after.html:
            if not rows or rows[-1]["state"] != "same":
                rows.append({"state": "same", "blocks": [], "count": 0})
            rows[-1]["blocks"] += _unchanged(after.blocks)
            rows[-1]["count"] += len(after.blocks)
            continue
        state = "changed" if before and after else "removed" if before else "added"
        within = compare_blocks(before.blocks if before else [], after.blocks if after else [])
        if all(row["state"] == "same" for row in within):
            within = [{"state": "changed", "kind": "", "pieces": [("+", "Only how it is marked up.")]}]
        rows.append({"state": state, "place": place, "rows": within})
    return rows


def sides(old, new):
    """Return the passages of two texts side by side, as they are stored; an empty one where there is none."""
    return [(before.html if before else "", after.html if after else "") for before, after in _side_by_side(old, new)]


def _side_by_side(old, new):
    old, new = ([Passage(html) for html in passages_of(text or "")] for text in (old, new))
    matcher = SequenceMatcher(None, [one.html for one in old], [one.html for one in new], autojunk=False)
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        before, after = old[start:end], new[new_start:new_end]
        yield from zip(before, after, strict=True) if operation == "equal" else _pair(before, after)


def _pair(old, new):
    """Pair paragraphs, or passages, in their order so that those with most words in common stand together."""
    if len(old) * len(new) > PAIRED:
        longest = max(len(old), len(new))
        return [(old[i] if i < len(old) else None, new[i] if i < len(new) else None) for i in range(longest)]
    bags, new_bags = [block.words() for block in old], [block.words() for block in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            alike = _likeness(bags[i], new_bags[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike if alike > 0.3 else 0)
    pairs, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new):
            alike = _likeness(bags[i], new_bags[j])
            if alike > 0.3 and best[i][j] == best[i + 1][j + 1] + alike:
                pairs.append((old[i], new[j]))
                i, j = i + 1, j + 1
                continue
        if i < len(old) and (j == len(new) or best[i][j] == best[i + 1][j]):
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return pairs


def _likeness(bag, other):
    total = bag.total() + other.total()
    return 2 * (bag & other).total() / total if total else 0


# -- two versions


TEXTS = ("body", "live_summary")
IN_WORDS = {"kicker", "headline", "standfirst", "lead_alt", "lead_caption", "reviewed", "source_title", "source_note"}
ORDER = [*WORDS[:5], "tags", "bylines", "categories", "related", *WORDS[5:], *COURSE]
LABELS = {"tags": "Tags", "bylines": "Bylines", "categories": "Further sections", "related": "Related stories"}


def label(name):
    if name in LABELS:
        return LABELS[name]
    words = str(Article._meta.get_field(name).verbose_name)
    return words[:1].upper() + words[1:]


NAMED = 3  # of the passages that were changed


def told(name, before, after):
    """Name a field that was changed, of a text with how the passages begin that came, went or read otherwise."""
    words = [html.text(passage) for passage in changed(before or "", after or "")] if name in TEXTS else []
    beginnings = [f"“{Truncator(text).words(6)}”" for text in words if text]
    if len(beginnings) > NAMED:
        beginnings[NAMED:] = [f"{len(beginnings) - NAMED} more"]
    return f"{label(name)} ({', '.join(beginnings)})" if beginnings else label(name)


UNKNOWN = "A story that you may not see"


def compare(old, new, known=None):
    """Return what differs between two snapshots, as a list of Change.

    Only the stories in `known`, all by default, are named.
    """
    names = [name for name in ORDER if old.get(name) != new.get(name)]
    people = _names(Author, old, new, names, "bylines", lambda entry: entry[0])
    sections = _names(Category, old, new, names, "categories", lambda key: key)
    stories = _names(Article, old, new, names, "related", lambda key: key)
    if known is not None and "related" in names:
        seen = set(known.filter(pk__in=stories).values_list("pk", flat=True))
        stories = {key: name if key in seen else UNKNOWN for key, name in stories.items()}
    found = []
    for name in names:
        before, after = old.get(name), new.get(name)
        if name in TEXTS:
            pieces, kind = compare_texts(before, after), "passages"
        elif name in IN_WORDS:
            pieces, kind = compare_words(_TOKEN.findall(before or ""), _TOKEN.findall(after or "")), "words"
        elif name == "bylines":
            pieces, kind = _entries(
                [f"{people.get(a, 'Somebody')} ({Byline.Role(role).label})" for a, role in before or []],
                [f"{people.get(a, 'Somebody')} ({Byline.Role(role).label})" for a, role in after or []],
            ), "entries"  # fmt: skip
        elif name in ("categories", "related"):
            rows = sections if name == "categories" else stories
            pieces = _entries([rows.get(k, "Gone") for k in before or []], [rows.get(k, "Gone") for k in after or []])
            kind = "entries"
        elif name == "tags":
            pieces, kind = _entries(before or [], after or []), "entries"
        elif name == "lead_picture":
            pictures = Picture.objects.in_bulk([key for key in (before, after) if key])
            found.append(Change(name, label(name), "pictures", [], pictures.get(before), pictures.get(after)))
            continue
        else:
            pieces, kind = [("-", said(name, before, known)), ("+", said(name, after, known))], "entries"
        found.append(Change(name, label(name), kind, pieces))
    return found


def _names(model, old, new, names, name, key):
    if name not in names:
        return {}
    keys = {key(entry) for entry in [*(old.get(name) or []), *(new.get(name) or [])]}
    return {row.pk: str(row) for row in model.objects.filter(pk__in=keys)}


def _entries(old, new):
    pieces = []
    for operation, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if operation == "equal":
            pieces += [("=", entry) for entry in old[start:end]]
        else:
            pieces += [("-", entry) for entry in old[start:end]] + [("+", entry) for entry in new[new_start:new_end]]
    return pieces


def said(name, value, known=None):
    """A plain value as people say it."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    field = Article._meta.get_field(name)
    if field.is_relation:
        found = field.related_model.objects.filter(pk=value).first()
        if found and field.related_model is Article and known is not None and not known.filter(pk=value).exists():
            return UNKNOWN
        return str(found or "Gone")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.get_internal_type() == "DateTimeField":
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j F Y, H:i")
    return str(value)


def counted(changes):
    """How many words came and how many went, over all changes."""
    come = gone = 0
    for change in changes:
        rows = [{"state": "", "pieces": change.pieces}] if change.kind == "words" else []
        if change.kind == "passages":
            rows = [row for passage in change.pieces for row in passage.get("rows", [])]
        for row in rows:
            if row["state"] != "same":
                come += sum(len(words.split()) for sign, words in row["pieces"] if sign == "+")
                gone += sum(len(words.split()) for sign, words in row["pieces"] if sign == "-")
    return {"come": come, "gone": gone}
