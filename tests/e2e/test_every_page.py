"""What must hold on every page: accessible, valid, within the window, quiet on the console."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
VNU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

READER = {
    "front": "/", "section": "/section/climate/", "tag": "/tag/walking/", "author": "/author/ines-larrauri/",
    "archive": "/{year}/", "search": "/search/?q=snow", "no hits": "/search/?q=xyzzyx", "about": "/about/",
    "missing": "/no/such/page/", "long read": "the-snow-that-stays", "photo essay": "above-the-last-tree",
    "opinion": "let-the-bus-stop-have-a-bench", "German": "faehrfahrplanaenderungsverordnung",
    "Arabic": "wood-string-and-a-star", "Chinese": "slow-tea-on-a-small-hill", "table": "a-river-measured-twice",
    "gallery": "orange-suit-goes-on-show", "sound": "ferry-four-gets-its-bell-back",
    "PDF": "a-novel-that-keeps-the-tide-tables", "recording": "/recording/{recording}/",
    "document": "/document/{document}/", "comment": "write", "live": "a-whole-day-of-counting-birds",
    "reading": "{tale}?view=reading", "all series": "/series/", "series": "/series/{series}/",
    "most read": "/most-read/", "newsletter": "/newsletter/", "corrections": "/corrections/", "masthead": "/masthead/",
    "contact": "/contact/", "saved": "/saved/", "offline": "/offline/",
}  # fmt: skip
DESK = {
    "home": "/desk/", "articles": "/desk/articles/article/", "new article": "/desk/articles/article/add/",
    "story": "/desk/articles/article/{story}/change/", "board": "/desk/articles/article/board/",
    "week": "/desk/articles/article/calendar/", "month": "/desk/articles/article/calendar/?view=month",
    "by section": "/desk/articles/article/calendar/?by=section", "plan": "/desk/articles/article/{story}/plan/",
    "profile": "/desk/profile/", "people": "/desk/people/",
    "views": "/desk/articles/article/views/?query=status%3Ddraft", "bulk": "/desk/articles/article/bulk/",
    "picture window": "/desk/articles/picture/choose/?several=1",
    "picture for a story": "/desk/articles/picture/choose/use/?for=lead&pick=1&pick=2",
    "pictures": "/desk/articles/picture/", "recordings": "/desk/articles/recording/",
    "new recording": "/desk/articles/recording/add/", "documents": "/desk/articles/document/",
    "sections": "/desk/articles/category/", "front page": "/desk/articles/placement/",
    "rule of a zone": "/desk/articles/placement/zone/?zone=lead",
    "live desk": "/desk/articles/liveupdate/coverage/{live}/",
    "new series": "/desk/articles/dossier/add/", "breaking": "/desk/articles/breakingnews/add/",
    "site": "/desk/articles/sitesettings/1/change/",
    "queue": "/desk/comments/comment/queue/", "figures": "/desk/comments/comment/queue/figures/",
    "rules": "/desk/comments/comment/queue/rules/", "users": "/desk/auth/user/",
}  # fmt: skip
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="session")
def paths(newsroom):
    """The address of each kind of page."""
    number, story = newsroom.article("the-snow-that-stays")
    live, _ = newsroom.article("a-whole-day-of-counting-birds")
    code = "print(Recording.objects.first().key, Document.objects.first().key, Dossier.objects.first().slug)"
    keys = newsroom.manage(
        "shell", "-v0", "-c", f"from articles.models import Document, Dossier, Recording; {code}"
    ).split()
    found = {}
    for kind, address in (READER | DESK).items():
        if address == "write":
            found[kind] = f"/comments/write/{number}/"
        elif address.startswith(("/", "{")):
            found[kind] = address.format(
                story=number,
                tale=story,
                year=story.split("/")[1],
                recording=keys[0],
                document=keys[1],
                series=keys[2],
                live=live,
            )
        else:
            found[kind] = newsroom.article(address)[1]
    return found


def test_readers_pages_are_accessible_and_fit(open_page, audit, paths):
    page = open_page("/", width=320, guest=True)
    check(page, {kind: paths[kind] for kind in READER}, lambda: audit(page, widths=[1280], between=[768]))


def check(page, paths, look):
    findings = []
    for kind, path in paths.items():
        page.goto(path)
        findings += [f"{kind}: {finding}" for finding in look()]
    assert not findings, "\n".join(findings)


def test_every_page_obeys_the_policy(open_page, paths):
    page = open_page("/desk/", role="admin")
    for path in paths.values():
        page.goto(path)
        page.evaluate(TWO_FRAMES)


def test_readers_pages_are_valid_html(open_page, paths, tmp_path):
    assert VNU.exists(), "npm install brings the checker"
    page = open_page("/", javascript=False)
    for kind in READER:
        body = page.request.get(paths[kind]).text()
        (tmp_path / f"{kind.replace(' ', '-')}.html").write_text(body)
    result = subprocess.run(
        ["java", "-jar", VNU, "--errors-only", "--format", "text", *sorted(tmp_path.glob("*.html"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr.replace(str(tmp_path), "")


def test_nothing_comes_from_elsewhere(open_page, paths, newsroom):
    page = open_page("/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for kind in READER:
        page.goto(paths[kind])
    assert not [url for url in asked if not url.startswith(newsroom.url)]


def test_pages_read_without_javascript(open_page, paths):
    page = open_page(paths["long read"], javascript=False)
    assert page.locator("h1").inner_text() == "The snow that stays"
    assert page.locator("article p").count() > 10


@pytest.mark.parametrize(("kind", "most", "requests"), [("long read", 150_000, 10), ("front", 300_000, None)])
def test_the_first_visit_is_light(open_page, paths, kind, most, requests):
    """Bytes as they come, at 360 px on a dense phone: a page with all that it needs, pictures in sight included."""
    page = open_page("/robots.txt", width=360, density=3)
    sizes = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()}))
    page.goto(paths[kind])
    page.wait_for_load_state("networkidle")
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values()) <= most
    # What a browser asks for itself, before or after.
    asked = [url for url in sizes if not re.search("favicon|icon-|manifest|service-worker|offline", url)]
    assert requests is None or len(asked) <= requests, asked


def test_nothing_moves_when_the_fonts_arrive(open_page, paths):
    page = open_page("/robots.txt", width=360)
    held, is_let_go = [], False
    page.route("**/*.woff2", lambda route: route.continue_() if is_let_go else held.append(route))
    page.add_init_script("""
        self.moved = 0;
        new PerformanceObserver(list => list.getEntries().forEach(entry => { moved += entry.value; }))
            .observe({type: "layout-shift", buffered: true});
    """)
    moved = {}
    for kind in ("front", "section", "long read", "search"):
        is_let_go = False
        page.goto(paths[kind], wait_until="domcontentloaded")
        page.evaluate(TWO_FRAMES)
        is_let_go = True
        while held:
            held.pop().continue_()
        page.wait_for_load_state("networkidle")
        page.evaluate(TWO_FRAMES)
        moved[kind] = page.evaluate("moved")
    assert max(moved.values()) <= 0.02, moved
