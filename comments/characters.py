"""What characters a reader's text may keep, so that nothing in it reaches beyond it or hides within it."""

import re
import unicodedata

MAX_MARKS = 4  # accents stacked on one letter; no living script needs more

# Format characters that show: Arabic and other signs that enclose a number.
_SHOWN_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_JOINERS = "\u200c\u200d"
_DIRECTION_MARKS = "\u200e\u200f"
# They count as letters, symbols or marks and yet nobody sees them.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_FLAG = re.compile("(\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f)")


def normalise(text: str) -> str:
    """Return `text` as it may be stored: NFC, without control, invisible and direction-forcing characters.

    Line breaks stay, at most one empty line in a row. A fixed point: doing it twice changes nothing more.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    # Flags of parts of a country are spelt with characters that are invisible anywhere else.
    parts = _FLAG.split(text)
    text = "".join(part if index % 2 else _visible(part) for index, part in enumerate(parts))
    text = _marks_capped(unicodedata.normalize("NFC", text))
    text = re.sub(r"[^\S\n]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def normalise_line(text: str) -> str:
    """Return `text` as normalise() would, on one line and without direction marks: for names."""
    text = normalise(text).translate(dict.fromkeys(map(ord, _DIRECTION_MARKS)))
    return re.sub(r"\s+", " ", text).strip()


def hidden(text: str) -> list[int]:
    """Return where `text` has characters that nobody sees and that normalise() takes out of a word.

    Line ends, spaces and marks of direction between words are left aside: keyboards and other programs put them there.
    """
    if text.isascii():
        return []
    return [
        position
        for position in range(1, len(text) - 1)
        if not text[position].isascii()
        and text[position - 1].isalnum()
        and text[position + 1].isalnum()
        and not _is_kept(text[position], text[position - 1])
    ]


def _visible(text):
    kept = []
    for character in text:
        if character.isascii():
            if character >= " " and character != "\x7f" or character == "\n":
                kept.append(character)
        elif _is_kept(character, kept[-1] if kept else " "):
            kept.append(character)
    return "".join(kept)


def _is_kept(character, before):
    if character in _BLANKS or ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef":
        return False
    if character in _JOINERS:
        # Persian, Indic scripts and emoji need them after a sign of their own; after a Latin letter they only hide.
        return ord(before) >= 0x300 and before not in _JOINERS and not before.isspace()
    category = unicodedata.category(character)
    if category == "Cf":
        return character in _SHOWN_FORMAT or character in _DIRECTION_MARKS
    return category not in ("Cc", "Cs")


def _marks_capped(text):
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
