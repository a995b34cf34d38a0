"""Browsers may fetch the page behind a link that is about to be pressed, and run nothing of it."""

import pytest
from django.urls import reverse

from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_lists_say_where_the_rules_are_and_stories_have_enough_to_fetch(client):
    story = make_article()
    for address in ("/", story.category.get_absolute_url()):
        assert client.get(address)["Speculation-Rules"] == '"/speculation-rules.json"'
    assert "Speculation-Rules" not in client.get(story.get_absolute_url())


def test_pages_name_the_stylesheet_that_the_first_paint_waits_for(client):
    story = make_article()
    for address in ("/", story.category.get_absolute_url(), story.get_absolute_url(), "/search/?q=story"):
        response = client.get(address)
        assert response["Link"] == "</static/site/site.css>; rel=preload; as=style"
        assert '<link rel="stylesheet" href="/static/site/site.css">' in response.content.decode()


def test_the_rules_have_the_type_that_browsers_ask_for(client):
    response = client.get("/speculation-rules.json")
    assert response["Content-Type"] == "application/speculationrules+json"
    assert "max-age=86400" in response["Cache-Control"]


def test_pages_are_fetched_and_never_run(client):
    """A page that ran would count as read, and one of the desk would be asked for with somebody's session."""
    rules = client.get("/speculation-rules.json").json()
    assert list(rules) == ["prefetch"]
    assert rules["prefetch"][0]["eagerness"] == "moderate"
    left_out = rules["prefetch"][0]["where"]["and"][1]["not"]["href_matches"]
    for address in (reverse("admin:index"), "/comments/", "/media/", "/search/"):
        assert f"{address}*" in left_out


def test_a_page_of_the_desk_offers_none(client):
    assert "Speculation-Rules" not in client.get("/desk/login/")


def test_links_that_are_not_for_robots_are_left_to_readers(client):
    where = client.get("/speculation-rules.json").json()["prefetch"][0]["where"]
    assert "nofollow" in where["and"][2]["not"]["selector_matches"]
