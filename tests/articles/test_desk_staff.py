"""Those at the desk: profiles, the time zone of each, and the calendar that each may take along."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone

from articles import staff
from articles.ical import folded
from articles.models import Article, DeskProfile
from articles.models.article import Status
from tests.articles.desk_forms import send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_picture, make_user

PROFILE = "/desk/profile/"
CHANGE = "/desk/articles/article/{}/change/"


def live_in(user, zone):
    DeskProfile.objects.update_or_create(user=user, defaults={"time_zone": zone})


# -- profiles


@pytest.fixture
def as_dan(db):
    """Dan is at the desk and may see nothing there."""
    return signed_in(make_user("dan"))


def test_profile_is_saved_and_shown_to_colleagues(as_alice, as_dan, alice):
    picture = make_picture()
    as_alice.post(PROFILE, {"role": "Night editor", "phone": "+44 1", "picture": picture.pk, "time_zone": "Asia/Tokyo"})
    make_article("Hers", published=False, assignee=alice, due_at=timezone.now() - timedelta(days=1))
    page = words(as_alice.get("/desk/people/"))
    for phrase in ("Alice", "Night editor", "+44 1", "Asia/Tokyo", "1 in hand", "1 late", "People"):
        assert phrase in page
    assert "in hand" not in words(as_dan.get("/desk/people/"))
    address = f"/desk/people/{alice.pk}/{picture.digest}/"
    assert address in as_dan.get("/desk/people/").content.decode()
    assert as_dan.get(address).headers["Content-Type"] == "image/webp"
    assert as_dan.get(f"/desk/people/{alice.pk}/other/").status_code == 404


def test_letters_of_colleagues_stand_on_colours_of_their_own(as_alice, alice, bob):
    page = as_alice.get("/desk/people/").content.decode()
    for person in (alice, bob):
        assert f'class="avatar tone-{person.pk % 6}" title="{person.get_full_name() or person.username}"' in page


def test_colleague_far_away_is_told_with_the_time_there(as_alice, alice, bob):
    live_in(alice, "America/New_York")
    live_in(bob, "Asia/Tokyo")
    before = timezone.now()
    page = words(as_alice.get("/desk/people/"))
    for zone in ("America/New_York", "Asia/Tokyo"):
        moments = (moment.astimezone(ZoneInfo(zone)) for moment in (before, timezone.now()))
        assert any(f"{moment:%a %H:%M} ({zone})" in page for moment in moments)


def test_keys_are_turned_off_for_the_account_by_a_form(as_alice, as_bob, alice):
    keys = "/desk/keys/"
    assert "keys-off" not in as_alice.get("/desk/").content.decode()
    answer = as_alice.post(keys, {"keys": "off", "next": "/desk/people/"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/people/")
    elsewhere = signed_in(alice).get("/desk/").content.decode()
    assert "keys-off" in elsewhere
    assert "Turn keys on" in elsewhere
    assert "Turn keys off" not in elsewhere
    assert "keys-off" not in as_bob.get("/desk/").content.decode()
    answer = as_alice.post(keys, {"keys": "on", "next": "//evil.example"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204
    assert "keys-off" not in signed_in(alice).get("/desk/").content.decode()
    assert as_alice.post(keys, {"keys": "off", "next": "//evil.example"})["Location"] == PROFILE
    assert as_alice.get(keys).status_code == 405


@pytest.mark.parametrize(
    "sent", [{"time_zone": "Mars/Olympus"}, {"picture": "99999999999999999999"}, {"role": "x" * 101}]
)
def test_profile_refuses_what_is_none(as_alice, sent):
    assert as_alice.post(PROFILE, sent).context["form"].errors
    assert not DeskProfile.objects.exists()


def test_looking_at_a_profile_stores_nothing(as_alice, client, charlie):
    as_alice.get(PROFILE)
    assert not DeskProfile.objects.exists()
    for address in (PROFILE, "/desk/people/"):
        assert client.get(address).status_code == 302
        assert signed_in(charlie).get(address).status_code == 302


def test_list_of_people_stays_within_its_query_budget(as_alice, django_assert_max_num_queries):
    for number in range(30):
        make_user(f"person{number}", "Editors")
    with django_assert_max_num_queries(10):
        as_alice.get("/desk/people/")


# -- the time of each


def test_desk_tells_and_reads_times_in_the_zone_of_whoever_is_there(as_alice, alice):
    live_in(alice, "America/New_York")
    article = make_article("Timed", published=False, published_at=datetime(2030, 1, 1, 17, 0, tzinfo=UTC))
    page = as_alice.get(CHANGE.format(article.pk))
    assert "12:00. America/New_York time." in words(page)
    send(as_alice, CHANGE.format(article.pk), published_at_0="2030-07-01", published_at_1="12:00")
    article.refresh_from_db()
    assert article.published_at == datetime(2030, 7, 1, 16, 0, tzinfo=UTC)
    send(as_alice, CHANGE.format(article.pk), press="_publish")
    assert "12:00 (America/New_York time)" in str(article.transitions.first())


def test_history_says_in_which_zones_it_tells_its_moments(as_alice, alice):
    article = make_article("Timed", published=False, published_at=datetime(2030, 1, 1, 17, 0, tzinfo=UTC))
    send(as_alice, CHANGE.format(article.pk), press="_publish")
    history = f"/desk/articles/article/{article.pk}/history/"
    assert "where it names none" not in words(as_alice.get(history))
    live_in(alice, "Asia/Tokyo")
    page = words(as_alice.get(history))
    assert "Scheduled for Tuesday 1 January 2030, 17:00." in page
    assert "The times above the lines are Asia/Tokyo time." in page
    assert "which is UTC time where it names none." in page


def test_saving_in_another_zone_moves_no_moment(as_alice, alice):
    moment = datetime(2030, 1, 1, 23, 30, 12, 345, tzinfo=UTC)
    article = make_article("Timed", published=False, published_at=moment, due_at=moment)
    live_in(alice, "Asia/Kathmandu")
    send(as_alice, CHANGE.format(article.pk), headline="Timed anew")
    article.refresh_from_db()
    assert article.headline == "Timed anew"
    assert article.published_at == moment
    assert abs(article.due_at - moment) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Berlin", "2027-03-28", "02:30", "There is no 02:30 on 28 March 2027: the clocks go forward"),
        ("America/New_York", "2027-03-14", "02:00", "There is no 02:00 on 14 March 2027"),
        ("Europe/Berlin", "2027-10-31", "02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", "2027-03-28", "03:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("Asia/Tokyo", "0001-01-01", "00:00", "No calendar reaches that far."),
    ],
)
def test_hour_that_the_clocks_leave_out_is_refused_in_words(as_alice, alice, zone, day, clock, expected):
    live_in(alice, zone)
    article = make_article("Spring", published=False)
    response = send(as_alice, CHANGE.format(article.pk), published_at_0=day, published_at_1=clock, standfirst="Kept")
    article.refresh_from_db()
    if isinstance(expected, str):
        assert expected in words(response)
        assert "Kept" in response.content.decode()
        assert article.published_at is None
    else:
        assert article.published_at == expected


def test_moment_in_the_doubled_hour_survives_saving(as_alice, alice):
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # 02:30 for the second time in Berlin
    live_in(alice, "Europe/Berlin")
    article = make_article("Autumn", published=False, published_at=second)
    send(as_alice, CHANGE.format(article.pk), headline="Autumn again")
    article.refresh_from_db()
    assert (article.headline, article.published_at) == ("Autumn again", second)


@override_settings(TIME_ZONE="Europe/London")
def test_nothing_that_readers_get_follows_the_zone_of_the_desk(as_alice, alice):
    live_in(alice, "Pacific/Auckland")
    article = make_article("Late", at=datetime(2024, 5, 4, 21, 0, tzinfo=UTC))
    form = as_alice.get(CHANGE.format(article.pk)).content.decode()
    assert 'value="2024-05-05"' in form
    assert 'href="/2024/05/04/late/"' in form
    preview = as_alice.get(f"/desk/articles/article/{article.pk}/preview/").content.decode()
    assert "22:00" in preview or "4 May 2024" in preview
    assert "5 May 2024" not in preview


def test_zone_that_no_machine_knows_is_the_site_s(as_alice, alice):
    live_in(alice, "Atlantis/Centre")
    assert as_alice.get("/desk/").status_code == 200
    assert "Atlantis/Centre" in as_alice.get(PROFILE).content.decode()


# -- the calendar to take along


@pytest.fixture
def feed(alice):
    return f"/desk/calendar/{staff.renew_feed(alice)}.ics"


def unfolded(response):
    return response.content.decode().replace("\r\n ", "").split("\r\n")


def test_calendar_holds_every_moment_in_utc(client, feed, alice):
    at = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=2)
    live_in(alice, "Asia/Tokyo")
    make_article("Council, mayor; and the\\sea", at=at, category=make_category("Cities"))
    make_article("Wanted", published=False, due_at=at, assignee=alice, slugline="want")
    response = client.get(feed)
    lines = unfolded(response)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert "SUMMARY:Scheduled: Council\\, mayor\\; and the\\\\sea" in lines
    assert f"DTSTART:{at:%Y%m%dT%H%M%SZ}" in lines
    assert "DESCRIPTION:Cities\\nDraft\\nWith Alice\\nwant" in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    only = unfolded(client.get(f"{feed}?whose=mine"))
    assert [line for line in only if line.startswith("SUMMARY")] == ["SUMMARY:Due: Wanted"]


def test_headline_ends_no_line_of_the_calendar(client, feed):
    make_article("One\r\nEND:VEVENT\u2028X\x0b", published=False, due_at=timezone.now())
    assert unfolded(client.get(feed)).count("END:VEVENT") == 1


@pytest.mark.parametrize("text", ["x" * 200, "ü" * 100, "潮" * 80, "🌊" * 60, "", "a" * 75, "a" * 76])
def test_lines_are_folded_between_characters_at_75_octets(text):
    line = f"SUMMARY:{text}"
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line


def test_calendar_shows_only_what_its_owner_may_see(client, walter, alice):
    make_article("Walter's", published=False, due_at=timezone.now(), created_by=walter)
    make_article("Secret", published=False, due_at=timezone.now(), created_by=alice)
    page = client.get(f"/desk/calendar/{staff.renew_feed(walter)}.ics").content.decode()
    assert "Walter's" in page
    assert "Secret" not in page


def test_address_that_nobody_has_answers_404(client, feed, alice):
    assert client.get(feed).status_code == 200
    assert client.get("/desk/calendar/x.ics").status_code == 404
    new = f"/desk/calendar/{staff.renew_feed(alice)}.ics"
    assert client.get(feed).status_code == 404
    assert (
        client.get(f"/desk/calendar/{staff.renew_feed(make_user('dan'))}.ics").status_code == 404
    )  # may see no article
    alice.is_active = False
    alice.save()
    assert client.get(new).status_code == 404
    alice.is_active = True
    alice.save()
    assert client.get(new).status_code == 200
    staff.revoke_feed(alice)
    assert client.get(new).status_code == 404


def test_address_is_said_once_and_kept_as_a_digest(as_alice, alice, client):
    page = as_alice.post(PROFILE, {"feed": "renew"}).content.decode()
    assert 'id="feed-address" readonly autofocus' in page  # one begins where it is to be copied
    token = page.partition("/desk/calendar/")[2].partition(".ics")[0]
    assert client.get(f"/desk/calendar/{token}.ics").status_code == 200
    assert token not in as_alice.get(PROFILE).content.decode()
    assert token not in str(DeskProfile.objects.values_list())
    as_alice.post(PROFILE, {"feed": "revoke"})
    assert client.get(f"/desk/calendar/{token}.ics").status_code == 404
    assert client.post(f"/desk/calendar/{token}.ics").status_code == 405


def test_calendar_stays_within_its_query_budget(client, feed, alice, django_assert_max_num_queries):
    for number in range(60):
        make_article(
            f"Row {number}", published=False, due_at=timezone.now(), published_at=timezone.now(), assignee=alice
        )
        make_article(f"Sent {number}", status=Status.REVIEW, due_at=timezone.now())
    assert Article.objects.count() == 120
    with django_assert_max_num_queries(12):
        client.get(feed)


def test_saving_a_view_or_a_profile_brings_no_revoked_address_back(as_alice, alice, client, feed):
    staff.profile_of(alice)  # as a request has it in hand that began before
    staff.revoke_feed(alice)
    as_alice.post(PROFILE, {"role": "Night editor"})
    as_alice.post("/desk/articles/article/views/", {"name": "Mine", "query": "status__exact=draft"})
    profile = DeskProfile.objects.get(user=alice)
    assert (profile.role, profile.feed_digest, len(profile.views)) == ("Night editor", "", 1)
    assert client.get(feed).status_code == 404


def test_what_lies_ahead_is_in_the_calendar_however_much_went_before(client, feed, monkeypatch):
    monkeypatch.setattr("articles.ical.MOST", 3)
    for number in range(4):
        make_article(f"Past {number}", at=timezone.now() - timedelta(hours=number + 1))
    make_article("Ahead", at=timezone.now() + timedelta(days=1))
    assert "Ahead" in client.get(feed).content.decode()
