import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from articles import renditions
from articles.models import Picture
from tests.factories import make_image, make_picture, make_upload

pytestmark = pytest.mark.django_db


def refusal(**upload):
    with pytest.raises(renditions.UnreadablePicture) as raised:
        Picture().receive(make_upload(**upload))
    return str(raised.value)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_reads_what_cameras_and_the_web_make(format):
    picture = Picture()
    picture.receive(make_upload(content=make_image(90, 40, format)))
    assert (picture.width, picture.height) == (90, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0 not a jpeg",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    ],
)
def test_refuses_in_words_what_is_no_picture(content):
    assert refusal(content=content).startswith("This file cannot be read as a picture.")


def test_refuses_a_truncated_picture():
    assert "cannot be read" in refusal(content=make_image(400, 400)[:300])


def test_refuses_formats_it_does_not_offer():
    assert "Use JPEG, PNG" in refusal(content=make_image(10, 10, "TIFF"))


def test_refuses_a_bomb_before_unpacking_it():
    # 45 million pixels in some hundred bytes.
    bomb = make_image(9000, 5000, "PNG")
    assert len(bomb) < 500_000
    assert "more than 40 million pixels" in refusal(content=bomb)


@pytest.mark.parametrize("size", [(1, 20_000), (1000, 17_000)])
def test_refuses_a_strip_too_tall_for_any_rendition(size):
    assert "too tall" in refusal(content=make_image(*size, "PNG"))


def test_makes_a_strip_of_what_is_only_wide(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=20_000, height=1)
    assert default_storage.exists(renditions.name(picture.digest, 2000, "webp"))


def test_refuses_a_file_that_is_too_large(monkeypatch):
    monkeypatch.setattr(renditions, "MAX_BYTES", 100)
    assert "at most" in refusal(width=300, height=300)


def test_makes_every_width_once_and_never_larger(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=1000, height=500)
    assert renditions.widths(1000) == [360, 720, 1000]
    for width in (360, 720, 1000):
        with default_storage.open(f"pictures/{picture.digest}/{width}.webp") as file, Image.open(file) as image:
            assert image.size == (width, width // 2)
    assert default_storage.exists(f"pictures/{picture.digest}/1000.jpg")
    assert not default_storage.exists(f"pictures/{picture.digest}/1080.webp")


def test_turns_the_picture_upright_and_drops_what_the_camera_wrote(django_capture_on_commit_callbacks):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    with django_capture_on_commit_callbacks(execute=True):
        picture = Picture(alt="x")
        picture.receive(make_upload(content=make_image(80, 40, exif=exif)))
        picture.save()
    assert (picture.width, picture.height) == (40, 80)
    with default_storage.open(f"pictures/{picture.digest}/40.jpg") as file, Image.open(file) as image:
        assert image.size == (40, 80)
        assert not image.getexif()


def test_a_picture_of_one_pixel_and_one_with_alpha_come_out(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for content in (make_image(1, 1), make_image(20, 20, "PNG", alpha=True, color=(255, 0, 0, 0))):
            picture = Picture(alt="x")
            picture.receive(make_upload(content=content))
            picture.save()
    with (
        default_storage.open(picture.url.removeprefix("/media/")) as file,
        Image.open(io.BytesIO(file.read())) as image,
    ):
        assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_of_grey_stay_grey(django_capture_on_commit_callbacks):
    buffer = io.BytesIO()
    Image.new("I;16", (20, 20), 0x8000).save(buffer, "PNG")
    with django_capture_on_commit_callbacks(execute=True):
        picture = Picture(alt="x")
        picture.receive(make_upload(content=buffer.getvalue()))
        picture.save()
    with default_storage.open(picture.url.removeprefix("/media/")) as file, Image.open(file) as image:
        assert abs(image.convert("L").getpixel((5, 5)) - 128) < 4


@pytest.mark.parametrize("name", ["中" * 200 + ".jpg", "é" * 150 + ".jpg", "n" * 300, "  ", "...", "a." + "e" * 240])
def test_any_name_of_a_file_can_be_kept(name):
    picture = Picture()
    picture.receive(make_upload(name))
    picture.save()
    stored = picture.original.name.rpartition("/")[2]
    assert len(stored.encode()) <= 255
    assert stored.endswith(".jpeg")


def test_the_original_is_not_public(client, django_capture_on_commit_callbacks, settings):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=400, height=300)
    response = client.get(picture.url)
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert client.get(f"/media/{picture.original.name}").status_code == 404
    assert client.get("/media/../originals/x.jpg").status_code == 400
    assert client.get(picture.original.url).status_code == 404
