"""Recordings and documents as readers get them: in texts, on pages of their own, and their files."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from moto import mock_aws
from storages.backends.s3 import S3File

from articles.kept import CHUNK
from articles.models import Attachment, Recording
from articles.rendering import render
from newsroom.html import clean
from tests.articles.desk_forms import words
from tests.articles.sounds import CAPTIONS, make_document, make_recording, mp3, mp4, pdf, wav
from tests.factories import make_article, make_page, make_picture

pytestmark = pytest.mark.django_db


def embed(thing, title="To <hear>", site=""):
    title = title.replace("<", "&lt;").replace(">", "&gt;")
    return clean(f'<p class="embed"><a href="{site}{thing.get_absolute_url()}">{title}</a></p>')


def yesterday():
    return timezone.now() - timedelta(days=1)


def tomorrow():
    return timezone.now() + timedelta(days=1)


def whole(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


# -- in a text


def test_a_sound_loads_nothing_before_it_is_played():
    recording = make_recording(captions=CAPTIONS, transcript="<h2>One</h2><p>A bell rings.</p>", language="fr")
    html = render(embed(recording)).html
    assert '<audio controls preload="none" aria-label="To &lt;hear&gt;" data-captions>' in html
    assert f'<source src="{recording.file_url}"' in html
    assert f'<track kind="captions" src="{recording.captions_url}" srclang="fr" label="français">' in html
    assert "Audio, " in html
    assert "0:02" in html
    assert "Erin Example" in html
    assert "<summary>Transcript</summary>" in html
    assert '<div lang="fr" dir="ltr"><h2>One</h2><p>A bell rings.</p></div>' in html
    assert f'<a href="{recording.file_url}" download>' in html
    assert "iframe" not in html


def test_a_film_has_its_size_and_poster():
    recording = make_recording(mp4(), captions=CAPTIONS, poster=make_picture(width=1600, height=900))
    html = render(embed(recording)).html
    poster = re.search(r'<video controls preload="none" playsinline poster="([^"]*)" width="640" height="360"', html)[1]
    assert poster.endswith("-720.jpg")
    assert " default></video>" in html


def test_a_poster_without_rights_is_not_shown():
    recording = make_recording(mp4(), poster=make_picture(usable_until=yesterday()))
    assert "poster=" not in render(embed(recording)).html


def test_a_recording_at_a_provider_waits_for_a_press(client):
    recording = make_recording(
        provider_url="https://soundcloud.com/erin/the-bell", transcript="<p>A bell.</p>", poster=make_picture()
    )
    html = render(embed(recording)).html
    assert recording.kind == "audio"
    assert 'data-embed-src="https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Ferin%2Fthe-bell' in html
    assert '<a class="player__title" href="https://soundcloud.com/erin/the-bell" rel="noopener">' in html
    assert "Audio on SoundCloud" in html
    assert "A bell." in html
    assert "<picture>" in html
    assert "iframe" not in html
    assert client.get(recording.get_absolute_url()).status_code == 200


def test_a_document_is_a_card_with_its_first_page():
    document = make_document(summary="What it says.")
    html = render(embed(document)).html
    assert f'<a href="{document.get_absolute_url()}">To &lt;hear&gt;</a>' in html
    assert document.cover.url in html
    assert ' alt=""' in html
    assert "What it says." in html
    assert "12 pages" in html


def test_many_cost_one_query_of_each_kind(django_assert_num_queries):
    body = "".join(embed(thing) for _ in range(3) for thing in (make_recording(), make_document()))
    with django_assert_num_queries(2):
        render(body)


def test_feeds_link_to_them():
    recording = make_recording()
    html = render(embed(recording), base="https://news.example/2026/").html
    assert html == f'<p><a href="https://news.example{recording.get_absolute_url()}">To &lt;hear&gt;</a></p>'


def test_feeds_enclose_the_first_sound(client):
    sound, film, lost = make_recording(mp3()), make_recording(mp4()), make_recording(usable_until=yesterday())
    make_article(body=embed(film) + embed(lost) + embed(sound))
    url = f"http://testserver{sound.file_url}"
    for feed, element in (("rss", "<enclosure "), ("atom", '<link [^<>]*rel="enclosure"')):
        (found,) = re.findall(f"{element}[^<>]*>", client.get(f"/feed/{feed}/").content.decode())
        assert f'"{url}"' in found
        assert f'length="{sound.size}"' in found
        assert 'type="audio/mpeg"' in found


def test_an_address_of_this_site_in_full_is_known():
    recording = make_recording()
    article = make_article(body=embed(recording, site="https://news.example"))
    assert "<audio" in render(article.body).html
    assert Attachment.objects.get().recording == recording


def test_an_address_of_another_newsroom_stays_a_link():
    body = clean('<p class="embed"><a href="https://other.example/recording/abcdefghijkm/">There</a></p>')
    assert 'href="https://other.example/recording/abcdefghijkm/"' in render(body).html


@pytest.mark.parametrize("base", ["", "https://news.example/"])
@pytest.mark.parametrize("make", [make_recording, make_document])
def test_without_rights_the_title_is_left(make, base):
    gone, early = make(usable_until=yesterday()), make(usable_from=tomorrow())
    for thing in (gone, early):
        assert render(embed(thing), base=base).html == "<p>To &lt;hear&gt;</p>"
    unknown = embed(gone).replace(gone.key, "abcdefghijkm")
    assert render(unknown, base=base).html == "<p>To &lt;hear&gt;</p>"


def test_texts_note_what_they_hold():
    recording, document = make_recording(), make_document()
    article, page = make_article(body=embed(recording) + embed(document)), make_page(body=embed(recording))
    assert set(Attachment.objects.values_list("article", "page", "recording", "document")) == {
        (article.pk, None, recording.pk, None),
        (article.pk, None, None, document.pk),
        (None, page.pk, recording.pk, None),
    }
    article.body = embed(document)
    article.save()
    assert set(recording.attachments.values_list("page", flat=True)) == {page.pk}


# -- pages of their own


def test_a_recording_has_a_page(client):
    recording = make_recording(transcript="<p>A bell rings.</p>")
    article = make_article("The bell is back", body=embed(recording))
    make_article("A draft about bells", body=embed(recording), published=False)
    response = client.get(f"/recording/{recording.key}/")
    assert "The bell" in words(response)
    assert "A bell rings." in words(response)
    assert article.get_absolute_url() in response.content.decode()
    assert "A draft about bells" not in words(response)
    assert "<details" in response.content.decode()


def test_a_document_has_a_page(client):
    document = make_document(summary="What it says.", copyright="© Harbour Office")
    response = client.get(f"/document/{document.key}/")
    for expected in ("What it says.", "© Harbour Office", "PDF, 12 pages", "Open the PDF", "Erin Example"):
        assert expected in words(response)
    assert f'<a class="button button--line" href="{document.file_url}" download>' in response.content.decode()


def test_a_cover_ends_with_its_document(client):
    document = make_document()
    assert client.get(document.cover.url).status_code == 200
    document.usable_until = yesterday()
    document.save()
    assert client.get(document.cover.url).status_code == 410


# -- files


def test_files_are_named_by_content_and_title(client):
    recording = make_recording(mp3(), title="The Bell, at last", captions=CAPTIONS)
    document = make_document()
    for address, content_type, content in (
        (recording.file_url, "audio/mpeg", mp3()),
        (recording.captions_url, "text/vtt; charset=utf-8", CAPTIONS),
        (document.file_url, "application/pdf", pdf(12)),
    ):
        response = client.get(address)
        assert whole(response) == content
        assert response["Content-Type"] == content_type
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "script" not in response["Content-Security-Policy"]
        assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert re.fullmatch(rf"/media/recordings/{recording.key}/\w{{12}}/the-bell-at-last.mp3", recording.file_url)


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, None), ("bytes=-10", -10, None), ("bytes=15990-99999", 15990, None)],
)
def test_a_part_is_answered(client, wanted, start, end):
    recording = make_recording()
    content = wav()
    response = client.get(recording.file_url, headers={"Range": wanted})
    assert response.status_code == 206
    part = content[start : end and end + 1]
    assert whole(response) == part
    assert response["Content-Length"] == str(len(part))
    first = len(content) + start if start < 0 else start
    assert response["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(content)}"


def test_a_player_gets_as_much_as_the_server_takes_over_at_once(client):
    content = wav(seconds=200)
    address = make_recording(content).file_url
    for kind in ("audio", "video"):
        response = client.get(address, headers={"Range": "bytes=8-", "Sec-Fetch-Dest": kind})
        assert whole(response) == content[8 : 8 + CHUNK]
        assert response["Content-Range"] == f"bytes 8-{7 + CHUNK}/{len(content)}"
    # A program that goes on with a broken download takes what comes for all there is.
    assert whole(client.get(address, headers={"Range": "bytes=8-"})) == content[8:]


def test_slow_readers_of_large_files_leave_threads_to_those_of_pages(client):
    address = make_recording(wav(seconds=200)).file_url
    slow = [client.get(address), client.get(address)]
    refused = client.get(address)
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert "immutable" not in refused.headers.get("Cache-Control", "")
    # Players and short parts still get theirs.
    assert client.get(address, headers={"Range": "bytes=0-99"}).status_code == 206
    assert client.get(address, headers={"Range": "bytes=8-", "Sec-Fetch-Dest": "audio"}).status_code == 206
    for response in slow:
        whole(response)
    assert whole(client.get(address)) == wav(seconds=200)


def test_nothing_that_is_still_to_come_is_called_gone(client):
    recording = make_recording(usable_from=tomorrow(), usable_until=tomorrow() + timedelta(days=1))
    picture = make_picture(usable_from=tomorrow(), usable_until=tomorrow() + timedelta(days=1))
    for address in (recording.get_absolute_url(), recording.file_url, picture.get_absolute_url(), picture.url):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=-0"])
def test_a_part_outside_cannot_be_had(client, wanted):
    response = client.get(make_recording().file_url, headers={"Range": wanted})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(wav())}"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=0-1,5-9", "lines=1-2", "bytes=", "bytes=x-", "bytes=-"])
def test_what_is_no_single_part_gets_the_whole(client, wanted):
    response = client.get(make_recording().file_url, headers={"Range": wanted})
    assert response.status_code == 200
    assert whole(response) == wav()


def test_a_part_of_another_version_is_not_mixed_in(client):
    recording = make_recording()
    etag = client.get(recording.file_url)["ETag"]
    for condition, status in ((etag, 206), ('"another"', 200), ("Sun, 22 Nov 2026 19:00:00 GMT", 200)):
        response = client.get(recording.file_url, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert response.status_code == status
    assert client.get(recording.file_url, headers={"If-None-Match": etag}).status_code == 304


def test_head_says_what_would_come(client):
    response = client.head(make_recording().file_url, headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(wav()))
    assert response["Accept-Ranges"] == "bytes"
    assert response.content == b""


def test_caches_keep_a_file_no_longer_than_it_may_be_shown(client):
    recording = make_recording(usable_until=timezone.now() + timedelta(hours=1))
    age = int(client.get(recording.file_url)["Cache-Control"].removeprefix("public, max-age="))
    assert 3500 < age <= 3600


def test_an_earlier_version_leads_to_the_present_one(client, django_capture_on_commit_callbacks):
    recording = make_recording(title="Before")
    before, stored = recording.file_url, recording.file.name
    recording.receive(SimpleUploadedFile("another", mp3()))
    recording.title = "After"
    with django_capture_on_commit_callbacks(execute=True):
        recording.save()
    response = client.get(before)
    assert (response.status_code, response["Location"]) == (301, recording.file_url)
    assert not recording.file.storage.exists(stored)
    assert whole(client.get(recording.file_url)) == mp3()


def test_nothing_is_served_without_rights(client):
    recording = make_recording(captions=CAPTIONS, usable_until=yesterday())
    document = make_document(usable_until=yesterday())
    for address in (
        recording.get_absolute_url(), recording.file_url, recording.captions_url, document.get_absolute_url(),
        document.file_url,
    ):  # fmt: skip
        assert client.get(address).status_code == 410
    assert client.get(make_recording(usable_from=tomorrow()).file_url).status_code == 404


def test_what_was_deleted_is_gone(client, django_capture_on_commit_callbacks):
    recording, document = make_recording(captions=CAPTIONS), make_document()
    addresses = [recording.get_absolute_url(), recording.file_url, document.get_absolute_url(), document.file_url]
    names = [*recording.kept_files(), *document.kept_files()]
    with django_capture_on_commit_callbacks(execute=True):
        recording.delete()
        document.delete()
    assert [client.get(address).status_code for address in addresses] == [410] * 4
    assert len(names) == 3
    assert not any(recording.file.storage.exists(name) for name in names)


@pytest.mark.parametrize("address", ["/recording/nothing/", "/document/x/", "/media/recordings/a/b/c.mp3"])
def test_what_never_was_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_part_comes_from_s3_without_the_rest(client, settings, monkeypatch):
    keys = {"access_key": "an-id", "secret_key": "a-secret", "region_name": "eu-west-1"}
    originals = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**keys, "bucket_name": "northlight"}}
    settings.STORAGES = {**settings.STORAGES, "originals": originals}
    monkeypatch.setattr(Recording.file.field, "storage", storages["originals"])
    with mock_aws():
        storages["originals"].connection.create_bucket(
            Bucket="northlight", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        recording = make_recording()
        monkeypatch.setattr(S3File, "file", property(lambda file: pytest.fail("The whole file was fetched.")))
        response = client.get(recording.file_url, headers={"Range": "bytes=40-49"})
        assert response.status_code == 206
        assert whole(response) == wav()[40:50]
        assert whole(client.get(recording.file_url)) == wav()
