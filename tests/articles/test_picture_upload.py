"""Files that people bring to the library, several at a time."""

import pytest

from articles.metadata import Rights, embedded
from articles.models import Collection, Picture
from tests.articles.desk_forms import words
from tests.factories import make_image, make_upload

ADDRESS = "/desk/articles/picture/upload/"

pytestmark = pytest.mark.django_db


def bring(client, *files, **fields):
    response = client.post(ADDRESS, {"files": files, **fields}, headers={"Accept": "application/json"})
    return response.json()["files"]


def test_a_refused_file_loses_none_of_the_others(as_alice):
    first = make_image(color="red")
    outcomes = bring(
        as_alice,
        make_upload("one.jpg", first),
        make_upload("scan.tif", b"II*\0" + b"\0" * 60),
        make_upload("again.jpg", first),
        make_upload("two.png", format="PNG"),
    )
    assert [outcome["state"] for outcome in outcomes] == ["added", "refused", "there", "added"]
    assert outcomes[0]["words"] == "Added. No credit yet."
    assert outcomes[1]["words"].startswith("TIFF is not accepted.")
    one = Picture.objects.order_by("pk").first()
    assert outcomes[2]["words"] == f"In the library already: {one}"
    assert outcomes[2]["url"] == outcomes[0]["url"] == f"/desk/articles/picture/{one.pk}/change/"
    assert Picture.objects.count() == 2


def test_it_is_said_what_was_read_from_the_file(as_alice, alice):
    said = embedded(Rights(credit="Erin Example", origin="generated"))
    (outcome,) = bring(as_alice, make_upload(content=make_image(**said)))
    assert outcome["words"] == "Added. Credit read from the file. It says of itself: made by a machine."
    assert Picture.objects.get().uploaded_by == alice
    assert as_alice.get(outcome["thumbnail"])["Content-Type"] == "image/webp"


def test_files_go_into_the_chosen_collection(as_walter):
    birds = Collection.objects.create(name="Birds")
    bring(as_walter, make_upload(), collection=birds.pk)
    assert birds.pictures.count() == 1
    bring(as_walter, make_upload(color="red"), collection="99999999999999999999")
    assert Picture.objects.count() == 2


def test_without_a_script_a_page_reports_each_file(as_alice):
    response = as_alice.post(ADDRESS, {"files": [make_upload("one.jpg"), make_upload("two.jpg", b"Just words")]})
    page = words(response)
    assert "one.jpgAdded. No credit yet.Describe it" in page
    assert "two.jpgThis is a text, not a picture." in page
    assert "Choose at least one file" in words(as_alice.post(ADDRESS, {}))


def test_more_files_than_one_request_may_bring_are_refused_in_words(as_alice, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = as_alice.post(ADDRESS, {"files": [make_upload(f"{number}.jpg") for number in range(3)]})
    assert response.status_code == 400
    assert "At most 2 files can be taken at once. Go back, and choose fewer." in words(response)


def test_nothing_in_the_name_of_a_file_turns_the_words_around_it(as_alice):
    bring(as_alice, make_upload("\u202egpj.bird.jpg"))
    assert Picture.objects.get().title == "gpj.bird"


def test_who_may_not_add_pictures_brings_none(as_bob, client):
    assert as_bob.post(ADDRESS, {"files": [make_upload()]}).status_code == 403
    assert client.post(ADDRESS, {"files": [make_upload()]})["Location"].startswith("/desk/login/")
    assert not Picture.objects.exists()


def test_nothing_is_brought_by_looking(as_alice):
    assert as_alice.get(ADDRESS).status_code == 405
