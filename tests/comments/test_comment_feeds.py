"""Feeds of conversations: what every reader sees, newest first."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import page_keys
from articles.models import Article, SiteSettings
from comments.models.policy import Policy
from tests.factories import make_article, make_category, make_comment

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def items(client, address):
    root = ElementTree.fromstring(client.get(address).content)
    return root.findall("channel/item") or root.findall(f"{ATOM}entry")


def titles(client, address):
    return [item.findtext("title") or item.findtext(f"{ATOM}title") for item in items(client, address)]


@pytest.mark.parametrize("format", ["rss", "atom"])
def test_an_article_and_the_site_have_a_feed_of_comments(client, article, format):
    root = make_comment(article, "First words", name="Ann", created_at=timezone.now() - timedelta(hours=1))
    make_comment(parent=root, body="An answer", name="Ben")
    make_comment(make_article("Elsewhere"), name="Cleo", created_at=timezone.now() - timedelta(hours=2))
    ann, ben = (f"{name}, under “The river that was moved”" for name in ("Ann", "Ben"))
    assert titles(client, f"/conversations/{article.pk}/{format}/") == [ben, ann]
    assert titles(client, f"/conversations/feed/{format}/") == [ben, ann, "Cleo, under “Elsewhere”"]


def test_an_item_says_all_of_a_comment_and_leads_to_it(client, article):
    comment = make_comment(article, "Two\n\nparagraphs, see https://a.example/b")
    (item,) = items(client, f"/conversations/{article.pk}/rss/")
    assert item.findtext(CONTENT).startswith('<p dir="auto">Two</p>')
    assert 'href="https://a.example/b" rel="nofollow ugc noopener"' in item.findtext(CONTENT)
    assert item.findtext("link") == f"http://testserver/comments/{comment.public_id}/"
    assert item.findtext("guid") == f"urn:newsroom:testserver:comment:{comment.public_id}"


def test_json_feeds_say_the_same(client, article):
    comment = make_comment(article, "Is 5 < 4?", name="Ann")
    for address in (f"/conversations/{article.pk}/json/", "/conversations/feed/json/"):
        (item,) = client.get(address).json()["items"]
        assert (item["summary"], item["authors"]) == ("Is 5 < 4?", [{"name": "Ann"}])
        assert "Is 5 &lt; 4?" in item["content_html"]
        assert item["url"] == f"http://testserver/comments/{comment.public_id}/"


def test_a_page_of_a_story_names_the_feed_of_its_comments(client, article):
    address = f"/conversations/{article.pk}/rss/"
    assert client.get(article.get_absolute_url()).content.decode().count(f'href="{address}"') == 2


def test_there_is_no_feed_where_there_are_no_comments(client, article):
    make_comment(article)
    draft = make_article(published=False)
    for pk, format in ((draft.pk, "rss"), (article.pk, "yaml"), (0, "rss")):
        assert client.get(f"/conversations/{pk}/{format}/").status_code == 404
    assert client.get("/conversations/feed/yaml/").status_code == 404
    article.comments_policy = "off"
    article.save()
    assert client.get(f"/conversations/{article.pk}/rss/").status_code == 404
    assert "conversations/" not in client.get(article.get_absolute_url()).content.decode().split("<footer")[0]
    assert titles(client, "/conversations/feed/rss/") == []


def test_heeds_what_the_nearest_section_says_of_comments(client):
    above = make_category("Above")
    below = make_category("Below", parent=above)
    loud, quiet, said_so = (
        make_article(name, category=section)
        for name, section in (("Loud", make_category("Other")), ("Quiet", below), ("Said so", below))
    )
    said_so.comments_policy = "open"
    said_so.save()
    for article in (loud, quiet, said_so):
        make_comment(article, name="Ann")
    Policy.objects.create(section=above, mode="off")
    seen = {"Ann, under “Loud”", "Ann, under “Said so”"}
    assert set(titles(client, "/conversations/feed/rss/")) == seen
    assert client.get(f"/conversations/{quiet.pk}/rss/").status_code == 404
    SiteSettings(comments_policy="off").save()
    assert titles(client, "/conversations/feed/rss/") == ["Ann, under “Said so”"]


def test_a_feed_has_a_budget_of_queries(client, article, django_assert_max_num_queries):
    for number in range(40):
        make_comment(make_article(), f"Words {number}")
        make_comment(article, f"More words {number}")
    for address in ("/conversations/feed/rss/", f"/conversations/{article.pk}/atom/"):
        with django_assert_max_num_queries(6):
            assert len(items(client, address)) == 30


def test_feed_of_all_comments_follows_a_story_whose_comments_come_back(article, client):
    make_comment(article, "Hushed")
    Article.objects.filter(pk=article.pk).update(comments_policy="off")
    response = client.get("/conversations/feed/rss/")
    assert page_keys.story(article.pk) in response.wsgi_request.shown_page.keys
