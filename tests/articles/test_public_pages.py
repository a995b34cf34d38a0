"""What holds for every page a reader can get."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from articles.models import Article, SiteSettings, Tag
from tests.factories import make_article, make_author, make_category, make_page, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """A small site with 30 stories in two sections, made once; returns the paths of its pages."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_site()
        transaction.set_rollback(True)


def make_site():
    top = make_category("World", slug="world")
    below = make_category("Europe", slug="europe", parent=top)
    author, picture = make_author("Ann Author", slug="ann"), make_picture()
    for number in range(30):
        make_article(
            f"Story {number}", slug=f"story-{number}", category=below if number % 2 else top, authors=[author],
            lead_picture=picture, tags=["Common"], at=timezone.now() - timedelta(minutes=number + 1),
        )  # fmt: skip
    make_page("About", slug="about", body="<p>Who we are.</p>")
    today = timezone.localdate()
    tag = Tag.objects.get().slug
    return {
        "front": "/", "section": "/section/world/", "tag": f"/tag/{tag}/", "author": "/author/ann/",
        "article": f"/{today:%Y/%m/%d}/story-0/", "archive": f"/{today:%Y/%m}/", "search": "/search/?q=text",
        "page": "/about/", "feed": "/feed/rss/", "sitemap": "/sitemap.xml",
    }  # fmt: skip


PAGES = ["front", "section", "tag", "author", "article", "archive", "search", "page", "feed", "sitemap"]
BUDGETS = {
    "front": 12, "section": 8, "tag": 8, "author": 8, "article": 10, "archive": 8, "search": 6, "page": 4, "feed": 7,
    "sitemap": 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", PAGES)
def test_sets_no_cookie_and_carries_nothing_of_a_visitor(client, site, kind):
    response = client.get(site[kind])
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrf" not in response.content.decode().lower()
    assert response["Cache-Control"].startswith("public")


@pytest.mark.parametrize("kind", PAGES)
def test_is_the_same_for_a_signed_in_editor(client, as_alice, site, kind):
    assert as_alice.get(site[kind]).content == client.get(site[kind]).content


@pytest.mark.parametrize("kind", PAGES)
def test_keeps_its_query_budget(client, site, kind, settings, tmp_path, django_assert_max_num_queries):
    """As it is made for the page store: what stands around each page is known from the one before."""
    settings.PAGE_STORE = str(tmp_path / "pages")
    SiteSettings().save()
    client.get(site[kind])
    with django_assert_max_num_queries(BUDGETS[kind]):
        client.get(site[kind])


@pytest.mark.parametrize("kind", PAGES)
def test_keeps_it_right_after_an_edit_of_what_it_shows(
    client, site, kind, settings, tmp_path, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    settings.PAGE_STORE = str(tmp_path / "pages")
    SiteSettings().save()
    client.get(site[kind])
    story = Article.objects.get(slug="story-0")
    story.headline = "Story 0, put better"
    with django_capture_on_commit_callbacks(execute=True):
        story.save()
    with django_assert_max_num_queries(BUDGETS[kind]):
        client.get(site[kind])


@pytest.mark.parametrize("kind", PAGES)
def test_answers_not_modified(client, site, kind):
    etag = client.get(site[kind])["ETag"]
    assert client.get(site[kind], headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("kind", PAGES)
def test_answers_head_and_refuses_post(client, site, kind):
    assert client.head(site[kind]).status_code == 200
    assert client.post(site[kind]).status_code == 405


@pytest.mark.parametrize("kind", PAGES)
def test_has_a_strict_policy(client, site, kind):
    policy = client.get(site[kind])["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("kind", ["section", "tag", "author", "archive", "search"])
def test_pages_on(client, site, kind):
    joint = "&" if "?" in site[kind] else "?"
    first, second = (client.get(f"{site[kind]}{joint}page={number}").content.decode() for number in (1, 2))
    assert "Story 0" in first
    assert "Story 29" in second
    for number in ("3", "0", "-1", "x", "9" * 30):
        assert client.get(f"{site[kind]}{joint}page={number}").status_code == 404


def test_a_section_shows_its_subsections_stories(client, site):
    assert "Story 1<" in client.get("/section/world/").content.decode().replace("\n", "")
    below = client.get("/section/europe/").content.decode()
    assert "story-1/" in below
    assert "story-2/" not in below


@pytest.mark.parametrize(
    "path", ["/", "/section/world/", "/author/ann/", "/search/?q=secret", "/feed/rss/", "/feed/atom/"]
)
def test_shows_nothing_that_is_not_out(client, site, path):
    for number, fields in enumerate([{"published": False}, {"at": timezone.now() + timedelta(days=1)}]):
        make_article(f"Secret {number}", slug=f"secret-{number}", body="<p>A secret text.</p>", **fields)
    taken_down = make_article("Secret 2", slug="secret-2", body="<p>A secret text.</p>")
    taken_down.take_down()
    page = client.get(path).content.decode()
    assert "Secret " not in page
    assert "secret-" not in page


def test_an_empty_site_answers(client, db):
    for path in (
        "/",
        "/search/",
        "/search/?q=x",
        "/feed/rss/",
        "/feed/atom/",
        "/sitemap.xml",
        "/sitemap-pages.xml",
        "/sitemap-news.xml",
        "/robots.txt",
    ):
        assert client.get(path).status_code == 200


def test_an_article_in_arabic_is_set_from_right_to_left(client, db):
    article = make_article("طريق القوافل", language="ar")
    page = client.get(article.get_absolute_url()).content.decode()
    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page


@pytest.mark.parametrize("kind", ["front", "article"])
def test_only_the_lead_picture_goes_before_everything_else(client, db, kind):
    picture = make_picture(width=900, height=600)
    article = make_article(lead_picture=picture)
    make_article(lead_picture=picture)
    SiteSettings.objects.create(name="The Lantern", logo=make_picture(color="red", alt="A lantern"))
    page = client.get("/" if kind == "front" else article.get_absolute_url()).content.decode()
    logo, lead, *others = re.findall("<img[^>]*>", page)
    assert "fetchpriority" not in logo
    assert "lazy" not in logo
    assert 'fetchpriority="high"' in lead
    assert others
    assert all('loading="lazy"' in image for image in others)


@pytest.mark.parametrize("kind", ["front", "article"])
def test_says_that_a_machine_made_the_lead_picture(client, db, kind):
    article = make_article(lead_picture=make_picture(origin="generated", credit=""), at=timezone.now())
    page = client.get("/" if kind == "front" else article.get_absolute_url()).content.decode()
    assert "Made by a machine" in page
