"""A newsroom served as `make run` serves it, with the demonstration loaded, and a browser to walk in.

Each worker has a newsroom of its own, so files may run side by side (`-n 2 --dist loadfile`); the demonstration and the
files of its pictures are made once and copied.
"""

import email
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from email import policy
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000  # milliseconds that a test waits for what is to come: a password is slow to check, on purpose
expect.set_options(timeout=PATIENCE)
# What a page may say on the console without having done wrong: the answers that the tests ask for on purpose.
EXPECTED = ("status of 404", "status of 410", "status of 400", "status of 409")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What of it can differ between light and dark, and with the width and the direction.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LAYOUT = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable", "meta-viewport"]}}
FIND = """options => axe.run(document, {resultTypes: ["violations"], ...options}).then(
    ({violations}) => violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.target.join(" "))]))"""

# A change of scheme may set colours moving; what is judged is where they end.
SETTLE = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.getAnimations().filter(one => one instanceof CSSTransition).forEach(one => one.finish());
  done();
})))"""


class Newsroom:
    def __init__(self, url, data_dir):
        self.url = url
        self.data_dir = data_dir
        self.articles = {}

    @property
    def passwords(self):
        return json.loads((self.data_dir / "demo_sign_in.json").read_text())

    def manage(self, *words):
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=environment(self.data_dir) | {"SITE_ADDRESS": self.url or ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def letters(self, to):
        """What was sent to an address, the newest last."""
        files = sorted((self.data_dir / "letters").glob("*.log"), key=lambda path: path.stat().st_mtime)
        sent = [
            email.message_from_string(text, policy=policy.default)
            for path in files
            for text in path.read_text().split("-" * 79 + "\n")
            if text
        ]
        return [letter for letter in sent if letter["To"] == to]

    def article(self, slug):
        """The number and the address of an article; all are read at once, since each process takes a second."""
        if slug not in self.articles:
            found = "{one.slug: [one.pk, one.get_absolute_url()] for one in Article.objects.exclude(slug='')}"
            code = f"import json; from articles.models import Article; print(json.dumps({found}))"
            self.articles = json.loads(self.manage("shell", "-v0", "-c", code))
        return self.articles[slug]


def environment(data_dir):
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DEBUG")}
    return kept | {"DATA_DIR": str(data_dir), "EMAIL_URL": f"filemail:///{data_dir}/letters"}


def prepare(folder):
    """Make what each newsroom starts from: the demonstration, with the files of its pictures."""
    half_made = folder.with_suffix(".new")
    shutil.rmtree(half_made, ignore_errors=True)  # of one that failed
    half_made.mkdir()
    manage = Newsroom(None, half_made).manage
    manage("migrate", "--verbosity", "0")
    manage("shell", "-v0", "-c", "from newsroom.management.commands.run import Command; Command().collect_static()")
    manage("demo")
    work = [sys.executable, "manage.py", "work", "--batch", "--verbosity", "0"]
    for worker in [subprocess.Popen(work, cwd=ROOT, env=environment(half_made)) for _ in range(2)]:
        assert worker.wait() == 0
    half_made.rename(folder)


def take_over(prepared, data_dir):
    """Copy the database; link the rest, of which no file is ever changed in place."""
    for path in prepared.iterdir():
        if path.is_dir():
            shutil.copytree(path, data_dir / path.name, copy_function=os.link)
        else:
            shutil.copy2(path, data_dir)


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("newsroom")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    prepared = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not prepared.exists():
            prepare(prepared)
    take_over(prepared, data_dir)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (data_dir / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--port", str(port)],
            cwd=ROOT,
            env=environment(data_dir),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    try:
        for _ in range(600):
            if server.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{url}/robots.txt", timeout=2).read()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("The newsroom does not answer.")
        if server.poll() is not None:
            pytest.fail((data_dir / "server.log").read_text())
        yield Newsroom(url, data_dir)
    finally:
        server.terminate()
        server.wait(20)
    log = (data_dir / "server.log").read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(browser, newsroom):
    """Return a function that signs somebody in, once, and returns what their browser then keeps."""
    kept = {}

    def sign_in(role):
        if role not in kept:
            context = browser.new_context(base_url=newsroom.url)
            page = context.new_page()
            page.goto("/desk/login/")
            page.fill("#id_username", role)
            page.fill("#id_password", newsroom.passwords[role])
            page.press("#id_password", "Enter")
            page.wait_for_url("**/desk/")
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return sign_in


@pytest.fixture
def open_page(browser, newsroom, signed_in):
    """Return a function that opens a page in a window of its own; fails on anything said on its console.

    A `guest` script, such as the accessibility checker, may do what the policy forbids a page; nothing is listened to.
    """
    contexts, complaints = [], []

    def listen(message):
        if message.type == "error" and not any(words in message.text for words in EXPECTED):
            complaints.append(message.text)

    def opened(path="/", *, role=None, width=1280, density=1, dark=False, javascript=True, guest=False):
        context = browser.new_context(
            base_url=newsroom.url,
            viewport={"width": width, "height": 900},
            device_scale_factor=density,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            bypass_csp=guest,
            storage_state=signed_in(role) if role else None,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if not guest:
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture(scope="session")
def audit():
    """Return a function that tells what is wrong with an open page: too wide, or not accessible.

    The page is one of a `guest`. It is looked at as wide as it is, in light and dark; at the `widths`, too; at those
    `between`, and from right to left, for what depends on the layout.
    """
    script = Axe().axe_script

    def audited(page, widths=(), between=()):
        page.evaluate("document.fonts.ready.then(() => null)")
        page.evaluate(script)
        now = page.viewport_size
        found = []
        for width in (now["width"], *widths):
            found += looked(page, width, RULES) + looked(page, width, COLOURS, scheme="dark")
        for width in between:
            found += looked(page, width, LAYOUT)
            found += looked(page, width, LAYOUT, direction="rtl")
        page.set_viewport_size(now)
        page.emulate_media(color_scheme="light")
        return found

    def looked(page, width, rules, scheme="light", direction=None):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if direction:
            was = page.evaluate("to => [document.dir, document.dir = to][0]", direction)
        page.evaluate(SETTLE)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = [f"{wide} px too wide"] if wide > 0 else []
        found += [f"{name}: {targets}" for name, targets in page.evaluate(FIND, rules)]
        if direction:
            page.evaluate("to => { document.dir = to; }", was)
        return [f"{width} px, {direction or scheme}: {one}" for one in found]

    return audited


def wait_until(page, expression):
    """Wait until an expression is true. Asked from outside, since the page's own policy lets nothing be evaluated."""
    for _ in range(100):
        try:
            if page.evaluate(expression):
                return
        except Error:  # it is on its way to another page
            pass
        time.sleep(0.1)
    pytest.fail(f"It never came to be: {expression}")
