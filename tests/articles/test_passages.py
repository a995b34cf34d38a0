"""Texts are merged and put back passage by passage, and no word is lost on the way."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.passages import changed, merged, passages_of
from newsroom.html import clean

ONE, TWO, THREE = "<p>One.</p>", "<p>Two.</p>", "<ul><li>Three</li></ul>"
TEXT = ONE + TWO + THREE


def test_passages_are_what_stands_beside_each_other():
    figure = '<figure><img src="/picture/a/" alt="x &gt; y"><figcaption>A <em>line</em><br>or two</figcaption></figure>'
    passages = [ONE, "<hr>", THREE, figure, '<blockquote class="pull"><p>So.</p><p>Yes.</p></blockquote>']
    assert passages_of("".join(passages)) == passages
    assert passages_of("Only words") == ["Only words"]
    assert passages_of("") == []


@given(st.text(alphabet="<>/phrulbi \"=a'", max_size=60))
def test_passages_joined_are_the_text_again(text):
    assert "".join(passages_of(text)) == text
    assert "".join(passages_of(clean(text))) == clean(text)


@pytest.mark.parametrize(
    ("mine", "theirs", "result"),
    [
        ("<p>Mine.</p>" + TWO + THREE, ONE + TWO + "<p>Theirs.</p>", "<p>Mine.</p>" + TWO + "<p>Theirs.</p>"),
        (ONE + "<p>Mine.</p>" + THREE, TEXT + "<p>Theirs.</p>", ONE + "<p>Mine.</p>" + THREE + "<p>Theirs.</p>"),
        ("<p>Mine.</p>" + TEXT, ONE + THREE, "<p>Mine.</p>" + ONE + THREE),
        (ONE + "<p>Mine.</p>" + THREE, ONE + "<p>Theirs.</p>" + THREE, None),
        (ONE + THREE, ONE + "<p>Theirs.</p>" + THREE, None),
        (TEXT + "<p>Mine.</p>", TEXT + "<p>Theirs.</p>", None),
        (THREE + ONE + TWO, ONE + THREE + TWO, None),
        (ONE + THREE, ONE + THREE, ONE + THREE),
        (ONE + "<p>Both.</p>" + THREE, "<p>Theirs.</p><p>Both.</p>" + THREE, "<p>Theirs.</p><p>Both.</p>" + THREE),
        (ONE + TWO + "<p>Both.</p>", "<p>Theirs.</p>" + TWO + "<p>Both.</p>", "<p>Theirs.</p>" + TWO + "<p>Both.</p>"),
    ],
)  # fmt: skip
def test_merges_what_was_changed_in_different_passages_alone(mine, theirs, result):
    assert merged(TEXT, mine, theirs) == result
    assert merged(TEXT, theirs, mine) == result


def test_what_both_wrote_is_not_more_than_can_be_kept():
    long = f"<p>{'word ' * 60_000}</p>"
    assert merged(TEXT, long + TEXT, TEXT + long) is None


def test_says_which_passages_were_changed():
    assert changed(TEXT, "<p>Anew.</p>" + TWO) == ["<p>Anew.</p>", THREE]


OLD = [f"<p>{number}</p>" for number in range(6)]
edits = st.lists(
    st.tuples(st.sampled_from(["change", "add", "drop", "move"]), st.integers(0, 9), st.integers(0, 9)), max_size=4
)


def edited(who, edits):
    passages = [*OLD]
    for number, (what, at, to) in enumerate(edits):
        at = at % (len(passages) + 1)
        if what == "add" or at == len(passages):
            passages.insert(at, f"<p>{who} {number}</p>")
        elif what == "change":
            passages[at] = f"<p>{passages[at][3:-4]} by {who} {number}</p>"
        else:
            passage = passages.pop(at)
            if what == "move":
                passages.insert(to % (len(passages) + 1), passage)
    return passages


@given(edits, edits)
def test_whatever_two_change_is_in_the_result_or_clashes(mine, theirs):
    mine, theirs = edited("Ada", mine), edited("Ben", theirs)
    result = merged("".join(OLD), "".join(mine), "".join(theirs))
    if result is None:  # never where one of them changed nothing, or both the same
        assert len({tuple(OLD), tuple(mine), tuple(theirs)}) == 3
        return
    result, begun, one, other = (Counter(each) for each in (passages_of(result), OLD, mine, theirs))
    assert one - begun <= result
    assert other - begun <= result
    assert begun & one & other <= result
    assert result <= one | other
