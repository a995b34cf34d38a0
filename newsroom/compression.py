"""Send text compressed to whoever takes it: all but kept pages, which their store compresses once."""

import gzip
import re

import brotli
from django.utils.cache import patch_vary_headers

from newsroom.pagestore.page import BROTLI_QUALITY, GZIP_LEVEL, preferred
from newsroom.pagestore.wrapper import KEEPING

SMALLEST = 500  # bytes; below that the headers weigh more than what is saved
TEXT = re.compile(r"text/|application/(.+\+)?(json|xml|javascript)\b|image/svg\+xml", re.IGNORECASE)
CODINGS = {
    "br": lambda content: brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    "gzip": lambda content: gzip.compress(content, GZIP_LEVEL, mtime=0),
}


def compress(get_response):
    """Compress what is text and not compressed yet. Streamed answers, which are files, go out as they are.

    Tokens in forms are masked anew for each answer, so that the length of an answer tells nothing of them.
    """

    def middleware(request):
        response = get_response(request)
        if is_worth_it(response) and not (KEEPING in request.META and response.has_header("Surrogate-Key")):
            patch_vary_headers(response, ["Accept-Encoding"])
            if coding := preferred(request.headers.get("Accept-Encoding", "")):
                _send_as(response, coding)
        return response

    return middleware


def is_worth_it(response):
    return (
        not response.streaming
        and len(response.content) >= SMALLEST
        and not response.has_header("Content-Encoding")
        and TEXT.match(response.get("Content-Type", "")) is not None
    )


def _send_as(response, coding):
    response.content = CODINGS[coding](response.content)
    response["Content-Encoding"] = coding
    response["Content-Length"] = str(len(response.content))
    etag = response.get("ETag", "")
    if etag.startswith('"'):
        response["ETag"] = f"W/{etag}"  # the same page, but not the same bytes
