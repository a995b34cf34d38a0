"""Take pictures of every kind of page, for looking through: `make screenshots`. Needs Chromium and Playwright."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "var" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
WIDTHS = (1440, 768, 375, 320)
STARTING = 600  # seconds; the demonstration is loaded first

# Addresses as they are, or kinds of story by which one is found.
FIXED = {
    "front": "/", "search": "/search/?q=snow", "page": "/about/", "most-read": "/most-read/",
    "newsletter": "/newsletter/", "saved": "/saved/", "offline": "/offline/", "404": "/no/such/page/",
    "masthead": "/masthead/", "corrections": "/corrections/", "contact": "/contact/", "all-series": "/series/",
    "no-hits": "/search/?q=xyzzyx",
}  # fmt: skip
FIND = """
import json
from django.utils import timezone
from articles.models import Article, Author, Category, Document, Dossier, Recording, Tag
public = Article.objects.published().newest_first()
found = {}
for kind, _ in Article._meta.get_field("kind").choices:
    if story := public.filter(kind=kind).first():
        found[kind.replace("_", "-")] = story.get_absolute_url()
for name, language in (("right-to-left", "ar"), ("chinese", "zh")):
    if story := public.filter(language__startswith=language).first():
        found[name] = story.get_absolute_url()
story = public.first()
found["section"] = story.category.get_absolute_url()
found["archive"] = f"/{story.first_published_at.year}/"
found["archive-of-a-day"] = story.get_absolute_url().removesuffix(f"{story.slug}/")
found["reading-view"] = f"{story.get_absolute_url()}?view=reading"
found["comment"] = f"/comments/write/{story.pk}/"
found["tag"] = Tag.objects.filter(article__in=public.order_by()).first().get_absolute_url()
found["author"] = Author.objects.filter(bylines__article__in=public.order_by()).first().get_absolute_url()
if recording := Recording.objects.first():
    found["recording"] = recording.get_absolute_url()
if document := Document.objects.first():
    found["document"] = document.get_absolute_url()
if dossier := Dossier.objects.published().first():
    found["series"] = dossier.get_absolute_url()
gone = public.last()
gone.expires_at = timezone.now()
gone.save()
found["410"] = gone.get_absolute_url()
print(json.dumps(found))
"""

# Pictures further down load as they come near; one that has no file yet has it made. Then they are still to be decoded.
LOAD = """() => Promise.all([document.fonts.ready, ...[...document.images].map(image => {
  image.loading = "eager";
  image.decoding = "sync";
  return image.decode().catch(() => null);
})]).then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"""

# What nobody has scrolled to is laid out too.
WHOLE = "* { content-visibility: visible !important }"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"DATA_DIR": str(FOLDER / "newsroom")}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    manage = [sys.executable, str(ROOT / "manage.py")]
    with (FOLDER / "server.log").open("w") as log:
        server = subprocess.Popen([*manage, "run", "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        url = f"http://localhost:{port}"
        wait_for(url, server)
        found = subprocess.run(
            [*manage, "shell", "-v0", "-c", FIND], env=environment, capture_output=True, text=True, check=True
        )
        taken = list(take(url, FIXED | json.loads(found.stdout)))
    finally:
        server.terminate()
        server.wait(60)
    write_index(taken)
    print(f"{len(taken)} pictures; open {(FOLDER / 'index.html').relative_to(ROOT)}")


def wait_for(url, server):
    for _ in range(STARTING * 2):
        if server.poll() is not None:
            sys.exit(f"The newsroom did not start; see {FOLDER / 'server.log'}.")
        try:
            urllib.request.urlopen(f"{url}/robots.txt", timeout=2).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    sys.exit("The newsroom does not answer.")


def take(url, pages):
    """Yield (page, width, mode, name of the file) of each picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for width in WIDTHS:
            for mode in ("light", "dark"):
                context = browser.new_context(
                    base_url=url,
                    viewport={"width": width, "height": 900},
                    color_scheme=mode,
                    reduced_motion="reduce",
                    service_workers="block",
                    bypass_csp=True,
                )
                page = context.new_page()
                for name, path in pages.items():
                    page.goto(path)
                    page.add_style_tag(content=WHOLE)
                    page.evaluate(LOAD)
                    file = f"{name}-{width}-{mode}.png"
                    page.screenshot(path=FOLDER / file, full_page=True)
                    yield name, width, mode, file
                context.close()
        browser.close()


def write_index(taken):
    rows = {}
    for name, width, mode, file in taken:
        rows.setdefault(name, []).append(
            f'<figure><a href="{escape(file)}"><img src="{escape(file)}" alt="" loading="lazy"></a>'
            f"<figcaption>{width} px, {mode}</figcaption></figure>"
        )
    style = (
        "body{font:15px system-ui;margin:2rem}div{display:flex;gap:1rem;overflow-x:auto}figure{margin:0;flex:none}"
        "img{height:26rem;width:18rem;object-fit:cover;object-position:top;border:1px solid #999}"
    )
    body = "".join(f"<h2>{escape(name)}</h2><div>{''.join(figures)}</div>" for name, figures in rows.items())
    (FOLDER / "index.html").write_text(
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>{style}</style>{body}</html>'
    )


if __name__ == "__main__":
    main()
