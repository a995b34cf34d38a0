import struct
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import recordings
from tests.articles.sounds import CAPTIONS, flac, mp3, mp4, opus, wav, webm


def upload(content):
    return SimpleUploadedFile("whatever.txt", content)


def refusal(content):
    with pytest.raises(recordings.UnreadableRecording) as raised:
        recordings.read(upload(content))
    return str(raised.value)


TAG = b"ID3\x04\0\0" + bytes([0, 0, 1, 0]) + b"\0" * 128


@pytest.mark.parametrize(
    ("content", "content_type", "seconds"),
    [
        (wav(seconds=2), "audio/wav", 2),
        (mp3(frames=115), "audio/mpeg", 3),
        (TAG + mp3(frames=115), "audio/mpeg", 3),
        (flac(seconds=3), "audio/flac", 3),
        (opus(seconds=3), "audio/ogg", 3),
        (mp4((b"soun", b"mp4a"), seconds=4), "audio/mp4", 4),
        (mp4(seconds=4), "video/mp4", 4),
        (webm(kind=1), "video/webm", 5),
        (webm(kind=2), "audio/webm", 5),
    ],
)
def test_tells_what_a_file_is_by_its_content(content, content_type, seconds):
    found = recordings.read(upload(content))
    assert (found.content_type, found.seconds) == (content_type, seconds)
    assert found.kind == content_type.partition("/")[0]


@pytest.mark.parametrize("content", [mp4(), webm()])
def test_knows_how_large_a_film_is(content):
    found = recordings.read(upload(content))
    assert (found.width, found.height) == (640, 360)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Just words, and a few more of them.", "no recording"),
        (b"RIFF\0\0\0\0AVI LIST" + b"\0" * 50, "AVI film"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + b"\0" * 50, "Windows Media"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "picture"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "web page"),
        (b"MZ\x90\0" + b"\0" * 100, "program"),
        (mp4(brand=b"qt  "), "QuickTime"),
        (mp4((b"vide", b"apch")), "browsers do not play"),
        (mp4((b"text", b"tx3g")), "neither sound nor a film"),
        (webm(doctype=b"matroska"), "Matroska"),
        (wav().replace(struct.pack("<IH", 16, 1), struct.pack("<IH", 16, 85)), "browsers do not play"),
        (wav()[:-100], "ends before"),
        (mp4()[:-50], "ends before"),
        (webm()[:-5], "ends before"),
        (flac()[:20], "ends before"),
        (b"ID3\x04\0\0\0\0\x7f\x7f" + b"\0" * 200, "damaged"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(content, words):
    assert words in refusal(content)


def test_refuses_what_is_too_large_before_reading_it(monkeypatch):
    monkeypatch.setattr(recordings, "MAX_BYTES", {"audio": 1000, "video": 2_000_000})
    assert "a sound file may have" in refusal(wav())
    recordings.read(upload(mp4()))


def test_looks_into_no_file_for_ever():
    boxes = struct.pack(">I4s", 8, b"free") * (recordings.MAX_LOOKS + 10)
    assert "damaged" in refusal(struct.pack(">I4s4s", 12, b"ftyp", b"isom") + boxes)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_anything_is_read_or_refused_in_words(data):
    content = bytearray(data.draw(st.sampled_from([wav(), mp3(), flac(), opus(), mp4(), webm(), TAG + mp3()])))
    for place in data.draw(st.lists(st.integers(0, min(len(content), 600) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(recordings.UnreadableRecording):
        found = recordings.read(upload(bytes(content[: data.draw(st.integers(0, len(content)))])))
        assert found.suffix
        assert found.seconds is None or 0 < found.seconds < 2**31


def test_captions_are_webvtt():
    assert recordings.read_captions(upload(CAPTIONS))
    assert recordings.read_captions(upload(b"\xef\xbb\xbf" + CAPTIONS))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1\n00:00:00,000 --> 00:00:01,000\nHello\n", "SubRip"),
        (b"Hello", "begins with the word WEBVTT"),
        (b"WEBVTT\n\nNothing said", "no caption"),
        (CAPTIONS + b"\xff", "UTF-8"),
        (CAPTIONS + b"\0", "WebVTT"),
        (b"", "WEBVTT"),
    ],
)
def test_what_are_no_captions_is_refused_in_words(content, words):
    with pytest.raises(recordings.UnreadableRecording, match=words):
        recordings.read_captions(upload(content))
