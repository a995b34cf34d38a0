"""Take the pictures of planning in docs/editors.md anew, from a newsroom that shows the demonstration.

Start one (`DATA_DIR=/tmp/newsroom .venv/bin/python manage.py run --port 8123`) and, with the same DATA_DIR:
`.venv/bin/python tests/planning_pictures.py http://localhost:8123`. It makes plans and readers in that newsroom.
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
ARTICLES = "/desk/articles/article/"

# What a day brings: who has what in hand and until when, a plan, a story sent back, readers.
A_DAY = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from articles.models import Article, Category, ReadCount
now = timezone.now().replace(minute=0, second=0, microsecond=0)
people = list(User.objects.filter(is_staff=True).order_by("username"))
for number, article in enumerate(Article.objects.unfinished().order_by("pk")):
    due = now + timedelta(hours=9 * number - 14) if number % 3 else None
    Article.objects.filter(pk=article.pk).update(assignee=people[number % 4] if number % 4 else None, due_at=due)
sent = Article.objects.filter(status="review").first()
sent.request_changes()
plan = {"slugline": "flood-minutes", "category": Category.objects.get(slug="climate"), "assignee": people[0]}
Article.objects.get_or_create(slugline="flood-minutes", defaults=plan | {"due_at": now + timedelta(hours=30)})
for number, article in enumerate(Article.objects.published()[:8]):
    for days in (0, 7):
        for hour in range(24):
            at = (now - timedelta(days=days)).replace(hour=hour)
            if at <= now:
                readers = (3 + 12 - abs(hour - 13) + (hour * 7 + days) % 5) * 6 // (number + 1)
                ReadCount.objects.update_or_create(article=article, hour=at, defaults={"number": readers})
"""


def main(url):
    FOLDER.mkdir(exist_ok=True)
    passwords = json.loads((Path(os.environ["DATA_DIR"]) / "demo_sign_in.json").read_text())
    subprocess.run([sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", A_DAY], check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def opened(width, height, scheme="light"):
            context = browser.new_context(
                base_url=url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto("/desk/")
            page.fill("#id_username", "editor")
            page.fill("#id_password", passwords["editor"])
            page.press("#id_password", "Enter")
            page.wait_for_load_state("networkidle")
            return page

        page = opened(1280, 900)
        keep(page, "home")
        page.goto(f"{ARTICLES}board/")
        page.locator("[data-column='draft'] details.card-menu summary").first.click()
        keep(page, "board")
        page.goto(f"{ARTICLES}calendar/")
        keep(page, "calendar")
        page.goto(ARTICLES)
        for number in (0, 2):
            page.locator("input.action-select").nth(number).check()
        keep(page, "list")
        page.goto("/desk/")
        page.keyboard.press("?")
        keep(page, "keys")
        page = opened(375, 800, "dark")
        page.goto(f"{ARTICLES}calendar/")
        keep(page, "calendar-phone")
        browser.close()


def keep(page, name):
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    main(sys.argv[1])
