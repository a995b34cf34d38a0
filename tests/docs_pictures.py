"""What the scripts that take the pictures of docs/ share: a day at the desk, somebody signed in, a picture kept.

Start a newsroom that shows the demonstration (`DATA_DIR=/tmp/newsroom .venv/bin/python manage.py run --port 8123`) and,
with the same DATA_DIR, run one of them: `.venv/bin/python tests/planning_pictures.py http://localhost:8123`.
"""

import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"


def bring(day):
    """Run what a day brings in that newsroom; return what it prints."""
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", day]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def newsroom(url):
    """Yield a function that opens a window there: of somebody at the desk, or of a reader."""
    passwords = json.loads((Path(os.environ["DATA_DIR"]) / "demo_sign_in.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def opened(path="/desk/", width=1280, height=900, scheme="light", role=None):
            page = browser.new_context(
                base_url=url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            ).new_page()
            page.goto(path if role is None else f"/desk/login/?next={path}")
            if role is not None:
                page.fill("#id_username", role)
                page.fill("#id_password", passwords[role])
                page.press("#id_password", "Enter")
                page.wait_for_url(f"**{path}")
            page.wait_for_load_state("networkidle")
            return page

        yield opened
        browser.close()


def keep(shown, folder, name, full=False):
    """Keep the picture of a page, or of one element."""
    getattr(shown, "page", shown).wait_for_timeout(1500)  # until pictures and what is marked are there
    picture = Image.open(io.BytesIO(shown.screenshot(**({"full_page": True} if full else {}))))
    picture.convert("RGB").save(ROOT / "docs" / folder / f"{name}.webp", quality=72, method=6)
