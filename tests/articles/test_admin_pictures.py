import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.metadata import Rights, embedded
from articles.models import Picture
from tests.articles.desk_forms import read, words
from tests.conftest import signed_in
from tests.factories import make_article, make_image, make_picture, make_upload, make_user

LIST = "/desk/articles/picture/"


def upload(client, file, **changes):
    fields, _ = read(client.get(f"{LIST}add/"), "picture_form")
    return client.post(f"{LIST}add/", {**fields, "file": file, "_save": "1", **changes})


def bomb():
    """A PNG that says it is 40,000 pixels square, in a few bytes."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_upload_keeps_words_file_and_sender(as_alice, alice):
    response = upload(as_alice, make_upload(width=900, height=600), alt="A boat", credit="Erin", licence="CC BY 4.0")
    assert response.status_code == 302
    picture = Picture.objects.get()
    assert (picture.width, picture.height, picture.alt, picture.uploaded_by) == (900, 600, "A boat", alice)


@pytest.mark.parametrize(
    ("name", "content"),
    [("notes.txt", b"Just words"), ("notes.jpg", b"Just words"), ("bomb.png", None), ("empty.jpg", b""),
     ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_words(as_alice, name, content):
    response = upload(as_alice, SimpleUploadedFile(name, bomb() if content is None else content), alt="Kept words")
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["file"]
    assert "Kept words" in response.content.decode()
    assert not Picture.objects.exists()


def test_upload_without_file_is_refused(as_alice):
    assert "Choose a file." in words(upload(as_alice, ""))


def test_what_the_file_says_fills_in_what_the_form_leaves_empty(as_alice):
    said = embedded(Rights(title="Boats", credit="Erin Example"))
    upload(as_alice, make_upload(content=make_image(**said)), title="A quay")
    picture = Picture.objects.get()
    assert (picture.credit, picture.title) == ("Erin Example", "A quay")


def test_a_file_that_the_library_has_is_refused_with_the_way_there(as_alice):
    file = make_image()
    upload(as_alice, make_upload(content=file), title="The first")
    page = upload(as_alice, make_upload("other.jpg", content=file), title="The second").content.decode()
    first = Picture.objects.get()
    assert f'already: <a href="{LIST}{first.pk}/change/">The first</a>' in page


def test_writer_does_not_read_others_headlines_where_a_picture_is_used(as_walter):
    picture = make_picture()
    make_article("Secret plans", lead_picture=picture, published=False)
    assert "Secret plans" not in words(as_walter.get(f"{LIST}{picture.pk}/change/"))


def test_upload_from_the_library_window_leads_back_to_it(as_alice):
    fields, _ = read(as_alice.get(f"{LIST}add/"), "picture_form")
    response = as_alice.post(f"{LIST}add/?choosing=for%3Dfield", {**fields, "file": make_upload(), "_save": "1"})
    assert response["Location"] == f"{LIST}choose/?for=field"


def test_large_file_is_refused(as_alice, monkeypatch):
    monkeypatch.setattr("articles.reading.MAX_BYTES", 100)
    assert "at most" in words(upload(as_alice, make_upload()))


def test_moderator_uploads_nothing(as_bob):
    assert as_bob.get(f"{LIST}add/").status_code == 403
    assert signed_in(make_user("nobody")).get(LIST).status_code == 403
