"""What is kept, for whom and how long, and what becomes of it when something fails; by an application of its own."""

import gzip
import os
import shutil
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BytesIO
from urllib.parse import urlsplit

import brotli
import pytest
from django.db import transaction

from newsroom.pagestore import files, purging, stores, wrapper
from newsroom.pagestore.page import Page, preferred
from newsroom.pagestore.purging import purge_now
from newsroom.pagestore.wrapper import Kept

TEXT = "A page of some length, with a word or two that come again: page, length, word. " * 20


class Site:
    """An application that counts how often it is asked, and answers with what it is told."""

    def __init__(self):
        self.asked = []
        self.body = TEXT
        self.status = "200 OK"
        self.keys = "article-1 layout everything"
        self.cache_control = "public, max-age=0, s-maxage=600"
        self.headers = []
        self.before_answer = lambda: None
        self.error = None

    def __call__(self, environ, start_response):
        self.asked.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        body = self.body
        self.before_answer()
        if self.error:
            raise self.error
        headers = [("Content-Type", "text/html"), ("ETag", '"django"'), *self.headers]
        if self.keys:
            headers += [("Surrogate-Key", self.keys), ("Cache-Tag", self.keys), ("Cache-Control", self.cache_control)]
        start_response(self.status, headers)
        return [body.encode()]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = int(status[:3]), {name.lower(): value for name, value in headers}, body

    @property
    def text(self):
        form = self.headers.get("content-encoding")
        return {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[form](self.body).decode()


def ask(application, address="/", method="GET", accept="br", **environ):
    parts, answered = urlsplit(address), []
    chunks = application(
        {
            "REQUEST_METHOD": method, "PATH_INFO": parts.path, "QUERY_STRING": parts.query, "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver", "SERVER_PORT": "80", "HTTP_HOST": "example.org", "wsgi.url_scheme": "http",
            "HTTP_ACCEPT_ENCODING": accept, "wsgi.input": BytesIO(), **environ,
        },
        lambda status, headers, exception=None: answered.append((status, headers)),
    )  # fmt: skip
    return Answer(*answered[-1], b"".join(chunks))


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def kept(site, store):
    return Kept(site, "1")


class TestKeeping:
    def test_makes_a_page_once(self, site, kept):
        assert ask(kept).text == ask(kept).text == TEXT
        assert len(site.asked) == 1

    def test_keeps_it_for_other_processes_and_after_a_restart(self, site, kept):
        ask(kept)
        assert ask(Kept(site, "1")).text == TEXT
        assert len(site.asked) == 1

    def test_a_new_release_serves_nothing_of_the_old_one(self, site, kept):
        ask(kept)
        ask(Kept(site, "2"))
        assert len(site.asked) == 2

    @pytest.mark.parametrize(
        ("accept", "form"),
        [
            ("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("*", "br"), ("", None),
            ("identity", None), ("gzip;q=0", None), ("*;q=0", None), ("br;q=nonsense", "br"),
        ],
    )  # fmt: skip
    def test_answers_in_the_form_that_the_browser_takes(self, kept, accept, form):
        for _ in range(2):
            answer = ask(kept, accept=accept)
            assert (answer.headers.get("content-encoding"), answer.text) == (form, TEXT)
            assert answer.headers["vary"] == "Accept-Encoding"
            assert int(answer.headers["content-length"]) == len(answer.body)

    def test_answers_304_to_who_has_it_in_any_form(self, site, kept):
        tag = ask(kept, accept="gzip").headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = ask(kept, HTTP_IF_NONE_MATCH=known)
            assert (answer.status, answer.body) == (304, b"")
            assert "content-length" not in answer.headers
            assert answer.headers["etag"]
        assert ask(kept, HTTP_IF_NONE_MATCH='"other"').status == 200
        assert len(site.asked) == 1

    def test_the_first_to_ask_may_know_it_already(self, site, kept):
        tag = ask(kept).headers["etag"]
        purge_now({"everything"})
        assert ask(kept, HTTP_IF_NONE_MATCH=tag).status == 304
        assert ask(kept).text == TEXT

    def test_answers_head_without_a_body(self, site, kept):
        for _ in range(2):
            answer = ask(kept, method="HEAD")
            assert (answer.status, answer.body) == (200, b"")
            assert int(answer.headers["content-length"]) > 0
        assert ask(kept).text == TEXT
        assert len(site.asked) == 1

    def test_readers_see_nothing_of_what_is_for_caches(self, kept):
        for _ in range(2):
            answer = ask(kept)
            assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
            assert not {"surrogate-key", "cache-tag", "age"} & answer.headers.keys()

    def test_a_cache_in_front_is_told_what_it_keeps(self, kept, settings):
        settings.CDN = ["fastly://token@service"]
        for _ in range(2):
            answer = ask(kept)
            assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=600"
            assert set(answer.headers["surrogate-key"].split()) == {"article-1", "layout", "everything"}
            assert answer.headers["age"] == "0"

    @pytest.mark.parametrize("first", ["/?page=2&order=oldest", "/?order=oldest&page=2&utm_source=letter&fbclid=1"])
    def test_the_order_and_the_origin_of_a_query_mean_nothing(self, site, kept, first):
        ask(kept, first)
        ask(kept, "/?page=2&order=oldest")
        assert site.asked == ["/?order=oldest&page=2"]

    def test_counts(self, kept, store):
        before = store.figures()
        for _ in range(3):
            ask(kept)
        after = store.figures()
        assert (after["hits"] - before["hits"], after["misses"] - before["misses"]) == (2, 1)
        assert after["bytes"] > 0


class TestForOneReader:
    @pytest.mark.parametrize(
        "request_",
        [
            {"HTTP_COOKIE": "a=1; sessionid=abc"}, {"HTTP_AUTHORIZATION": "Basic abc"}, {"method": "POST"},
            {"address": "/?q=word"}, {"address": "/?page=1&page=2"}, {"address": "/desk/"}, {"address": "/?x"},
            {"address": f"/?page={'1' * 400}"}, {"address": "/?page=%ff"},
        ],
    )  # fmt: skip
    def test_is_made_for_this_request(self, site, kept, request_):
        for _ in range(2):
            assert ask(kept, **request_).text == TEXT
        assert len(site.asked) == 2

    def test_another_host_and_scheme_has_pages_of_its_own(self, site, kept, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        for _ in range(2):
            ask(kept)
            ask(kept, HTTP_HOST="other.example")
            ask(kept, HTTP_X_FORWARDED_PROTO="https")
            ask(kept, HTTP_X_FORWARDED_PROTO="nonsense")
        assert len(site.asked) == 3

    @pytest.mark.parametrize(
        "change",
        [
            {"keys": ""}, {"status": "404 Not Found"}, {"cache_control": "private, no-store"},
            {"cache_control": "public, max-age=60"}, {"headers": [("Set-Cookie", "a=1")]},
            {"headers": [("Vary", "Accept-Encoding, Cookie")]},
        ],
    )  # fmt: skip
    def test_keeps_no_answer_that_is_not_for_everybody(self, site, kept, change):
        vars(site).update(change)
        for _ in range(2):
            assert ask(kept).text == TEXT
        assert len(site.asked) == 2


class TestPurging:
    def test_forgets_what_shows_the_thing_and_nothing_else(self, site, kept):
        ask(kept, "/one/")
        site.keys = "article-2 layout everything"
        ask(kept, "/two/")
        purge_now({"article-1"})
        for address in ("/one/", "/two/"):
            ask(kept, address)
        assert site.asked == ["/one/?", "/two/?", "/one/?"]

    def test_other_processes_hear_of_it(self, site, kept):
        other = Kept(site, "1")
        assert ask(kept).text == ask(other).text
        purge_now({"layout"})
        site.body = "New."
        assert ask(kept).text == ask(other).text == "New."
        assert len(site.asked) == 2

    def test_a_page_made_before_a_purge_and_kept_after_it_is_not_served(self, site, kept):
        """The race that a naive store loses: the reader's page was made of what the editor then changed."""

        def edit():
            site.before_answer = lambda: None
            site.body = "New."
            purge_now({"article-1"})

        site.before_answer = edit
        assert ask(kept).text == TEXT
        assert ask(kept).text == "New."
        assert ask(Kept(site, "1")).text == "New."

    def test_is_remembered_by_a_store_that_lost_everything(self, site, kept, store):
        ask(kept)
        if isinstance(store, files.FileStore):
            (store.folder / "table").unlink()
            store._looked_at = 0
        else:
            from newsroom.pagestore import redis

            store._server.delete(redis.LAST, redis.BORN)
        ask(kept)
        assert len(site.asked) == 2


class TestTime:
    def test_a_page_is_wrong_from_its_moment_on(self, site, kept, monkeypatch):
        ask(kept)
        with monkeypatch.context() as patched:
            now = time.time()
            patched.setattr(time, "time", lambda: now + 601)
            site.body, site.error = "New.", None
            assert ask(kept).text == "New."

    def test_one_that_is_merely_old_serves_while_it_is_made_anew(self, site, kept, store, monkeypatch):
        site.cache_control += ", stale-while-revalidate=60, stale-if-error=3600"
        ask(kept)
        site.body = "New."
        with monkeypatch.context() as patched:
            now = time.time()
            patched.setattr(time, "time", lambda: now + 601)
            let_go = store.guard(kept.name_of("http://example.org/"))
            assert ask(kept).text == TEXT
            let_go()
            assert ask(kept).text == "New."

    @pytest.mark.parametrize("failure", ["error", "status"])
    def test_one_that_is_merely_old_serves_where_making_it_fails(self, site, kept, monkeypatch, failure):
        site.cache_control += ", stale-while-revalidate=60, stale-if-error=3600"
        ask(kept)
        if failure == "error":
            site.error = RuntimeError("The database is gone.")
        else:
            site.status, site.keys = "500 Internal Server Error", ""
        with monkeypatch.context() as patched:
            now = time.time()
            patched.setattr(time, "time", lambda: now + 601)
            assert ask(kept).text == TEXT
            patched.setattr(time, "time", lambda: now + 600 + 3601)
            if failure == "error":
                with pytest.raises(RuntimeError):
                    ask(kept)
            else:
                assert ask(kept).status == 500

    def test_what_was_purged_serves_nobody_even_then(self, site, kept):
        site.cache_control += ", stale-while-revalidate=60, stale-if-error=3600"
        ask(kept)
        purge_now({"article-1"})
        site.error = RuntimeError("The database is gone.")
        with pytest.raises(RuntimeError):
            ask(kept)


class TestCrowds:
    def test_of_many_who_miss_a_page_one_has_it_made(self, site, kept):
        arrived, go_on = threading.Event(), threading.Event()

        def slow():
            arrived.set()
            go_on.wait(10)

        site.before_answer = slow
        with ThreadPoolExecutor(50) as pool:
            first = pool.submit(ask, kept)
            arrived.wait(10)
            others = [pool.submit(ask, kept) for _ in range(49)]
            go_on.set()
            assert {answer.result().text for answer in [first, *others]} == {TEXT}
        assert len(site.asked) == 1

    def test_nobody_waits_for_an_answer_that_is_not_kept(self, site, kept, store, monkeypatch):
        site.status = "404 Not Found"
        ask(kept)
        let_go = store.guard(kept.name_of("http://example.org/"))
        monkeypatch.setattr(wrapper, "PAUSE", None)  # to wait would fail
        assert ask(kept).status == 404
        let_go()

    def test_nobody_waits_for_ever(self, site, kept, store, monkeypatch):
        monkeypatch.setattr(wrapper, "WAIT", 0)
        let_go = store.guard(kept.name_of("http://example.org/"))
        assert ask(kept).text == TEXT
        let_go()

    def test_the_guard_is_let_go_after_an_error(self, site, kept, store):
        site.error = RuntimeError("No.")
        with pytest.raises(RuntimeError):
            ask(kept)
        site.error = None
        assert ask(kept).text == TEXT
        assert ask(kept).text == TEXT
        assert len(site.asked) == 2


class TestFailing:
    @pytest.mark.parametrize("step", ["number", "is_right", "read", "write", "guard", "count"])
    def test_a_store_that_fails_is_passed_by(self, site, kept, store, monkeypatch, caplog, step):
        def fail(*args, **kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store, step, fail)
        for _ in range(2):
            assert ask(kept).text == TEXT
        assert "No space left on device" in caplog.text

    def test_an_application_of_its_own_where_there_is_none(self, site, settings):
        settings.PAGE_STORE = ""
        kept = Kept(site)
        for _ in range(2):
            assert ask(kept).headers["cache-control"] == "public, max-age=0, must-revalidate"
        assert len(site.asked) == 2

    def test_what_the_store_could_not_be_told_is_told_by_the_queue(self, site, kept, store, monkeypatch):
        ask(kept)
        failures, purge = [OSError("gone")], store.purge

        def fail_once(keys):
            if failures:
                raise failures.pop()
            purge(keys)

        monkeypatch.setattr(store, "purge", fail_once)
        purge_now({"article-1"})  # the tests' queue works at once
        ask(kept)
        assert len(site.asked) == 2


class TestFiles:
    @pytest.fixture
    def store(self, settings, tmp_path, monkeypatch):
        settings.PAGE_STORE, settings.PAGE_STORE_BYTES = str(tmp_path / "pages"), 100_000
        monkeypatch.setattr(stores, "_current", None)
        return stores.current()

    def test_nobody_else_on_the_machine_can_read_them(self, kept, store):
        ask(kept)
        found = [store.folder, *store.folder.rglob("*")]
        assert len(found) > 4
        for path in found:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    def test_they_stay_within_their_bytes(self, site, kept, store):
        site.body = os.urandom(5000).hex()
        for number in range(40):
            ask(kept, f"/{number}/")
        sizes = [path.stat().st_size for path in (store.folder / "pages").rglob("*") if path.is_file()]
        assert sum(sizes) <= 100_000
        assert store.figures()["bytes"] == sum(sizes)
        assert store.figures()["pages"] == len(sizes) > 3

    @pytest.mark.parametrize("damage", [lambda old: old[:-10], lambda old: b"", lambda old: old[:60] + b"x" + old[61:]])
    def test_a_damaged_one_is_made_anew(self, site, kept, store, damage):
        ask(kept)
        [path] = (path for path in (store.folder / "pages").rglob("*") if path.is_file())
        path.write_bytes(damage(path.read_bytes()))
        assert ask(Kept(site, "1")).text == TEXT
        assert len(site.asked) == 2

    def test_keys_that_share_a_slot_of_the_table_purge_nothing_of_each_other(self, site, kept, store):
        site.keys, other = "article-979", "article-74006"
        assert len({*files.slots(site.keys), *files.slots(other)}) == 3
        ask(kept)
        purge_now({other})
        ask(kept)
        assert len(site.asked) == 1
        purge_now({site.keys})
        ask(kept)
        assert len(site.asked) == 2

    def test_an_emptied_folder_is_seen_by_all(self, site, kept, store):
        ask(kept)
        shutil.rmtree(store.folder)
        store._looked_at = 0
        ask(kept)
        purge_now({"layout"})
        ask(kept)
        assert len(site.asked) == 3

    def test_a_folder_that_cannot_be_made_is_passed_by(self, site, settings, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        settings.PAGE_STORE = str(tmp_path / "file" / "pages")
        monkeypatch.setattr(stores, "_current", None)
        assert ask(Kept(site)).text == TEXT

    def test_a_hit_in_memory_calls_nothing_of_the_system(self, kept, store, monkeypatch):
        ask(kept)
        ask(kept)
        store._looked_at = time.monotonic() + 60

        def fail(*args, **kwargs):
            raise AssertionError("A file was touched.")

        for name in ("open", "stat"):
            monkeypatch.setattr(os, name, fail)
        assert ask(kept).status == 200


def test_the_memory_of_a_process_is_bounded():
    memory = wrapper.Memory(50_000)
    for number in range(30):
        page = Page.made(
            [("Surrogate-Key", "a"), ("Cache-Control", "public, s-maxage=9")], os.urandom(4000).hex().encode(), 1, 1.0
        )
        memory.put(str(number), page)
    assert memory.size <= 50_000
    assert memory.size == sum(page.size for page in memory.pages.values())
    assert "29" in memory.pages
    assert "0" not in memory.pages


def test_knows_what_browsers_accept():
    assert preferred("gzip, deflate, br, zstd") == "br"


class TestTransactions:
    @pytest.fixture(autouse=True)
    def purged(self, settings, monkeypatch):
        settings.PAGE_STORE = "/nowhere"
        purged = []
        monkeypatch.setattr(purging, "purge_now", lambda keys: purged.append(sorted(keys)))
        return purged

    def test_purges_once_and_after_the_commit(self, transactional_db, purged):
        with transaction.atomic():
            purging.purge("article-1")
            with transaction.atomic():
                purging.purge("article-2", "article-1")
            assert purged == []
        assert purged == [["article-1", "article-2"]]
        purging.purge("article-4")
        assert purged[1:] == [["article-4"]]

    @pytest.mark.parametrize("transaction_", [transaction.atomic, nullcontext])
    def test_compares_what_was_with_what_is(self, transactional_db, purged, transaction_):
        thing = ["before"]
        with transaction_():
            for now in ("meanwhile", "after")[transaction_ is nullcontext :]:
                done = purging.compare("thing", lambda: thing[0], lambda old, new: {old, new})
                thing[0] = now
                done()
        assert purged == [["after", "before"]]

    @pytest.mark.parametrize("transaction_", [transaction.atomic, nullcontext])
    def test_what_cannot_be_told_of_takes_every_page_and_no_answer(self, transactional_db, purged, transaction_):
        def tell(old, new):
            raise OverflowError("date value out of range")

        with transaction_():
            purging.purge("article-1") if transaction_ is transaction.atomic else None
            purging.compare("thing", lambda: 1, tell)()
        assert purged[-1] == (["article-1", "everything"] if transaction_ is transaction.atomic else ["everything"])

    def test_what_is_rolled_back_purges_nothing(self, transactional_db, purged):
        def edit_and_fail():
            with transaction.atomic():
                purging.purge("article-1")
                raise RuntimeError("No.")

        with pytest.raises(RuntimeError):
            edit_and_fail()
        assert purged == []
        with transaction.atomic():
            with pytest.raises(RuntimeError):
                edit_and_fail()
            purging.purge("article-2")
        assert purged == [["article-2"]]
