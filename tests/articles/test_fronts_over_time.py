"""The front of any minute is what the changes up to that minute made of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles import front_plans
from articles.frontpage import compose
from articles.models import FrontChange, Placement
from articles.models.frontpage import Fill, Zone
from tests.factories import make_article, make_category, make_picture

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Clock:
    def __init__(self, monkeypatch):
        self.moment = START
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.moment)

    def tick(self, minutes=1):
        self.moment += timedelta(minutes=minutes)
        return self.moment


@pytest.fixture
def clock(monkeypatch, db):
    return Clock(monkeypatch)


def lead(at=None):
    return compose(at=at).lead


def put(plan):
    return front_plans.put_live(None, plan, what="Changed")


def test_a_past_front_stays_as_it_was(clock):
    first, second = make_article(at=START), make_article(at=START)
    put(front_plans.current(None).place(first.pk, "lead"))
    before = clock.tick()
    clock.tick()
    put(front_plans.current(None).place(second.pk, "lead", index=0))
    after = clock.tick()
    clock.tick(600)
    assert (lead(before), lead(after)) == (first, second)
    assert Placement.objects.count() == 2


def test_a_change_set_for_later_shows_then_and_can_be_taken_back(clock):
    now_leads, later_leads = make_article(at=START), make_article(at=START)
    put(front_plans.current(None).place(now_leads.pk, "lead", is_pinned=True))
    clock.tick()
    later = clock.moment + timedelta(hours=3)
    plan = front_plans.current(None)
    put(plan.remove(plan.spots[0].key, later).place(later_leads.pk, "lead", later))
    assert lead() == now_leads
    assert lead(later) == later_leads
    clock.tick()
    front_plans.undo(None)
    assert lead(later) == now_leads


def test_undo_goes_back_change_by_change(clock):
    stories = [make_article(at=START) for _ in range(3)]
    for story in stories:
        put(front_plans.current(None).place(story.pk, "lead", index=0, is_pinned=True))
        clock.tick()
    assert lead() == stories[2]
    for expected in (stories[1], stories[0]):
        front_plans.undo(None)
        clock.tick()
        assert lead() == expected
    front_plans.undo(None)
    with pytest.raises(ValidationError):
        front_plans.undo(None)


def test_an_earlier_front_is_restored_with_its_rules(clock):
    story, other = make_article(at=START), make_article(at=START)
    plan = front_plans.current(None).place(story.pk, "top", is_pinned=True, headline="Said otherwise")
    put(plan.set_rule(front_plans.Setting("opinion", 0, Fill.NOTHING)))
    then = clock.tick()
    clock.tick()
    plan = front_plans.current(None)
    put(front_plans.Plan().place(other.pk, "lead"))
    clock.tick(60)
    front_plans.restore(None, then)
    clock.tick()
    front = compose()
    assert [(story.pk, story.headline) for story in front.top[:1]] == [(story.pk, "Said otherwise")]
    assert front.rules["opinion"].size == 0


def test_what_was_taken_down_since_still_stands_on_the_front_of_that_day(clock):
    story = make_article(at=START, lead_picture=make_picture())
    there = clock.tick(10)
    clock.tick(10)
    story.take_down()
    gone = clock.tick(10)
    clock.tick(10)
    story.publish()
    back = clock.tick(10)
    assert (lead(there), lead(gone), lead(back)) == (story, None, story)
    clock.tick(10)
    story.take_down()
    clock.tick(10)
    assert (lead(there), lead(gone), lead(back), lead()) == (story, None, story, None)


def test_an_old_lead_ages_off_and_a_pinned_one_does_not(clock):
    old, pinned = make_article(at=START), make_article(at=START)
    put(front_plans.current(None).place(old.pk, "lead").place(pinned.pk, "top", is_pinned=True))
    newer = make_article(at=START + timedelta(hours=1), lead_picture=make_picture())
    clock.tick(35 * 60)
    assert lead() == old
    clock.tick(60)
    assert lead() == newer
    clock.tick(10_000)
    assert pinned in compose().top


def test_zones_fill_by_kind_tag_and_series(clock):
    tagged = [make_article(at=START, tags=["Tide"]) for _ in range(2)]
    others = [make_article(at=START) for _ in range(12)]
    tag = tagged[0].tags.get()
    put(front_plans.current(None).set_rule(front_plans.Setting("features", 4, Fill.TAG, tag=tag.pk)))
    clock.tick()
    assert not set(compose().features) & set(others)


def test_a_section_has_a_front_of_its_own(clock):
    sport, food = make_category("Sport"), make_category("Food")
    story, guest = make_article(at=START, category=sport), make_article(at=START, category=food)
    front_plans.put_live(sport, front_plans.current(sport).place(guest.pk, "lead"), what="Placed")
    clock.tick()
    front = compose(sport)
    assert (front.lead, story in front.stories) == (guest, True)
    assert compose(food).top == []


def test_edits_of_two_editors_meet(clock):
    first, second = make_article(at=START), make_article(at=START)
    edits = [{"edit": "place", "article": second.pk, "zone": "top"}]
    put(front_plans.current(None).place(first.pk, "lead"))
    plan, complaints = front_plans.apply(front_plans.current(None), [*edits, {"edit": "remove", "key": 99}])
    put(plan)
    clock.tick()
    assert {spot.article for spot in front_plans.current(None).spots} == {first.pk, second.pk}
    assert complaints == ["That story has left its place meanwhile."]


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["place", "remove", "move", "alter", "undo", "restore", "take down", "publish", "size"]),
        st.integers(0, 7),
        st.sampled_from(Zone.values[:6]),
        st.integers(0, 3),
        st.sampled_from([None, 7, 45]),
        st.booleans(),
    ),
    max_size=12,
)


class Fronts(TestCase):
    @given(EDITS)
    @settings(
        deadline=None,
        max_examples=25,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def test_the_front_of_every_minute_is_the_fold_of_its_history(self, edits):
        with pytest.MonkeyPatch.context() as monkeypatch:
            clock = Clock(monkeypatch)
            make_category("News")
            stories = [make_article(at=START) for _ in range(8)]
            history, public = [(START, front_plans.Plan())], [(START, {story.pk for story in stories})]
            for what, number, zone, index, minutes, pinned in edits:
                now = clock.tick(10)
                plan = history[-1][1]
                spots = [spot for spot in plan.spots if spot.holds(now)]
                at = now + timedelta(minutes=minutes) if minutes else None
                if what == "take down":
                    stories[number].take_down()
                    public.append((now, public[-1][1] - {stories[number].pk}))
                    continue
                if what == "publish":
                    if stories[number].pk not in public[-1][1]:
                        stories[number].publish()
                    public.append((now, public[-1][1] | {stories[number].pk}))
                    continue
                if what == "place":
                    plan = plan.place(stories[number].pk, zone, at, index=index, is_pinned=pinned)
                elif what == "size":
                    plan = plan.set_rule(front_plans.Setting(zone, index, Fill.NEWEST))
                elif what in ("remove", "move", "alter") and spots:
                    key = spots[number % len(spots)].key
                    more = {"move": {"zone": zone, "index": index}, "alter": {"is_pinned": pinned}}.get(what, {})
                    try:
                        plan = getattr(plan, what)(key, at=at, **more)
                    except ValidationError:
                        continue  # it leaves before that moment
                elif what == "undo" and front_plans.last_change(None):
                    front_plans.undo(None)
                    history.append((now, front_plans.current(None)))
                    continue
                elif what == "restore" and len(history) > 1:
                    front_plans.restore(None, now - timedelta(minutes=5 + 10 * index))
                    history.append((now, front_plans.current(None)))
                    continue
                front_plans.put_live(None, plan, what=what)
                history.append((now, front_plans.current(None)))
                assert self.told(history[-1][1].spots) == self.told(plan.spots)
            end = clock.tick(10)
            for minute in range(0, int((end - START).total_seconds() // 60) + 60, 5):
                at = START + timedelta(minutes=minute, seconds=30)
                plan = [plan for moment, plan in history if moment <= at][-1]
                shown = [pks for moment, pks in public if moment <= at][-1]
                holding = [spot for spot in plan.spots if spot.holds(at)]
                found = Placement.objects.of(None).holding(at)
                assert sorted((p.article_id, p.zone, p.position) for p in found) == sorted(
                    (spot.article, spot.zone, spot.position) for spot in holding
                )
                front = compose(at=at)
                pks = [story.pk for story in front.stories]
                assert len(pks) == len(set(pks)), "a story twice"
                assert set(pks) <= shown
                assert {spot.article for spot in holding if spot.is_pinned} & shown <= set(pks), "a pin is missing"

    @staticmethod
    def told(spots):
        return sorted((spot.article, spot.zone, spot.position, spot.starts_at, spot.is_pinned) for spot in spots)


def test_nothing_that_held_is_deleted(clock):
    for _ in range(3):
        put(front_plans.current(None).place(make_article(at=START).pk, "lead", index=0))
        clock.tick()
    put(front_plans.Plan())
    assert Placement.objects.count() == 3
    assert FrontChange.objects.count() == 4
