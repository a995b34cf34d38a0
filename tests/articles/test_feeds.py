import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.utils import timezone

from newsroom.pagestore import stores
from newsroom.pagestore.purging import purge_now
from tests.factories import make_article, make_author, make_category, make_picture

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"


def items(response):
    root = ElementTree.fromstring(response.content)
    return root.findall("channel/item") or root.findall(f"{ATOM}entry")


@pytest.mark.parametrize("format", ["rss", "atom"])
@pytest.mark.parametrize("path", ["/feed/", "/section/world/", "/author/ann/", "/tag/rivers/"])
def test_each_list_has_its_feed(client, path, format):
    author = make_author("Ann", slug="ann")
    make_article("Hers", category=make_category("World", slug="world"), authors=[author], tags=["Rivers"])
    response = client.get(f"{path}{format}/")
    assert f"application/{format}+xml" in response["Content-Type"]
    assert len(items(response)) == 1


def test_a_feed_of_another_format_is_not_found(client):
    assert client.get("/feed/yaml/").status_code == 404


def test_an_item_keeps_its_name_when_the_slug_changes(client):
    article = make_article(slug="before")
    before = items(client.get("/feed/rss/"))[0].findtext("guid")
    article.slug = "after"
    article.save()
    assert items(client.get("/feed/rss/"))[0].findtext("guid") == before


def test_items_are_whole_and_their_addresses_absolute(client):
    make_article(body='<p>The <a href="/about/">whole</a> text.</p>')
    content = items(client.get("/feed/rss/"))[0].findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
    assert "whole</a> text." in content
    assert "http://testserver/about/" in content


def test_characters_that_xml_cannot_hold_are_left_out(client):
    make_article("A \x0b bell\ufffe")
    assert items(client.get("/feed/rss/"))[0].findtext("title") == "A  bell"


def test_newest_come_first_and_old_ones_make_room(client):
    for number in range(35):
        make_article(f"Story {number}", at=timezone.now() - timedelta(hours=number + 1))
    titles = [item.findtext("title") for item in items(client.get("/feed/rss/"))]
    assert titles == [f"Story {number}" for number in range(30)]


@pytest.mark.parametrize("path", ["/feed/rss/", "/feed/atom/"])
def test_what_readers_take_for_html_is_escaped(client, path):
    make_article(standfirst="Is 5 <b> 4 & more?")
    (item,) = items(client.get(path))
    summary = item.findtext("description") or item.findtext(f"{ATOM}summary")
    assert summary == "Is 5 &lt;b&gt; 4 &amp; more?"


def test_a_picture_comes_with_its_size_its_credit_and_its_description(client):
    make_article(lead_picture=make_picture(width=900, height=600, credit="Erin & Co"), lead_alt="A weir")
    (item,) = items(client.get("/feed/rss/"))
    media = item.find(f"{MEDIA}content")
    assert media.attrib["url"].startswith("http://testserver/media/pictures/")
    assert (media.attrib["width"], media.attrib["height"], media.attrib["type"]) == ("900", "600", "image/jpeg")
    assert (media.findtext(f"{MEDIA}credit"), media.findtext(f"{MEDIA}description")) == ("Erin & Co", "A weir")


def test_stories_are_read_once_for_all_feeds(client, settings, tmp_path, monkeypatch, django_assert_max_num_queries):
    settings.PAGE_STORE, settings.PAGE_STORE_BYTES = str(tmp_path / "pages"), 10_000_000
    monkeypatch.setattr(stores, "_current", None)
    story = make_article("Once", authors=[make_author()], tags=["Rivers"], lead_picture=make_picture())
    assert len(items(client.get("/feed/rss/"))) == 1
    with django_assert_max_num_queries(1):  # which stories they are
        assert len(items(client.get("/feed/atom/"))) == 1
    story.headline = "Twice"
    story.save()
    purge_now({f"article-{story.pk}"})
    assert items(client.get("/feed/rss/"))[0].findtext("title") == "Twice"
