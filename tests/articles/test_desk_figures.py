"""What the desk's home tells of readers and of the desk's own pace."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from articles import front_plans
from articles.front_plans import Plan
from articles.models import ReadCount
from articles.models.article import Status
from articles.models.frontpage import Zone
from tests.articles.desk_forms import words
from tests.conftest import queries_of, signed_in
from tests.factories import make_article, make_author, make_category, make_comment, make_picture, make_user


@pytest.fixture
def noon(time_machine_at):
    moment = timezone.now().replace(hour=12, minute=20, second=0, microsecond=0)
    time_machine_at(moment)
    return moment


def read(article, at, number):
    ReadCount.objects.create(article=article, hour=at.replace(minute=0), number=number)


def test_home_tells_what_is_read_today_beside_a_week_ago(as_alice, noon):
    one, other = (
        make_article("Read much", at=noon - timedelta(days=9)),
        make_article("Read little", at=noon - timedelta(days=9)),
    )
    read(one, noon - timedelta(hours=3), 30)
    read(other, noon, 10)
    read(one, noon - timedelta(days=7, hours=1), 20)
    read(one, noon - timedelta(days=7) + timedelta(hours=2), 500)  # later that day
    read(other, noon - timedelta(days=1), 700)
    page = words(as_alice.get("/desk/"))
    assert "40 so far, 100 % more than a week ago by this hour." in page
    assert page.index("Read much") < page.index("Read little")
    assert "9:00: 30, a week ago 0" in page
    cache.clear()
    ReadCount.objects.filter(hour__gte=noon.replace(hour=0, minute=0)).delete()
    assert "0 so far, 100 % fewer than a week ago by this hour." in words(as_alice.get("/desk/"))


def test_home_draws_what_was_published_and_written_a_day(as_alice, noon):
    for days in (0, 0, 1, 13, 14):
        make_article(at=noon - timedelta(days=days, hours=1))
    make_article("Not yet", at=noon + timedelta(hours=1))
    make_comment()
    page = as_alice.get("/desk/")
    assert "3 today; 0.4 a day of the last two weeks." in words(page)
    drawn = page.content.decode()
    assert 'role="img" aria-label="Articles published a day, the last two weeks"' in drawn
    assert 'role="img" aria-label="Comments written a day, the last two weeks"' in drawn
    assert f"{timezone.localdate():%A} {timezone.localdate().day}" in drawn
    assert " style=" not in drawn


def put_live(section, plan, by, at):
    return front_plans.put_live(section, plan, by, "Placed “Sluice”", at=at)


def test_today_tells_what_becomes_other_on_the_fronts_and_by_whom(as_alice, as_bob, alice, noon):
    hour, culture = timedelta(hours=1), make_category("Culture")
    story = make_article("Sluice", at=noon - timedelta(days=2))
    plan = Plan().place(story.pk, Zone.LEAD, at=noon - 2 * hour, ends_at=noon + 3 * hour)
    put_live(None, plan, alice, noon - 2 * hour)
    later = front_plans.current(culture).place(story.pk, Zone.TOP, at=noon + hour)
    put_live(culture, later, None, noon - hour)
    turns = [
        (entry["turn"].at, str(entry["turn"].section), entry["turn"].words, [str(by) for by in entry["turn"].by])
        for column in ("out", "ahead")
        for entry in front_history_of(as_alice)[column]
        if "turn" in entry
    ]
    assert turns == [
        (noon - 2 * hour, "None", "Placed “Sluice”", ["alice"]),
        (noon - hour, "Culture", "Placed “Sluice”", []),
        (noon + hour, "Culture", "“Sluice” begins in Top stories", []),
        (noon + 3 * hour, "None", "“Sluice” ends in Lead", ["alice"]),
    ]
    page = as_alice.get("/desk/")
    for phrase in ("Front page Placed “Sluice” · Alice", "Front of Culture “Sluice” begins in Top stories"):
        assert phrase in words(page)
    assert f"front=culture&amp;at={timezone.localtime(noon + hour):%Y-%m-%dT%H:%M}" in page.content.decode()
    assert "Front page Placed" not in words(signed_in(make_user("vera")).get("/desk/"))


def front_history_of(client):
    columns = client.get("/desk/").context["columns"]
    return next(panel for panel in columns["side"] if panel["template"].endswith("today.html"))


def test_what_was_given_up_before_its_moment_is_not_told(as_alice, alice, noon):
    hour, story = timedelta(hours=1), make_article("Sluice", at=noon - timedelta(days=2))
    put_live(None, Plan().place(story.pk, Zone.LEAD, at=noon + hour, ends_at=noon + 2 * hour), alice, noon - 2 * hour)
    put_live(None, Plan(), alice, noon - hour)
    panel = front_history_of(as_alice)
    assert [entry["turn"].at for entry in panel["out"]] == [noon - 2 * hour, noon - hour]
    assert panel["ahead"] == []


def test_what_goes_out_next_is_named_after_however_many_stories(as_alice, noon):
    for number in range(45):
        make_article(f"Number {number}", at=noon - timedelta(minutes=number + 1))
    make_article("Next out", at=noon + timedelta(hours=1))
    page = words(as_alice.get("/desk/"))
    assert "Next out: Next out at" in page
    assert "39 more before." in page
    assert "45 out so far today, 1 to come" in as_alice.get("/desk/").content.decode()


def test_home_with_everything_stays_within_its_query_budget(as_alice, alice, noon):
    author, picture = make_author(), make_picture()
    for number in range(8):
        for status in (Status.DRAFT, Status.REVIEW, Status.APPROVED):
            make_article(status=status, authors=[author], lead_picture=picture, assignee=alice, due_at=noon)
        article = make_article(at=noon - timedelta(hours=number), authors=[author])
        make_article(at=noon + timedelta(days=3), authors=[author])
        make_comment(article, status="pending")
        read(article, noon, number + 1)
    put_live(None, Plan().place(article.pk, Zone.LEAD, at=noon + timedelta(hours=1)), alice, noon)
    assert len(queries_of(as_alice, "/desk/")) <= 28
