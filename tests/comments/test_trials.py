import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from comments import trials
from comments.models import Comment, Decision, Example, WordHit, WordRule
from tests.factories import make_article, make_category, make_comment

pytestmark = pytest.mark.django_db


def test_tells_what_a_word_would_have_caught_and_what_became_of_it():
    make_comment(body="An idiot wrote this", status="rejected")
    make_comment(body="What an i.d.i.o.t", status="approved")
    make_comment(body="A river")
    make_comment(body="An old idiot", created_at=timezone.now() - timedelta(days=31))
    trial = trials.try_rule(WordRule(text="idiot", kind="hold"))
    assert (trial.read, trial.number, trial.wrong) == (3, 2, 1)
    assert trial.statuses == {"rejected": 1, "approved": 1}
    assert {comment.body for comment, _ in trial.caught} == {"An idiot wrote this", "What an i.d.i.o.t"}
    assert not WordHit.objects.exists()


def test_tries_a_word_in_its_section_and_below():
    sport = make_category("Sport")
    for section in (sport, make_category("Tennis", parent=sport), make_category("Food")):
        make_comment(make_article(category=section), body="idiot")
    assert trials.try_rule(WordRule(text="idiot", section=sport)).number == 2


def test_tells_how_often_a_rule_was_right():
    rule, unused = WordRule.objects.create(text="idiot"), WordRule.objects.create(text="moron")
    for status in ("rejected", "spam", "approved", "pending"):
        WordHit.objects.create(rule=rule, comment=make_comment(status=status), form="exact")
    found = {rule.pk: (rule.caught_count, rule.refused_count) for rule in trials.with_precision(WordRule.objects.all())}
    assert found == {rule.pk: (3, 2), unused.pk: (0, 0)}


def test_runs_the_desks_examples_and_stores_nothing():
    WordRule.objects.create(text="idiot", kind="reject")
    Example.objects.create(body="You idiot", expected="rejected")
    Example.objects.create(body="You are wrong", expected="published")
    Example.objects.create(body="You are wrong", expected="published", mode="trusted", is_known=False)
    assert [outcome.is_as_expected for outcome in trials.try_examples()] == [True, True, False]
    assert not Comment.objects.exists()
    assert WordRule.objects.get().hits == 0


def screened(path, **options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("screen", str(path), stdout=out, stderr=err, **options)
        problem = ""
    except CommandError as error:
        problem = str(error)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue(), problem


def test_screens_a_file_line_by_line(tmp_path):
    WordRule.objects.create(text="idiot", kind="reject")
    path = tmp_path / "comments.jsonl"
    lines = [{"name": "Ann", "body": "Well said"}, {"body": "You idiot"}, {"body": "See https://new.example/ now"}]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    answers, errors, problem = screened(path)
    assert [answer["status"] for answer in answers] == ["published", "rejected", "pending"]
    assert answers[1]["sentence"].startswith("Rejected: the word “idiot”")
    assert [answer["line"] for answer in answers] == [1, 2, 3]
    assert {signal["code"] for signal in answers[2]["signals"]} >= {"links", "new_domain"}
    assert (errors, problem) == ("", "")
    assert {answer["status"] for answer in screened(path, mode="pre")[0]} == {"pending", "rejected"}
    assert not Comment.objects.exists()
    assert not Decision.objects.exists()


def test_tells_of_bad_lines_and_goes_on(tmp_path):
    path = tmp_path / "comments.jsonl"
    bad = [b"no json", b"[1]", b'{"name": "x"}', b'{"body": 3}', b'{"body": "x", "name": []}', b"\xff\xfe",
           b'{"body": "x", "is_known": 1}', b'{"body": "' + b"x" * 10_001 + b'"}', b"[" * 10_000]  # fmt: skip
    path.write_bytes(b"\n".join([*bad, b'{"body": "The last one"}']))
    answers, errors, problem = screened(path)
    assert [answer["line"] for answer in answers] == [len(bad) + 1]
    assert len(errors.splitlines()) == len(bad)
    assert "10,001 characters" in errors
    assert problem.startswith("9 of the lines could not be read")


def test_says_when_there_is_no_file(tmp_path):
    assert "cannot be read" in screened(tmp_path / "none")[2]
    assert "cannot be read" in screened(tmp_path)[2]
