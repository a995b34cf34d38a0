"""Whoever sees a picture that a machine made or altered is told, wherever it stands."""

import pytest

from tests.factories import make_article, make_picture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/section/{section}/", "/search/?q=story", "/{year}/", "{story}"])
@pytest.mark.parametrize(
    ("origin", "told"), [("generated", "Made by a machine"), ("altered", "Altered by a machine"), ("", "")]
)
def test_a_picture_says_on_every_page_that_a_machine_made_it(client, address, origin, told):
    story = make_article("A story", lead_picture=make_picture(origin=origin, width=300, height=200))
    places = {"section": story.category.slug, "year": story.first_published_at.year, "story": story.get_absolute_url()}
    page = client.get(address.format(**places)).content.decode()
    assert "<picture" in page
    assert told in page
    assert ("by a machine" in page) == bool(origin)


def test_what_stands_in_for_it_is_not_called_a_machines_work(client):
    stand_in = make_picture(color="red")
    picture = make_picture(origin="generated", fallback=stand_in)
    make_article("A story", lead_picture=picture)
    picture.usable_until = picture.created_at
    picture.save()
    page = client.get("/").content.decode()
    assert stand_in.key in page
    assert "by a machine" not in page
