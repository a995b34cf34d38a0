"""Pages that belong to one visitor."""

from functools import wraps

from django.views.decorators.cache import never_cache


def private(view):
    """Mark a page as one visitor's: neither caches nor search engines keep it."""

    @wraps(view)
    @never_cache
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


def retry_later(response):
    """Say when to try again, where too much came from one network within an hour."""
    if response.status_code == 429:
        response["Retry-After"] = 3600
    return response
