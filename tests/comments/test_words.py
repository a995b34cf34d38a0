"""The desk's words are found however they are spelt, and in no honest sentence."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles.models.site import CommentsPolicy
from comments.characters import normalise
from comments.models import Comment, WordHit, WordRule
from comments.models.comment import Status
from comments.policies import Rules
from comments.screening import screen
from comments.screening.signal import Submission
from comments.screening.words import find
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db

SPELLINGS = [  # each with the spelling it is found in, and whether it may be rejected
    ("idiot", "exact"), ("IDIOT", "exact"), ("idiot!!!", "exact"), ("idi\u200bot", "exact"),
    ("ïdïöt", "folded"), ("i̲d̲i̲o̲t̲", "folded"), ("ｉｄｉｏｔ", "folded"), ("𝓲𝓭𝓲𝓸𝓽", "folded"), ("ⓘⓓⓘⓞⓣ", "folded"),
    ("🅸🅳🅸🅾🆃", "folded"), ("idіоt", "folded"),
    ("1d10t", "leet"), ("id1ot", "leet"), ("!d!ot", "leet"), ("|diot", "leet"), ("idi0+", "leet"),
    ("i d i o t", "joined"), ("i.d.i.o.t", "joined"), ("i-d-i-o-t", "joined"), ("i_d_i_o_t", "joined"),
    ("id*iot", "joined"), ("id iot", "joined"), ("1 d 1 0 t", "joined"), ("(i)(d)(i)(o)(t)", "joined"),
    ("idiiiiot", "squeezed"), ("iidiioott", "squeezed"), ("1d1000t", "squeezed"),
]  # fmt: skip
HONEST = [
    line for line in (Path(__file__).parent / "texts/honest.txt").read_text().splitlines() if not line.startswith("#")
]


def rule(text, kind="reject", **fields):
    return WordRule(text=text, kind=kind, **fields)


RULES = [rule("idiot"), rule("ass"), rule("Scunthorpe"[1:5]), rule("anal"), rule("sot"), rule("moron"), rule("shut up")]


def screened(body, **fields):
    # As the form does before it.
    rules = Rules(CommentsPolicy.RISK)
    return screen(Submission(None, "Charlie", "", normalise(body), raw=body, is_known=True, rules=rules, **fields))


@pytest.mark.parametrize(("spelling", "form"), SPELLINGS)
def test_finds_a_word_however_it_is_spelt(spelling, form):
    WordRule.objects.create(text="idiot", kind="reject")
    screening = screened(f"You are an {spelling} and you know it")
    [signal] = [signal for signal in screening.signals if signal.code == "word"]
    assert signal.form == form
    assert screening.status == (Status.REJECTED if form in ("exact", "folded") else Status.PENDING)


def test_holds_each_of_the_table(db):
    WordRule.objects.create(text="idiot", kind="hold")
    assert len(SPELLINGS) >= 25
    assert {screened(f"What an {spelling} he is").status for spelling, _ in SPELLINGS} == {Status.PENDING}


def test_marks_the_place():
    body = "He is an i-d-i-o-t, that man"
    [hit] = find(body, [rule("idiot")])
    assert [body[start:end] for start, end in hit.spans] == ["i-d-i-o-t"]


@pytest.mark.parametrize(
    "body",
    ["455 pages", "a first-class pass", "Scunthorpe", "$455", "It was a 5-5 draw", "Er aß den Kuchen", "assess",
     "Arsenal 4:5 City", "as soon as she could", "a.s.a.p.", "spaghetti an al dente"],
)  # fmt: skip
def test_finds_nothing_where_nothing_is(body):
    assert not find(body, RULES)


def test_rejects_no_honest_sentence():
    WordRule.objects.bulk_create(RULES)
    assert len(HONEST) == 200
    outcomes = {body: screened(body).status for body in HONEST}
    assert [body for body, status in outcomes.items() if status != Status.PUBLISHED] == []


def test_finds_words_that_begin_or_end_so_and_several_in_a_row():
    rules = [rule("moron", match="prefix"), rule("hater", match="suffix"), rule("shut up")]
    found = find("Moronic, said the womanhater: shut  up!", rules)
    assert {hit.rule.text for hit in found} == {"moron", "hater", "shut up"}
    assert not find("An oxymoron, and a hat. Shut the door, up there.", rules)


def test_keeps_to_its_section_and_its_time(article):
    sport = make_category("Sport")
    WordRule.objects.create(text="idiot", section=sport)
    WordRule.objects.create(text="moron", expires_at=timezone.now() - timedelta(hours=1))
    assert screened("idiot and moron").status == Status.PUBLISHED
    assert screened("idiot and moron", sections=(sport.pk,)).status == Status.PENDING


def test_only_says_what_it_watches():
    WordRule.objects.create(text="river", kind="watch")
    screening = screened("The river again")
    assert screening.status == Status.PUBLISHED
    assert [signal.reason for signal in screening.signals if signal.code == "word"] == ["the word “river”"]


def test_rejects_with_the_word_as_the_reason_and_counts_the_hit(write, article):
    found = WordRule.objects.create(text="idiot", kind="reject")
    write(article, body="You idiot")
    comment = Comment.objects.get()
    assert comment.status == "rejected"
    assert comment.decisions.get().public_note == "It holds the word “idiot”, which is not published here."
    assert WordHit.objects.get(rule=found, comment=comment).form == "exact"
    found.refresh_from_db()
    assert found.hits == 1


def test_finds_the_word_of_the_section_above(write):
    science = make_category("Science")
    story = make_article(category=make_category("Physics", parent=science))
    WordRule.objects.create(text="idiot", kind="reject", section=science)
    write(story, body="You idiot")
    assert Comment.objects.get().status == "rejected"


@pytest.mark.parametrize("fields", [{"text": ""}, {"text": "x", "kind": "burn"}, {"text": "idiot"}])
def test_refuses_a_rule_that_is_none_or_there_already(fields):
    WordRule.objects.create(text="idiot")
    with pytest.raises(ValidationError):
        WordRule(**fields).full_clean()


@pytest.mark.parametrize("text", ["a ", "aa", "a!", "1 ", "é", "i_", "(", "\u0301", "ий ", "http://", "x y", "🅸 "])
def test_reads_any_text(text):
    assert screened((text * 5000)[:10_000]) is not None
