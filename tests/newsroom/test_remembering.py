"""What a process remembers of the database is right: nothing of it was purged, and no moment has changed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsroom import pagestore
from newsroom.pagestore import remembering, stores


@pytest.fixture(autouse=True)
def _no_clocks(monkeypatch):
    monkeypatch.setattr(remembering, "clocks", [])


@pytest.fixture
def table():
    """Rows by number, and which of them were read."""
    return Table()


class Table:
    def __init__(self):
        self.rows = {1: "one", 2: "two", 3: "three"}
        self.asked = []

    def read(self, numbers):
        self.asked += numbers
        return {number: [self.rows[number]] for number in numbers if number in self.rows}

    def get(self, *numbers, keys_of=lambda row: {f"row-{row[0]}", "rows"}):
        return pagestore.rows_remembered("row", numbers, self.read, keys_of)


class TestRows:
    def test_are_read_once_and_are_the_same(self, store, table):
        first = table.get(1, 2)
        assert first == {1: ["one"], 2: ["two"]}
        assert table.get(2, 1)[1] is first[1]
        assert table.get(3, 1) == {3: ["three"], 1: ["one"]}
        assert table.asked == [1, 2, 3]

    def test_only_what_was_purged_is_read_again(self, store, table):
        table.get(1, 2)
        table.rows[2] = "another"
        store.purge({"row-two", "something else"})
        assert table.get(1, 2) == {1: ["one"], 2: ["another"]}
        assert table.asked == [1, 2, 2]

    @pytest.mark.parametrize("key", ["rows", "everything"])
    def test_a_key_of_all_ends_all(self, store, table, key):
        table.get(1, 2)
        store.purge({key})
        table.get(1, 2)
        assert table.asked == [1, 2, 1, 2]

    def test_one_that_may_lack_a_change_is_not_taken_for_newer(self, store, table):
        """As one from a replica, which was asked how far it is before the change was made."""
        with pagestore.as_of_now():
            store.purge({"row-one"})
            table.get(1)
            pagestore.remembered("name", {"row-one"}, lambda: "old")
        assert pagestore.remembered("name", {"row-one"}, lambda: "new") == "new"
        table.get(1)
        assert table.asked == [1, 1]

    def test_one_changed_while_it_was_read_is_read_again(self, store, table):
        def keys_of(row):
            store.purge({"row-one"})
            return {"row-one"}

        table.get(1, keys_of=keys_of)
        table.get(1)
        assert table.asked == [1, 1]

    def test_one_without_keys_is_not_remembered(self, store, table):
        table.get(1, keys_of=lambda row: set())
        table.get(1, keys_of=lambda row: set())
        assert table.asked == [1, 1]

    def test_what_is_not_there_is_left_out_and_asked_for_again(self, store, table):
        assert table.get(1, 9) == {1: ["one"]}
        table.rows[9] = "nine"
        assert table.get(1, 9) == {1: ["one"], 9: ["nine"]}

    def test_one_by_itself_is_remembered_alike(self, store):
        asked = []

        def get():
            return pagestore.one_remembered("length", "row", lambda: asked.append(1) or len(asked), lambda _: {"rows"})

        assert (get(), get()) == (1, 1)
        store.purge({"rows"})
        assert (get(), get()) == (2, 2)

    @pytest.mark.parametrize("seconds", [0.1, 4])
    def test_what_may_be_of_the_time_before_a_moment_is_not_kept(self, store, table, monkeypatch, seconds):
        """Whoever reads chose the time as of which they read a little before."""
        moment = timezone.now() - timedelta(seconds=seconds)
        monkeypatch.setattr(remembering, "clocks", [lambda after, until: [(moment, {"row-two"})]])
        table.get(1, 2)
        table.get(1, 2)
        assert table.asked == [1, 2, 2]

    def test_a_moment_at_which_all_changes_ends_them(self, store, table, monkeypatch):
        moment = timezone.now() + timedelta(minutes=5)
        monkeypatch.setattr(remembering, "clocks", [lambda after, until: [(moment, {"everything"})]])
        table.get(1)
        monkeypatch.setattr(remembering.timezone, "now", lambda: moment)
        table.get(1)
        assert table.asked == [1, 1]

    def test_a_moment_that_the_clocks_tell_of_ends_them(self, store, table, monkeypatch):
        now = timezone.now()
        moment = now + timedelta(minutes=5)
        monkeypatch.setattr(remembering, "clocks", [lambda after, until: [(moment, {"row-two"})]])
        table.get(1, 2)
        monkeypatch.setattr(remembering.timezone, "now", lambda: moment - timedelta(seconds=1))
        table.get(1, 2)
        assert table.asked == [1, 2]
        monkeypatch.setattr(remembering.timezone, "now", lambda: moment)
        table.get(1, 2)
        assert table.asked == [1, 2, 2]

    def test_they_are_read_again_in_an_hour_whatever_nobody_told(self, store, table, monkeypatch):
        table.get(1)
        later = timezone.now() + timedelta(seconds=remembering.CAP + 1)
        monkeypatch.setattr(remembering.timezone, "now", lambda: later)
        table.get(1)
        assert table.asked == [1, 1]

    def test_those_asked_for_last_are_forgotten_last(self, store, table, monkeypatch):
        monkeypatch.setattr(remembering, "MOST", 2)
        table.get(1, 2)
        table.get(1)
        table.get(3)
        table.get(1)
        assert table.asked == [1, 2, 3]
        table.get(2)
        assert table.asked == [1, 2, 3, 2]

    def test_without_a_store_each_page_reads_its_own(self, settings, table):
        settings.PAGE_STORE = ""
        table.get(1)
        table.get(1)
        assert table.asked == [1, 1]

    def test_a_store_that_fails_is_none(self, store, table, monkeypatch):
        table.get(1)
        store.purge({"another"})
        monkeypatch.setattr(type(store), "purged", _failing)
        assert table.get(1) == {1: ["one"]}
        assert table.asked == [1, 1]

    def test_nothing_is_right_after_another_store(self, settings, tmp_path, table, monkeypatch):
        settings.PAGE_STORE = str(tmp_path / "one")
        table.get(1)
        settings.PAGE_STORE = str(tmp_path / "other")
        monkeypatch.setattr(stores, "_current", None)
        table.get(1)
        assert table.asked == [1, 1]


def _failing(store, keys):
    raise OSError("The disk is gone.")


def test_what_stands_around_pages_outlives_purges_of_other_things(store):
    made = []

    def make():
        made.append(1)
        return len(made)

    assert pagestore.remembered("frame", {"layout"}, make) == 1
    store.purge({"article-1"})
    assert pagestore.remembered("frame", {"layout"}, make) == 1
    store.purge({"layout"})
    assert pagestore.remembered("frame", {"layout"}, make) == 2


def test_without_keys_every_purge_ends_it(store):
    made = []
    pagestore.remembered("sections", set(), lambda: made.append(1))
    pagestore.remembered("sections", set(), lambda: made.append(1))
    assert len(made) == 1
    store.purge({"article-1"})
    pagestore.remembered("sections", set(), lambda: made.append(1))
    assert len(made) == 2
