"""The site on a device's home screen, and what it keeps for when there is no connection."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from articles.models import SiteSettings
from tests.factories import make_article, make_picture

pytestmark = pytest.mark.django_db


def manifest(client):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    return response.json()


def icon(client, sizes, purpose="any"):
    found = [one for one in manifest(client)["icons"] if (one["sizes"], one["purpose"]) == (sizes, purpose)]
    response = client.get(found[0]["src"])
    assert response["Content-Type"] == "image/png"
    assert f"{'x'.join(map(str, Image.open(io.BytesIO(response.content)).size))}" == sizes
    return response


def middle_and_corner(response):
    image = Image.open(io.BytesIO(response.content)).convert("RGB")
    return image.getpixel((image.width // 2, image.height // 2)), image.getpixel((1, 1))


def kept(client):
    """What the worker is told to keep."""
    text = client.get("/service-worker.js").content.decode()
    return json.loads(re.match(r"self\.KEPT = (.*);\n", text)[1])


def test_every_page_names_the_manifest(client):
    assert b'<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").content


def test_the_manifest_names_the_site(client):
    SiteSettings(name="The Northern Lantern", tagline="News of the north").save()
    found = manifest(client)
    assert (found["name"], found["short_name"], found["description"]) == (
        "The Northern Lantern", "The Northern", "News of the north"
    )  # fmt: skip
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
    assert (found["lang"], found["dir"]) == ("en-GB", "ltr")


@pytest.mark.parametrize("purpose", ["any", "maskable"])
@pytest.mark.parametrize("sizes", ["192x192", "512x512"])
def test_a_site_without_a_logo_has_the_built_in_icon(client, sizes, purpose):
    response = icon(client, sizes, purpose)
    assert "immutable" in response["Cache-Control"]
    assert middle_and_corner(response)[1] == (0x16, 0x18, 0x1B)


def test_the_built_in_icon_stands_on_the_brand_colour(client):
    SiteSettings(brand_colour="#0b5394").save()
    assert middle_and_corner(icon(client, "192x192"))[1] == (0x0B, 0x53, 0x94)


def test_a_logo_becomes_the_icon_with_room_around_it_where_it_may_be_cut(client):
    SiteSettings(logo=make_picture(color="red", width=600, height=600)).save()
    (red, green, _), corner = middle_and_corner(icon(client, "512x512", "maskable"))
    assert red > 240 and green < 20  # noqa: PT018  (one colour)
    assert corner == (255, 255, 255)
    image = Image.open(io.BytesIO(icon(client, "512x512", "maskable").content))
    assert image.getpixel((90, 256)) == (255, 255, 255)


def test_a_logo_that_may_no_longer_be_shown_is_no_icon(client):
    picture = make_picture(color="red")
    SiteSettings(logo=picture).save()
    former = icon(client, "192x192").wsgi_request.path
    picture.usable_until = timezone.now() - timedelta(minutes=1)
    picture.save()
    assert client.get(former).status_code == 404
    assert middle_and_corner(icon(client, "192x192"))[1] == (0x16, 0x18, 0x1B)


def test_an_icon_of_a_logo_is_kept_no_longer_than_its_right(client):
    SiteSettings(logo=make_picture(usable_until=timezone.now() + timedelta(hours=1))).save()
    assert 3500 < int(icon(client, "192x192")["Cache-Control"].rpartition("=")[2]) <= 3600


def test_an_icon_nobody_named_is_missing(client):
    assert client.get("/icon-0123456789ab-192.png").status_code == 404
    known = manifest(client)["icons"][0]["src"]
    assert client.get(known.replace("192", "9999")).status_code == 404


def test_the_worker_is_asked_for_anew_each_time_and_rules_the_whole_site(client):
    response = client.get("/service-worker.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "public, no-cache"
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    assert client.post("/service-worker.js").status_code == 405


def test_the_worker_leaves_the_desk_and_comments_alone(client):
    assert {"/desk/", "/comments/"} <= set(kept(client)["never"])


def test_the_worker_keeps_the_offline_page_and_the_theme_but_no_news(client):
    make_article("A harbour freezes")
    found = kept(client)
    assert found["offline"] == "/offline/"
    assert any(address.endswith(".css") for address in found["files"])
    assert not [address for address in found["files"] if not address.startswith("/static/")]
    assert b"A harbour freezes" not in client.get("/offline/").content


def test_the_worker_changes_with_the_brand_and_keeps_no_fonts_that_are_not_shown(client):
    before = kept(client)
    SiteSettings(brand_colour="#0b5394", fonts="system").save()
    after = kept(client)
    assert before["version"] != after["version"]
    assert [address for address in after["files"] if address.startswith("/brand-")]
    assert not [address for address in after["files"] if address.endswith(".woff2")]


def test_the_offline_page_is_no_page_to_find(client):
    response = client.get("/offline/")
    assert b'content="noindex, follow"' in response.content
    assert not response.cookies


def test_the_worker_and_the_manifest_cost_one_question_each(client, django_assert_max_num_queries):
    for path in ("/manifest.webmanifest", "/service-worker.js"):
        with django_assert_max_num_queries(2):
            client.get(path)
