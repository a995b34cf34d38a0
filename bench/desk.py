"""How long the desk takes: `make bench` prints it. Times are processor time of one process, the best of five.

A newsroom of its own with 5,000 articles, then 50,000; Django's own client asks, without a network.
"""

import os
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
SIZES = [int(size) for size in sys.argv[1:]] or (5_000, 50_000)
PARAGRAPH = "The tide had gone out further than anybody could remember, and what it left was not on the chart. "


def main():
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DJANGO_SETTINGS_MODULE": "newsroom.settings", "LOG_LEVEL": "ERROR"}
    os.environ["ALLOWED_HOSTS"] = "testserver"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with folder:
        call_command("migrate", verbosity=0)
        call_command("demo", stdout=open(os.devnull, "w"))  # noqa: SIM115
        client = editor()
        for line, value in [*form(client), *comparing(), *lists(client)]:
            print(f"{line:66} {value}")


def best(work):
    """The milliseconds of processor time that `work` takes, and the queries of its last run."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()
    taken = []
    for _ in range(5):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    with CaptureQueriesContext(connection) as queries:
        work()
    return min(taken) * 1000, len(queries)


def editor():
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="admin"))
    return client


def form(client):
    """The form of an article of 5,000 words, beside what the stock admin takes for the same fields, and autosaving."""
    from django.conf import settings
    from django.contrib import admin
    from django.test import override_settings
    from django.urls import path

    import newsroom.urls
    from articles.models import Article, Byline, Category

    article = Article.objects.create(
        headline="A long one", body=f"<p>{PARAGRAPH * 5}</p>" * 56, category=Category.objects.first()
    )
    address = f"/desk/articles/article/{article.pk}/change/"
    ours, queries = best(lambda: client.get(address))

    class BylineInline(admin.TabularInline):
        model = Byline

    class StockArticle(admin.ModelAdmin):
        inlines, exclude, view_on_site = [BylineInline], ["tags"], False
        raw_id_fields = ("lead_picture", "translation_of")

    stock = admin.AdminSite(name="admin")
    for model in admin.site._registry:
        stock.register(model, StockArticle if model is Article else None)
    urls = ModuleType("stock_urls")
    urls.urlpatterns = [path("desk/", stock.urls), *newsroom.urls.urlpatterns[1:]]
    with override_settings(ROOT_URLCONF=urls, TEMPLATES=[{**settings.TEMPLATES[0], "DIRS": []}]):
        stock_time, stock_queries = best(lambda: client.get(address))
    yield "the form of 5,000 words", f"{ours:.0f} ms, {queries} queries"
    yield "the stock admin's of the same model", f"{stock_time:.0f} ms, {stock_queries} queries"
    yield "ratio (at most 1.5 is wanted)", f"{ours / stock_time:.2f}"

    sent = {"window": str(uuid.uuid4()), "version": "0", "headline": "A long one", "body": article.body}
    saving, queries = best(lambda: client.post(f"/desk/articles/article/{article.pk}/autosave/", sent))
    yield "autosaving it (50 ms, 5 queries are wanted)", f"{saving:.1f} ms, {queries} queries"


def comparing():
    """Two versions of 5,000 words, of which every tenth paragraph was rewritten."""
    from articles import comparing

    paragraphs = [f"<p>{number}. {PARAGRAPH * 2}</p>" for number in range(140)]
    changed = [p.replace("tide", "sea").replace("chart", "map") if n % 10 == 0 else p for n, p in enumerate(paragraphs)]
    old, new = {"body": "".join(paragraphs)}, {"body": "".join(changed)}
    taken, _ = best(lambda: comparing.compare(old, new))
    yield "what changed in 5,000 words (500 ms are wanted)", f"{taken:.0f} ms"


def lists(client):
    from articles.generation import generate
    from articles.models import Article

    for size in SIZES:
        generate(size - Article.objects.count(), seed=1)
        for name, address in (
            ("list", "/desk/articles/article/"),
            ("what is live", "/desk/articles/article/?status=live"),
            ("list, a common word", "/desk/articles/article/?q=water"),
            ("list, two words", "/desk/articles/article/?q=ferry+bridge"),
            ("list, a name", "/desk/articles/article/?q=Solheim"),
            ("board", "/desk/articles/article/board/"),
            ("week", "/desk/articles/article/calendar/"),
            ("month", "/desk/articles/article/calendar/?view=month"),
            ("home", "/desk/"),
        ):
            taken, queries = best(lambda address=address: client.get(address))
            yield f"{name} with {size:,} articles", f"{taken:.0f} ms, {queries} queries"


if __name__ == "__main__":
    main()
