"""Pictures brought into the library by programs."""

import json

import pytest
from django.test import Client

from articles import tokens
from articles.models import Picture
from tests.factories import make_image, make_picture, make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(alice):
    headers = {"Authorization": f"Bearer {tokens.make(alice, 'Bridge', 30)}"}

    def post(status, **parts):
        response = Client(enforce_csrf_checks=True).post("/api/pictures/", parts, headers=headers)
        assert response.status_code == status, response.content
        assert response["Cache-Control"] == "private, no-store"
        post.location = response.get("Location")
        return json.loads(response.content)

    post.get = lambda address: Client().get(address, headers=headers)
    return post


def test_takes_a_picture_in_with_what_is_said_of_it(send, alice):
    told = send(201, file=make_upload("weir.jpg"), alt="A weir", credit="Erin <b>", licence="CC BY 4.0")
    picture = Picture.objects.get()
    assert (picture.alt, picture.credit, picture.title, picture.uploaded_by) == ("A weir", "Erin <b>", "weir", alice)
    assert (told["key"], told["width"], told["credit"], told["is_usable"]) == (picture.key, 80, "Erin <b>", True)
    assert f"/picture/{picture.key}/" in told["in_text"]
    assert json.loads(send.get(send.location.removeprefix("http://testserver")).content) == told
    assert Client().get(f"/api/pictures/{picture.key}/").status_code == 401
    assert send.get("/api/pictures/nokey/").status_code == 404


def test_refuses_in_the_words_of_the_library(send):
    for name, content, words in (
        ("weir.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("weir.jpg", b"x", ""),
        ("weir.png", make_image(), "JPEG"),
        ("weir.jpg", b"GIF89a" + bytes(40), ""),
    ):
        told = send(422, file=make_upload(name, content))
        assert words in told["errors"]["file"][0]
    assert not Picture.objects.exists()


def test_rights_end_within_the_calendar(send):
    for name in ("usable_from", "usable_until"):
        told = send(422, file=make_upload(), **{name: "9999-12-31T23:30:00Z"})
        assert "The year is too late" in told["errors"][name][0]


def test_what_is_wrong_with_the_whole_has_a_name(send):
    told = send(422, file=make_upload(), usable_from="2027-01-02", usable_until="2027-01-01")
    assert "__all__" not in told["errors"]


def test_says_which_picture_has_the_same_file(send):
    send(201, file=make_upload())
    told = send(409, file=make_upload())
    assert told["picture"] == Picture.objects.get().key
    assert "in the library already" in told["detail"]


def test_refuses_parts_that_are_none_or_wrong(send):
    assert set(send(400, file=make_upload(), digest="x", uploaded_by="1")["errors"]) == {"digest", "uploaded_by"}
    assert send(400, alt="x")["errors"] == {"file": ["Send one picture."]}
    assert send(400, file="no file")["errors"]["file"]
    assert send(422, file=make_upload(), licence="Mine")["errors"]["licence"][0].startswith("There is no Mine.")
    assert "zone" in send(422, file=make_upload(), usable_until="2026-12-01T10:00:00")["errors"]["usable_until"][0]
    assert "null" in str(send(422, file=make_upload(), alt="a\0b")["errors"]["alt"]).lower()
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    "body", [b"-", b"--x\r\n", b"\xff" * 500, b'--x\r\nContent-Disposition: form-data; name="file"']
)
def test_a_form_that_is_not_whole_is_refused(alice, body):
    headers = {"Authorization": f"Bearer {tokens.make(alice, 'Bridge', 30)}"}
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data"):
        response = Client().generic("POST", "/api/pictures/", body, kind, headers=headers)
        assert response.status_code == 400
        assert json.loads(response.content)["detail"]
    assert Client().generic("POST", "/api/pictures/", b"{}", "application/json", headers=headers).status_code == 415


def test_what_nobody_may_see_is_told_to_nobody(bob):
    picture = make_picture()
    headers = {"Authorization": f"Bearer {tokens.make(bob, 'Bridge', 30)}"}
    allowed = bob.has_perm("articles.view_picture")
    expected = 200 if allowed else 404
    assert Client().get(f"/api/pictures/{picture.key}/", headers=headers).status_code == expected
