"""The passages of a text: its paragraphs, lists, pictures and so on, which are merged and put back each as a whole."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from newsroom import html

_TAG = re.compile(r"<(/?)(\w+)[^<>]*>")
_WITHOUT_END = {"br", "hr", "img"}


class Edit(NamedTuple):
    """What stands in a text in place of its passages from `start` to `end`."""

    start: int
    end: int
    passages: Sequence[str]


def passages_of(text: str) -> list[str]:
    """Return the passages of stored HTML; joined, they are the text again."""
    passages, start, depth = [], 0, 0
    for tag in _TAG.finditer(text):
        closing, name = tag.groups()
        if name not in _WITHOUT_END:
            depth += -1 if closing else 1
        if depth <= 0:
            passages.append(text[start : tag.end()])
            start, depth = tag.end(), 0
    return [*passages, text[start:]] if start < len(text) else passages


def merged(begun: str, mine: str, theirs: str) -> str | None:
    """Return a text with what each of two made of it.

    None where both changed or moved the same passage, or where it would be more than can be kept.
    """
    old = passages_of(begun)
    own, others = _edits(old, passages_of(mine)), _edits(old, passages_of(theirs))
    both = [edit for edit in own if edit in others]
    own, others = ([edit for edit in edits if edit not in both] for edits in (own, others))
    if any(_meet(one, other) for one in own for other in others) or _written(own) & _written(others):
        return None
    result, at = [], 0
    for edit in sorted(own + others + both, key=lambda edit: edit[:2]):
        result += [*old[at : edit.start], *edit.passages]
        at = edit.end
    try:
        return html.clean("".join(result + old[at:]))
    except ValueError:
        return None


def changed(begun: str, now: str) -> list[str]:
    """Return the passages that came or went, in their order: of one that reads otherwise, how it reads now."""
    old = passages_of(begun)
    edits = _edits(old, passages_of(now))
    return [passage for edit in edits for passage in edit.passages or old[edit.start : edit.end]]


def _edits(old, new):
    """What was changed; where as many passages stand in place of others, each by itself."""
    found = []
    for operation, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        passages = new[new_start:new_end]
        if operation == "equal":
            continue
        if len(passages) == end - start:
            found += [Edit(at, at + 1, [passage]) for at, passage in enumerate(passages, start)]
        else:
            found.append(Edit(start, end, passages))
    return found


def _meet(one, other):
    return one[:2] == other[:2] or (one.start < other.end and other.start < one.end)


def _written(edits):
    return {passage for edit in edits for passage in edit.passages}
