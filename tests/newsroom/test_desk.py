from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles.models import Article, DeskProfile, SectionEditor
from articles.models.article import Status
from newsroom.desk import Destination, Panel
from tests.articles.desk_forms import words
from tests.conftest import queries_of
from tests.factories import make_article, make_author, make_category, make_picture


def test_home_of_a_new_newsroom_shows_the_first_steps(as_alice):
    page = words(as_alice.get("/desk/"))
    for step in ("Make a section", "Write a story", "Set the front page"):
        assert step in page
    assert "a day of the last two weeks" not in page  # a chart of nothing
    make_article("First", published=False)
    assert "A new newsroom" not in words(as_alice.get("/desk/"))


def test_home_says_what_waits(as_alice):
    now = timezone.now()
    make_article("Being written", published=False)
    make_article("For your eyes", status=Status.REVIEW)
    make_article("Ready to go", status=Status.APPROVED)
    make_article("Later this week", at=now + timedelta(days=2))
    make_article("Out just now", at=now)
    make_article("Taken back").take_down()
    leaving = make_article("About to leave", at=now - timedelta(days=30))
    Article.objects.filter(pk=leaving.pk).update(expires_at=now + timedelta(days=1))
    page = words(as_alice.get("/desk/"))
    for headline in (
        "Being written", "For your eyes", "Ready to go", "Later this week", "Out just now", "Taken back",
        "About to leave",
    ):  # fmt: skip
        assert headline in page


def test_own_drafts_come_first(as_alice, alice):
    make_article("Mine", published=False, created_by=alice)
    for number in range(8):
        make_article(f"Theirs {number}", published=False)
    page = words(as_alice.get("/desk/"))
    assert page.index("Mine") < page.index("Theirs")


def test_writer_sees_only_their_own(as_walter, walter):
    make_article("Mine", published=False, created_by=walter)
    make_article("Theirs", published=False)
    make_article("Their review", status=Status.REVIEW)
    make_article("Their news", at=timezone.now())
    page = words(as_walter.get("/desk/"))
    assert "Mine" in page
    assert "Their" not in page


def test_editor_of_a_section_is_told_what_is_approved_there(as_alice, alice):
    sport = make_category("Sport")
    SectionEditor.objects.create(user=alice, category=sport)
    make_article("The match", status=Status.APPROVED, category=make_category("Football", parent=sport))
    make_article("The opera", status=Status.APPROVED, category=make_category("Culture"))
    page = words(as_alice.get("/desk/"))
    assert "The match" in page
    assert "The opera" not in page


def test_home_tells_the_zone_and_counts_no_words_of_a_plan(as_alice, alice):
    DeskProfile.objects.create(user=alice, time_zone="Asia/Tokyo")
    Article.objects.create(slugline="ferry", created_by=alice)
    page = words(as_alice.get("/desk/"))
    assert "Asia/Tokyo time" in page
    assert "ferry" in page
    assert "0 words" not in page


def test_moment_a_story_is_meant_for_names_another_year(as_alice, alice):
    for headline, at in (("Soon", timezone.now()), ("Later", datetime(2931, 5, 1, 9, tzinfo=UTC))):
        make_article(headline, published=False, created_by=alice, published_at=at)
    page = words(as_alice.get("/desk/"))
    assert "Meant for 1 May 2931, 09:00." in page
    assert f"Meant for {timezone.now():%-d %B}, " in page


def test_editor_of_a_section_is_told_what_would_not_go_out_there_alone(as_alice, alice):
    sport, soon = make_category("Sport"), timezone.now() + timedelta(days=1)
    SectionEditor.objects.create(user=alice, category=sport)
    for headline, section in (("The match TK", sport), ("The opera TK", make_category("Culture"))):
        make_article(headline, at=soon, category=section)
    page = words(as_alice.get("/desk/")).partition("Would not go out")[2]
    assert "The match TK" in page.partition("Today")[0]
    assert "The opera TK" not in page.partition("Today")[0]


def test_home_stays_within_its_query_budget(as_alice):
    author, picture, now = make_author(), make_picture(), timezone.now()
    for number in range(8):
        for status in (Status.DRAFT, Status.REVIEW, Status.APPROVED):
            make_article(f"{status} {number}", status=status, authors=[author], lead_picture=picture)
        make_article(f"Out {number}", at=now, authors=[author])
        make_article(f"Ahead {number}", at=now + timedelta(days=3), authors=[author])
    assert len(queries_of(as_alice, "/desk/")) <= 28


def test_navigation_marks_where_we_are_and_leaves_out_what_is_closed(as_alice, as_walter):
    assert [line["label"] for line in as_alice.get("/desk/").context["destinations"] if line["is_current"]] == ["Desk"]
    lines = as_alice.get("/desk/articles/article/").context["destinations"]
    assert [line["label"] for line in lines if line["is_current"]] == ["Articles"]
    assert "Front page" not in [line["label"] for line in as_walter.get("/desk/").context["destinations"]]


def test_app_adds_panel_and_destination(as_alice, monkeypatch):
    from newsroom import desk

    panel = Panel("desk/panels/start.html", lambda request: {"has_sections": False}, 5)
    line = Destination("Weather", lambda: "/desk/weather/", "home", 5, lambda request: True, lambda request: 7)
    monkeypatch.setattr(desk, "panels", [*desk.panels, panel])
    monkeypatch.setattr(desk, "destinations", [*desk.destinations, line])
    make_category()
    page = words(as_alice.get("/desk/"))
    assert "A new newsroom" in page
    assert "Weather, waiting: 7" in page


@pytest.mark.parametrize(
    "address", ["/desk/login/", "/desk/", "/desk/articles/article/", "/desk/articles/article/add/"]
)
def test_no_page_carries_style_or_script_of_its_own(as_alice, client, address):
    page = (client if "login" in address else as_alice).get(address).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
