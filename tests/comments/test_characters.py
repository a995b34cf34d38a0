import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.characters import MAX_MARKS, normalise, normalise_line

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x07c\x7f", "abc"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\n\n\n\n\nb  \n\n", "a\n\nb"),
        ("e\u0301", "é"),
        ("pass\u200bword\u2060\ufeff", "password"),
        ("nor\u200dmal", "normal"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        (SCOTLAND, SCOTLAND),
        ("hid\U000e0068\U000e0069den", "hidden"),
        ("\u3164\u2800", ""),
        ("Straßenbahnhaltestelle, 新聞, العربية, naïve", "Straßenbahnhaltestelle, 新聞, العربية, naïve"),
        ("\ud800x\ufffe", "x"),
    ],
)  # fmt: skip
def test_keeps_what_readers_see_and_nothing_else(text, kept):
    assert normalise(text) == kept


def test_caps_stacked_marks():
    tower = normalise("Z" + "\u0351\u0352\u0353" * 300 + "algo")
    assert sum(unicodedata.combining(character) > 0 for character in tower) == MAX_MARKS
    assert tower.endswith("algo")


def test_keeps_a_name_on_one_line():
    assert normalise_line(" Anna\n\u200f Berg\t\u00a0x ") == "Anna Berg x"


@given(st.text(st.characters(), max_size=300))
def test_changes_nothing_the_second_time(text):
    once = normalise(text)
    assert normalise(once) == once
    assert normalise_line(normalise_line(text)) == normalise_line(text)
    assert "\x00" not in once
