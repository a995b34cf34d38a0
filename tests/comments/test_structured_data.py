"""What a story's page says to programs: right, and nothing that a reader wrote ends or begins an element."""

import json
import re

import pytest

from articles.models import SiteSettings
from tests.factories import make_article, make_author, make_comment, make_picture

pytestmark = pytest.mark.django_db


def data(client, article, query=""):
    page = client.get(article.get_absolute_url() + query).content.decode()
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_says_what_the_page_says(client):
    SiteSettings(name="The Paper").save()
    author = make_author("Ann Author")
    article = make_article(
        "A story", standfirst="In short.", authors=[author], lead_picture=make_picture(width=1300, height=800)
    )
    told = data(client, article)
    assert (told["@type"], told["headline"], told["description"]) == ("NewsArticle", "A story", "In short.")
    assert told["author"] == [
        {"@type": "Person", "name": "Ann Author", "url": f"http://testserver{author.get_absolute_url()}"}
    ]
    assert told["mainEntityOfPage"] == f"http://testserver{article.get_absolute_url()}"
    assert told["publisher"]["name"] == "The Paper"
    assert told["image"][0]["width"] == 1200
    assert told["datePublished"] == told["dateModified"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", told["datePublished"])
    assert told["wordCount"] == 5
    assert told["commentCount"] == 0
    assert "comment" not in told


def test_counts_what_readers_see_and_quotes_what_editors_picked(client, article):
    root = make_comment(article, "Picked words", name="Ann", is_featured=True)
    make_comment(parent=root, body="A reply")
    make_comment(article, "Waiting", status="pending", is_featured=True)
    told = data(client, article)
    assert told["commentCount"] == 2
    assert [(one["text"], one["author"]["name"]) for one in told["comment"]] == [("Picked words", "Ann")]
    assert "comment" not in data(client, article, f"?thread={root.public_id}")


def test_names_the_kind_of_story(client):
    assert data(client, make_article(kind="opinion"))["@type"] == ["NewsArticle", "OpinionNewsArticle"]


def test_says_nothing_of_comments_where_there_are_none(client, article):
    make_comment(article)
    article.comments_policy = "off"
    article.save()
    assert "commentCount" not in data(client, article)


def test_says_nothing_in_the_reading_view(client, article):
    assert "ld+json" not in client.get(f"{article.get_absolute_url()}?view=reading").content.decode()


@pytest.mark.parametrize("words", ["</script><script>alert(1)</script>", "<!--<script>", "a & b \u2028 c", "]]>"])
def test_no_words_end_the_element(client, words):
    article = make_article(words, standfirst=words, authors=[make_author(words)])
    make_comment(article, words, name=words, is_featured=True)
    told = data(client, article)
    assert told["headline"] == told["description"] == words
    assert told["author"][0]["name"] == told["comment"][0]["author"]["name"] == words
