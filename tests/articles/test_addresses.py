from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from articles.models import Article, FormerAddress
from tests.factories import make_article, make_author, make_category, make_page

pytestmark = pytest.mark.django_db
MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_an_article_stands_under_the_day_it_first_came_out(client):
    make_article(slug="a-story", at=MAY)
    assert client.get("/2024/05/01/a-story/").status_code == 200
    assert client.get("/2024/05/02/a-story/").status_code == 404
    assert client.get("/2024/5/1/a-story/").status_code == 404


def test_the_day_is_that_of_the_site(client, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    make_article(slug="late", at=datetime(2024, 5, 1, 20, tzinfo=UTC))
    assert client.get("/2024/05/02/late/").status_code == 200


def test_a_changed_slug_redirects_once(client):
    article = make_article(slug="first", at=MAY)
    for slug in ("second", "third"):
        article.slug = slug
        article.save()
    for former in ("first", "second"):
        response = client.get(f"/2024/05/01/{former}/")
        assert (response.status_code, response["Location"]) == (301, "/2024/05/01/third/")


def test_the_slug_of_a_draft_is_not_remembered():
    article = make_article(slug="first", published=False)
    article.slug = "second"
    article.save()
    assert not FormerAddress.objects.exists()


def test_a_slug_that_comes_back_answers_again(client):
    article = make_article(slug="first", at=MAY)
    for slug in ("second", "first"):
        article.slug = slug
        article.save()
    assert client.get("/2024/05/01/first/").status_code == 200
    assert client.get("/2024/05/01/second/").status_code == 301


@pytest.mark.parametrize(
    ("make", "path"), [(make_category, "/section/{}/"), (make_author, "/author/{}/"), (make_page, "/{}/")]
)
def test_renamed_things_redirect(client, make, path):
    thing = make("Name", slug="before")
    thing.slug = "after"
    thing.save()
    response = client.get(path.format("before"))
    assert (response.status_code, response["Location"]) == (301, path.format("after"))


def test_what_was_taken_down_is_gone(client):
    article = make_article(slug="withdrawn", at=MAY)
    article.take_down()
    response = client.get("/2024/05/01/withdrawn/")
    assert response.status_code == 410
    assert article.headline not in response.content.decode()
    assert "is no longer available" in response.content.decode()


def test_what_has_expired_is_gone(client):
    now = timezone.now()
    article = make_article(at=now - timedelta(days=2))
    Article.objects.update(expires_at=now - timedelta(days=1))
    response = client.get(article.get_absolute_url())
    assert response.status_code == 410
    assert "that time is over" in response.content.decode()


@pytest.mark.parametrize("fields", [{"published": False, "slug": "secret"}, {"at": timezone.now() + timedelta(days=1)}])
def test_what_was_never_out_does_not_exist(client, fields):
    article = make_article(**fields)
    assert client.get(article.get_absolute_url()).status_code == 404


def test_a_former_address_of_what_is_not_out_says_nothing(client):
    article = make_article(at=timezone.now() + timedelta(days=1))
    FormerAddress.remember("/old/story/", article=article)
    assert client.get("/old/story/").status_code == 404


def test_an_imported_address_redirects(client):
    article = make_article(at=MAY)
    FormerAddress.remember("/archives/my-story", article=article)
    FormerAddress.remember("/?p=12", article=article)
    for path in ("/archives/my-story", "/archives/my-story/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1] == (article.get_absolute_url(), 301)


def test_what_was_deleted_is_gone(client):
    author = make_author("Old Hand", slug="old-hand")
    author.delete()
    assert client.get("/author/old-hand/").status_code == 410


@pytest.mark.parametrize("path", ["/tag/plan/", "/author/ann/", "/tag/plan/rss/", "/author/ann/atom/"])
def test_names_of_what_was_never_out_do_not_exist(client, path):
    article = make_article(published=False, tags=["Plan"], authors=[make_author("Ann", slug="ann")])
    assert client.get(path).status_code == 404
    article.publish()
    assert client.get(path).status_code == 200
    article.take_down()
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/٢٠٢٦/", "/٢٠٢٦/١١/", "/sitemap-٢٠٢٦-10.xml", "/2024/?page=٣"])
def test_an_address_has_one_way_to_be_written(client, path):
    make_article(at=MAY)
    assert client.get(path, follow=True).status_code == 404


def test_rivals_for_a_slug_all_get_one(monkeypatch):
    make_article("Same words")
    rival = make_article("Same words", published=False)
    guesses = iter(["same-words", "same-words-2"])
    monkeypatch.setattr(Article, "free_slug", lambda self, words: next(guesses))
    rival.publish()
    assert rival.slug == "same-words-2"


def test_addresses_in_any_script_answer(client):
    article = make_article("山上的茶", at=MAY)
    assert unquote(article.get_absolute_url()) == "/2024/05/01/山上的茶/"
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a_page_does_not_take_an_address_of_the_site():
    assert make_page("Search").slug == "search-page"
    assert make_page("Desk").slug == "desk-page"


@pytest.mark.parametrize("path", ["/2024/13/01/x/", "/0000/", "/9999/", "/2024/02/30/", "/section/none/", "/x/y/z/"])
def test_unknown_addresses_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/a%00b/", "/search/?q=a%00b", "/section/%00/", "/tag/x/?page=%00"])
def test_a_null_character_is_refused_in_words(client, path):
    response = client.get(path)
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
