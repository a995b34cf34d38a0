"""An author's own comments: seen by them alone, and theirs to change, take back, appeal, download and erase."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from comments import authorship, moderation, own
from comments.models import Comment, Decision
from tests.articles.desk_forms import words
from tests.conftest import signed_in
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def fresh(comment):
    return Comment.objects.get(pk=comment.pk)


def test_leads_from_sending_to_a_private_page(client, write, article):
    response = write(article, body="Mine, and waiting")
    page = client.get(response["Location"])
    assert "Mine, and waiting" in words(page)
    assert "held until a moderator has read it" in words(page)
    assert "no-store" in page["Cache-Control"]
    assert "private" in page["Cache-Control"]
    assert page["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize("purpose", authorship.PURPOSES)
def test_takes_a_link_for_its_own_purpose_and_comment_alone(client, purpose):
    comment = make_comment(status="pending")
    token = authorship.address(comment, purpose).split("/")[-2]
    for other in {*authorship.PURPOSES, "posted"} - {purpose}:
        assert client.get(f"/comments/own/{other}/{token}/").status_code == 404
        assert client.post(f"/comments/own/{other}/{token}/").status_code == 404
    for forged in (comment.public_id, token[:-1], signing.dumps(comment.public_id, salt=own.COOKIE_SALT)):
        assert client.get(f"/comments/own/{purpose}/{forged}/").status_code == 404
    assert fresh(comment).status == "pending"


def test_changes_a_comment_for_ten_minutes(client, article):
    comment = make_comment(article, "Helo", status="approved", is_featured=True)
    address = authorship.address(comment, authorship.EDIT)
    assert "Helo" in client.get(address).content.decode()
    assert client.post(address, {"body": "Hello"})["Location"].startswith("/comments/own/show/")
    assert (fresh(comment).body, fresh(comment).status) == ("Hello", "pending")
    assert b"Hello" not in client.get(article.get_absolute_url()).content
    too_long = client.post(address, {"body": "x" * 2001})
    assert "2001" in words(too_long)
    assert "x" * 2001 in too_long.content.decode()
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    late = client.post(address, {"body": "Too late"})
    assert late.status_code == 409
    assert "Too late" in late.content.decode()
    assert fresh(comment).body == "Hello"


def test_takes_a_comment_back_after_asking(client, article):
    comment = make_comment(article, "Rash words")
    reply = make_comment(parent=comment, body="A reply")
    address = authorship.address(comment, authorship.WITHDRAW)
    client.get(address)
    assert fresh(comment).status == "approved"
    assert "You took it back" in words(client.get(client.post(address)["Location"]))
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Rash words" not in page
    assert reply.body in page
    assert client.post(address).status_code == 409


def test_appeals_once(client, bob):
    comment = make_comment(status="pending")
    moderation.reject(comment, bob, "abuse", public_note="Calm down.")
    shown = words(client.get(authorship.address(comment)))
    assert "Calm down." in shown
    address = authorship.address(comment, authorship.APPEAL)
    assert address in client.get(authorship.address(comment)).content.decode()
    client.post(address, {"statement": "It was a quotation."})
    assert fresh(comment).status == "appealed"
    assert Decision.objects.get(verb="appeal").public_note == "It was a quotation."
    assert client.post(address, {"statement": "Again"}).status_code == 409
    assert "Your appeal is with us" in words(client.get(authorship.address(comment)))


def test_downloads_what_is_kept(client, article):
    comment = make_comment(article, "My words", email="charlie@example.org", held_because="SECRET")
    response = client.get(authorship.address(comment, authorship.DOWNLOAD))
    assert response["Content-Disposition"].startswith("attachment")
    assert "SECRET" not in response.content.decode()
    told = response.json()["comments"][0]
    assert (told["text"], told["email"], told["status"]) == ("My words", "charlie@example.org", "approved")


def test_erases_for_good(client, article):
    comment = make_comment(article, "Forget me", email="charlie@example.org")
    address = authorship.address(comment, authorship.ERASE)
    client.get(address)
    assert fresh(comment).body == "Forget me"
    assert "Nothing of what you wrote is kept" in words(client.post(address))
    assert (fresh(comment).status, fresh(comment).body, fresh(comment).email) == ("erased", "", "")
    assert client.get(authorship.address(comment)).status_code == 404


def test_shows_a_browser_its_own_comments_alone(client, write, article, charlie):
    assert write(article, body="From this browser").cookies[own.COOKIE]["path"] == "/comments/own/"
    assert write(article, body="Once more from this browser").cookies[own.COOKIE]["httponly"]
    make_comment(article, "From an account", status="pending", user=charlie)
    elsewhere = Client()
    for address in ("/comments/own/", f"/comments/own/on/{article.pk}/", "/comments/own/?download"):
        page = client.get(address)
        assert b"From this browser" in page.content
        assert b"From an account" not in page.content
        assert "no-store" in page["Cache-Control"]
        assert b"From this browser" not in elsewhere.get(address).content
        assert b"From an account" in signed_in(charlie).get(address).content
    assert b"From this" not in client.get(f"/comments/own/on/{make_article().pk}/").content


def test_believes_no_cookie_of_another_make(client, article):
    comment = make_comment(article, "Somebody's", status="pending")
    for value in (
        comment.public_id,
        signing.dumps([comment.public_id]),
        signing.dumps(comment.public_id, salt=authorship.SALT + authorship.SHOW),
        signing.dumps([comment.public_id], salt=authorship.SALT + authorship.SHOW),
    ):
        client.cookies[own.COOKIE] = value
        assert b"Somebody" not in client.get("/comments/own/").content


def test_a_page_is_the_same_after_its_reader_has_a_comment_waiting(client, write, article):
    address = article.get_absolute_url()
    cold = Client().get(address)
    write(article, body="Mine, and waiting")
    mine, others = client.get(address), Client().get(address)
    assert mine.content == others.content == cold.content
    for response in (mine, others):
        assert not response.cookies
        assert response.headers == cold.headers


def test_leads_on_from_addresses_of_earlier_releases(client, article):
    comment = make_comment(article, "An old one", status="pending")
    address = f"/comments/posted/{signing.dumps([comment.public_id, True], salt='comments.posted')}/"
    assert b"An old one" in client.get(address, follow=True).content


def test_a_comment_is_changed_ten_times_at_most(client, article):
    address = authorship.address(make_comment(article, "Hello", status="published"), authorship.EDIT)
    answers = [client.post(address, {"body": f"Hello {number}"}).status_code for number in range(12)]
    assert answers == [303] * 10 + [409] * 2


def test_replies_that_a_rejection_hid_stay_hidden_when_the_author_withdraws(client, article, bob):
    comment = make_comment(article, "Hello")
    reply = make_comment(parent=comment, body="A reply that went with it")
    address = authorship.address(comment, authorship.WITHDRAW)
    moderation.reject(comment, bob, "abuse")
    client.post(address)
    assert fresh(comment).status == "withdrawn"
    assert not Comment.objects.visible().filter(pk=reply.pk).exists()
