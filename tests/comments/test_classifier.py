import random

import pytest
from django.core.management import call_command

from articles.models.site import CommentsPolicy
from comments import moderation
from comments.models import Comment, Decision, Token, Training
from comments.models.comment import Status
from comments.policies import Rules
from comments.screening import classifier
from comments.screening.signal import Submission
from tests.factories import make_comment

pytestmark = pytest.mark.django_db

GOOD = "river bridge council school ferry winter garden neighbours library bakery".split()
BAD = "casino bonus jackpot winner crypto loan click pills replica watches".split()


def text(words, chance):
    return " ".join(chance.choices(words, k=6) + chance.choices(["the", "and", "of", "was", "today"], k=4))


def decided(article, bob, number):
    """So many comments of each kind, decided about by a person."""
    chance = random.Random(3)  # noqa: S311 (the same texts each time)
    for words, status, verb in ((GOOD, "approved", "approve"), (BAD, "spam", "spam")):
        for index in range(number):
            comment = make_comment(article, text(words, chance), status=status, email=f"{index}@{status}.example")
            Decision.objects.create(
                comment=comment, verb=verb, actor=bob, from_status="pending", to_status=status, version=2
            )


def said(body):
    return classifier.signals(Submission(None, "Charlie", "", body, rules=Rules(CommentsPolicy.RISK)))


def test_says_nothing_before_fifty_of_each(article, bob):
    decided(article, bob, 49)
    classifier.train()
    assert said("casino bonus jackpot winner") == []


def test_learns_from_the_desk_and_says_which_words_weighed_most(article, bob):
    decided(article, bob, 50)
    call_command("train_comments", verbosity=0)
    assert (Training.objects.get().kept, Training.objects.get().refused) == (50, 50)
    body = "Click here: casino bonus for every winner"
    [signal] = said(body)
    assert signal.score >= 0.5
    assert "“casino”" in signal.reason or "“bonus”" in signal.reason or "“winner”" in signal.reason
    assert {body[start:end].lower() for start, end in signal.spans} <= set(BAD)
    [signal] = said("The bridge over the river and the school library")
    assert signal.score < 0
    assert said("Something about nothing in particular") == []


def test_keeps_no_word(article, bob):
    decided(article, bob, 50)
    classifier.train()
    assert set(Token.objects.get(pk=classifier.digest("casino")).__dict__) == {"_state", "id", "kept", "refused"}


def test_learns_from_people_alone_and_from_the_same_person_once(article, bob):
    for number in range(60):
        make_comment(article, "casino bonus", status="spam", email=f"{number}@rule.example")  # by no person
        comment = make_comment(article, "casino bonus", status="spam", email="one@x.example", fingerprint="same")
        Decision.objects.create(
            comment=comment, verb="spam", actor=bob, from_status="pending", to_status="spam", version=2
        )
    training = classifier.train()
    assert (training.kept, training.refused) == (0, 1)


def test_forgets_what_was_taken_back(article, bob):
    comment = make_comment(article, "casino bonus", status="pending")
    decision = moderation.mark_spam(comment, bob)
    assert classifier.train().refused == 1
    moderation.undo(decision, bob)
    assert classifier.train().refused == 0


def test_learns_by_itself_after_some_decisions(article, bob, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(moderation, "LEARNS_EVERY", 1)
    with django_capture_on_commit_callbacks(execute=True):
        moderation.approve(make_comment(article, status="pending"), bob)
    assert Training.objects.get().kept == 1
    assert Comment.objects.get().status == Status.APPROVED
