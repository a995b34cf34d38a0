"""Caches in front of the site are told which keys to forget; a fake one stands on loopback and takes the requests."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newsroom.pagestore import queue
from newsroom.pagestore.fronts import front_of, tell
from newsroom.pagestore.purging import purge_now


class Front(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.statuses = [], []

    @property
    def host(self):
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(
            (self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        )
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    do_POST = do_PURGE = take

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def front():
    with Front() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_tells_fastly(front, settings):
    settings.CDN = [f"fastly://secret@ServiceID?api=http://{front.host}"]
    purge_now({"article-12", "front"})
    [(method, path, headers, _)] = front.asked
    assert (method, path) == ("POST", "/service/ServiceID/purge")
    assert (headers["fastly-key"], headers["surrogate-key"]) == ("secret", "article-12 front")


def test_tells_cloudflare(front, settings):
    settings.CDN = [f"cloudflare://secret@ZoneID?api=http://{front.host}/client/v4"]
    purge_now({f"article-{number}" for number in range(70)})
    assert {path for _, path, _, _ in front.asked} == {"/client/v4/zones/ZoneID/purge_cache"}
    assert {headers["authorization"] for _, _, headers, _ in front.asked} == {"Bearer secret"}
    tags = [json.loads(body)["tags"] for *_, body in front.asked]
    assert [len(batch) for batch in tags] == [30, 30, 10]
    assert {tag for batch in tags for tag in batch} == {f"article-{number}" for number in range(70)}


def test_tells_varnish(front, settings):
    settings.CDN = [f"varnish://{front.host}"]
    purge_now({"section-3", "layout"})
    [(method, path, headers, _)] = front.asked
    assert (method, path, headers["xkey-purge"]) == ("PURGE", "/", "layout section-3")


def test_tells_each_of_several(front, settings):
    settings.CDN = [f"varnish://{front.host}", f"fastly://secret@one?api=http://{front.host}"]
    purge_now({"layout"})
    assert len(front.asked) == 2


def test_tries_again_where_one_does_not_answer(front, settings, monkeypatch):
    settings.CDN = [f"varnish://{front.host}"]
    front.statuses = [503, 429]
    moments = []

    class Later:
        """The tests' queue knows no later."""

        name, func = "purge_in_front", queue.purge_in_front.func

        def using(self, run_after):
            moments.append(run_after)
            return self

        def enqueue(self, *arguments, **named):
            type(self).func(*arguments, **named)

    monkeypatch.setattr(queue, "purge_in_front", Later())
    Later.func(0, ["layout"])
    assert len(front.asked) == 3
    assert moments == sorted(moments)
    assert len(moments) == 2


def test_gives_up_at_last(front, settings):
    settings.CDN = [f"varnish://{front.host}"]
    front.statuses = [503]
    with pytest.raises(OSError, match="503"):
        queue.purge_in_front.func(0, ["layout"], attempt=queue.ATTEMPTS)


@pytest.mark.parametrize("address", ["", "fastly://service", "akamai://a@b", "varnish://", "cloudflare://token@"])
def test_refuses_an_address_that_names_none(address):
    with pytest.raises(ValueError, match="is named as"):
        front_of(address)


def test_an_empty_change_asks_for_nothing(front):
    tell(front_of(f"varnish://{front.host}"), [])
    assert front.asked == []
