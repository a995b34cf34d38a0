"""What an interview's page makes of its text: who asks, and who says what."""

import re

from django.utils.safestring import SafeString

from newsroom.html import trusted

# A body is canonical (newsroom.html), so these forms are found by their text alone.
_BOLD = r"<strong>((?:(?!</?strong>|</p>).)*)</strong>"
_QUESTION = re.compile(rf"<p([^<>]*)>{_BOLD}</p>", re.S)
_SPEAKER = re.compile(r"(<p[^<>]*>)<strong>([^<>]{1,60}:)</strong>|(<p[^<>]*>)<strong>([^<>]{1,60})</strong>:", re.S)


def with_questions(body: str) -> SafeString:
    """Set off each paragraph that is bold from end to end: a question; and a name that opens an answer.

    >>> with_questions("<p><strong>Why?</strong></p><p><strong>Ann:</strong> Because.</p>")
    '<p class="question"><strong>Why?</strong></p><p><b class="speaker">Ann:</b> Because.</p>'
    """
    body = _QUESTION.sub(_question, body)
    return trusted(_SPEAKER.sub(_speaker, body))


def _question(found: re.Match[str]) -> str:
    return found[0] if "class=" in found[1] else f'<p class="question"{found[1]}><strong>{found[2]}</strong></p>'


def _speaker(found: re.Match[str]) -> str:
    start, name = (found[1], found[2]) if found[1] else (found[3], f"{found[4]}:")
    return f'{start}<b class="speaker">{name}</b>'
