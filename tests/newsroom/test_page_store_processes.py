"""Several processes on one page store: none serves what another has purged, and death at any moment harms nobody."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from newsroom.pagestore import files, stores
from newsroom.pagestore.purging import purge_now
from newsroom.pagestore.wrapper import Kept
from tests.newsroom.test_page_store import Site, ask

PROCESSES = multiprocessing.get_context("fork")
EDITS = 60
READERS = 3


class Number(Site):
    """An application whose page is the number in a file, as if that were the database."""

    def __init__(self, folder):
        super().__init__()
        self.now, self.purged, self.made = folder / "now", folder / "purged", folder / "made"
        self.now.write_text("0")
        self.purged.write_text("0")

    def __call__(self, environ, start_response):
        self.body = self.now.read_text() or "0"
        with self.made.open("a") as made:
            made.write(".")
        return super().__call__(environ, start_response)

    def edit(self, number):
        write(self.now, number)
        purge_now({"article-1"})
        write(self.purged, number)  # from here on nobody may see an earlier one


def write(path, number):
    part = path.with_suffix(".part")
    part.write_text(str(number))
    part.replace(path)


def run(target, *arguments):
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    return process


def read(site, folder, name):
    """Read until the last edit; whatever is too old is written down."""
    stores._current = None
    application = Kept(site, "1")
    while True:
        least = int(site.purged.read_text())
        got = int(ask(application).text)
        if got < least:
            (folder / f"wrong-{name}").write_text(f"{got} after {least}")
            return
        if least == EDITS:
            (folder / f"done-{name}").write_text("")
            return


def test_no_process_serves_what_another_has_purged(store, tmp_path):  # noqa: F811
    site = Number(tmp_path)
    readers = [run(read, site, tmp_path, name) for name in range(READERS)]
    for number in range(1, EDITS + 1):
        site.edit(number)
    for process in readers:
        process.join(60)
        assert process.exitcode == 0
    assert not [path.read_text() for path in tmp_path.glob("wrong-*")]
    assert len(list(tmp_path.glob("done-*"))) == READERS


def test_of_several_processes_one_has_a_page_made(store, tmp_path):  # noqa: F811
    site = Number(tmp_path)
    together = PROCESSES.Barrier(6)

    def arrive():
        stores._current = None
        together.wait(30)
        os._exit(0 if ask(Kept(site, "1")).text == "0" else 1)

    processes = [run(arrive) for _ in range(6)]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert site.made.read_text() == "."


class TestKilled:
    @pytest.fixture
    def kept(self, settings, tmp_path, monkeypatch):
        settings.PAGE_STORE, settings.PAGE_STORE_BYTES = str(tmp_path / "pages"), 10_000_000
        monkeypatch.setattr(stores, "_current", None)
        return Kept(Number(tmp_path), "1")

    def kill(self, work):
        process = run(work)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL

    def test_in_the_middle_of_a_write(self, kept):
        def work():
            files.os.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
            ask(kept)

        self.kill(work)
        store = stores.current()  # noqa: F811
        [part] = (path for path in (store.folder / "pages").rglob("*") if path.is_file())
        assert part.name.startswith(".")
        assert ask(kept).text == "0"
        assert len(kept.application.made.read_text()) == 2
        os.utime(part, (0, 0))
        store._remove_oldest(store._opened(), store.limit)
        assert not part.exists()
        assert ask(Kept(kept.application, "1")).text == "0"
        assert len(kept.application.made.read_text()) == 2

    def test_while_it_makes_a_page_for_others(self, kept):
        def work():
            kept.application.before_answer = lambda: os.kill(os.getpid(), signal.SIGKILL)
            ask(kept)

        self.kill(work)
        assert ask(kept).text == "0"

    def test_in_the_middle_of_a_purge(self, kept):
        assert ask(kept).text == "0"
        write(kept.application.now, 1)

        def work():
            class Keys(set):
                def __iter__(self):
                    yield "article-1"
                    os.kill(os.getpid(), signal.SIGKILL)

            stores.current().purge(Keys())

        self.kill(work)
        assert ask(Kept(kept.application, "1")).text == "1"
        purge_now({"another"})  # which the death of that process does not keep from being told
        for _ in range(2):
            assert ask(kept).text == "1"
        assert len(kept.application.made.read_text()) == 3


def test_a_full_disk_is_said_when_the_store_is_opened(settings, tmp_path, monkeypatch, caplog):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "posix_fallocate", full)
    settings.PAGE_STORE = str(tmp_path / "pages")
    monkeypatch.setattr(stores, "_current", None)
    site = Site()
    for _ in range(2):
        assert ask(Kept(site)).status == 200
    assert "No space left on device" in caplog.text
    assert Path(settings.PAGE_STORE).exists()
