"""The style page shows every component, to the desk alone."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from articles.style_page import COMPONENTS
from tests.factories import make_article, make_author, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def stories(db):
    author = make_author("Frida Fjord", role="Writer")
    for kind in ("news", "feature", "opinion", "review"):
        make_article(kind=kind, authors=[author], lead_picture=make_picture(), standfirst="What it is about.")


def test_every_component_is_named_here():
    files = {file.stem for file in Path(settings.BASE_DIR / "templates" / "components").glob("*.html")}
    assert files == COMPONENTS.keys(), "name each component in articles/style_page.py: COMPONENTS"


def test_shows_every_component_in_light_and_dark(as_alice, stories):
    page = as_alice.get("/style/").content.decode()
    assert set(re.findall(r'data-component="(\w+)"', page)) == COMPONENTS.keys()
    assert page.count("headline--opinion") > 2
    assert "&lt;section" not in page
    assert page.count('data-bs-theme="light"') == page.count('data-bs-theme="dark"') > 30


def test_says_the_contrast_of_each_colour(as_alice):
    page = as_alice.get("/style/").content.decode()
    assert re.search(r"accent</th>\s*<td>#b3261e</td>\s*<td>6\.5</td><td>5\.8</td>", page)


def test_stands_on_an_empty_site_too(as_alice):
    assert "This site has nothing to show it with yet." in as_alice.get("/style/").content.decode()


def test_is_not_there_for_readers(client, as_alice):
    assert client.get("/style/").status_code == 404
    response = as_alice.get("/style/")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert b'content="noindex, follow"' in response.content
