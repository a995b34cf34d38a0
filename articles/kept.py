"""The pages and files of recordings and documents, each after asking whether it may still be shown."""

import logging
import re
import threading
from urllib.parse import unquote

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.views.decorators.http import require_safe

from articles import page_keys
from articles.media import as_file, not_shown
from articles.models import Article, Document, Recording
from articles.models.recording import files
from newsroom.pagestore import public
from newsroom.storage import UNREACHABLE, come_back

# Bytes that the server takes over at once. While a slow reader has more to come, a thread waits for that reader.
CHUNK = 1024 * 1024
# Whole files under way to readers who may be slow, in one process: the other threads stay with those who read pages.
SENDERS = threading.BoundedSemaphore(2)
STORIES = 5  # named on the page of what they hold
# A page of the browser's own shows the file, with styles of its own; whatever the file is, it runs nothing of ours.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "img-src 'self'",
        "media-src 'self'",
        "object-src 'self'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'none'",
    ]
)

logger = logging.getLogger(__name__)
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))", re.ASCII)


@public
def recording(request, key):
    recording = Recording.objects.select_related("poster__fallback").filter(key=key).first()
    return _page(request, recording, f"/recording/{key}/", "articles/recording.html")


@public
def document(request, key):
    document = Document.objects.select_related("cover__fallback").filter(key=key).first()
    return _page(request, document, f"/document/{key}/", "articles/document.html")


def _page(request, thing, address, template):
    if thing is None or not thing.is_usable():
        return not_shown(request, address, thing)
    stories = Article.objects.published().filter(**{f"attachments__{thing._meta.model_name}": thing}).newest_first()
    return page_keys.rendered(
        request,
        template,
        {"thing": thing, "stories": list(stories[:STORIES]), "canonical": request.build_absolute_uri(address)},
        keys=[page_keys.holding(thing.key)],
    )


@require_safe
def recording_file(request, key, version, name):
    recording = Recording.objects.filter(key=key).exclude(file="").first()
    return _file(request, recording, f"/recording/{key}/", "file", recording and recording.content_type, version, name)


@require_safe
def captions(request, key, version, name):
    recording = Recording.objects.filter(key=key).exclude(captions="").first()
    return _file(request, recording, f"/recording/{key}/", "captions", "text/vtt; charset=utf-8", version, name)


@require_safe
def document_file(request, key, version, name):
    document = Document.objects.filter(key=key).first()
    return _file(request, document, f"/document/{key}/", "file", "application/pdf", version, name)


def _file(request, thing, address, field, content_type, version, name):
    """Answer with a file. Its address changes with its content; an earlier one leads to the present one."""
    if thing is None or not thing.is_usable():
        return not_shown(request, address, thing)
    present = getattr(thing, f"{field}_url")
    if not unquote(present).endswith(f"/{version}/{name}"):
        response = HttpResponsePermanentRedirect(present)
        response["Cache-Control"] = "public, max-age=3600"
        return response
    try:
        file = files().open(getattr(thing, field).name)
    except FileNotFoundError as error:
        logger.error("The file of %s is lost.", address)
        raise Http404("There is no such file.") from error
    except UNREACHABLE as error:
        logger.error("The file of %s cannot be read: %s", address, error)
        return come_back()
    response = part_of(request, file, content_type, f'"{thing.key}-{version}"')
    if response.status_code not in (416, 503):
        response = as_file(response, thing.usable_until)
        response["Content-Security-Policy"] = POLICY
    return response


# -- parts of files


def part_of(request, file, content_type, etag):
    """Answer with the file, or the one part of it that was asked for; it is closed with the answer."""
    size = file.size
    start, end, status = 0, size, 200
    takes_parts = request.method == "GET" and request.headers.get("If-Range", etag) == etag
    if takes_parts and (part := _part_in(request.headers.get("Range", ""), size)):
        (start, end), status = part, 206
        # A player that is full or paused reads no further: it gets a chunk, and asks for the next when it needs it.
        if request.headers.get("Sec-Fetch-Dest") in ("audio", "video"):
            end = min(end, start + CHUNK)
    if start >= end > 0:
        file.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(content_type=content_type)
    elif end - start > CHUNK and not SENDERS.acquire(blocking=False):
        file.close()
        response = HttpResponse("Too many are fetching files. Try again in a moment.", status=503)
        response["Retry-After"] = "5"
        return response
    else:
        response = StreamingHttpResponse(Part(file, start, end - start), status=status, content_type=content_type)
    response["Content-Length"] = end - start
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _part_in(header, size):
    """Return where the wanted part of a file starts and ends, or None where the whole file answers the request.

    A part that lies outside starts where it ends, or after that. Several parts at once are answered with the whole.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, from_end = (None if number is None else int(number) for number in found.groups())
    if first is None:
        return max(0, size - from_end), size
    if last is not None and last < first:
        return None
    return first, size if last is None else min(last + 1, size)


class Part:
    """So many bytes of an open file, piece by piece."""

    def __init__(self, file, start, length):
        self.file, self.start, self.length = file, start, length
        self.is_sender = length > CHUNK

    def __iter__(self):
        if hasattr(self.file, "obj"):  # on S3, where reading a file would begin with fetching the whole of it
            wanted = f"bytes={self.start}-{self.start + self.length - 1}"
            yield from self.file.obj.get(Range=wanted)["Body"].iter_chunks(CHUNK)
            return
        self.file.seek(self.start)
        left = self.length
        while left > 0 and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self):
        self.file.close()
        if self.is_sender:
            self.is_sender = False
            SENDERS.release()
