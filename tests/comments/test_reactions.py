import pytest

from comments import moderation, reactions
from comments.models import Comment, Policy, Recommendation, Report
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db


def refreshed(comment):
    return Comment.objects.get(pk=comment.pk)


def report(comment, number, user=None):
    return reactions.report(comment, f"reader {number}", "abuse", user=user)


def test_counts_each_reader_once(charlie):
    comment = make_comment()
    assert reactions.recommend(comment, "one")
    assert not reactions.recommend(comment, "one")
    assert reactions.recommend(comment, "two", charlie)
    fresh = refreshed(comment)
    assert (fresh.recommends, fresh.recommend_weight) == (2, 4)
    assert 0 < fresh.score < 1
    assert reactions.unrecommend(comment, "one")
    assert not reactions.unrecommend(comment, "one")
    assert refreshed(comment).recommends == 1


def test_lets_nobody_recommend_themselves(charlie):
    with pytest.raises(moderation.Refused, match="your own"):
        reactions.recommend(make_comment(user=charlie), "one", charlie)


def test_scores_many_voices_above_few_and_reports_against():
    few, many, disputed = make_comment(), make_comment(), make_comment()
    for comment, number in ((few, 1), (many, 8), (disputed, 8)):
        for reader in range(number):
            reactions.recommend(comment, str(reader))
    for reader in range(4):
        report(disputed, reader)
    assert refreshed(many).score > refreshed(disputed).score
    assert refreshed(many).score > refreshed(few).score > 0


def test_hides_what_many_report_until_a_moderator_looked(bob):
    comment = make_comment(status="published")
    for number in range(5):
        assert report(comment, number)
    assert refreshed(comment).status == "published"
    assert not report(comment, 0)
    report(comment, 5)
    hidden = refreshed(comment)
    assert (hidden.status, hidden.report_weight) == ("hidden", 6)
    decision = hidden.decisions.get()
    assert (decision.verb, decision.rule, decision.actor) == ("hide", "reports", None)


def test_is_told_a_threshold_by_the_policy(article):
    Policy.objects.create(article=article, report_threshold=1)
    comment = make_comment(article, status="published")
    report(comment, 1)
    assert refreshed(comment).status == "hidden"


def test_hides_nothing_approved_for_guests_alone():
    comment = make_comment()
    for number in range(20):
        report(comment, number)
    assert refreshed(comment).status == "approved"
    report(comment, 21, make_user("dora", is_staff=False))
    assert refreshed(comment).status == "hidden"


@pytest.mark.parametrize(
    ("verb", "state"),
    [(moderation.approve, "disagreed"), (moderation.mark_spam, "agreed"),
     (lambda *who: moderation.reject(*who, "abuse"), "agreed")],
)  # fmt: skip
def test_answers_the_reports_with_the_decision_and_opens_them_with_its_undo(bob, verb, state):
    comment = make_comment(status="published")
    report(comment, 1)
    fresh = refreshed(comment)
    decision = verb(fresh, bob)
    assert Report.objects.get().state == state
    assert refreshed(comment).report_weight == 0
    moderation.undo(decision, bob)
    assert Report.objects.get().state == "open"
    assert refreshed(comment).report_weight == 1


@pytest.mark.parametrize("status", ["pending", "rejected", "hidden", "withdrawn"])
def test_says_nothing_of_what_readers_do_not_see(status):
    comment = make_comment(status=status)
    for reaction in (lambda: report(comment, 1), lambda: reactions.recommend(comment, "one")):
        with pytest.raises(moderation.Refused, match="not here any more"):
            reaction()
    assert not Report.objects.exists()
    assert not Recommendation.objects.exists()


def test_wants_to_know_what_is_wrong():
    with pytest.raises(moderation.Refused, match="Choose what is wrong"):
        reactions.report(make_comment(), "one", "because")


def test_features_what_readers_see_and_takes_that_back(bob):
    comment = make_comment(status="published")
    decision = moderation.feature(comment, bob)
    assert (refreshed(comment).status, refreshed(comment).is_featured) == ("approved", True)
    assert list(Comment.objects.featured()) == [comment]
    moderation.undo(decision, bob)
    assert (refreshed(comment).status, refreshed(comment).is_featured) == ("published", False)
    moderation.feature(comment, bob)
    moderation.unfeature(comment, bob)
    assert not Comment.objects.featured().exists()
    with pytest.raises(moderation.NotAllowed):
        moderation.feature(make_comment(status="rejected"), bob)


def test_keeps_the_count_right_when_many_recommend_at_once(at_once):
    comment = make_comment()
    at_once(lambda reader: reactions.recommend(Comment.objects.get(pk=comment.pk), str(reader)), range(10))
    assert at_once(lambda _: refreshed(comment).recommends, [0]) == [10]
