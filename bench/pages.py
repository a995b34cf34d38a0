"""How fast pages are: `make bench` prints it, with nginx and a WSGI function that does nothing in the same run.

Needs Debian's `wrk` and `nginx-light`. Everything listens on 127.0.0.1. Figures are the medians of three runs; only the
ratios within one run mean something on another machine. What a rendered page costs is told in processor time of the
server's workers, which other work on the machine disturbs least.

With DATABASE_URL and REDIS_URL pages are kept in Redis, and a second server, with nothing else in common, stands for a
second machine: what is published on the first is looked for on it.
"""

import argparse
import datetime
import http.client
import json
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.articles.desk_forms import read, words  # noqa: E402 (found by the path above)

SECONDS, RUNS = 2, 3
CONNECTIONS = (1, 16)
# As `manage.py run` has it.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}

NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  open_file_cache max=100;
  types {{ text/html html; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    root {folder}/static;
    add_header Content-Encoding br;
    add_header Vary Accept-Encoding;
    add_header Cache-Control "public, max-age=0, must-revalidate";
  }}
}}
"""
NOTHING = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--comments", type=int, default=10_000)
    parser.add_argument("--data", type=Path, help="a folder with a database that is there already; it is written to")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each of the three runs")
    parser.add_argument("--write", type=Path, help="put the figures into this file too, between its two marks")
    options = parser.parse_args()
    for program in ("wrk", "nginx"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install wrk nginx-light")
    with tempfile.TemporaryDirectory() as folder:
        lines = Report()
        run(Path(folder), options, lines)
    if options.write:
        lines.put_into(options.write)


class Report(list):
    """Lines of Markdown, printed as they come."""

    BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"

    def say(self, *lines):
        for line in lines:
            print(line, flush=True)
            self.append(line)

    def put_into(self, path):
        before, rest = path.read_text().split(self.BEGIN)
        path.write_text("\n".join([before + self.BEGIN, *self, self.END]) + rest.partition(self.END)[2])


def run(folder, options, report):
    data = options.data or folder / "data"
    environment = os.environ | {
        "DATA_DIR": str(data),
        "LOG_LEVEL": "ERROR",
        "PAGE_STORE": os.environ.get("REDIS_URL") or str(folder / "pages"),
        "SECRET_KEY": secrets.token_hex(32),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    if options.data is None:
        manage(environment, "generate", "--articles", str(options.articles), "--comments", str(options.comments))
    workers = os.cpu_count() or 1
    (folder / "nothing.py").write_text(NOTHING)
    with (
        serving("newsroom.wsgi:application", environment, ROOT, workers) as kept,
        serving("nothing:application", environment, folder, workers) as nothing,
    ):
        describe(environment, workers, options, report)
        paths = addresses(kept.port)
        measure_kept(folder, kept, nothing, paths, workers, options, report)
        measure_rendered(environment, kept, paths, options, report)
        report.say(
            "", "| seen after “Publish changes” | milliseconds, slowest of ten | median | of which the desk's answer |"
        )
        report.say("|---|---|---|---|")
        paths |= showing(kept.port, paths["article"])
        measure_edit(environment, kept, kept, paths, report)
        if os.environ.get("REDIS_URL"):
            apart = environment | {"DATA_DIR": str(folder / "apart")}
            manage(apart, "collectstatic", "--no-input", "--verbosity", "0")
            with serving("newsroom.wsgi:application", apart, ROOT, workers) as other:
                measure_edit(environment, kept, other, paths, report, ", on another machine")
        figures = json.loads(fetch(kept.port, "/health/", accept="identity"))["pages"]
        report.say(
            "",
            f"After all this the workers hold {' and '.join(map(megabytes, kept.workers()))} of memory."
            f" The store answered {figures['hits']:,} times and had {figures['misses']:,} pages made.",
        )


def describe(environment, workers, options, report):
    counted = ask(environment, "Article.objects.count(), Comment.objects.count()")
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    report.say(
        f"{datetime.date.today():%d %B %Y}: {counted[0]:,} articles and {counted[1]:,} comments on"
        f" {ask(environment, 'connection.vendor')}, granian with {workers} workers, {os.cpu_count()} cores"
        f" ({processor[1] if processor else platform.machine()}), Python {platform.python_version()}, brotli, medians"
        f" of {RUNS} runs of {options.seconds:g} s. The machine's load was {os.getloadavg()[0]:.0f} when it began.",
        "",
    )


def measure_kept(folder, kept, nothing, paths, workers, options, report):
    report.say(
        "| requests a second | 1 connection | 16 connections | p50, p99 at 16 | share of nginx at 1 | at 16 |",
        "|---|---|---|---|---|---|",
    )
    (folder / "static").mkdir()
    for name, path in paths.items():
        (folder / "static" / f"{name}.html").write_bytes(fetch(kept.port, path))
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, workers=workers))
    nginx = subprocess.Popen(["nginx", "-e", folder / "nginx.log", "-c", folder / "nginx.conf"])  # noqa: S603, S607
    try:
        wait_for(port)
        row(report, "a WSGI function that does nothing", loads(nothing.port, "/", options))
        for name, path in paths.items():
            size = (folder / "static" / f"{name}.html").stat().st_size
            static = loads(port, f"/{name}.html", options)
            row(report, f"{name}, {size:,} bytes: nginx, a static file", static)
            row(report, f"{name}: kept", loads(kept.port, path, options), static)
    finally:
        nginx.send_signal(signal.SIGQUIT)
        nginx.wait(20)


def row(report, name, found, beside=None):
    """Write a line of the first table; `beside` are the figures of nginx."""
    shares = [f"{one[0] / other[0]:.2f}" for one, other in zip(found, beside, strict=True)] if beside else ["", ""]
    report.say(
        f"| {name} | {found[0][0]:,.0f} | {found[1][0]:,.0f} | {found[1][1]:.2f}, {found[1][2]:.2f} ms |"
        f" {shares[0]} | {shares[1]} |"
    )


def measure_rendered(environment, site, paths, options, report):
    """Ask with a parameter that no page knows, so that each answer is made for that request alone."""
    report.say(
        "",
        "| rendered anew each time | processor time | a second on one core | queries | p50, p99 at 1 connection |",
        "|---|---|---|---|---|",
    )
    for name, path in paths.items():
        for _ in range(8):  # each worker has seen the page
            fetch(site.port, f"{path}?rendered")
        asked, spent, times = 0, -site.spent(), []
        until = time.monotonic() + RUNS * options.seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            fetch(site.port, f"{path}?rendered")
            times.append(1000 * (time.monotonic() - begun))
            asked += 1
        spent = 1000 * (spent + site.spent()) / asked
        times.sort()
        queries = ask(environment, f"queries({path!r})")
        report.say(
            f"| {name} | {spent:.1f} ms | {1000 / spent:.0f} | {queries} |"
            f" {times[len(times) // 2]:.1f}, {times[int(len(times) * 0.99)]:.1f} ms |"
        )


def measure_edit(environment, desk_of, kept, paths, report, where=""):
    """How long after an editor presses “Publish changes” the next reader of each page that shows them gets them."""
    slug = paths["article"].strip("/").split("/")[-1]
    desk = Desk(desk_of.port, *ask(environment, f"desk({slug!r})"))
    for number in range(8):  # each worker has published something, and made each page
        desk.send(desk.filled_in(headline=f"Edit before {number} of {os.getpid()}{where}"))
        for path in paths.values():
            fetch(kept.port, path)
    waited, answered = ({name: [] for name in paths} for _ in range(2))
    for number, name in enumerate(sorted(paths) * 10):
        headline = f"Edit number {number} of {os.getpid()}{where}"
        form = desk.filled_in(headline=headline)
        begun = time.monotonic()
        desk.send(form)
        answered[name].append(1000 * (time.monotonic() - begun))
        while headline.encode() not in fetch(kept.port, paths[name], accept="identity"):
            if time.monotonic() - begun > 20:
                sys.exit(f"An edit did not come to {name}.")
        waited[name].append(1000 * (time.monotonic() - begun))
    for name, times in waited.items():
        form = statistics.median(answered[name])
        report.say(f"| {name}{where} | {max(times):.0f} | {statistics.median(times):.0f} | {form:.0f} |")


class Desk:
    """An editor's browser at the form of one article."""

    def __init__(self, port, number, session):
        self.port, self.path = port, f"/desk/articles/article/{number}/change/"
        self.cookies = {"sessionid": session}

    def ask(self, method, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, self.path, body, headers)
        response = connection.getresponse()
        response.content = response.read()
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def filled_in(self, **changes):
        fields, _ = read(self.ask("GET"))
        return urllib.parse.urlencode(fields | changes | {"_update": "1"}, doseq=True)

    def send(self, form):
        response = self.ask("POST", form)
        if response.status != 302:
            sys.exit(f"The desk did not publish the changes: {response.status} {words(response)[:2000]}")


ASK = """
import json, sys
import django
django.setup()
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from articles.models import Article
from comments.models import Comment
def queries(path):
    client = Client(SERVER_NAME="localhost")
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        client.get(path)
        return len(found)
def desk(slug):
    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return Article.objects.get(slug=slug).pk, client.cookies["sessionid"].value
print(json.dumps(eval(sys.argv[1])))
"""


def ask(environment, question):
    """Return what a short expression is worth in the site."""
    command = [sys.executable, "-c", ASK, question]
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout)  # noqa: S603


def loads(port, path, options):
    return [load(port, path, connections, options.seconds) for connections in CONNECTIONS]


def load(port, path, connections, seconds):
    """Return requests a second, and the milliseconds within which half of them and 99 of 100 are answered."""
    runs = []
    for _ in range(RUNS):
        said = subprocess.run(  # noqa: S603
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-H", "Accept-Encoding: br",  # noqa: S607
             f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        if "Non-2xx" in said:
            sys.exit(f"{path} was not answered well:\n{said}")
        runs.append([float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1]), within(said, 50), within(said, 99)])
    return [statistics.median(values) for values in zip(*runs, strict=True)]


def within(said, per_cent):
    number, unit = re.search(rf"\s{per_cent}%\s+([\d.]+)(us|ms|s)", said).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def addresses(port):
    front = fetch(port, "/", accept="identity").decode()
    section = re.search(r'href="(/section/[^"/]+/)"', front)[1]
    article = re.search(r'href="(/\d{4}/\d\d/\d\d/[^"/]+/)"', front)[1]
    listed = fetch(port, section, accept="identity").decode()
    article = article if article in listed else re.search(r'href="(/\d{4}/\d\d/\d\d/[^"/]+/)"', listed)[1]
    return {"home": "/", "section": section, "article": article, "feed": "/feed/rss/"}


def showing(port, article):
    """Where else a story is shown, as far as its page and its address tell."""
    page = fetch(port, article, accept="identity").decode()
    found = {
        "archive of its day": article.rpartition("/")[0].rpartition("/")[0] + "/",
        "feed in JSON": "/feed/json/",
        "sitemap of news": "/sitemap-news.xml",
        "API's list": "/api/articles/",
    }
    for name in ("tag", "author"):
        if link := re.search(rf'href="(/{name}/[^"/]+/)"', page):
            found[name] = link[1]
    return {name: path for name, path in found.items() if article in fetch(port, path, accept="identity").decode()}


def fetch(port, path, accept="br"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": accept})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return response.read()


def manage(environment, *words):
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)  # noqa: S603


class Server:
    def __init__(self, process, port):
        self.process, self.port = process, port

    def processes(self):
        """The ids of the workers: what the server's process has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children]

    def spent(self):
        """Seconds of processor time of all its workers."""
        spent = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / os.sysconf("SC_CLK_TCK")

    def workers(self):
        """The bytes that each worker holds of its own or shares."""
        return [
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            for pid in self.processes()
        ]


def megabytes(size):
    return f"{size / 1024 / 1024:.0f} MB"


@contextmanager
def serving(application, environment, folder, workers):
    port = free_port()
    command = [
        sys.executable, "-m", "granian", application, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=environment | MALLOC)  # noqa: S603
    try:
        wait_for(port)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("A server did not start.")


if __name__ == "__main__":
    main()
