"""JSON Feed 1.1, beside RSS and Atom at every address that has a feed."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from articles import corrections
from articles.models import Dossier, Part, Recording
from tests.articles.sounds import wav
from tests.factories import make_article, make_author, make_category, make_page, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    picture = make_picture(width=900, height=600)
    article = make_article(
        "Is 5 < 4 & “more”?", standfirst="A <b>short</b> answer.", kicker="Numbers", tags=["Rivers"],
        category=make_category("World", slug="world"), authors=[make_author("Ann", slug="ann")],
        lead_picture=picture, lead_alt="A weir",
        body='<p>The <a href="/about/">whole</a> text.</p>'
        f'<figure><img src="/picture/{picture.key}/" alt="x"></figure>',
    )  # fmt: skip
    dossier = Dossier.objects.create(title="Light", form=Dossier.Form.SERIES)
    Part.objects.create(dossier=dossier, article=article)
    return article


def feed(client, address):
    response = client.get(address)
    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    return json.loads(response.content)


@pytest.mark.parametrize("path", ["/feed/", "/section/world/", "/author/ann/", "/tag/rivers/", "/series/light/"])
def test_each_list_has_one_and_its_page_names_it(client, story, path):
    told = feed(client, f"{path}json/")
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == f"http://testserver{path}json/"
    assert [item["title"] for item in told["items"]] == [story.headline]
    page = client.get("/" if path == "/feed/" else path).content.decode()
    assert f'type="application/feed+json" title="{_title(path)} (JSON)" href="{path}json/"' in page
    assert told["home_page_url"] == ("http://testserver/" if path == "/feed/" else f"http://testserver{path}")


def _title(path):
    names = {"/feed/": "Latest stories", "/section/world/": "World", "/author/ann/": "Ann", "/tag/rivers/": "Rivers"}
    return names.get(path, "Light")


def test_an_item_says_all_of_a_story(client, story):
    (item,) = feed(client, "/feed/json/")["items"]
    assert item["id"] == f"urn:newsroom:testserver:article:{story.pk}"
    assert item["url"] == f"http://testserver{story.get_absolute_url()}"
    assert item["summary"] == "A <b>short</b> answer."  # which is plain text, and stays so
    assert 'href="http://testserver/about/"' in item["content_html"]
    assert 'src="http://testserver/media/pictures/' in item["content_html"]
    assert item["authors"] == [{"name": "Ann", "url": "http://testserver/author/ann/"}]
    assert (item["tags"], item["language"]) == (["World", "Rivers"], "en")
    assert datetime.fromisoformat(item["date_published"]) == story.first_published_at
    assert item["image"] == item["_picture"]["url"]
    assert item["_picture"]["url"].startswith("http://testserver/media/pictures/")
    assert {name: item["_picture"][name] for name in ("width", "height", "alt", "credit", "licence")} == {
        "width": 900, "height": 600, "alt": "A weir", "credit": "Erin Example", "licence": "CC BY 4.0",
    }  # fmt: skip


def test_a_sound_comes_along_with_its_size(client):
    recording = Recording(title="A talk")
    recording.receive(SimpleUploadedFile("talk.wav", wav()))
    recording.save()
    make_article(body=f'<p class="embed"><a href="{recording.get_absolute_url()}">A talk</a></p>')
    (item,) = feed(client, "/feed/json/")["items"]
    assert item["attachments"] == [
        {
            "url": f"http://testserver{recording.file_url}",
            "mime_type": recording.content_type,
            "size_in_bytes": recording.size,
        }
    ]


def test_corrections_have_one(client, story):
    make_page("Corrections", purpose="corrections")
    corrections.correct(story, "It was <i>another</i> one.")
    (item,) = feed(client, "/corrections/json/")["items"]
    assert item["summary"] == "It was <i>another</i> one."
    assert item["content_html"] == "<p>It was &lt;i&gt;another&lt;/i&gt; one.</p>"
    assert item["url"].startswith(f"http://testserver{story.get_absolute_url()}#correction-")


def test_nothing_unpublished_is_in_it(client):
    make_article("CANARY", published=False)
    make_article("CANARY", at=timezone.now() + timedelta(hours=1))
    make_article("CANARY").take_down()
    assert feed(client, "/feed/json/")["items"] == []
    assert "CANARY" not in client.get("/feed/json/").content.decode()


def test_answers_again_only_where_something_has_changed(client, story):
    first = client.get("/feed/json/")
    again = client.get("/feed/json/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head("/feed/json/")
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", first["Content-Type"])
    assert client.post("/feed/json/").status_code == 405


def test_costs_no_more_with_more_stories(django_assert_max_num_queries):
    for number in range(35):
        make_article(f"Story {number}", authors=[make_author()], tags=["Rivers"], lead_picture=make_picture())
    with django_assert_max_num_queries(6):
        assert len(feed(Client(), "/feed/json/")["items"]) == 30
