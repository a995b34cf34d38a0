"""No page that a replica makes lacks what was changed before it was asked for, however far the replica is behind."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, connection
from django.http import HttpResponse
from django.test import RequestFactory

from articles.models import Article
from newsroom import replica

PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql" or PROGRAMS is None, reason="needs a PostgreSQL to make two servers of"
)

# A reader asks after each edit, with a replica that is level, one that stands still, and one that is gone.
EDITS = '''
import json, subprocess, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tests.factories import make_article
from articles.models import Article

as_they_are = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
override_settings(STORAGES=settings.STORAGES | as_they_are).enable()
article = make_article("Before", body="<p>A text.</p>")
reader = Client(SERVER_NAME="localhost")
edits = 0

def edited(times):
    global edits
    old, replicas = [], 0
    for _ in range(times):
        edits += 1
        article.refresh_from_db(using="default")
        article.headline = f"Headline {edits}"
        article.save()
        for path in ("/", article.get_absolute_url(), "/feed/rss/"):
            with CaptureQueriesContext(connections["replica"]) as asked:
                if article.headline not in reader.get(path).content.decode():
                    old.append(path)
            replicas += any("articles_" in query["sql"] for query in asked)
    return old, replicas

def tell(sql):
    with connections["replica"].cursor() as cursor:
        cursor.execute(sql)

def edited_until_read():
    """Where others want the machine, a replica that has little to catch up on is passed by for a moment more."""
    old, replicas, patience = [], 0, time.monotonic() + 60
    while not replicas and time.monotonic() < patience:
        lacking, replicas = edited(5)
        old += lacking
    return old, replicas

found = {"level": edited_until_read()}
tell("SELECT pg_wal_replay_pause()")
found["still"] = edited(5)
tell("SELECT pg_wal_replay_resume()")
found["again"] = edited_until_read()
subprocess.run(json.loads(sys.argv[1]), check=True, capture_output=True)
found["gone"] = edited(5)
print(json.dumps(found))
'''


def as_owner(*command):
    """PostgreSQL's programs do not run as root."""
    return [*(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []), *map(str, command)]


def run(*command):
    subprocess.run(as_owner(*command), check=True, capture_output=True, timeout=60, cwd="/")


@contextlib.contextmanager
def server(folder, **settings):
    """A server whose folder is there, running; yields how to stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings |= {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    for name, value in settings.items():
        run("sh", "-c", f"echo \"{name} = '{value}'\" >> {folder}/postgresql.conf")
    control = (PROGRAMS / "pg_ctl", "-D", folder, "-w", "-m", "immediate", "-l", f"{folder}.log")
    run(*control, "start")
    try:
        yield port, as_owner(*control, "stop")
    finally:
        subprocess.run(as_owner(*control, "stop"), capture_output=True, cwd="/")


@pytest.fixture
def pair(db):
    """A primary with the tables of the site, and its replica: where they are, and how to stop the replica."""
    folder = Path(tempfile.mkdtemp(prefix="newsroom-replica-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        run(PROGRAMS / "initdb", "-D", folder / "primary", "-A", "trust", "-U", "postgres", "--no-sync")
        with server(folder / "primary") as (port, _):
            address = f"postgres://postgres@127.0.0.1:{port}/postgres"
            given = connection.settings_dict
            asked = ["-h", given["HOST"], "-p", str(given["PORT"] or 5432), "-U", given["USER"], given["NAME"]]
            tables = subprocess.run(
                [PROGRAMS / "pg_dump", "--no-owner", *asked], check=True, capture_output=True,
                env=os.environ | {"PGPASSWORD": given["PASSWORD"]},
            ).stdout  # fmt: skip
            subprocess.run([PROGRAMS / "psql", "-q", address], input=tables, check=True, capture_output=True)
            run(PROGRAMS / "pg_basebackup", "-D", folder / "replica", "-R", "-c", "fast", "-N", "-d", address)
            with server(folder / "replica") as (other, stop):
                yield address, f"postgres://postgres@127.0.0.1:{other}/postgres", stop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@needs_postgresql
def test_no_reader_gets_a_page_without_the_last_edit(pair, tmp_path):
    primary, copy, stop = pair
    # What is not written down at once comes to no replica at once.
    environment = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"} | {
        "DATABASE_URL": primary, "DATABASE_REPLICA_URL": copy, "REDIS_URL": "", "DATA_DIR": str(tmp_path),
        "PAGE_STORE": str(tmp_path / "pages"), "ALLOWED_HOSTS": "localhost", "LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", EDITS, json.dumps(stop)], cwd=settings.BASE_DIR, env=environment, text=True,
        capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: old for name, (old, _) in found.items()} == {"level": [], "still": [], "again": [], "gone": []}
    asked = {name: replicas for name, (_, replicas) in found.items()}
    assert asked["still"] == asked["gone"] == 0
    assert asked["level"] > 0
    assert asked["again"] > 0


class Servers(dict):
    """Connections that answer how far they are, in place of the two servers."""

    def __init__(self, *places):
        super().__init__(default=self, replica=self)
        self.places, self.asked, self.in_atomic_block = list(places), 0, False

    @contextlib.contextmanager
    def cursor(self):
        yield self

    @contextlib.contextmanager
    def execute_wrapper(self, wrapper):
        self.wrapper = wrapper
        yield

    def execute(self, sql, params=()):
        self.say(sql, params)

    def say(self, sql, params=()):
        self.sql = sql
        if sql == replica.IS_THERE:
            self.asked += 1
            if self.places[0] == "fails":
                raise replica.Error("It is gone.")

    def fetchone(self):
        return ("0/1", 7) if self.sql == replica.PLACE else (self.places.pop(0),)


@pytest.fixture
def servers(monkeypatch):
    """Return a function that says what the replica answers, one time after another."""
    monkeypatch.setattr(replica, "_left_alone_until", 0.0)
    monkeypatch.setattr(replica, "is_used", lambda: True)

    def place(*places):
        there = Servers(*places)
        monkeypatch.setattr(replica, "connections", there)
        return there

    return place


def reads_from(request=None):
    router, request = replica.Router(), request or RequestFactory().get("/")
    return replica.FromReplica(lambda request: router.db_for_read(Article))(request)


def test_a_page_is_read_from_a_replica_that_is_there_or_nearly(servers):
    servers(True)
    assert reads_from() == "replica"
    servers(False, False, True)
    assert reads_from() == "replica"


def test_a_replica_that_is_behind_is_waited_for_once_and_looked_at_a_moment_later(servers, monkeypatch):
    there = servers(*[False] * 100)
    assert reads_from() == DEFAULT_DB_ALIAS
    looks = there.asked
    assert reads_from() == DEFAULT_DB_ALIAS
    assert there.asked == looks
    monkeypatch.setattr(replica, "_left_alone_until", replica._left_alone_until - replica.BEHIND)
    servers(True)
    assert reads_from() == "replica"


def test_a_replica_that_fails_is_passed_by_and_left_alone_for_a_while(servers, monkeypatch):
    there = servers("fails")
    assert reads_from() == DEFAULT_DB_ALIAS
    assert reads_from() == DEFAULT_DB_ALIAS
    assert there.asked == 1
    monkeypatch.setattr(replica, "_left_alone_until", replica._left_alone_until - replica.FAILED)
    servers(True)
    assert reads_from() == "replica"


def test_one_alone_asks_whether_a_replica_is_back(servers, monkeypatch):
    there = servers(True)
    monkeypatch.setattr(replica, "_left_alone_until", replica.time.monotonic())
    others = []
    monkeypatch.setattr(there, "execute", lambda *asked: (others.append(replica.has_everything()), there.say(*asked)))
    assert replica.has_everything()
    assert others == [False, False]


def test_where_the_database_is_gone_the_page_meets_it(servers, monkeypatch):
    there = servers(True)

    def execute(*asked):
        raise replica.Error("It is gone.")

    monkeypatch.setattr(there, "execute", execute)
    assert reads_from() == DEFAULT_DB_ALIAS


def test_what_is_written_or_for_one_person_has_nothing_to_do_with_a_replica(servers):
    factory = RequestFactory()
    mine = factory.get("/")
    mine.COOKIES["sessionid"] = "x"
    token = factory.get("/api/", headers={"Authorization": "Bearer x"})
    for request in (factory.post("/"), mine, token, factory.get("/comments/1/"), factory.get("/health/")):
        servers(True)
        assert reads_from(request) == DEFAULT_DB_ALIAS
    servers(True)
    router = replica.Router()
    assert replica.FromReplica(lambda request: router.db_for_write(Article))(factory.get("/")) == DEFAULT_DB_ALIAS
    servers(True).in_atomic_block = True
    assert reads_from() == DEFAULT_DB_ALIAS
    assert router.allow_migrate(DEFAULT_DB_ALIAS, "articles")
    assert not router.allow_migrate("replica", "articles")


def test_a_page_that_the_replica_gives_up_on_is_made_from_the_database(servers):
    """As it does with a long query that stands in the way of what comes from the database."""

    def view(request, slug):
        where.append(replica.Router().db_for_read(Article))
        if where == ["replica"]:
            raise replica.Error("canceling statement due to conflict with recovery")
        return slug

    servers(True)
    where, request = [], RequestFactory().get("/")
    request.resolver_match = type("Match", (), {"func": staticmethod(view), "args": (), "kwargs": {"slug": "ferry"}})

    def get_response(request):
        try:
            return view(request, "ferry")
        except replica.Error as error:
            return middleware.process_exception(request, error)

    middleware = replica.FromReplica(get_response)
    assert middleware(request) == "ferry"
    assert where == ["replica", DEFAULT_DB_ALIAS]
    assert middleware.process_exception(request, ValueError()) is None


def test_so_is_one_that_hid_that_the_replica_gave_up(servers):
    """As a template does in which a part of a condition fails."""

    def refused(*asked):
        raise replica.Error("canceling statement due to conflict with recovery")

    def get_response(request):
        if replica.Router().db_for_read(Article) == "replica":
            with contextlib.suppress(replica.Error):
                there.wrapper(refused, "SELECT 1", (), False, {})
            return HttpResponse("half of it")
        return HttpResponse("the whole page")

    there = servers(True)
    assert replica.FromReplica(get_response)(RequestFactory().get("/")).content == b"the whole page"
    assert not replica.has_everything()


def test_health_says_whether_the_replica_is_used(servers, client, db):
    servers(True)
    assert client.get("/health/").json()["replica"] == "ok"
    servers("fails")
    assert client.get("/health/").json() == {"database": "ok", "pages": None, "replica": "passed by"}


def test_without_a_replica_there_is_no_middleware():
    with pytest.raises(MiddlewareNotUsed):
        replica.FromReplica(None)
