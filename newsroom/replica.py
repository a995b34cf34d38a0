"""Read for pages from a replica of the database, DATABASE_REPLICA_URL, whenever that has all that the database has.

A page that was begun after a change must show it: it is kept, and nothing would purge it again. So the database is
asked how far it has come, and the replica whether it is there too. One that is behind, or does not answer, costs the
database a page and nobody anything else.
"""

import logging
import time
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error, connections

from newsroom.pagestore import as_of_now

PRIMARY, REPLICA = DEFAULT_DB_ALIAS, "replica"
WAIT, PAUSE = 0.01, 0.001  # seconds for which a replica that is nearly there is waited for, and between two looks
# Seconds for which it is left alone: one that failed, and one that is behind.
FAILED, BEHIND = 10.0, 0.2
# What others see has been written down before, unless they do not wait for that.
PLACE = """
SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn()
ELSE pg_current_wal_flush_lsn() END, system_identifier FROM pg_control_system()
"""
# A place means something in the log of one database alone, which the replica must still follow.
IS_THERE = """
SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn AND system_identifier = %s
AND EXISTS (SELECT FROM pg_stat_wal_receiver) FROM pg_control_system()
"""

logger = logging.getLogger(__name__)
_place: ContextVar[str] = ContextVar("where is read from", default=PRIMARY)
_left_alone_until = 0.0


def is_used() -> bool:
    """Whether there is a replica."""
    return REPLICA in settings.DATABASES


def reading():
    """The connection from which to read what a queryset does not."""
    return connections[_read_from()]


class Router:
    """Everything is written to the database, and read there within a transaction."""

    def db_for_read(self, model, **hints):
        return _read_from()

    def db_for_write(self, model, **hints):
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, alias, app_label, **hints):
        return alias == PRIMARY


class FromReplica:
    """Middleware: pages for nobody in particular are made from the replica, if it has everything."""

    def __init__(self, get_response):
        if not is_used():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        if not _is_for_all(request):
            return self.get_response(request)
        with as_of_now():
            chosen = _place.set(REPLICA if has_everything() else PRIMARY)
            try:
                return self.get_response(request) if _place.get() == PRIMARY else self.from_replica(request)
            finally:
                _place.reset(chosen)

    def from_replica(self, request):
        """Make the page anew from the database where the replica failed on the way, even if the page hides it."""
        request.replica_errors = errors = []
        with connections[REPLICA].execute_wrapper(_noting(errors)):
            response = self.get_response(request)
        if errors:
            _failed(errors[0])
            _place.set(PRIMARY)
            response = self.get_response(request)
        return response

    def process_exception(self, request, exception):
        """Do so before anybody calls it an error of the site."""
        if isinstance(exception, Error) and _place.get() == REPLICA:
            request.replica_errors.clear()
            _failed(exception)
            _place.set(PRIMARY)
            view = request.resolver_match
            return view.func(request, *view.args, **view.kwargs)


def has_everything() -> bool:
    """Whether the replica has all that the database has at this moment."""
    global _left_alone_until
    begun = time.monotonic()
    if begun < _left_alone_until:
        return False
    if _left_alone_until > 0:  # one asks whether it is back; the others go on without it
        _left_alone_until = begun + FAILED
    try:
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(PLACE)
            place = cursor.fetchone()
    except Error:  # which the page is going to meet, too
        return False
    try:
        with connections[REPLICA].cursor() as cursor:
            while True:
                cursor.execute(IS_THERE, place)
                if cursor.fetchone()[0]:
                    _left_alone_until = 0
                    return True
                if time.monotonic() - begun > WAIT:
                    _left_alone_until = time.monotonic() + BEHIND
                    return False
                time.sleep(PAUSE)
    except Error as error:
        _failed(error)
        return False


def _read_from():
    return PRIMARY if connections[PRIMARY].in_atomic_block else _place.get()


def _is_for_all(request):
    return (
        request.method in ("GET", "HEAD")
        and not request.path_info.startswith(settings.PAGE_STORE_NEVER)
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
    )


def _noting(errors):
    def wrapper(execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except Error as error:
            errors.append(error)
            raise

    return wrapper


def _failed(error):
    global _left_alone_until
    _left_alone_until = time.monotonic() + FAILED
    logger.error("The replica failed and is passed by: %s", error)
