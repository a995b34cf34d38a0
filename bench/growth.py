"""What pages cost as a magazine grows: `make bench` prints it, and --write puts it into a document.

For each size and database a process of its own makes each kind of page anew, again and again, all of them taking
turns so that other work on the machine disturbs them alike. Some are asked for first after an edit, with nothing
remembered and the page store on; the others without a store. Told is the least processor time that an answer took, with
that of PostgreSQL for it on average; the time that passed, as p50 and p99; queries, and kilobytes before they are
compressed. Then each magazine is served by two workers, and Debian's `wrk` asks for pages that are kept and for such as
are made anew each time. A size that is not there is made first with `manage.py generate`: 5,000 stories take some ten
seconds, a million an hour or two. --folder keeps what was made for another time.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from pages import CONNECTIONS, ROOT, Report, addresses, fetch, load, manage, megabytes, serving  # noqa: E402

SIZES = (5_000, 50_000)
SECONDS = 1.0  # of each of three runs for requests a second
DATABASES = ("sqlite", "postgresql")
LIMIT = 1.5  # times the cost at the smallest size that the largest may have
COMMENTS = 2  # for each article
ROUNDS = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=["sqlite"])
    parser.add_argument("--folder", type=Path, help="where SQLite's files are kept; made where it is not there")
    parser.add_argument(
        "--server", default="postgres://postgres@127.0.0.1:5432", help="PostgreSQL's, where databases may be made"
    )
    parser.add_argument("--prefix", default="newsroom_growth_", help="of the names of databases in PostgreSQL")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", type=Path, help="put the figures into this file too, between its two marks")
    options = parser.parse_args()
    report = GrowthReport()
    with tempfile.TemporaryDirectory() as folder:
        folder = options.folder or Path(folder)
        sizes = sorted(options.sizes)
        magazines = {
            (database, size): Magazine(prepared(database, size, folder, options))
            for database in options.databases
            for size in sizes
        }
        tell(magazines, measured(magazines, options.rounds), sizes, options, report)
        tell_of_loads(
            {key: loaded(magazine.environment) for key, magazine in magazines.items()}, sizes, options, report
        )
    if options.write:
        report.put_into(options.write)


class GrowthReport(Report):
    BEGIN, END = "<!-- growth -->", "<!-- end of growth -->"


def prepared(database, size, folder, options):
    """Return the environment of a magazine of this size, which is made where it is not there."""
    environment = os.environ | {
        "DATA_DIR": str(folder / f"{database}-{size}"),
        "LOG_LEVEL": "ERROR",
        "PAGE_STORE": "off",
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    }
    environment.pop("DATABASE_URL", None)
    if database == "postgresql":
        environment["DATABASE_URL"] = f"{options.server}/{options.prefix}{size}"
        made = f"CREATE DATABASE {options.prefix}{size}"
        subprocess.run(["psql", "-q", f"{options.server}/postgres", "-c", made], capture_output=True)  # noqa: S603, S607
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    if missing := size - ask(environment, "print(Article.objects.count())"):
        if missing < 0:
            sys.exit(f"There are more than {size:,} articles in {environment['DATA_DIR']}.")
        print(f"Making {missing:,} articles on {database} ...", file=sys.stderr)
        begun = time.monotonic()
        manage(environment, "generate", "--articles", str(missing), "--comments", str(COMMENTS * missing))
        print(f"That took {time.monotonic() - begun:,.0f} s.", file=sys.stderr)
    return environment


class Magazine:
    """A process that makes pages when it is told to, one at a time."""

    def __init__(self, environment):
        self.environment = environment
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PREAMBLE + ANSWER], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.pages = self.say("pages")

    def say(self, *words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def measured(magazines, rounds):
    """Return what each page cost in each magazine."""
    found = {}
    for name in next(iter(magazines.values())).pages:
        print(name, file=sys.stderr)
        looked_at = {key: magazine.say("look", name) for key, magazine in magazines.items()}
        answers = {key: [] for key in magazines}
        for _ in range(rounds):
            for key, magazine in magazines.items():
                answers[key].append(magazine.say("answer", name))
        for key in magazines:
            times = sorted(time for time, *_ in answers[key])
            found[key, name] = looked_at[key] | {
                "processor": min(spent for _, spent, _ in answers[key])
                + sum(beside for *_, beside in answers[key]) / rounds,
                "p50": times[len(times) // 2],
                "p99": times[int(len(times) * 0.99)],
            }
    return found


PREAMBLE = """
import json, os, sys, time
import django
django.setup()
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone
from articles.models import Article, Author, Category, Tag
from articles.models.listing import by_author, in_section, with_tag
"""
ANSWER = """
import contextlib, itertools, tempfile, urllib.parse
from django.contrib.auth.models import User
from tests.articles.desk_forms import read

def largest(things, listed):
    return max(things, key=lambda thing: (listed(thing).ids()[:20_000].count(), -thing.pk))

def deepest(path, listed):
    return f"{path}?page={max(1, min(500, listed.ids()[:10_000].count() // 20))}"

section = largest(Category.objects.filter(parent=None), in_section)
tag, author = largest(Tag.objects.all(), with_tag), largest(Author.objects.all(), by_author)
newest = Article.objects.published().newest_first()[100]
edited = Article.objects.published().newest_first().select_related("category")[3]
day = timezone.localtime(Article.objects.published().newest_first()[3000].first_published_at)
desk = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench", password=None)
pages = {
    "home": "/",
    "section": section.get_absolute_url(),
    "section, page 500 or the last": deepest(section.get_absolute_url(), in_section(section)),
    "article": newest.get_absolute_url(),
    "tag": tag.get_absolute_url(),
    "tag, page 500 or the last": deepest(tag.get_absolute_url(), with_tag(tag)),
    "author": author.get_absolute_url(),
    "feed": "/feed/rss/",
    "feed of a section": f"{section.get_absolute_url()}rss/",
    "feed of a tag": f"{tag.get_absolute_url()}rss/",
    "archive, a month": f"/{day:%Y/%m}/",
    "archive, a day": f"/{day:%Y/%m/%d}/",
    "index of sitemaps": "/sitemap.xml",
    "sitemap of a month": f"/sitemap-{day:%Y-%m}.xml",
    "sitemap of pages": "/sitemap-pages.xml",
    "sitemap of news": "/sitemap-news.xml",
    "search, a common word": "/search/?q=water",
    "search, two words": "/search/?q=ferry+bridge",
    "most read": "/most-read/",
    "home, first after an edit": "/",
    "section, first after an edit": edited.category.get_absolute_url(),
    "article, first after an edit": edited.get_absolute_url(),
    "feed, first after an edit": "/feed/rss/",
    "desk: publishing changes": f"/desk/articles/article/{edited.pk}/change/",
    "desk: home": "/desk/",
    "desk: articles": "/desk/articles/article/",
    "desk: articles, page 50": "/desk/articles/article/?p=50",
    "desk: articles of a section": f"/desk/articles/article/?section={section.pk}",
    "desk: tags": "/desk/articles/tag/",
    "desk: comments to check": "/desk/comments/comment/queue/",
    "desk: all comments": "/desk/comments/comment/",
}

def backend():
    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    fields = open(f"/proc/{connection.connection.info.backend_pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

readers, editor = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
editor.force_login(desk)

edits = itertools.count(1)

def written():
    fields, _ = read(editor.get(pages["desk: publishing changes"]))
    changed = {"headline": f"Edit {next(edits)} of {os.getpid()}", "_update": "1"}
    return urllib.parse.urlencode(fields | changed, doseq=True)

def publish(form):
    kind = "application/x-www-form-urlencoded"
    assert editor.post(pages["desk: publishing changes"], form, content_type=kind).status_code == 302

@contextlib.contextmanager
def asking(name):
    # What is to be measured; all that comes before it is done.
    path = pages[name]
    if name == "desk: publishing changes":
        with override_settings(PAGE_STORE=store):
            form = written()
            yield lambda: publish(form)
    elif name.endswith("after an edit"):
        with override_settings(PAGE_STORE=store):
            publish(written())
            cache.clear()
            yield lambda: readers.get(path)
    else:
        yield lambda: (editor if path.startswith("/desk/") else readers).get(path)

def look(name):
    for _ in range(4):
        with asking(name) as get:
            response = get()
    with asking(name) as get, CaptureQueriesContext(connection) as queries:
        get()
        number = len(queries)
    status, size = (response.status_code, len(response.content)) if response else (200, 0)
    return {"status": status, "bytes": size, "queries": number, "path": pages[name]}

def answer(name):
    with asking(name) as get:
        beside, begun, processor = backend(), time.perf_counter(), time.process_time()
        get()
        spent = time.process_time() - processor
        return 1000 * (time.perf_counter() - begun), 1000 * spent, 1000 * (backend() - beside)

def memory():
    return int(open("/proc/self/status").read().partition("RssAnon:")[2].split()[0]) // 1024

does = {"pages": lambda: pages, "look": look, "answer": answer, "memory": memory}
with tempfile.TemporaryDirectory() as store:
    for line in sys.stdin:
        word, *words = json.loads(line)
        print(json.dumps(does[word](*words)), flush=True)
"""


def ask(environment, program, *words):
    """Return what a short program of the site prints."""
    command = [sys.executable, "-c", PREAMBLE + program, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def tell(magazines, found, sizes, options, report):
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    machine = f"{os.cpu_count()} cores ({processor[1] if processor else platform.machine()})"
    report.say(
        f"{datetime.date.today():%d %B %Y}: {machine}, Python {platform.python_version()},"
        f" {options.rounds} answers each, load {os.getloadavg()[0]:.0f} at the end.",
    )
    for database in options.databases:
        report.say(
            "",
            f"| {database}: processor time in ms | {' | '.join(f'{size:,}' for size in sizes)} | last by first |"
            f" queries | KB | p50, p99 in ms at {sizes[-1]:,} |",
            "|---" * (len(sizes) + 5) + "|",
        )
        for name in magazines[database, sizes[0]].pages:
            pages = [found[(database, size), name] for size in sizes]
            if any(page["status"] != 200 for page in pages):
                sys.exit(f"{name} was answered with {[page['status'] for page in pages]}: {pages[0]['path']}")
            ratio = pages[-1]["processor"] / pages[0]["processor"]
            bold = "**" if ratio > LIMIT else ""
            queries = sorted({page["queries"] for page in pages})
            cells = [
                name,
                *(f"{page['processor']:.1f}" for page in pages),
                f"{bold}{ratio:.2f}{bold}",
                "–".join(map(str, sorted({queries[0], queries[-1]}))),
                f"{pages[-1]['bytes'] / 1000:.0f}",
                f"{pages[-1]['p50']:.1f}, {pages[-1]['p99']:.1f}",
            ]
            report.say(f"| {' | '.join(cells)} |")
        memory = [f"{magazines[database, size].say('memory')} MB at {size:,}" for size in sizes]
        report.say("", f"Memory of the process after all of it: {', '.join(memory)}.")


def loaded(environment):
    """Return what a server of two workers answers a second, by page and connections, and the memory it then holds."""
    with (
        tempfile.TemporaryDirectory() as store,
        serving("newsroom.wsgi:application", environment | {"PAGE_STORE": store}, ROOT, 2) as site,
    ):
        found = {}
        for name, path in addresses(site.port).items():
            for kind, asked in ((f"{name}, kept", path), (f"{name}, made anew", f"{path}?rendered")):
                for _ in range(8):  # each worker has seen the page
                    fetch(site.port, asked)
                found[kind] = [load(site.port, asked, connections, SECONDS)[0] for connections in CONNECTIONS]
        return found, site.workers()


def tell_of_loads(found, sizes, options, report):
    for database in options.databases:
        report.say(
            "",
            f"| {database}: requests a second at 1 and 16 connections | {' | '.join(f'{size:,}' for size in sizes)} |",
            "|---" * (len(sizes) + 1) + "|",
        )
        for name in found[database, sizes[0]][0]:
            cells = (", ".join(f"{one:,.0f}" for one in found[database, size][0][name]) for size in sizes)
            report.say(f"| {name} | {' | '.join(cells)} |")
        memory = [f"{' and '.join(map(megabytes, found[database, size][1]))} at {size:,}" for size in sizes]
        report.say("", f"Memory of the two workers after it: {'; '.join(memory)}.")


if __name__ == "__main__":
    main()
