"""What differs between two versions reads as people would say it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.comparing import _TOKEN, blocks_of, compare, compare_blocks, compare_words


def words(old, new):
    return compare_words(_TOKEN.findall(old), _TOKEN.findall(new))


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("Season, a guide", "Season, explained", [("=", "Season, "), ("-", "a guide"), ("+", "explained")]),
        ("reads 4.1 metres", "reads 3.8 metres", [("=", "reads "), ("-", "4.1"), ("+", "3.8"), ("=", " metres")]),
        ("", "New", [("+", "New")]),
        ("Old", "", [("-", "Old")]),
        ("猫が好き", "犬が好き", [("-", "猫"), ("+", "犬"), ("=", "が好き")]),
    ],
)  # fmt: skip
def test_compares_word_by_word(old, new, pieces):
    assert words(old, new) == pieces


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_make_both_texts_again(old, new):
    old, new = old.replace("\x01", ""), new.replace("\x01", "")
    pieces = words(old, new)
    assert "".join(text for sign, text in pieces if sign != "+") == old
    assert "".join(text for sign, text in pieces if sign != "-") == new


def test_pairs_paragraphs_that_belong_together():
    old = "<p>The first one stays.</p><p>The barrier closes at 4.1 metres today.</p><p>The end.</p>"
    new = (
        "<p>The first one stays.</p><p>Put in between.</p><p>The barrier closes at 3.8 metres today.</p><p>The end.</p>"
    )
    rows = compare_blocks(blocks_of(old), blocks_of(new))
    assert [row["state"] for row in rows] == ["same", "added", "changed", "same"]
    assert ("-", "4.1") in rows[2]["pieces"]


def test_links_and_marks_are_told_where_they_changed():
    old, new = '<p>See <a href="/a/">this</a>.</p>', '<p>See <a href="/b/">this</a>.</p>'
    pieces = compare_blocks(blocks_of(old), blocks_of(new))[0]["pieces"]
    assert ("-", "[link to /a/]") in pieces
    assert ("+", "[link to /b/]") in pieces


def test_plain_fields_are_said_in_words(db):
    found = {change.name: change for change in compare({"kind": "news"}, {"kind": "opinion", "tags": ["A"]})}
    assert found["kind"].pieces == [("-", "News"), ("+", "Opinion")]
    assert found["tags"].pieces == [("+", "A")]


@pytest.mark.parametrize("paragraphs", [1, 70])
def test_long_texts_are_compared_without_going_through_all_pairs_of_words(paragraphs):
    # No clock is asked: it would take minutes if every word were weighed against every other. bench/ has the figures.
    dice = random.Random(1)  # noqa: S311
    vocabulary = [f"word{number}" for number in range(900)]
    texts = []
    for _ in range(2):
        chosen = [dice.choice(vocabulary) for _ in range(5000)]
        size = len(chosen) // paragraphs
        texts.append("".join(f"<p>{' '.join(chosen[at : at + size])}</p>" for at in range(0, 5000, size)))
    assert compare_blocks(blocks_of(texts[0]), blocks_of(texts[1]))
