import pytest

from comments import moderation
from comments.models import Decision, SectionModerator
from comments.sections import sections_of
from tests.factories import make_article, make_category, make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def sport(bob):
    section = make_category("Sport")
    SectionModerator.objects.create(user=bob, section=section)
    return section


def test_decides_about_everything_when_named_nowhere(alice):
    assert sections_of(alice) is None


def test_decides_about_a_section_and_what_stands_below_it(bob, sport):
    tennis = make_category("Tennis", parent=make_category("Ball games", parent=sport))
    moderation.approve(make_comment(make_article(category=tennis), status="pending"), bob)
    assert Decision.objects.get().actor == bob


@pytest.mark.parametrize(
    "verb",
    [
        moderation.approve, moderation.mark_spam, moderation.hold, moderation.feature, moderation.unfeature,
        lambda *who: moderation.reject(*who, "abuse"), lambda *who: moderation.remove(*who, "A court says so."),
    ],
)  # fmt: skip
def test_decides_about_no_other_section(bob, sport, verb):
    comment = make_comment(make_article(category=make_category("Food")), status="published")
    with pytest.raises(moderation.NotAllowed, match="others moderate"):
        verb(comment, bob)
    assert not Decision.objects.exists()


def test_takes_back_nothing_in_another_section(bob, alice, sport):
    decision = moderation.approve(make_comment(make_article(category=make_category("Food")), status="pending"), alice)
    with pytest.raises(moderation.NotAllowed, match="others moderate"):
        moderation.undo(decision, bob)


def test_leaves_other_sections_out_of_a_batch(bob, sport):
    comments = [make_comment(make_article(category=section), status="pending") for section in (sport, make_category())]
    outcome = moderation.decide_all(comments, bob, moderation.approve)
    assert [decision.comment for decision in outcome.decisions] == comments[:1]
    assert "others moderate" in outcome.skipped[0][1]
