from datetime import timedelta

import pytest
from django.utils import timezone

from comments import rehearsal
from comments.models import Comment, Example, WordHit, WordRule
from tests.factories import make_article, make_category, make_comment

pytestmark = pytest.mark.django_db


def test_tells_what_a_word_would_have_caught_and_what_became_of_it():
    make_comment(body="An idiot wrote this", status="rejected")
    make_comment(body="What an i.d.i.o.t", status="approved")
    make_comment(body="A river")
    make_comment(body="An old idiot", created_at=timezone.now() - timedelta(days=31))
    found = rehearsal.rehearse(WordRule(text="idiot", kind="hold"))
    assert (found.looked_at, found.number, found.is_capped) == (3, 2, False)
    assert found.fates == {"refused": 1, "kept": 1}
    assert {comment.body: form for comment, form in found.caught} == {
        "An idiot wrote this": "exact", "What an i.d.i.o.t": "joined",
    }  # fmt: skip
    assert not WordHit.objects.exists()


def test_tries_a_word_in_its_section_and_below():
    sport = make_category("Sport")
    for section in (sport, make_category("Tennis", parent=sport), make_category("Food")):
        make_comment(make_article(category=section), body="idiot")
    assert rehearsal.rehearse(WordRule(text="idiot", section=sport)).number == 2


def test_runs_the_desks_examples_and_stores_nothing():
    WordRule.objects.create(text="idiot", kind="reject")
    Example.objects.create(body="You idiot", expected="rejected")
    Example.objects.create(body="You are wrong", expected="published")
    Example.objects.create(body="You are wrong", expected="published", mode="trusted", is_known=False)
    assert [trial.is_as_expected for trial in rehearsal.trials()] == [True, True, False]
    assert not Comment.objects.exists()
    assert WordRule.objects.get().hits == 0
