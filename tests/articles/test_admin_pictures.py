import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Picture
from tests.articles.desk_forms import read, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_picture, make_upload, make_user

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


def test_file_is_replaced(as_alice):
    picture = make_picture()
    digest = picture.digest
    send(as_alice, f"{LIST}{picture.pk}/change/", "picture_form", file=make_upload(width=123, height=77))
    picture.refresh_from_db()
    assert (picture.width, picture.height) == (123, 77)
    assert picture.digest != digest


def test_picture_in_use_is_not_deleted(as_alice):
    led, shown, portrait = make_picture(), make_picture(), make_picture()
    make_article("Led", lead_picture=led)
    make_article("Shown", body=f'<figure><img src="{shown.url}" alt=""></figure><p>Words.</p>')
    make_author("Ada", picture=portrait)
    for picture in (led, shown, portrait):
        page = words(as_alice.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"}, follow=True))
        assert "protected" in page
        as_alice.post(
            LIST, {"action": "delete_selected", "index": "0", "_selected_action": [picture.pk], "post": "yes"}
        )
    assert Picture.objects.count() == 3
    assert "Led" in words(as_alice.get(f"{LIST}{led.pk}/change/"))
    assert "Shown" in words(as_alice.get(f"{LIST}{shown.pk}/change/"))


def test_writer_does_not_read_others_headlines_where_a_picture_is_used(as_walter):
    picture = make_picture()
    make_article("Secret plans", lead_picture=picture, published=False)
    assert "Secret plans" not in words(as_walter.get(f"{LIST}{picture.pk}/change/"))


@pytest.mark.parametrize(
    ("query", "number"),
    [("missing=credit", 1), ("missing=description", 1), ("licence=CC+BY+4.0", 3), ("shape=tall", 1), ("q=heron", 1)],
)
def test_filters(as_alice, query, number):
    make_picture(credit="", caption="A heron")
    make_picture(alt="")
    make_picture(licence="", width=60, height=90)
    make_picture()
    assert len(as_alice.get(f"{LIST}?{query}").context["cl"].result_list) == number


def test_library_window_hands_over_and_pages(as_alice, as_bob):
    for _ in range(30):
        make_picture()
    page = as_alice.get(f"{LIST}choose/?CKEditorFuncNum=-1&page=2")
    assert page.status_code == 200
    assert len(page.context["cards"]) == 6
    assert as_alice.get(f"{LIST}choose/?page=abc&q=zzz").status_code == 200
    assert as_bob.get(f"{LIST}choose/").status_code == 403


def test_card_tells_what_the_form_shows(as_alice, as_bob):
    picture = make_picture()
    assert as_alice.get(f"{LIST}{picture.pk}/card/").json()["credit"] == "Erin Example"
    assert as_alice.get(f"{LIST}99/card/").status_code == 404
    assert as_bob.get(f"{LIST}{picture.pk}/card/").status_code == 404


def test_upload_from_the_library_window_leads_back_to_it(as_alice):
    fields, _ = read(as_alice.get(f"{LIST}add/"), "picture_form")
    response = as_alice.post(f"{LIST}add/?choosing=for%3Dfield", {**fields, "file": make_upload(), "_save": "1"})
    assert response["Location"] == f"{LIST}choose/?for=field"


def test_list_stays_within_its_query_budget(as_alice, django_assert_max_num_queries):
    for _ in range(12):
        make_picture()
    with django_assert_max_num_queries(10):
        as_alice.get(LIST)


def test_large_file_is_refused(as_alice, monkeypatch):
    monkeypatch.setattr("articles.renditions.MAX_BYTES", 100)
    assert "at most" in words(upload(as_alice, make_upload()))


def test_moderator_uploads_nothing(as_bob):
    assert as_bob.get(f"{LIST}add/").status_code == 403
    assert signed_in(make_user("nobody")).get(LIST).status_code == 403
