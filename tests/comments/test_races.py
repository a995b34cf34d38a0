"""Of two who decide at the same moment exactly one wins, and the other is told."""

import pytest

from comments import moderation
from comments.models import Comment, Decision
from tests.factories import make_comment, make_user


@pytest.fixture
def moderators(transactional_db):
    # Flushing between such tests takes the groups with it; the verbs ask for no permission, the views do.
    return [make_user(f"moderator{number}") for number in range(5)]


@pytest.fixture
def waiting(moderators):
    return make_comment(status="pending")


def attempt(verb):
    try:
        verb()
    except moderation.AlreadyDecided as late:
        return str(late)
    return "won"


def test_decides_once_of_fifty_times_at_once(at_once, waiting, moderators):
    def decide(number):
        comment = Comment.objects.get(pk=waiting.pk)
        comment.status, comment.version = "pending", 1  # as everybody saw it
        by = moderators[number % 5]
        verbs = [moderation.approve, moderation.mark_spam, lambda *seen: moderation.reject(*seen, "abuse")]
        return attempt(lambda: verbs[number % 3](comment, by))

    outcomes = at_once(decide, range(50))
    assert outcomes.count("won") == 1
    assert all("already decided" in outcome for outcome in outcomes if outcome != "won")
    assert at_once(lambda _: (Decision.objects.count(), Comment.objects.get().version), [0]) == [(1, 2)]


def test_undoes_once_of_ten_times_at_once(at_once, waiting, moderators):
    moderation.approve(waiting, moderators[0])

    def take_back(number):
        return attempt(lambda: moderation.undo(Decision.objects.get(from_status="pending"), moderators[number % 5]))

    outcomes = at_once(take_back, range(10))
    assert outcomes.count("won") == 1
    assert at_once(lambda _: (Decision.objects.count(), Comment.objects.get().status), [0]) == [(2, "pending")]


def test_lets_two_batches_share_the_work_without_waiting_for_each_other(at_once, moderators):
    comments = [make_comment(status="pending") for _ in range(20)]

    def decide(number):
        seen = [
            Comment(pk=comment.pk, article=comment.article, status="pending", version=1, body="")
            for comment in comments[:: (-1) ** number]
        ]
        return moderation.decide_all(seen, moderators[number], moderation.approve)

    outcomes = at_once(decide, range(4))
    assert sum(len(outcome.decisions) for outcome in outcomes) == 20
    assert sum(len(outcome.skipped) for outcome in outcomes) == 60


def test_approves_no_text_that_its_author_changes_at_the_same_moment(at_once, waiting, moderators):
    def act(number):
        comment = Comment.objects.get(pk=waiting.pk)
        if number:
            return attempt(lambda: moderation.edit(comment, "Changed"))
        return attempt(lambda: moderation.approve(comment, moderators[0], version=1))

    assert at_once(act, range(2))[1] == "won"
    assert at_once(lambda _: Comment.objects.values_list("status", "body").get(), [0]) == [("pending", "Changed")]


@pytest.mark.django_db
def test_tells_the_late_one_who_decided_what_and_when(bob, alice):
    comment = make_comment(status="pending")
    seen_by_alice = Comment.objects.get(pk=comment.pk)
    moderation.mark_spam(comment, bob)
    with pytest.raises(moderation.AlreadyDecided, match=r"Bob already decided: spam, just now\."):
        moderation.approve(seen_by_alice, alice)


@pytest.mark.django_db
def test_goes_by_the_version_that_was_seen(bob, alice):
    comment = make_comment(status="pending")
    decision = moderation.approve(comment, bob)
    moderation.undo(decision, bob)
    with pytest.raises(moderation.AlreadyDecided, match="Bob already took a decision back: waiting"):
        moderation.approve(Comment.objects.get(), alice, version=1)


@pytest.mark.django_db
def test_knows_no_decider_of_a_version_that_never_was(alice):
    with pytest.raises(moderation.AlreadyDecided, match="has changed since you opened it"):
        moderation.approve(make_comment(status="pending"), alice, version=7)
