import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles import sitemaps
from articles.models import Article
from tests.factories import make_article, make_author, make_page

pytestmark = pytest.mark.django_db
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(response):
    return [element.text for element in ElementTree.fromstring(response.content).iter(f"{NS}loc")]


def test_lists_months_and_their_stories(client):
    make_article(slug="may", at=datetime(2024, 5, 31, 23, tzinfo=UTC))
    make_article(slug="june", at=datetime(2024, 6, 1, 0, tzinfo=UTC))
    assert locations(client.get("/sitemap.xml")) == [
        "http://testserver/sitemap-pages.xml",
        "http://testserver/sitemap-2024-06.xml",
        "http://testserver/sitemap-2024-05.xml",
    ]
    assert locations(client.get("/sitemap-2024-05.xml")) == ["http://testserver/2024/05/31/may/"]


def test_the_index_names_no_month_of_which_nothing_is_public(client):
    over = [make_article(at=datetime(2001, month, 3, tzinfo=UTC)).pk for month in (5, 6)]
    Article.objects.filter(pk__in=over).update(expires_at=timezone.now() - timedelta(days=1))
    make_article(slug="stays", at=datetime(2001, 6, 2, tzinfo=UTC))
    assert locations(client.get("/sitemap.xml")) == [
        "http://testserver/sitemap-pages.xml",
        "http://testserver/sitemap-2001-06.xml",
    ]


def test_a_month_without_stories_is_not_found(client):
    assert client.get("/sitemap-2024-05.xml").status_code == 404
    assert client.get("/sitemap-2024-13.xml").status_code == 404


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("month", ["0000-01", "0001-01", "9999-11", "9999-12"])
def test_months_at_the_ends_of_time_are_not_found(client, zone, month):
    with timezone.override(zone):
        assert client.get(f"/sitemap-{month}.xml").status_code == 404


NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def test_what_is_new_is_told_for_two_days(client, django_assert_num_queries):
    assert locations(client.get("/sitemap-news.xml")) == []
    hours = {hour: timezone.now() - timedelta(hours=hour) for hour in (1, 47.99, 48.01)}
    make_article("In", slug="in", at=hours[47.99], language="zh-hans")
    make_article(slug="out", at=hours[48.01])
    make_article("Tea & <cake>", slug="tea", at=hours[1])
    make_article(slug="to-come", at=timezone.now() + timedelta(hours=1))
    again = make_article(slug="again", at=hours[1])
    Article.objects.filter(pk=again.pk).update(first_published_at=hours[48.01])
    with django_assert_num_queries(2):
        found = ElementTree.fromstring(client.get("/sitemap-news.xml").content)
    assert [url.text.split("/")[-2] for url in found.iter(f"{NS}loc")] == ["tea", "in"]
    assert [title.text for title in found.iter(f"{NEWS}title")] == ["Tea & <cake>", "In"]
    assert [language.text for language in found.iter(f"{NEWS}language")] == ["en", "zh-cn"]
    moment = next(found.iter(f"{NEWS}publication_date")).text
    assert datetime.fromisoformat(moment) == hours[1]
    assert {name.text for name in found.iter(f"{NEWS}name")} == {"Newsroom"}


def test_of_what_is_new_the_first_thousand_are_told(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "NEWS", 2)
    for hour in (3, 1, 2):
        make_article(slug=f"hours-{hour}", at=timezone.now() - timedelta(hours=hour))
    assert [url.split("/")[-2] for url in locations(client.get("/sitemap-news.xml"))] == ["hours-1", "hours-2"]


def test_what_is_new_leaves_the_kept_page_at_its_moment(client, settings, tmp_path):
    settings.PAGE_STORE = str(tmp_path / "pages")
    make_article(at=timezone.now() - timedelta(hours=47, minutes=50))
    assert "s-maxage=59" in client.get("/sitemap-news.xml")["Cache-Control"]


def test_lists_pages_and_authors_who_are_read(client):
    make_article(authors=[make_author("Ann", slug="ann")])
    make_author("Nobody", slug="nobody")
    make_page("About", slug="about")
    make_page("Hidden", slug="hidden", is_published=False)
    listed = locations(client.get("/sitemap-pages.xml"))
    assert "http://testserver/author/ann/" in listed
    assert "http://testserver/about/" in listed
    assert not [url for url in listed if "nobody" in url or "hidden" in url]


def test_every_listed_address_answers(client):
    make_article("A story: ünïcödé & <odd>", tags=["Odd & Even"], authors=[make_author()])
    for shard in locations(client.get("/sitemap.xml")):
        for url in locations(client.get(shard)):
            assert client.get(url).status_code == 200


def test_robots_name_the_sitemap(client):
    told = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in told
    assert "Sitemap: http://testserver/sitemap-news.xml" in told
