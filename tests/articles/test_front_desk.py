"""Editors arrange the fronts as a draft, at a moment of their choice, and put it live."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles import front_plans
from articles.frontpage import compose
from articles.models import FrontChange, Placement
from tests.articles.desk_forms import words
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_picture, make_user

DESK = "/desk/articles/placement/"
EDIT = f"{DESK}edit/"


@pytest.fixture
def stories(db):
    picture = make_picture()
    return [
        make_article(f"Story {number}", lead_picture=picture, at=timezone.now() - timedelta(hours=number + 1))
        for number in range(8)
    ]


def press(client, action, **fields):
    response = client.post(EDIT, {"action": action, **fields}, follow=True)
    assert response.status_code == 200
    return response


def test_a_draft_of_the_front_is_nobody_elses(as_alice, stories, client):
    response = press(as_alice, "put", article=stories[5].pk, zone="lead", index=0)
    assert "1 change not live" in words(response)
    assert compose().lead == stories[0]
    assert "1 change" not in words(signed_in(make_user("ed", "Editors")).get(DESK))
    press(as_alice, "live")
    assert compose().lead == stories[5]
    assert FrontChange.objects.get().made_by.username == "alice"


def test_a_draft_is_discarded(as_alice, stories):
    press(as_alice, "put", article=stories[5].pk, zone="lead", index=0)
    assert "No changes" in words(press(as_alice, "discard"))
    assert "Nothing differed" in words(press(as_alice, "live"))
    assert not Placement.objects.exists()


def test_a_change_is_scheduled(as_alice, stories):
    later = timezone.localtime() + timedelta(hours=3)
    at = later.strftime("%Y-%m-%dT%H:%M")
    response = press(as_alice, "put", article=stories[5].pk, zone="lead", index=0, at=at)
    assert "Comes in" in words(response) or "From" in words(response)
    press(as_alice, "live")
    assert compose().lead == stories[0]
    assert compose(at=later + timedelta(minutes=1)).lead == stories[5]


def test_up_and_down_put_in_place_what_stands_above_by_itself(as_alice, stories):
    before = [story.pk for story in compose().zones["top"]]
    assert len(before) == 3
    press(as_alice, "up", article=before[2], zone="top")
    press(as_alice, "live")
    assert [story.pk for story in compose().zones["top"]] == [before[0], before[2], before[1]]
    spot = front_plans.current(None).row("top", timezone.now())[0]
    press(as_alice, "down", key=spot.key, article=spot.article, zone="top")
    press(as_alice, "live")
    assert [story.pk for story in compose().zones["top"]] == [before[2], before[0], before[1]]


def test_pins_and_takes_off(as_alice, stories):
    press(as_alice, "pin", article=stories[0].pk, zone="lead")
    press(as_alice, "live")
    spot = front_plans.current(None).spots[0]
    assert spot.is_pinned
    press(as_alice, "unpin", key=spot.key, zone="lead")
    press(as_alice, "live")
    spot = front_plans.current(None).spots[0]
    assert not spot.is_pinned
    press(as_alice, "remove", key=spot.key)
    press(as_alice, "live")
    assert front_plans.current(None).spots == ()
    assert Placement.objects.count() == 2


def test_undoes_and_restores(as_alice, stories):
    press(as_alice, "pin", article=stories[4].pk, zone="lead")
    press(as_alice, "live")
    assert compose().lead == stories[4]
    assert "Undone" in words(press(as_alice, "undo"))
    assert compose().lead == stories[0]
    FrontChange.objects.update(made_at=timezone.now() - timedelta(days=2))
    Placement.objects.update(
        placed_at=timezone.now() - timedelta(days=2),
        starts_at=timezone.now() - timedelta(days=2),
        ended_at=timezone.now() - timedelta(days=1),
    )
    then = timezone.localtime(timezone.now() - timedelta(hours=36)).strftime("%Y-%m-%dT%H:%M")
    page = as_alice.get(DESK, {"at": then})
    assert "As readers saw it then" in words(page)
    assert "Restored" in words(press(as_alice, "restore", at=then))
    assert compose().lead == stories[4]


def test_a_placement_has_words_and_a_time_of_its_own(as_alice, stories, client):
    press(as_alice, "pin", article=stories[3].pk, zone="lead")
    press(as_alice, "live")
    key = front_plans.current(None).spots[0].key
    assert as_alice.get(f"{DESK}spot/", {"key": key}).status_code == 200
    now = timezone.localtime()
    fields = {
        "key": key, "starts_at_0": now.strftime("%Y-%m-%d"), "starts_at_1": "00:00", "headline": "Otherwise said",
        "is_pinned": "on",
    }  # fmt: skip
    wrong = as_alice.post(f"{DESK}spot/", {**fields, "ends_at_0": "2001-01-01", "ends_at_1": "10:00"})
    assert "It ends after it starts." in words(wrong)
    assert as_alice.post(f"{DESK}spot/", fields).status_code == 302
    press(as_alice, "live")
    page = client.get("/").content.decode()
    assert "Otherwise said" in page
    assert "Otherwise said" not in client.get(stories[3].get_absolute_url()).content.decode()


def test_a_zone_gets_a_rule(as_alice, stories):
    fields = {"zone": "opinion", "size": 2, "fill": "newest", "hours": 5}
    assert as_alice.get(f"{DESK}zone/", {"zone": "opinion"}).status_code == 200
    assert as_alice.post(f"{DESK}zone/", fields).status_code == 302
    press(as_alice, "live")
    assert compose().rules["opinion"].size == 2
    unfinished = as_alice.post(f"{DESK}zone/", {**fields, "fill": "tag"})
    assert "Choose which" in words(unfinished)


def test_a_section_has_a_front_of_its_own(as_alice, stories):
    sport = make_category("Sport")
    guest = stories[2]
    press(as_alice, "put", front="sport", article=guest.pk, zone="lead", index=0)
    press(as_alice, "live", front="sport")
    assert compose(sport).lead == guest
    assert compose().lead == stories[0]


def test_says_what_is_not_public_then(as_alice, stories):
    draft = make_article("Unfinished", published=False)
    response = press(as_alice, "put", article=draft.pk, zone="lead", index=0)
    assert "Not public then: draft" in words(response)
    press(as_alice, "live")
    assert compose().lead == stories[0]


def test_the_preview_is_for_the_desk_alone(as_alice, stories, client):
    press(as_alice, "put", article=stories[6].pk, zone="lead", index=0)
    response = as_alice.get(f"{DESK}preview/")
    assert response.context["front"].lead == stories[6]
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"{DESK}preview/").status_code == 302


def test_the_preview_of_a_section_shows(as_alice, stories):
    assert as_alice.get(f"{DESK}preview/", {"front": stories[0].category.slug}).status_code == 200


@pytest.mark.parametrize("role", ["Writers", "Moderators"])
def test_others_do_not_change_fronts(stories, role):
    client = signed_in(make_user("someone", role))
    assert client.get(DESK).status_code == 403
    assert client.post(EDIT, {"action": "undo"}).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "put", "article": "999999999999999999999", "zone": "lead"},
        {"action": "put", "article": "x", "zone": "lead"},
        {"action": "put", "article": "1", "zone": "nowhere"},
        {"action": "remove", "key": "12345"},
        {"action": "sing", "article": "1", "zone": "lead"},
        {"action": "undo"},
        {"action": "restore"},
        {"action": "put", "article": "1", "zone": "lead", "index": "-7"},
        {},
    ],
)
def test_crafted_edits_get_words(as_alice, stories, fields):
    if fields.get("article") == "1":
        fields = {**fields, "article": stories[0].pk}
    assert as_alice.post(EDIT, fields, follow=True).status_code == 200


@pytest.mark.parametrize("at", ["tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T10:00"])
def test_any_moment_is_answered(as_alice, stories, at):
    assert as_alice.get(DESK, {"at": at}).status_code == 200


def test_there_is_no_front_of_no_section(as_alice, stories):
    assert as_alice.get(DESK, {"front": "nowhere"}).status_code == 404


def test_takes_as_many_queries_however_many_are_placed(as_alice, stories, django_assert_max_num_queries):
    for story in stories:
        press(as_alice, "pin", article=story.pk, zone="top")
    press(as_alice, "live")
    with django_assert_max_num_queries(40):
        as_alice.get(DESK)


def test_two_editors_who_put_their_fronts_live_at_once_lose_nothing(at_once):
    make_category("News")
    stories = [make_article(at=timezone.now() - timedelta(hours=2)) for _ in range(4)]
    front_plans.put_live(None, front_plans.Plan().place(stories[0].pk, "lead"), what="Placed")
    # Not by their group: tests that commit leave none behind.
    users = [User.objects.create_superuser(f"ed{number}", password="a long secret") for number in range(3)]
    clients = [signed_in(user) for user in users]
    for client, story in zip(clients, stories[1:], strict=True):
        press(client, "put", article=story.pk, zone="top", index=0)

    at_once(lambda client: client.post(EDIT, {"action": "live"}), clients)
    placed = at_once(lambda _: sorted(spot.article for spot in front_plans.current(None).spots), [None])
    assert placed == [sorted(story.pk for story in stories)]
