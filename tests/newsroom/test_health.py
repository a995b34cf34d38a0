import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from newsroom.pagestore import stores


@pytest.fixture
def store(settings, tmp_path, monkeypatch):
    settings.PAGE_STORE = str(tmp_path / "pages")
    monkeypatch.setattr(stores, "_current", None)
    return stores.current()


class TestHealthPage:
    def test_says_that_all_is_well_and_is_kept_nowhere(self, client, db):
        response = client.get("/health/")
        assert (response.status_code, response.json()) == (200, {"database": "ok", "pages": None})
        assert "no-store" in response["Cache-Control"]

    def test_says_what_the_page_store_does(self, client, db, store):
        store.count("hits")
        pages = client.get("/health/").json()["pages"]
        assert pages == {"hits": 1, "misses": 0, "stale": 0, "errors": 0, "pages": 0, "bytes": 0}

    def test_a_store_that_fails_is_no_illness(self, client, db, store, monkeypatch):
        def fail():
            raise OSError("gone")

        monkeypatch.setattr(store, "figures", fail)
        response = client.get("/health/")
        assert (response.status_code, response.json()["pages"]) == (200, "unreachable")

    def test_a_database_that_does_not_answer_is(self, client, db, monkeypatch):
        def fail():
            raise DatabaseError("gone")

        with monkeypatch.context() as patched:
            patched.setattr(connection, "cursor", fail)
            response = client.get("/health/")
        assert (response.status_code, response.json()["database"]) == (503, "unreachable")


class TestCommand:
    def test_shows_what_is_kept(self, store, capsys):
        store.write("ab" * 32, b"a page", 60)
        store.count("hits")
        call_command("pagestore", "show")
        said = capsys.readouterr().out
        assert "1 pages" in said
        assert "100.0% from the store" in said

    def test_forgets_by_key_or_everything(self, store, capsys):
        number = store.number()
        call_command("pagestore", "purge", "article-12", "layout")
        assert "article-12, layout" in capsys.readouterr().out
        assert not store.is_right(number, frozenset({"layout"}))
        assert store.is_right(number, frozenset({"everything"}))
        call_command("pagestore", "purge", "--all")
        assert not store.is_right(number, frozenset({"everything"}))

    @pytest.mark.parametrize(
        "words",
        [("purge",), ("purge", "layout", "--all"), ("warm", "example.org"), ("warm", "http://a.org", "--number=0")],
    )
    def test_refuses_what_it_does_not_understand(self, store, words):
        with pytest.raises(CommandError):
            call_command("pagestore", *words)

    def test_says_where_there_is_no_store(self):
        with pytest.raises(CommandError, match="PAGE_STORE is off"):
            call_command("pagestore", "show")
