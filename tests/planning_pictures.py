"""Take the pictures of planning in docs/editors.md anew; see docs_pictures.py. It makes plans and readers."""

import sys
from functools import partial

import docs_pictures

keep = partial(docs_pictures.keep, folder="editors")
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
    docs_pictures.bring(A_DAY)
    with docs_pictures.newsroom(url) as opened:
        page = opened(role="editor")
        keep(page, name="home")
        page.goto(f"{ARTICLES}board/")
        page.locator("[data-column='draft'] details.card-menu summary").first.click()
        keep(page, name="board")
        page.goto(f"{ARTICLES}calendar/")
        keep(page, name="calendar")
        page.goto(ARTICLES)
        for number in (0, 2):
            page.locator("input.action-select").nth(number).check()
        keep(page, name="list")
        page.goto("/desk/")
        page.keyboard.press("?")
        keep(page, name="keys")
        keep(opened(f"{ARTICLES}calendar/", 375, 800, "dark", role="editor"), name="calendar-phone")


if __name__ == "__main__":
    main(sys.argv[1])
