import pytest
from django.test import Client

from articles.models import Article, SiteSettings
from comments.models import Comment
from tests.comments.conftest import fields_of
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def test_holds_what_a_reader_writes(write, article):
    response = write(article, body="Two lines\nof text.", email="Charlie@Example.org")
    comment = Comment.objects.get()
    assert (comment.status, comment.name, comment.body) == ("pending", "Charlie", "Two lines\nof text.")
    assert comment.email == "charlie@example.org"
    assert response.status_code == 303
    assert response["Location"].startswith("/comments/own/show/")


def test_says_that_it_waits_and_shows_the_text(write, client, article):
    page = client.get(write(article, body="My own <b>words</b>.")["Location"])
    assert b"moderator" in page.content
    assert b"My own &lt;b&gt;words&lt;/b&gt;." in page.content
    assert article.get_absolute_url().encode() in page.content


def test_keeps_the_form_out_of_caches_and_indexes(client, article):
    response = client.get(f"/comments/write/{article.pk}/")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert response["X-Robots-Tag"].startswith("noindex")


def test_files_a_reply_under_its_parent(write, article):
    parent = make_comment(article)
    write(article, parent)
    reply = Comment.objects.get(status="pending")
    assert (reply.parent, reply.root, reply.depth) == (parent, parent, 1)


def test_gives_the_text_back_with_the_error(write, article):
    response = write(article, name="", body="Not to be lost")
    assert b"Give a name" in response.content
    assert b"Not to be lost" in response.content
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [("x" * 2000, 303), ("x" * 2001, 200), ("x" * 100_000, 200), (" \n ", 200)],
    ids=["most", "over", "far over", "blank"],
)
def test_takes_two_thousand_characters(write, article, body, status):
    response = write(article, body=body)
    assert response.status_code == status
    assert body.encode() in response.content or status == 303


def test_refuses_what_is_far_too_long_before_it_looks(write, article, monkeypatch):
    looked_at = []
    monkeypatch.setattr("comments.characters._visible", lambda text: looked_at.append(len(text)) or text)
    assert b"100,000 characters long" in write(article, body="x" * 100_000).content
    assert max(looked_at) < 100


def test_refuses_an_address_that_is_none(write, article):
    assert b"You can leave it out" in write(article, email="a@b\r\nBcc: all@example.org").content


def test_wants_its_own_page_to_have_been_seen(article):
    client = Client(enforce_csrf_checks=True)
    client.get(article.get_absolute_url())
    response = client.post(f"/comments/write/{article.pk}/", {"name": "Charlie", "body": "Hello"})
    assert response.status_code == 403
    fields = fields_of(client.get(f"/comments/write/{article.pk}/"))
    response = client.post(f"/comments/write/{article.pk}/", fields | {"name": "Charlie", "body": "Hello"})
    assert response.status_code == 303


def test_keeps_cookies_and_tokens_off_public_pages(client, article):
    make_comment(article)
    response = client.get(article.get_absolute_url())
    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content


@pytest.mark.parametrize("status", ["draft", "review", "withdrawn"])
def test_knows_nothing_of_articles_that_are_not_public(client, article, status):
    Article.objects.filter(pk=article.pk).update(status=status, release=None)
    hidden, missing = client.get(f"/comments/write/{article.pk}/"), client.get("/comments/write/999999/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_answers_any_number_in_the_address(client, db, number):
    assert client.get(f"/comments/write/{number}/").status_code == 404


def test_says_that_comments_are_closed_and_gives_the_text_back(client):
    article = make_article(comments_policy="closed")
    assert b"closed" in client.get(f"/comments/write/{article.pk}/").content
    response = client.post(f"/comments/write/{article.pk}/", {"name": "Charlie", "body": "Too late, I fear"})
    assert response.status_code == 403
    assert b"Too late, I fear" in response.content
    assert not Comment.objects.exists()


def test_has_no_form_where_comments_are_off(client):
    SiteSettings(comments_policy="off").save()
    assert client.get(f"/comments/write/{make_article().pk}/").status_code == 404


def test_lets_a_reply_stand_by_itself_when_its_parent_has_gone(client, write, article):
    parent = make_comment(article)
    address = f"/comments/write/{article.pk}/?parent={parent.public_id}"
    fields = fields_of(client.get(address))
    Comment.objects.filter(pk=parent.pk).update(status="rejected")
    response = client.post(address, fields | {"name": "Charlie", "body": "An answer"})
    assert b"is not here any more" in response.content
    assert b"An answer" in response.content
    assert write(article, fields=fields_of(response)).status_code == 303
    assert Comment.objects.get(status="pending").parent is None


def test_names_an_account_but_asks_for_none(write, client, charlie, article):
    write(article, body="Without")
    client.force_login(charlie)
    write(article, body="With")
    assert Comment.objects.get(body="Without").user is None
    assert Comment.objects.get(body="With").user == charlie


def test_takes_no_field_that_the_form_does_not_have(write, article):
    write(article, status="approved", risk="-5", version="9", public_id="mine", article_id="999")
    comment = Comment.objects.get()
    assert (comment.status, comment.version, comment.article) == ("pending", 1, article)
    assert comment.public_id != "mine"
