from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from articles import most_read
from articles.models import ReadCount, Recommendation
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


def make_read(number, *, hours_ago=0, article=None, **fields):
    """Make an article that was read so often so long ago."""
    article = article or make_article(**fields)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago)
    ReadCount.objects.create(article=article, hour=hour, number=number)
    return article


def recommend(article, number, *, days_ago=0):
    for voter in range(number):
        Recommendation.objects.create(
            article=article, voter=f"{days_ago} {voter}", created_at=timezone.now() - timedelta(days=days_ago)
        )


class TestTheOrder:
    def test_is_by_reads_within_a_day(self):
        less, more = make_read(3), make_read(2)
        make_read(5, article=more, hours_ago=20)
        make_read(90, article=less, hours_ago=25)
        make_article()  # read by nobody
        assert most_read.ids("day") == [more.pk, less.pk]

    def test_is_by_reads_within_a_week(self):
        less, more = make_read(30), make_read(40, hours_ago=6 * 24)
        make_read(90, hours_ago=8 * 24)
        assert most_read.ids("week") == [more.pk, less.pk]

    def test_has_the_newest_first_among_equals(self):
        now = timezone.now()
        older, newer = (make_read(3, at=now - timedelta(hours=hours)) for hours in (5, 2))
        assert most_read.ids("day") == [newer.pk, older.pk]

    def test_has_no_more_than_asked_for(self):
        for number in range(1, 8):
            make_read(number)
        assert len(most_read.ids("day")) == 5
        assert len(most_read.ids("day", number=3)) == 3

    def test_can_be_that_of_a_section_and_those_below(self):
        world = make_category("World")
        asia = make_category("Asia", parent=world)
        filed, below = make_read(2, category=world), make_read(3, category=asia)
        further = make_read(4, category=make_category("Life"))
        further.categories.add(asia)
        make_read(9, category=make_category("Sport"))
        assert most_read.ids("day", [world, asia]) == [further.pk, below.pk, filed.pk]
        assert most_read.ids("day", [world]) == [filed.pk]
        assert most_read.ids("day", []) == []

    def test_can_be_that_of_a_past_moment(self):
        then = timezone.now() - timedelta(days=3)
        old = make_read(5, hours_ago=3 * 24 + 2, at=then - timedelta(days=1))
        make_read(50)
        assert most_read.ids("day", at=then) == [old.pk]

    def test_knows_nothing_that_is_not_public(self):
        draft = make_article(published=False)
        make_read(5, article=draft)
        later = make_article(at=timezone.now() + timedelta(hours=1))
        make_read(5, article=later)
        assert most_read.ids("day") == []

    def test_of_recommendations_is_that_of_a_week(self):
        less, more, old = (make_article() for _ in range(3))
        recommend(less, 1)
        recommend(more, 2, days_ago=6)
        recommend(old, 5, days_ago=8)
        assert most_read.recommended() == [more.pk, less.pk]
        assert most_read.recommended(5, timezone.now() - timedelta(days=7)) == []


class TestForAMinute:
    def test_asking_costs_one_query_and_again_none(self, django_assert_num_queries):
        section = make_category("World")
        make_read(1, category=section)
        for ask in (
            lambda: most_read.ids("day"),
            lambda: most_read.ids("day", [section]),
            lambda: most_read.ids("week"),
            most_read.recommended,
        ):
            with django_assert_num_queries(1):
                first = ask()
            with django_assert_num_queries(0):
                assert ask() == first

    def test_a_story_taken_down_is_shown_nowhere(self, client):
        article, other = make_read(5, headline="Taken down"), make_read(2, headline="Still there")
        recommend(article, 2)
        assert b"Taken down" in client.get("/most-read/").content
        article.take_down()
        for address in ("/most-read/", other.get_absolute_url()):
            assert b"Taken down" not in client.get(address).content
        assert [story.pk for story in most_read.lines([article.pk, other.pk])] == [other.pk]

    def test_an_old_moment_is_not_taken_for_now(self):
        article = make_read(5)
        assert most_read.ids("day", at=timezone.now() - timedelta(days=30)) == []
        assert most_read.ids("day") == [article.pk]


class TestThePage:
    def test_shows_the_day_and_the_week(self, client):
        make_read(5, headline="Of today")
        make_read(9, headline="Of Monday", hours_ago=48)
        today = client.get("/most-read/").content.decode()
        assert "Of today" in today
        assert "Of Monday" not in today
        week = client.get("/most-read/?period=week").content.decode()
        assert week.index("Of Monday") < week.index("Of today")

    def test_shows_one_section(self, client):
        world = make_category("World")
        make_read(5, headline="From the world", category=make_category("Asia", parent=world))
        make_read(9, headline="From the pitch", category=make_category("Sport"))
        page = client.get("/most-read/?section=world").content.decode()
        assert "From the world" in page
        assert "From the pitch" not in page

    def test_shows_what_is_recommended(self, client):
        recommend(make_article("Worth a look"), 2)
        page = client.get("/most-read/").content.decode()
        assert page.index("Most recommended") < page.index("Worth a look")

    def test_says_so_where_nothing_was_read(self, client):
        response = client.get("/most-read/")
        assert response.status_code == 200
        assert b"Nothing was read here lately" in response.content

    @pytest.mark.parametrize("query", ["period=year", "period=", "period=week&period=day", "section=", "page=7"])
    def test_bears_with_odd_questions(self, client, query):
        assert client.get(f"/most-read/?{query}").status_code == 200

    def test_knows_no_section_that_does_not_exist(self, client):
        assert client.get("/most-read/?section=nowhere").status_code == 404

    def test_is_canonical_without_what_else_was_asked(self, client):
        make_category("World")
        page = client.get("/most-read/?utm=x&section=world&period=week").content.decode()
        assert '<link rel="canonical" href="http://testserver/most-read/?period=week&amp;section=world">' in page
        assert (
            '<link rel="canonical" href="http://testserver/most-read/">' in client.get("/most-read/").content.decode()
        )

    def test_is_the_same_for_everybody(self, client, as_alice):
        make_read(5)
        response = client.get("/most-read/")
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert response["Cache-Control"].startswith("public")
        assert as_alice.get("/most-read/").content == response.content

    def test_stays_within_its_query_budget(self, client, django_assert_max_num_queries):
        section = make_category("World")
        for number in range(1, 16):
            recommend(make_read(number, category=section), 1)
        client.get("/")
        cache.clear()
        with django_assert_max_num_queries(14):
            client.get("/most-read/?section=world")
        with django_assert_max_num_queries(11):
            client.get("/most-read/?section=world")


def test_stands_beside_an_article(client):
    article = make_article()
    for number in range(1, 7):
        make_read(number, headline=f"Number {number}")
    page = client.get(article.get_absolute_url()).content.decode()
    rail = page[page.index('<ol class="ranks') :]
    rail = rail[: rail.index("</ol>")]
    assert [f"Number {number}" in rail for number in (6, 5, 4, 3, 2, 1)] == [True] * 4 + [False] * 2
