"""The magazine's own colours and fonts, and whether they can be read."""

import re

import pytest
from django.conf import settings

from articles.brand import DARK, LIGHT, STRONG_DARK, STRONG_LIGHT, TOKENS
from articles.contrast import STRONG, TEXT, nearest, passes, ratio, weakest
from articles.models import SiteSettings
from tests.articles.desk_forms import send
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TEXT_COLOURS = set(TOKENS) - {"paper", "wash", "rule", "field", "accent-fill", "mark"}


@pytest.fixture
def as_adam(db):
    return signed_in(make_user("adam", "Administrators"))


def stylesheet(client):
    """The brand's stylesheet as the front page links it, or None."""
    found = re.search(r'href="(/brand-[0-9a-f]{12}\.css)"', client.get("/").content.decode())
    return found and client.get(found[1])


def save_colours(client, light="", dark=""):
    fields = {"brand_colour": light, "brand_colour_dark": dark}
    return send(client, "/desk/articles/sitesettings/1/change/", "sitesettings_form", **fields)


def drawn_tokens(name):
    source = (settings.BASE_DIR / "static/src/_tokens.scss").read_text()
    block = re.search(rf"\${name}: \((.*?)\n\);", source, re.DOTALL)[1]
    return {name: (light, dark) for name, light, dark in re.findall(r'"([\w-]+)": \((#\w+), (#\w+)\)', block)}


def test_contrast_is_as_wcag_computes_it():
    assert ratio("#000000", "#ffffff") == ratio("#ffffff", "#000000") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_nearest_colour_keeps_its_hue_and_can_be_read():
    assert nearest("#b3261e", LIGHT) == "#b3261e"
    for colour in ("#ffcc00", "#ff0000", "#00ff00", "#ffffff", "#000000", "#7f7f7f"):
        assert passes(nearest(colour, LIGHT), LIGHT)
        assert passes(nearest(colour, DARK), DARK)
    red, green, blue = (int(nearest("#ffcc00", LIGHT)[start : start + 2], 16) for start in (1, 3, 5))
    assert red > green > blue


def test_the_theme_says_the_same_colours_in_both_places():
    assert drawn_tokens("tokens") == TOKENS


@pytest.mark.parametrize("name", sorted(TEXT_COLOURS))
def test_every_colour_of_text_can_be_read(name):
    strong = drawn_tokens("strong")[name]
    for mode, grounds in enumerate((LIGHT, DARK)):
        assert weakest(TOKENS[name][mode], grounds)[1] >= TEXT
    for mode, grounds in enumerate((STRONG_LIGHT, STRONG_DARK)):
        colour = strong[mode] if len(strong[mode]) == 7 else "#" + "".join(2 * sign for sign in strong[mode][1:])
        assert weakest(colour, grounds)[1] >= STRONG


def test_a_site_of_the_theme_loads_nothing_more(client):
    assert stylesheet(client) is None
    assert client.get("/brand-0123456789ab.css").status_code == 404
    SiteSettings(name="The Lantern").save()
    assert stylesheet(client) is None


def test_a_brand_colour_takes_the_place_of_the_themes_in_both_modes(client):
    SiteSettings(brand_colour="#0b5394").save()
    response = stylesheet(client)
    assert response["Content-Type"].startswith("text/css")
    assert "immutable" in response["Cache-Control"]
    text = response.content.decode()
    dark = nearest("#0b5394", DARK)
    assert f"--accent:light-dark(#0b5394,{dark})" in text
    assert "--accent-fill:#0b5394" in text
    assert f".night{{--accent:{dark}}}" in text


def test_a_changed_brand_has_another_address_and_the_former_leads_there(client):
    SiteSettings(brand_colour="#0b5394").save()
    former = stylesheet(client).wsgi_request.path
    SiteSettings(brand_colour="#1f6d47").save()
    present = stylesheet(client).wsgi_request.path
    assert former != present
    response = client.get(former)
    assert (response.status_code, response["Location"]) == (302, present)
    assert "immutable" not in response["Cache-Control"]


@pytest.mark.parametrize("fonts", ["classic", "system"])
def test_fonts_of_the_device_take_the_place_of_the_theme_s(client, fonts):
    SiteSettings(fonts=fonts).save()
    assert "--text:" in stylesheet(client).content.decode()


def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(as_adam):
    page = save_colours(as_adam, light="#ffcc00").content.decode()
    assert "Too little contrast: 1.3 to 1 on wash, and text needs 4.5 to 1." in page
    assert f"The nearest colour that can be read is {nearest('#ffcc00', LIGHT)}." in page
    page = save_colours(as_adam, dark="#550000").content.decode()
    assert f"The nearest colour that can be read is {nearest('#550000', DARK)}." in page
    assert SiteSettings.current().brand_colour == ""


def test_what_is_no_colour_is_refused_in_words(as_adam):
    assert b"A colour is # and six digits" in save_colours(as_adam, light="crimson").content
    assert b"A colour is # and six digits" in save_colours(as_adam, light="#b3261g").content


def test_a_colour_that_can_be_read_is_saved(as_adam):
    save_colours(as_adam, light="#0B5394", dark="#7FB4EA")
    site = SiteSettings.current()
    assert (site.brand_colour, site.brand_colour_dark) == ("#0b5394", "#7fb4ea")
