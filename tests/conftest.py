import gc
import hashlib
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from copy import copy
from datetime import UTC

import django
import pytest
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection, connections, transaction
from django.template import RequestContext
from django.test import Client
from django.test.utils import CaptureQueriesContext, ContextList
from hypothesis import settings as hypothesis

from articles import working_copies
from articles.models import Document, Picture, Recording
from newsroom import pagestore, pieces
from tests.factories import make_user

CACHES, REDIS_URL = configured.CACHES, configured.REDIS_URL
IMMEDIATELY = f"{'django.tasks' if django.VERSION >= (6, 0) else 'django_tasks'}.backends.immediate.ImmediateBackend"

# The same examples in every run of CI, so that what fails it is the change; at the desk new ones are tried each time.
hypothesis.register_profile("ci", derandomize=True)
if "CI" in os.environ:
    hypothesis.load_profile("ci")


def pytest_collection_finish(session):
    """Leave out what is there from the start when looking for rubbish, and look less often: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session")
def schema(request):
    """The file that keeps the migrated schema until a migration changes, since making it takes seconds."""
    made_by = hashlib.sha256(repr((django.VERSION, sqlite3.sqlite_version)).encode())
    for path in sorted(configured.BASE_DIR.glob("*/migrations/*.py")):
        made_by.update(path.read_bytes())
    return request.config.cache.mkdir("schema") / made_by.hexdigest()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, schema):
    """Begin SQLite's database in memory with what is kept; migrating it then finds nothing to do."""
    if connection.vendor != "sqlite" or not schema.exists():
        yield
        return
    with closing(sqlite3.connect(connection.creation._get_test_db_name(), uri=True)) as begun:
        with closing(sqlite3.connect(schema)) as kept:
            kept.backup(begun)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, schema):
    if connection.vendor == "sqlite" and not schema.exists():
        unfinished = schema.with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), closing(sqlite3.connect(unfinished)) as kept:
            connection.ensure_connection()
            connection.connection.backup(kept)
        unfinished.rename(schema)


@pytest.fixture(autouse=True, scope="session")
def _articles_are_emptied_first():
    """Empty SQLite's tables after a test in the order in which the database lets the log of a story go: after it."""
    flush = type(connection.ops).sql_flush

    def articles_first(ops, style, tables, **options):
        return flush(ops, style, sorted(tables, key=lambda table: table != "articles_article"), **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(connection.ops), "sql_flush", articles_first)
        yield


# No test writes where the newsroom keeps its files, and none needs collected static files.


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        "default": {
            "BACKEND": "newsroom.storage.WholeFileStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
        "originals": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "originals"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # The fields asked for their storage when the models were made.
    for field in (Picture.original, Recording.file, Recording.captions, Document.file):
        monkeypatch.setattr(field.field, "storage", storages["originals"])
    settings.TASKS = {"default": {"BACKEND": IMMEDIATELY}}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _caches_of_ones_own(settings, tmp_path):
    """Remember nothing of another test, nor of one that runs beside it; test_redis.py asks the server that is set."""
    in_memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {name: {"BACKEND": in_memory, "LOCATION": f"{tmp_path} {name}"} for name in CACHES}
    # That nothing is scheduled is known, as to any site that somebody reads; scheduling forgets it.
    cache.set(working_copies.NEXT, "", 3600)
    pieces.forget()
    pagestore.forget()


@pytest.fixture(autouse=True, scope="session")
def _contexts_of_pages():
    """Have the client remember the context of a page, not of each widget and include: copying these takes long."""

    def remember(store, signal, sender, template, context, **kwargs):
        if isinstance(context, RequestContext) and "context" not in store:
            store["context"] = ContextList([copy(context)])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.test.client.store_rendered_templates", remember)
        yield


@pytest.fixture(autouse=True)
def _no_kept_pages(settings):
    """Pages are made for each request, except in tests about those that are kept."""
    settings.PAGE_STORE, settings.CDN = "", []


@pytest.fixture
def alice(db):
    """Alice edits."""
    return make_user("alice", "Editors")


@pytest.fixture
def bob(db):
    """Bob moderates."""
    return make_user("bob", "Moderators")


@pytest.fixture
def charlie(db):
    """Charlie reads."""
    return make_user("charlie", is_staff=False)


@pytest.fixture
def walter(db):
    """Walter writes."""
    return make_user("walter", "Writers")


@pytest.fixture
def as_alice(alice):
    return signed_in(alice)


@pytest.fixture
def as_bob(bob):
    return signed_in(bob)


@pytest.fixture
def as_walter(walter):
    return signed_in(walter)


def queries_of(client, address):
    """Return what a page asks, without the savepoints that the checks set within a transaction, here the test's."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]


def signed_in(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def groups(db):
    return {group.name: group for group in Group.objects.all()}


@pytest.fixture
def at_once(transactional_db, tmp_path):
    """Return a function that calls another with each argument, all at the same moment, and returns what came of it.

    SQLite's test database lives in one process's memory and knows other locks than a real one, so it is copied to
    a file first; look at the outcome through `at_once` too.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]

    def copied():
        if connection.vendor == "sqlite" and settings["NAME"] == name:
            connection.ensure_connection()
            with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
                connection.connection.backup(copy)
                copy.execute("PRAGMA journal_mode=WAL")  # as migrate does; SQLite does not wait for this one
            settings["NAME"] = str(tmp_path / "copy.sqlite3")

    def run(function, arguments):
        copied()

        def call(argument):
            try:
                return function(argument)
            finally:
                connections.close_all()

        arguments = list(arguments)
        with ThreadPoolExecutor(len(arguments)) as pool:
            return list(pool.map(call, arguments))

    yield run
    settings["NAME"] = name


@pytest.fixture
def time_machine_at(monkeypatch):
    """Return a function after which it is the given moment, for whatever asks Django for the time."""

    def travel(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(UTC))

    return travel


@pytest.fixture
def transaction_undone(db):
    """Return a context in which whatever is written is undone at its end, for tests that try many courses."""

    @contextmanager
    def undone():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undone
