"""A list of any length: its pages answer by their numbers, however deep, and none is counted to the end."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import paging
from articles.generation import release
from articles.models import Article
from tests.factories import make_author, make_category

pytestmark = pytest.mark.django_db
STORIES = 45  # of two to a page


@pytest.fixture
def section(monkeypatch):
    """A section of 45 stories, story-1 the newest, shown two to a page and counted up to ten."""
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    monkeypatch.setattr(paging, "COUNTED", 10)
    for function in (paging.numbered, paging.page_of):
        monkeypatch.setattr(function, "__defaults__", (2, *function.__defaults__[1:]))
    section, now = make_category(slug="science"), timezone.now()
    moments = [now - timedelta(minutes=number) for number in range(1, STORIES + 1)]
    stories = Article.objects.bulk_create(
        Article(
            headline=f"Story {number}", slug=f"story-{number}", category=section, body="<p>A</p>",
            published_at=moment, first_published_at=moment,
        )
        for number, moment in enumerate(moments, 1)
    )  # fmt: skip
    release(stories)
    author = make_author("Ann", slug="ann")
    author.bylines.model.objects.bulk_create(author.bylines.model(article=story, author=author) for story in stories)
    return section


def stories_on(page):
    return sorted({int(number) for number in re.findall(r'/story-(\d+)/"', page)})


def offered(page):
    pager = page.partition('<nav class="pager"')[2].partition("</nav>")[0]
    return [re.sub(r"<[^>]*>|Page", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", pager)]


def of_author(client, number, status=200):
    response = client.get(f"/author/ann/?page={number}")
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
