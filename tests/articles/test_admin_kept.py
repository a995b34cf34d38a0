import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Document, Picture, Recording
from tests.articles.desk_forms import read, send, words
from tests.articles.sounds import CAPTIONS, make_document, make_recording, mp3, mp4, pdf, wav
from tests.factories import make_article, make_page

RECORDINGS, DOCUMENTS = "/desk/articles/recording/", "/desk/articles/document/"


def add(client, address, **changes):
    form = f"{address.rstrip('/').rpartition('/')[2]}_form"
    fields, _ = read(client.get(f"{address}add/"), form)
    return client.post(f"{address}add/", {**fields, "title": "The bell", "_save": "1", **changes})


def file(content, name="whatever.txt"):
    return SimpleUploadedFile(name, content)


def embedded(thing):
    return f'<p class="embed"><a href="{thing.get_absolute_url()}">Hear</a></p>'


def test_a_sound_is_taken_in(as_walter, walter):
    response = add(as_walter, RECORDINGS, file=file(wav()), captions=file(CAPTIONS), transcript="<p>A bell.</p>")
    assert response.status_code == 302
    recording = Recording.objects.get()
    assert (recording.kind, recording.content_type, recording.seconds) == ("audio", "audio/wav", 2)
    assert (recording.size, recording.uploaded_by) == (len(wav()), walter)
    assert recording.captions.name.endswith(".vtt")


def test_a_film_at_a_provider_is_taken_in(as_alice):
    address = "https://www.youtube.com/watch?v=jNQXAC9IVRw"
    assert add(as_alice, RECORDINGS, provider_url=address, seconds="19").status_code == 302
    recording = Recording.objects.get()
    assert (recording.kind, recording.seconds, recording.player.provider) == ("video", 19, "YouTube")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Choose a file, or give an address at a provider."),
        ({"file": b"Just words and more of them"}, "no recording that browsers play"),
        ({"file": wav()[:-9]}, "ends before"),
        ({"file": wav(), "provider_url": "https://vimeo.com/76979871"}, "give one of them"),
        ({"provider_url": "https://video.example/1"}, "No player is known for this address."),
        ({"file": wav(), "captions": b"Hello"}, "begins with the word WEBVTT"),
        ({"file": wav(), "usable_from_0": "2026-01-02", "usable_from_1": "10:00",
          "usable_until_0": "2026-01-01", "usable_until_1": "10:00"}, "The rights end after they begin."),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_refused_in_words(as_alice, changes, expected):
    sent = {name: file(value) if isinstance(value, bytes) else value for name, value in changes.items()}
    response = add(as_alice, RECORDINGS, transcript="<p>Kept words</p>", **sent)
    assert response.status_code == 200
    assert expected in words(response)
    assert "Kept words" in response.content.decode()
    assert not Recording.objects.exists()


def test_a_file_is_replaced_and_captions_removed(as_alice):
    recording = make_recording(captions=CAPTIONS)
    address = recording.get_absolute_url()
    changes = {"file": file(mp3(frames=400)), "captions-clear": "on"}
    response = send(as_alice, f"{RECORDINGS}{recording.pk}/change/", "recording_form", **changes)
    assert response.status_code == 302
    recording.refresh_from_db()
    assert (recording.content_type, recording.seconds, recording.captions.name) == ("audio/mpeg", 10, "")
    assert recording.get_absolute_url() == address


def test_saving_words_keeps_the_file(as_alice):
    recording = make_recording(mp4(), captions=CAPTIONS)
    names = recording.kept_files()
    send(as_alice, f"{RECORDINGS}{recording.pk}/change/", "recording_form", title="Another title")
    recording.refresh_from_db()
    assert (recording.title, recording.kept_files()) == ("Another title", names)
    assert (recording.kind, recording.width, recording.size) == ("video", 640, len(mp4()))


def test_a_document_is_taken_in_with_its_cover(as_walter, walter):
    response = add(as_walter, DOCUMENTS, file=file(pdf(3)), title="The list", credit="Erin", licence="CC BY 4.0")
    assert response.status_code == 302
    document = Document.objects.get()
    assert (document.pages, document.size, document.uploaded_by) == (3, len(pdf(3)), walter)
    assert (document.cover.title, document.cover.credit, document.cover.uploaded_by) == ("The list", "Erin", walter)
    assert document.cover.alt == "First page of “The list”"


def test_the_same_document_twice_has_one_cover(as_alice):
    add(as_alice, DOCUMENTS, file=file(pdf()))
    add(as_alice, DOCUMENTS, file=file(pdf()))
    assert Document.objects.count() == 2
    assert Picture.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "Choose a file."), (b"words", "not a PDF"), (pdf()[:-30], "ends before")]
)
def test_what_is_no_document_is_refused_in_words(as_alice, content, expected):
    response = add(as_alice, DOCUMENTS, summary="Kept words", **({"file": file(content)} if content else {}))
    assert expected in words(response)
    assert "Kept words" in words(response)
    assert not Document.objects.exists()


def test_the_form_says_the_address_and_where_it_is_used(as_alice):
    recording = make_recording()
    make_article("The bell is back", body=embedded(recording))
    make_page("About bells", body=embedded(recording))
    said = words(as_alice.get(f"{RECORDINGS}{recording.pk}/change/"))
    assert f"/recording/{recording.key}/" in said
    assert "The bell is back" in said
    assert "About bells" in said


def test_writers_see_no_drafts_of_others_there(as_walter):
    recording = make_recording()
    make_article("A secret story", body=embedded(recording), published=False)
    assert "A secret story" not in words(as_walter.get(f"{RECORDINGS}{recording.pk}/change/"))


def test_lists_cost_the_same_however_long(as_alice, django_assert_max_num_queries):
    for _ in range(5):
        recording, document = make_recording(), make_document()
        make_article(body=embedded(recording) + embedded(document))
    with django_assert_max_num_queries(10):
        said = words(as_alice.get(RECORDINGS))
    assert "Audio, WAV" in said
    assert "1 text" in said
    with django_assert_max_num_queries(10):
        assert "1 text" in words(as_alice.get(DOCUMENTS))


@pytest.mark.parametrize(("make", "address"), [(make_recording, RECORDINGS), (make_document, DOCUMENTS)])
def test_what_is_used_is_not_deleted(as_alice, make, address):
    thing = make()
    make_article("The bell is back", body=embedded(thing))
    said = words(as_alice.get(f"{address}{thing.pk}/delete/"))
    assert "Text of The bell is back" in said
    as_alice.post(f"{address}{thing.pk}/delete/", {"post": "yes"})
    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_what_is_not_used_is_deleted(as_alice):
    recording = make_recording()
    as_alice.post(f"{RECORDINGS}{recording.pk}/delete/", {"post": "yes"})
    assert not Recording.objects.exists()
    assert as_alice.get(f"/recording/{recording.key}/").status_code == 410


def test_moderators_have_nothing_there(as_bob):
    assert as_bob.get(RECORDINGS).status_code == 403
    assert as_bob.get(DOCUMENTS).status_code == 403
