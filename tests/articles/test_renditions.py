import io
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import default_storage, storages
from django.utils import timezone
from PIL import Image

from articles import renditions
from articles.models import Picture
from articles.tasks import make_renditions
from tests.articles.sounds import make_recording
from tests.factories import make_image, make_picture, make_upload

pytestmark = pytest.mark.django_db


def served(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return response


def image_at(client, url):
    return Image.open(io.BytesIO(served(client, url).content))


def made(picture):
    return renditions.names_in(renditions.directory(picture))


def test_every_file_is_made_after_the_upload_and_none_is_enlarged(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=1000, height=500)
    assert made(picture) == {file.name for file in renditions.files(picture)}
    for file in renditions.files(picture):
        path = f"{renditions.directory(picture)}/{file.name}"
        with default_storage.open(path) as opened, Image.open(opened) as image:
            assert image.size == (file.width, file.shape.height_at(file.width))
            assert file.width <= 1000
    assert {"whole-1000.avif", "16x9-720.webp", "4x3-667.jpg", "1x1-500.jpg", "card-952.jpg"} <= made(picture)


def test_steps_of_the_ladder_are_small():
    for step, following in zip(renditions.LADDER, renditions.LADDER[1:], strict=False):
        assert following <= 1.5 * step


def test_a_page_is_right_before_the_files_exist(client):
    picture = make_picture(width=900, height=600)
    assert not made(picture)
    for suffix, format in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
        image = image_at(client, picture.rendition().url_of(720, suffix))
        assert (image.format, image.size) == (format, (720, 480))
    assert made(picture) == {"whole-720.avif", "whole-720.webp", "whole-720.jpg"}


def test_files_may_be_kept_for_ever(client):
    response = served(client, make_picture().url)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "image/jpeg"
    assert "sandbox" in response["Content-Security-Policy"]


def test_files_are_kept_no_longer_than_their_rights_last(client):
    picture = make_picture(usable_until=timezone.now() + timedelta(minutes=10))
    limit = served(client, picture.url)["Cache-Control"]
    assert "immutable" not in limit
    assert 590 <= int(limit.partition("max-age=")[2]) <= 600


def test_a_condition_that_fails_is_not_kept_in_place_of_the_file(client):
    response = client.get(make_picture().url, headers={"If-Match": '"another"'})
    assert response.status_code == 412
    assert "Cache-Control" not in response


def test_a_file_in_hand_is_not_sent_again(client):
    url = make_picture().url
    assert client.get(url, headers={"If-None-Match": served(client, url)["ETag"]}).status_code == 304


@pytest.mark.parametrize("shape", ["3x2", "16x9", "4x3", "1x1", "card"])
def test_crops_keep_the_focal_point(client, shape):
    image = Image.new("RGB", (600, 2400), "navy")
    image.paste("red", (0, 1700, 600, 2000))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    picture = Picture(focal_x=50, focal_y=77)
    picture.receive(make_upload("tall.png", buffer.getvalue()))
    picture.save()
    crop = image_at(client, picture.rendition(shape).url).convert("RGB")
    ratio = renditions.FORMS[shape].ratio
    assert crop.width / crop.height == pytest.approx(ratio, rel=0.01)
    red, _, blue = crop.getpixel((crop.width // 2, crop.height // 2))
    assert red > 200 > 60 > blue


def test_a_picture_of_nearly_the_wanted_ratio_is_not_cut_again():
    picture = make_picture(width=900, height=598)
    assert picture.rendition("3x2").name == "whole"
    assert picture.rendition("card").name == "card"


def test_what_an_editor_cut_away_is_in_no_file(client):
    image = Image.new("RGB", (400, 400), "navy")
    image.paste("red", (0, 0, 200, 400))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    picture = Picture(crop_x=50, crop_width=50, focal_x=10)
    picture.receive(make_upload("half.png", buffer.getvalue()))
    picture.save()
    assert (picture.shown_width, picture.shown_height) == (200, 400)
    for shape in renditions.FORMS:
        colours = image_at(client, picture.rendition(shape).url).convert("RGB").getextrema()
        assert colours[0][1] < 60, shape


def test_words_changed_make_new_files_and_old_addresses_lead_to_them(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=900, height=600, credit="Erin")
    old = picture.rendition().url_of(720, "avif")
    with django_capture_on_commit_callbacks(execute=True):
        picture.credit = "Erin Example"
        picture.save()
    response = client.get(old)
    assert response.status_code == 301
    assert response["Location"] == picture.rendition().url_of(720, "avif") != old
    assert not default_storage.exists(old.removeprefix("/media/"))


def test_words_that_are_in_no_file_leave_them_alone(django_assert_num_queries):
    picture = make_picture()
    version = picture.version
    picture.alt, picture.place = "Another description", "Lisbon"
    picture.save()
    assert picture.version == version


def test_a_new_file_takes_the_place_of_the_old_everywhere(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(width=900, height=600)
    old = [picture.rendition(shape).url for shape in renditions.FORMS]
    with django_capture_on_commit_callbacks(execute=True):
        picture.receive(make_upload("new.jpg", width=500, height=700, color="red"))
        picture.save()
    for address in [*old, picture.get_absolute_url()]:
        response = client.get(address, follow=True)
        red, green, _ = Image.open(io.BytesIO(response.content)).convert("RGB").getpixel((5, 5))
        assert red > 200 > 60 > green


def test_widths_of_another_time_lead_to_the_nearest(client):
    picture = make_picture(width=900, height=600)
    base = renditions.base_url(picture)
    assert client.get(f"{base}whole-333.webp")["Location"] == f"{base}whole-360.webp"
    assert client.get(f"{base}whole-9000.avif")["Location"] == f"{base}whole-900.avif"
    for nonsense in ("x.jpg", "whole-720.png", "whole-.jpg", "whole-٣٦٠.jpg", "card-1200.avif.php", "..", "%00.jpg"):
        assert client.get(f"{base}{nonsense}").status_code in (301, 400, 404), nonsense


def test_a_deleted_picture_is_gone_and_one_that_never_was_is_not_found(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture()
    address, url, original = picture.get_absolute_url(), picture.url, picture.original.name
    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()
    assert client.get(address).status_code == client.get(url).status_code == 410
    assert not storages["originals"].exists(original)
    assert not default_storage.exists(url.removeprefix("/media/"))
    assert client.get("/picture/abcdefghijkm/").status_code == 404
    assert client.get("/media/pictures/abcdefghijkm/000000000000/whole-360.jpg").status_code == 404


def test_a_picture_of_one_pixel_comes_out(client):
    picture = make_picture(width=1, height=1)
    for shape in renditions.FORMS:
        assert image_at(client, picture.rendition(shape).url).size == (1, 1)


def test_a_panorama_comes_out(client):
    picture = make_picture(width=20_000, height=10)
    assert image_at(client, picture.url).size == (1440, 1)
    assert picture.rendition("1x1").height == 10


def test_transparent_parts_are_paper_in_a_jpeg_and_stay_transparent_elsewhere(client):
    picture = Picture()
    picture.receive(make_upload("a.png", make_image(20, 20, "PNG", alpha=True, color=(255, 0, 0, 0))))
    picture.save()
    assert image_at(client, picture.url).convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    for suffix in ("webp", "avif"):
        assert image_at(client, picture.rendition().url_of(20, suffix)).convert("RGBA").getpixel((5, 5))[3] == 0


def test_sixteen_bits_of_grey_stay_grey(client):
    buffer = io.BytesIO()
    Image.new("I;16", (20, 20), 0x8000).save(buffer, "PNG")
    picture = Picture()
    picture.receive(make_upload("grey.png", buffer.getvalue()))
    picture.save()
    assert abs(image_at(client, picture.url).convert("L").getpixel((5, 5)) - 128) < 4


def test_animations_move_for_a_few_seconds_and_only_for_those_who_want_them(client):
    stills = [Image.new("RGB", (60, 40), colour) for colour in ("red", "lime", "blue")]
    buffer = io.BytesIO()
    stills[0].save(buffer, "GIF", save_all=True, append_images=stills[1:], duration=500, loop=0)
    picture = Picture()
    picture.receive(make_upload("dance.gif", buffer.getvalue()))
    picture.save()
    assert picture.frames == 3
    moving = image_at(client, f"{renditions.base_url(picture)}animated-60.webp")
    assert (moving.n_frames, moving.info["loop"]) == (3, 3)
    assert getattr(image_at(client, picture.url), "n_frames", 1) == 1


@pytest.mark.parametrize("name", ["中" * 200 + ".jpg", "é" * 150 + ".jpg", "n" * 300, "  ", "...", "a." + "e" * 240])
def test_any_name_of_a_file_can_be_kept(name):
    picture = Picture()
    picture.receive(make_upload(name))
    picture.save()
    stored = picture.original.name.rpartition("/")[2]
    assert len(stored.encode()) <= 255
    assert stored.endswith(".jpeg")


def test_the_original_is_not_public(client, as_alice):
    picture = make_picture(width=400, height=300)
    assert client.get(f"/media/{picture.original.name}").status_code == 404
    assert client.get("/media/../originals/x.jpg").status_code == 404
    assert client.get(picture.original.url).status_code == 404
    assert client.get(picture.preview_url()).status_code == 302
    assert as_alice.get(picture.preview_url()).status_code == 200


def test_half_a_file_is_never_seen_under_its_name(tmp_path, settings):
    class Failing(io.BytesIO):
        def chunks(self):
            yield b"half"
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        default_storage.save("pictures/a/b/whole-360.jpg", Failing())
    assert default_storage.listdir("pictures/a/b") == ([], [])


def test_files_made_at_the_same_time_do_not_mix_up_what_is_written_into_them(django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            picture = make_picture(width=900, height=500, credit="Erin Example")
        for name in made(picture):
            with default_storage.open(f"{renditions.directory(picture)}/{name}") as file:
                assert b"Erin Example" in file.read(), name


def test_a_lost_original_is_said_and_stops_nothing(client, caplog):
    picture = make_picture()
    storages["originals"].delete(picture.original.name)
    make_renditions.call(picture.pk)
    assert f"The original of picture {picture.pk} is not there." in caplog.text
    assert client.get(picture.url).status_code == 404


@pytest.mark.parametrize(
    "error", [TimeoutError("no answer"), EndpointConnectionError(endpoint_url="https://s3.example")]
)
def test_storage_that_does_not_answer_is_asked_again_and_nothing_of_it_is_kept(client, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    picture, recording = make_picture(), make_recording()
    monkeypatch.setattr(type(default_storage), "open", fail, raising=False)
    monkeypatch.setattr(type(storages["originals"]), "open", fail)
    for address in (picture.url, recording.file_url):
        response = client.get(address)
        assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "5", "no-store")
