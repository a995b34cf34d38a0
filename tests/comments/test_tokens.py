import time

import pytest
from django.core import signing
from django.test import Client

from comments import moderation
from comments.forms import TOKEN_LIFE, Token
from comments.models import Comment
from tests.comments.conftest import fields_of
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def test_posts_once_however_often_the_button_is_pressed(write, client, article):
    fields = fields_of(client.get(f"/comments/write/{article.pk}/"))
    write(article, fields=fields)
    again = write(article, fields=fields, body="Something else")
    assert again.status_code == 303
    assert b"already" in client.get(again["Location"]).content
    assert Comment.objects.get().body == "Well said."


def test_posts_once_when_a_reader_goes_back_and_sends_the_same_again(write, client, article):
    write(article)
    again = write(article)
    assert b"already" in again.content
    assert "Location" not in again  # the same words may be somebody else's, whose page they do not open
    assert Comment.objects.count() == 1
    write(article, body="Something else")
    assert Comment.objects.count() == 2


def test_takes_a_second_try_of_a_form_that_had_an_error(write, client, article):
    refused = write(article, name="")
    assert write(article, fields=fields_of(refused)).status_code == 303


def test_offers_a_fresh_form_for_the_text_of_one_left_open(write, article, client, monkeypatch):
    fields = fields_of(client.get(f"/comments/write/{article.pk}/"))
    now = time.time()
    monkeypatch.setattr("comments.forms.time.time", lambda: now + TOKEN_LIFE + 5)
    refused = write(article, fields=fields, body="Slowly written")
    assert b"open for more than a day" in refused.content
    assert b"Slowly written" in refused.content
    old, fresh = (Token.read(shown["token"], article, None) for shown in (fields, fields_of(refused)))
    assert old.nonce == fresh.nonce
    assert write(article, fields=fields_of(refused), body="Slowly written").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "ünsigned", "\ud7ff:" * 50])
def test_refuses_a_token_that_is_none(write, article, token):
    response = write(article, token=token)
    assert b"did not come through whole" in response.content
    assert not Comment.objects.exists()
    assert write(article, fields=fields_of(response)).status_code == 303


@pytest.mark.parametrize("salt", ["django.core.signing", "comments.posted"])
def test_refuses_a_token_of_another_purpose(write, article, salt):
    token = signing.dumps([f"{article.pk}/", "nonce", time.time()], salt=salt)
    assert b"did not come through whole" in write(article, token=token).content


def test_refuses_a_token_of_another_article_or_parent(write, client, article):
    other, parent = make_article(), make_comment(article)
    elsewhere = fields_of(client.get(f"/comments/write/{other.pk}/"))
    reply = fields_of(client.get(f"/comments/write/{article.pk}/?parent={parent.public_id}"))
    for fields in (elsewhere, reply):
        assert b"did not come through whole" in write(article, fields=fields).content


def test_shows_a_posted_comment_by_its_signed_address_alone(write, client, article):
    address = write(article)["Location"]
    comment = Comment.objects.get()
    assert client.get(address).status_code == 200
    for forged in (comment.public_id, signing.dumps([comment.public_id, True]), str(Token(article, None))):
        assert client.get(f"/comments/posted/{forged}/").status_code == 404
        assert client.get(f"/comments/own/show/{forged}/").status_code == 404


def test_tells_what_became_of_the_comment(write, client, article, bob):
    address = write(article)["Location"]
    moderation.reject(Comment.objects.get(), bob, "off_topic", public_note="Try the story about rivers.")
    page = client.get(address).content
    assert b"nothing to do with the article" in page
    assert b"Try the story about rivers." in page


def test_stores_one_of_eight_submissions_at_the_same_moment(at_once):
    article = make_article()
    fields = fields_of(Client().get(f"/comments/write/{article.pk}/")) | {"name": "Charlie", "body": "Eight times"}
    address = f"/comments/write/{article.pk}/"
    assert at_once(lambda _: Client().post(address, fields).status_code, range(8)) == [303] * 8
    assert at_once(lambda _: Comment.objects.count(), [0]) == [1]
