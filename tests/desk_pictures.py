"""Take the pictures of docs/moderators.md anew, from a newsroom that shows the demonstration.

Start one (`DATA_DIR=/tmp/newsroom .venv/bin/python manage.py run --port 8123`) and, with the same DATA_DIR:
`.venv/bin/python tests/desk_pictures.py http://localhost:8123`. It reports and appeals in that newsroom.
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
FOLDER = ROOT / "docs" / "moderators"
CHROMIUM = "/usr/bin/chromium"
QUEUE = "/desk/comments/comment/queue/"

# What a day brings: a report, a word of the list, a question to colleagues, a colleague at work.
A_DAY = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from comments import authorship, claims, moderation, reactions
from comments.models import Comment
ada = User.objects.get(username="admin")
said = Comment.objects.visible().filter(parent__isnull=False).order_by("id")[4]
reactions.report(said, "a", "abuse", "This is about my neighbour.")
waiting = list(Comment.objects.filter(status="pending", passed_on_by=None).order_by("id"))
for number, comment in enumerate(waiting):
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(minutes=max(2, 41 - 3 * number)))
body = waiting[0].body
Comment.objects.filter(pk=waiting[0].pk).update(
    risk=0.7, held_because="Held: the word “rubbish” and a first comment from this e-mail address (0.70).",
    body="The plan is rubbish, and whoever drew it should say so. " + body,
    signals=[{"code": "word", "score": 0.6, "spans": [[12, 19]], "effect": "hold"},
             {"code": "refused_words", "score": 0.1, "spans": [[25, 54]], "effect": ""}],
)
moderation.pass_on(Comment.objects.get(pk=waiting[5].pk), ada, internal_note="Do we know that this is so?")
claims.claim(waiting[1].pk, ada)
refused = waiting[-1]
moderation.reject(refused, ada, "abuse", public_note="Say it without the name, and it can stand.")
print(json.dumps([said.article.get_absolute_url(), authorship.address(refused)]))
"""


def main(url):
    FOLDER.mkdir(exist_ok=True)
    passwords = json.loads((Path(os.environ["DATA_DIR"]) / "demo_sign_in.json").read_text())
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", A_DAY]
    story, own = json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def opened(width, height, scheme="light"):
            context = browser.new_context(
                base_url=url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto("/desk/")
            page.fill("#id_username", "moderator")
            page.fill("#id_password", passwords["moderator"])
            page.press("#id_password", "Enter")
            page.wait_for_load_state("networkidle")
            return page

        page = opened(1180, 900)
        page.goto(QUEUE)
        page.locator(".is-current [data-mine]").wait_for(state="visible")
        keep(page, "queue")
        page.keyboard.press("d")
        page.locator(".is-current [data-reason]").first.wait_for(state="visible")
        keep(page, "reasons")
        page.goto(f"{QUEUE}?tab=second")
        keep(page, "second-opinion")
        page.goto("/desk/comments/wordrule/add/")
        page.fill("#id_text", "bridge")
        page.click("[name=_save]")
        page.locator(".rehearsal").wait_for()
        keep(page, "word", full=True)
        page.goto(f"{QUEUE}figures/")
        keep(page, "figures", full=True)
        page = opened(375, 800, "dark")
        page.goto(QUEUE)
        page.locator(".is-current").wait_for()
        keep(page, "queue-phone")
        # What readers meet.
        page = browser.new_page(base_url=url, viewport={"width": 1180, "height": 900})
        page.goto(story)
        keep(page.locator("#comments"), "thread")
        page = browser.new_page(base_url=url, viewport={"width": 600, "height": 700})
        page.goto(own)
        keep(page.locator("#main"), "own-comment")
        browser.close()


def keep(shown, name, full=False):
    """Keep the picture of a page, or of one element."""
    getattr(shown, "page", shown).wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(shown.screenshot(**({"full_page": True} if full else {}))))
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    main(sys.argv[1])
