"""Which queries PostgreSQL plans once for all values, and which for those that they are asked with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import MiddlewareNotUsed
from django.db import connection


@contextmanager
def for_these_values() -> Iterator[None]:
    """Within it each query is planned anew, for its values."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    session = connection.connection
    before, session.prepare_threshold = session.prepare_threshold, None
    try:
        yield
    finally:
        session.prepare_threshold = before


def desk(get_response):
    """Middleware: have the lists of the desk, and of programs with a token, planned for their values.

    They ask for the first of what is rare, such as approved stories in the order of their changes. A plan for any
    status walks in that order through a million published ones.
    """
    if connection.vendor != "postgresql":
        raise MiddlewareNotUsed

    def middleware(request):
        is_desk = request.path_info.startswith("/desk/") or "Authorization" in request.headers
        if request.method not in ("GET", "HEAD") or not is_desk:
            return get_response(request)
        with for_these_values():
            return get_response(request)

    return middleware
