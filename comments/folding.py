"""One spelling for what reads alike: the same letter whatever its case, accent, ornament or alphabet."""

import unicodedata
from functools import lru_cache

# Letters that look like a Latin one, by the Latin one.
_ALIKE = {
    "a": "аαɑạ𐌀ᴀ", "b": "ЬвβʙᏏ", "c": "сϲᴄⅽ", "d": "ԁɗᴅд", "e": "еєεҽᴇ℮", "f": "ғϝꜰ", "g": "ɡԍɢ", "h": "һнʜ",
    "i": "іιıɪӏ", "j": "јϳᴊ", "k": "кκᴋ", "l": "ⅼʟ", "m": "мᴍ", "n": "пηոɴ", "o": "оοσօᴏ००", "p": "рρᴘ",
    "q": "ԛզ", "r": "гʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υսцᴜ", "v": "ѵνᴠ", "w": "ѡωшԝᴡ", "x": "хχ", "y": "уүγʏ",
    "z": "ᴢʐ",
}  # fmt: skip
LOOKALIKES = {alike.lower(): letter for letter, all_alike in _ALIKE.items() for alike in all_alike}
# Letters in boxes and circles that Unicode itself does not take apart, and letters that are a Latin one with a stroke.
_BOXED = {
    chr(start + number): chr(ord("a") + number)
    for start in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
    for number in range(26)
}
_STRUCK = dict(zip("øđłħŧƀɇɨ", "odlhtbei", strict=True))
LEET = {
    "0": "o", "1": "i", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "!": "i", "|": "i", "¡": "i", "+": "t", "€": "e", "£": "l", "¥": "y", "§": "s", "¢": "c", "µ": "u",
}  # fmt: skip


@lru_cache(maxsize=4096)
def letters_of(character: str) -> str:
    """Return the plain letters a character stands for: lower case, without accents; "" for an accent by itself."""
    if character.isascii():
        return character.lower()
    if character in _BOXED:
        return _BOXED[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part)[0] != "M")
    return "".join(_STRUCK.get(letter, letter) for letter in plain.lower())


def fold(text: str) -> str:
    """Return `text` in lower case and without accents, ligatures and ornaments. The ß stays: “aß” is not “ass”."""
    return "".join(map(letters_of, text))


def skeleton(text: str) -> str:
    """Return what `text` looks like: folded, and each letter that looks like a Latin one in its place."""
    return "".join(LOOKALIKES.get(letter, letter) for letter in fold(text))


@lru_cache(maxsize=4096)
def alphabet(character: str) -> str:
    """Return "latin", "cyrillic", "greek" ... for a letter, and "" for what belongs to none."""
    if not character.isalpha():
        return ""
    return "latin" if character.isascii() else unicodedata.name(character, "").partition(" ")[0].lower()


def is_mixed(word: str) -> bool:
    """Whether Latin letters stand among Cyrillic or Greek ones, as in no honest word."""
    found = {alphabet(character) for character in word}
    return "latin" in found and bool(found & {"cyrillic", "greek", "cherokee", "armenian"})
