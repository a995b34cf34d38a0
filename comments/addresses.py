"""Web addresses within plain text."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

_CANDIDATE = re.compile(r"""\bhttps?://[^\s<>"“”«»]+""", re.IGNORECASE)
_AFTER = ".,;:!?'’…*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def addresses_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each http or https address in `text` starts and ends, without the sentence's own punctuation."""
    for match in _CANDIDATE.finditer(text):
        address = _trimmed(match[0])
        if _has_host(address):
            yield match.start(), match.start() + len(address)


def _trimmed(address):
    # A bracket belongs to the address where it was opened there, as in many an encyclopaedia's.
    unopened = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _AFTER:
            break
        end -= 1
    return address[:end]


def _has_host(address):
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False
