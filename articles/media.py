"""The files that readers get, each after asking whether it may still be shown."""

import logging
from datetime import timedelta

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from articles import renditions
from articles.models import FormerAddress, Picture
from newsroom.storage import UNREACHABLE, come_back, content_of

A_YEAR = timedelta(days=365)
# Whatever a browser makes of a file, it cannot run.
POLICY = "default-src 'none'; sandbox"

logger = logging.getLogger(__name__)


@require_safe
def reference(request, key):
    """Lead from the address by which texts refer to a picture to a file of it."""
    picture = find(key)
    shown = picture and picture.shown()
    if shown:
        return _lead_to(shown, shown.rendition().name_of(shown.rendition().width, "jpg"))
    if picture and request.user.has_perm("articles.view_picture"):  # editors see what readers no longer do
        response = HttpResponseRedirect(picture.preview_url())
        response["Cache-Control"] = "private, no-store"
        return response
    return not_shown(request, f"/picture/{key}/", picture)


@require_safe
def rendition(request, key, version, name):
    """Answer with a rendition. Its name changes with its content, so it may be kept as long as it may be shown.

    An earlier version leads to the present one, a picture whose rights have ended to what stands in for it.
    """
    picture = find(key)
    shown = picture and picture.shown()
    if shown is None:
        return not_shown(request, f"/picture/{key}/", picture)
    if shown != picture:
        return _lead_to(shown, renditions.nearest(shown, name))
    known = name in {file.name for file in renditions.files(picture)}
    if version != picture.version or not known:
        if not known and version == picture.version and not renditions.looks_like_one(name):
            raise Http404("There is no such file.")
        response = HttpResponsePermanentRedirect(renditions.base_url(picture) + renditions.nearest(picture, name))
        response["Cache-Control"] = "public, max-age=3600"
        return response
    etag = f'"{picture.key}-{version}-{name}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            with renditions.open_file(picture, name) as file:
                content_type = renditions.CONTENT_TYPES[name.rpartition(".")[2]]
                response = HttpResponse(content_of(file), content_type=content_type)
        except FileNotFoundError as error:
            logger.error("The original of picture %s is lost.", picture.pk)
            raise Http404("There is no such file.") from error
        except UNREACHABLE as error:
            logger.error("A file of picture %s cannot be read: %s", picture.pk, error)
            return come_back()
    response["ETag"] = etag
    return response if response.status_code == 412 else as_file(response, picture.usable_until)


def find(key):
    return Picture.objects.with_fallback().filter(key=key).first()


def _lead_to(picture, name):
    """Redirect for now: what is shown may be another tomorrow."""
    response = HttpResponseRedirect(renditions.base_url(picture) + name)
    response["Cache-Control"] = "public, no-cache"
    return response


def not_shown(request, address, thing):
    """Answer for what may not be shown: 410 where its right ended or it was deleted, 404 where nothing was issued."""
    if thing:
        is_gone = thing.usable_until is not None and thing.usable_until <= timezone.now()
    else:
        is_gone = FormerAddress.objects.filter(path=address).exists()
    if not is_gone:
        raise Http404("There is no such file.")
    response = render(request, "410.html", {"noindex": True}, status=410)
    response["Cache-Control"] = "public, no-cache"
    return response


def as_file(response, until=None):
    """Let caches keep a file for a year, or until the moment after which it may no longer be shown."""
    if until is None:
        response["Cache-Control"] = f"public, max-age={A_YEAR.total_seconds():.0f}, immutable"
    else:
        seconds = max(0, int((min(until, timezone.now() + A_YEAR) - timezone.now()).total_seconds()))
        response["Cache-Control"] = f"public, max-age={seconds}"
    response["Content-Security-Policy"] = POLICY
    return response
