import io
import resource

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from articles import documents
from tests.articles.sounds import laughing, pdf

ENCRYPTED = b"/Encrypt<</Filter/Standard/V 1/R 2/O(%s)/U(%s)/P -4>>/ID[(aaaaaaaaaaaaaaaa)(aaaaaaaaaaaaaaaa)]" % (
    b"x" * 32, b"y" * 32,
)  # fmt: skip


def upload(content):
    return SimpleUploadedFile("whatever.txt", content)


def test_counts_pages_and_draws_the_first():
    found = documents.read(upload(pdf(12)))
    assert found.pages == 12
    with Image.open(io.BytesIO(found.first_page)) as page:
        assert page.size == (1131, 1600)
        assert page.getpixel((300, 1300)) == (51, 102, 153)


@pytest.mark.parametrize("box", [b"[0 0 1000000000 1000000000]", b"[0 0 14400 1]", b"[0 0 nan inf]", b"[0 0 0 0]"])
def test_no_size_of_a_page_is_too_much(box):
    assert documents.read(upload(pdf(box=box))).pages == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<h1>No</h1>", "not a PDF"),
        (pdf()[:-40], "ends before"),
        (b"%PDF-1.7\njunk %%EOF", "cannot be read"),
        (pdf(trailer=ENCRYPTED), "password"),
        (pdf(documents.MAX_PAGES + 1), "at most 5,000"),
    ],
)
def test_what_is_no_readable_pdf_is_refused_in_words(content, words):
    with pytest.raises(documents.UnreadableDocument, match=words):
        documents.read(upload(content))


def test_a_page_that_is_drawn_for_ever_is_refused_soon():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(documents.UnreadableDocument, match="too long to draw"):
        documents.read(upload(laughing()))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3  # seconds of work, however long


def test_refuses_what_is_too_large_before_reading_it(monkeypatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 100)
    with pytest.raises(documents.UnreadableDocument, match="MB can be taken"):
        documents.read(upload(pdf()))
