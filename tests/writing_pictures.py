"""Take the pictures of docs/editors.md anew, from a newsroom that shows the demonstration.

Start one (`DATA_DIR=/tmp/newsroom .venv/bin/python manage.py run --port 8123`) and, with the same DATA_DIR:
`.venv/bin/python tests/writing_pictures.py http://localhost:8123`. It writes notes and makes a link in that newsroom.
"""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "editors"
CHROMIUM = "/usr/bin/chromium"
SLUG = "the-waiting-room-at-night"

# What a day brings: two notes on a story, one of them answered, and a link for somebody who was there.
A_DAY = f"""
from django.contrib.auth.models import User
from articles import notes, sharing
from articles.models import Article
story = Article.objects.get(slug="{SLUG}")
editor, writer = User.objects.get(username="editor"), User.objects.get(username="writer")
words = notes.texts_of(story)["body"].split()
first = notes.add(story, "Do we have this from two people?", editor, quote=" ".join(words[:7]))
notes.reply(first, "Yes: the guard and the night porter.", writer)
share, token = sharing.make(story, "Ada Fenwick", 7, editor)
print(story.pk, token)
"""


def main(url):
    FOLDER.mkdir(exist_ok=True)
    passwords = json.loads((Path(os.environ["DATA_DIR"]) / "demo_sign_in.json").read_text())
    made = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", A_DAY],
        check=True,
        capture_output=True,
        text=True,
    )
    number, token = made.stdout.split()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            base_url=url, viewport={"width": 1280, "height": 860}, color_scheme="light", reduced_motion="reduce"
        )
        reader = context.new_page()
        reader.goto(f"/draft/{token}/")
        reader.fill("#draft_text", "The clock stopped at ten to four, not at four.")
        reader.click("[value=note]")
        reader.click("[value^=sign_off]")
        keep(reader, "draft", reader.locator("#draft"))
        page = context.new_page()
        page.goto("/desk/")
        page.fill("#id_username", "editor")
        page.fill("#id_password", passwords["editor"])
        page.press("#id_password", "Enter")
        page.goto(f"/desk/articles/article/{number}/change/")
        page.locator(".ProseMirror p").first.wait_for()
        page.wait_for_timeout(2000)  # until the passages are marked
        page.locator("#notes").evaluate("notes => notes.scrollIntoView({block: 'center'})")
        keep(page, "notes")
        page.click(".submit-row .preview")
        page.frame_locator(".preview-frame iframe").locator("h1").wait_for()
        page.get_by_label("Phone").check()
        page.get_by_label("Dark").check()
        page.evaluate("scrollTo(0, 0)")
        keep(page, "preview")
        browser.close()


def keep(page, name, part=None):
    page.wait_for_timeout(1500)  # until pictures are there
    picture = Image.open(io.BytesIO((part or page).screenshot()))
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    main(sys.argv[1])
