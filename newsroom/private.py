"""Pages that belong to one visitor."""

from functools import wraps

from django.views.decorators.csrf import csrf_exempt


def private(view):
    """Mark a page as one visitor's: no cache keeps it, no search engine lists it."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return wrapped


def behind_a_link(view):
    """Mark a private page whose address is its key: nobody else has it, so its forms need no session and no token.

    The address is named to no other site. With `no-referrer` browsers name no origin either.
    """

    @wraps(view)
    @csrf_exempt
    @private
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped
