"""Who asks: a program of somebody at the desk, by the token in the Authorization header."""

from functools import wraps

from django.core.cache import caches

from articles import tokens
from articles.api.answering import Refused, as_json
from articles.readers import is_flood

ASKED = 600, 60  # requests of one token in so many seconds
REFUSED = 30, 600  # wrong tokens from one network in so many seconds, after which it is told to wait
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="desk"'}


def bearer(request):
    """Return the token that a request came with. Raises Refused.

    A token that holds is never kept waiting for what others try: its digest is looked up first.
    """
    header = request.headers.get("Authorization", "")
    scheme, _, text = header.partition(" ")
    if not header:
        raise Refused(401, "This is for those at the desk. Send a token: Authorization: Bearer TOKEN.", CHALLENGE)
    token = tokens.found(text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        if is_flood(request, "api-token", *REFUSED):
            raise Refused(429, "Too many wrong tokens came from your network.", {"Retry-After": str(REFUSED[1])})
        challenge = {"WWW-Authenticate": f'{CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'}
        raise Refused(401, "This token is none, has expired or was revoked. Make one at your profile.", challenge)
    if _asks_too_often(token):
        raise Refused(429, f"At most {ASKED[0]} requests in a minute.", {"Retry-After": str(ASKED[1])})
    tokens.note_use(token)
    return token


def _asks_too_often(token):
    cache, key = caches["readers"], f"articles.api.{token.pk}"
    cache.add(key, 0, ASKED[1])
    try:
        return cache.incr(key) > ASKED[0]
    except ValueError:  # forgotten between the two
        return False


def desk(view):
    """Mark what a view returns as one person's: it gets the token, and nobody keeps the answer."""

    @wraps(view)
    def wrapped(request, **arguments):
        token = bearer(request)
        answer = view(request, token, **arguments)
        return answer if hasattr(answer, "status_code") else as_json(answer)

    return wrapped
