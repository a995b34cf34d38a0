import urllib.error
from io import BytesIO

import pytest

from comments import moderation
from comments.models import Comment
from comments.screening import checker
from comments.tasks import ask_checker
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(settings, monkeypatch, article):
    """An outside checker that answers what the test puts into it, and what it was asked."""
    settings.COMMENT_CHECKER_URL = "https://checker.example/1.1/comment-check"
    settings.COMMENT_CHECKER_KEY = "a key"
    article.comments_policy = "risk"
    article.save()
    asked = {"answer": b"false", "requests": []}

    def answer(request, timeout):
        asked["requests"].append((request, timeout))
        if isinstance(asked["answer"], Exception):
            raise asked["answer"]
        return BytesIO(asked["answer"])

    monkeypatch.setattr("urllib.request.urlopen", answer)
    return asked


def post(write, article, capture, **fields):
    with capture(execute=True):
        write(article, **fields)
    return Comment.objects.latest("id")


def test_asks_nobody_unless_told_to(write, article, django_capture_on_commit_callbacks):
    assert not checker.is_used()
    assert post(write, article, django_capture_on_commit_callbacks).status == "pending"


def test_publishes_what_waited_for_the_answer_alone(write, article, asked, django_capture_on_commit_callbacks):
    comment = post(write, article, django_capture_on_commit_callbacks)
    assert (comment.status, comment.decisions.count()) == ("published", 2)
    [(request, timeout)] = asked["requests"]
    assert timeout == 3
    assert b"comment_content=Well+said." in request.data
    assert b"127.0.0.1" not in request.data


def test_holds_what_the_checker_takes_for_spam(write, article, asked, django_capture_on_commit_callbacks):
    asked["answer"] = b"true"
    comment = post(write, article, django_capture_on_commit_callbacks)
    assert comment.status == "pending"
    assert comment.held_because.startswith("Held: an outside checker takes it for spam")


@pytest.mark.parametrize("failure", [urllib.error.URLError("gone"), TimeoutError(), b"invalid", b""])
def test_leaves_all_as_it_is_without_an_answer(write, article, asked, django_capture_on_commit_callbacks, failure):
    asked["answer"] = failure
    for _ in range(2):
        make_comment(article, email="known@example.org")
    known = post(write, article, django_capture_on_commit_callbacks, email="known@example.org", body="Known")
    strange = post(write, article, django_capture_on_commit_callbacks, body="Strange")
    assert (known.status, strange.status) == ("published", "pending")


def test_heeds_a_moderator_more(asked, bob):
    asked["answer"] = b"true"
    comment = make_comment(status="pending")
    moderation.approve(comment, bob)
    ask_checker.func(comment.pk)
    assert Comment.objects.get(pk=comment.pk).status == "approved"
    ask_checker.func(999_999)
