"""Text goes out compressed, and says that it does."""

import gzip

import brotli
import pytest
from django.http import FileResponse, HttpResponse

from newsroom.compression import compress
from newsroom.pagestore.wrapper import KEEPING

PAGE = "<!DOCTYPE html><title>Tide</title>" + "<p>The river is up again.</p>" * 200


@pytest.mark.parametrize(("coding", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_page_comes_compressed(db, client, coding, read):
    plain = client.get("/")
    packed = client.get("/", headers={"accept-encoding": coding})
    assert packed["Content-Encoding"] == coding
    assert packed["Content-Length"] == str(len(packed.content))
    assert len(packed.content) < len(plain.content) / 2
    assert read(packed.content) == plain.content
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]
    assert "Accept-Encoding" in packed["Vary"]


def test_a_compressed_page_is_asked_for_again_by_its_tag(db, client):
    tag = client.get("/", headers={"accept-encoding": "br"})["ETag"]
    assert tag.startswith("W/")
    again = client.get("/", headers={"accept-encoding": "br", "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("short", content_type="text/plain"),
        HttpResponse(b"\x89PNG" * 500, content_type="image/png"),
        HttpResponse(PAGE, headers={"Content-Encoding": "gzip"}),
        FileResponse(iter([PAGE.encode()]), content_type="text/vtt"),
    ],
    ids=["short", "a picture", "compressed already", "a file"],
)
def test_the_rest_goes_out_as_it_is(rf, response):
    before = response.get("Content-Encoding")
    sent = compress(lambda request: response)(rf.get("/", headers={"accept-encoding": "br"}))
    assert sent.get("Content-Encoding") == before


def test_what_is_kept_is_left_to_the_store(rf):
    def kept(request):
        return HttpResponse(PAGE, headers={"Surrogate-Key": "front"})

    request = rf.get("/", headers={"accept-encoding": "br"})
    assert compress(kept)(request)["Content-Encoding"] == "br"
    request.META[KEEPING] = True
    assert "Content-Encoding" not in compress(kept)(request)
    assert compress(lambda request: HttpResponse(PAGE))(request)["Content-Encoding"] == "br"
