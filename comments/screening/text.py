"""The characters themselves. What hides is taken out before a text is stored; that it was there is told."""

import re
import unicodedata

from comments.characters import MAX_MARKS, hidden
from comments.folding import is_mixed
from comments.screening.signal import Signal, Submission

_WORD = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"(\S)\1{9,}")
ENOUGH = 20  # letters from which capitals are shouting


def signals(submission: Submission) -> list[Signal]:
    found, body = [], submission.body
    number = len(hidden(submission.raw))
    if number:
        found.append(Signal("hidden", 0.3, "an invisible character" if number == 1 else "invisible characters"))
    if _has_tower(submission.raw):
        found.append(Signal("marks", 0.3, "accents piled on each other"))
    mixed = [[match.start(), match.end()] for match in _WORD.finditer(body) if is_mixed(match[0])]
    if mixed:
        found.append(Signal("mixed", 0.4, "a word of letters from several alphabets", mixed[:20]))
    letters = [character for character in body if character.isalpha()]
    upper = sum(character.isupper() for character in letters)
    if len(letters) >= ENOUGH and upper > 0.7 * len(letters):
        found.append(Signal("capitals", 0.1, "nothing but capitals"))
    repeated = [[match.start(), match.end()] for match in _REPEATED.finditer(body)]
    if repeated:
        found.append(Signal("repeated", 0.1, "a character repeated many times", repeated[:20]))
    return found


def _has_tower(raw):
    if raw.isascii():
        return False
    height = 0
    for character in raw:
        height = height + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if height > MAX_MARKS:
            return True
    return False
