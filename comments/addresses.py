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
    end = len(address)
    while end:
        last = address[end - 1]
        # A bracket belongs to the address where it was opened there, as in many an encyclopaedia's.
        if last in _PAIRS and address.count(last, 0, end) > address.count(_PAIRS[last], 0, end) or last in _AFTER:
            end -= 1
        else:
            break
    return address[:end]


def _has_host(address):
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False
