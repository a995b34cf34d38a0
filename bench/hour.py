"""Measure what memory the workers hold while readers and an editor use the site for an hour.

    .venv/bin/python bench/hour.py --minutes 60

A reader asks for one page after the other, twenty a second at most: stories, fronts, tags, authors, months, searches
and feeds of a newsroom of 5,000 stories, anybody's and their own, so that most have to be made. Every ten seconds an
editor publishes a change of a story in its form. Memory is told every five minutes, in all and by what is held alone.
"""

import argparse
import http.client
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.pages import ROOT, Desk, ask, fetch, manage, serving  # noqa: E402 (found by the path above)

A_SECOND = 20
EDITED = 30  # stories
ADDRESS = r"<loc>https?://[^/]+(/[^<]*)</loc>"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--comments", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DATA_DIR": f"{folder}/data",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        }
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
        manage(environment, "generate", "--articles", str(options.articles), "--comments", str(options.comments))
        with serving("newsroom.wsgi:application", environment, ROOT, 2) as site:
            use(site, environment, options.minutes)


def use(site, environment, minutes):
    pages = every_page(site.port)
    slugs = [page.split("/")[4] for page in pages if re.match(r"/\d{4}/\d\d/\d\d/", page)][:EDITED]
    desks = [Desk(site.port, *found) for found in ask(environment, f"[desk(slug) for slug in {slugs!r}]")]
    number = 0
    begun = told = edited = time.monotonic()
    say(site, 0, number)
    while (now := time.monotonic()) < begun + 60 * minutes:
        page = random.choice(pages)  # noqa: S311
        address = random.choice((page, page, f"{page}?page=2", f"{page}?rendered", f"/search/?q={number % 50}+tide"))  # noqa: S311
        get(site.port, address)
        number += 1
        if now > edited + 10:
            edited = now
            desk = random.choice(desks)  # noqa: S311
            desk.send(desk.filled_in(headline=f"Edit number {number} of {os.getpid()}"))
        if now > told + 300:
            told = now
            say(site, (now - begun) / 60, number)
        time.sleep(max(0, begun + number / A_SECOND - time.monotonic()))
    say(site, minutes, number)


def every_page(port):
    """The addresses in the site's own map, without its host."""
    index = fetch(port, "/sitemap.xml", accept="identity").decode()
    found = ["/", "/feed/rss/", "/most-read/", "/series/"] * 50  # asked for more than any story
    for one in re.findall(ADDRESS, index):
        found += re.findall(ADDRESS, fetch(port, one, accept="identity").decode())
    return found


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status >= 500:
        sys.exit(f"{path} answered {response.status}.")


def say(site, minutes, number):
    held = []
    for pid in site.processes():
        status = Path(f"/proc/{pid}/status").read_text()
        alone, shared = (int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) // 1024 for name in ("RssAnon", "RssFile"))
        held.append(f"{alone + shared} MB ({alone} alone)")
    print(f"{minutes:5.0f} minutes  {number:7,} pages  {'  '.join(held)}", flush=True)


if __name__ == "__main__":
    main()
