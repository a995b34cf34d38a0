"""A list of any length: its pages answer by their numbers, however deep, and none is counted to the end."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import paging
from articles.generation import make_published
from articles.models import Article, Author
from tests.factories import make_article, make_author, make_category

pytestmark = pytest.mark.django_db
STORIES = 45  # of two to a page


@pytest.fixture
def section(monkeypatch):
    """A section of 45 stories, story-1 the newest, shown two to a page and counted up to ten."""
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    monkeypatch.setattr(paging, "COUNTED", 10)
    for function in (paging.long_page, paging.page_of):
        monkeypatch.setattr(function, "__defaults__", (2, *function.__defaults__[1:]))
    section, now = make_category(slug="science"), timezone.now()
    moments = [now - timedelta(minutes=number) for number in range(1, STORIES + 1)]
    stories = [
        Article(
            headline=f"Story {number}", slug=f"story-{number}", category=section, body="<p>A</p>",
            published_at=moment, first_published_at=moment,
        )
        for number, moment in enumerate(moments, 1)
    ]  # fmt: skip
    make_published(stories)
    author = make_author("Ann", slug="ann")
    author.bylines.model.objects.bulk_create(author.bylines.model(article=story, author=author) for story in stories)
    return section


def stories_on(page):
    return sorted({int(number) for number in re.findall(r'/story-(\d+)/"', page)})


def offered(page):
    pager = page.partition('<nav class="pager"')[2].partition("</nav>")[0]
    return [re.sub(r"<[^>]*>|Page", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", pager)]


def of_author(client, number, status=200):
    return asked(client, f"page={number}", status)


def asked(client, query, status=200):
    response = client.get(f"/author/ann/?{query}")
    assert response.status_code == status
    return response.content.decode()


def test_every_page_answers_with_its_stories(client, section):
    for number in range(1, 24):
        expected = [place for place in (2 * number - 1, 2 * number) if place <= STORIES]
        assert stories_on(of_author(client, number)) == expected
    assert stories_on(client.get("/section/science/?page=20").content.decode()) == [39, 40]


def test_no_page_lies_beyond_the_end(client, section):
    for number in (24, 500, 999_999, 1_000_001, 10**30, 0, -1, "x", "٣", ""):
        of_author(client, number, 404)


def test_a_long_list_does_not_say_how_long_it_is(client, section):
    page = of_author(client, 1)
    assert "More than 2,000 stories" in page
    assert offered(page) == ["1", "2", "3", "…"]
    assert ">Page 1<" in page
    assert offered(of_author(client, 10)) == ["1", "…", "8", "9", "10", "11", "12", "…"]


def test_its_end_is_told_where_it_is_seen(client, section):
    page = of_author(client, 22)
    assert offered(page) == ["1", "…", "20", "21", "22", "23"]
    assert "Page 22 of 23" in page
    assert "45 stories" in page
    assert 'rel="next"' not in of_author(client, 23)


def test_a_short_list_is_counted(client, section):
    Article.objects.filter(slug__in=[f"story-{number}" for number in range(10, 46)]).update(
        status="withdrawn", release=None
    )
    page = of_author(client, 2)
    assert "9 stories" in page
    assert "Page 2 of 5" in page
    of_author(client, 6, 404)


def test_a_deep_page_costs_no_query_more_than_the_first(client, section):
    asked = {}
    for number in (1, 1, 10, 22):
        with CaptureQueriesContext(connection) as queries:
            of_author(client, number)
        asked[number] = len(queries)
    assert asked[10] <= asked[1]
    assert asked[22] <= asked[1]


def step(page, rel):
    """What a step of the pager asks for."""
    found = re.search(rf'rel="{rel}" href="\?([^"]*)"', page)
    return found and unescape(found[1])


def walked(client, page, rel):
    pages = []
    while query := step(page, rel):
        page = asked(client, query)
        pages.append((query, stories_on(page)))
    return pages


class TestBeyondWhatIsCounted:
    """Pages beyond lead on by the place of their last story, not by how many lie before it."""

    def test_steps_lead_on_to_the_end_and_back(self, client, section):
        later = walked(client, of_author(client, 6), "next")
        assert [stories for _, stories in later] == [[n, n + 1] for n in range(13, 45, 2)] + [[45]]
        assert all("&after=" in query for query, _ in later)
        earlier = walked(client, asked(client, later[-1][0]), "prev")
        assert [stories for _, stories in earlier] == [[n, n + 1] for n in range(43, 2, -2)]
        assert all("&after=" in query for query, _ in earlier[:14])  # there the counted pages begin
        assert "after" not in earlier[-1][0]

    def test_nothing_is_missed_or_seen_twice_where_stories_come_and_go(self, client, section):
        page = of_author(client, 8)
        assert stories_on(page) == [15, 16]
        Article.objects.get(slug="story-16").take_down()
        for number in range(3):
            make_article(at=timezone.now(), authors=[Author.objects.get()], slug=f"new-{number}")
        assert stories_on(asked(client, step(page, "next"))) == [17, 18]
        assert stories_on(of_author(client, 9)) == [14, 15]  # by its number

    def test_are_read_from_the_end_of_an_index(self, client, section):
        query = step(of_author(client, 8), "next")
        for path in ("/author/ann/", "/section/science/", f"/{timezone.localdate():%Y}/"):
            with CaptureQueriesContext(connection) as queries:
                assert stories_on(client.get(f"{path}?{query}").content.decode()) == [17, 18]
            told = [one["sql"] for one in queries]
            assert not [sql for sql in told if "OFFSET" in sql], told

    def test_say_no_number_that_may_be_wrong_by_now(self, client, section):
        page = asked(client, step(of_author(client, 21), "next"))
        assert offered(page) == ["1", "…", "20", "21", "22", "23"]
        assert "More than 2,000 stories" in page
        assert "Page 22 of" not in page

    def test_is_the_same_page_for_search_engines(self, client, section):
        page = asked(client, step(of_author(client, 8), "next"))
        assert '<link rel="canonical" href="http://testserver/author/ann/?page=9">' in page

    @pytest.mark.parametrize("after", ["", "x", "1~2~3", "1~x", "~", "9" * 99, f"{10**30}~1", f"1~{10**30}"])
    def test_what_is_no_place_is_left_alone(self, client, section, after):
        assert stories_on(asked(client, urlencode({"page": 9, "after": after}))) == [17, 18]

    def test_a_place_means_nothing_among_what_is_counted(self, client, section):
        place = step(of_author(client, 8), "next").partition("&")[2]
        assert stories_on(asked(client, f"page=2&{place}")) == [3, 4]

    def test_no_page_begins_after_the_last_story(self, client, section):
        asked(client, "page=9&after=1~1", 404)

    @pytest.mark.parametrize("number", ["0", "-9", "x", "1000001", "9" * 5000])
    def test_a_place_makes_no_page_of_what_is_no_number(self, client, section, number):
        place = step(of_author(client, 8), "next").partition("&")[2]
        asked(client, f"page={number}&{place}", 404)
