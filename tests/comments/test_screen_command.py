import io
import json

import pytest
from django.core.management import CommandError, call_command

from comments.models import Comment, Decision, WordRule

pytestmark = pytest.mark.django_db


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
