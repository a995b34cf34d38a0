"""A reader has everything erased, and nobody else's: the address answers a letter, or the account is in use."""

import re

import pytest
from django.core import mail, signing

from comments import erasing, notices, outbox
from comments.models import Comment, Mailbox, Outbox
from tests.articles.desk_forms import words
from tests.comments.conftest import fields_of
from tests.conftest import signed_in
from tests.factories import make_comment

pytestmark = pytest.mark.django_db

ADDRESS = "/comments/own/erase-everything/"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_ADDRESS = "http://testserver"


def asked(client, email="Ann@Reader.test"):
    return client.post(ADDRESS, fields_of(client.get(ADDRESS)) | {"email": email})


def test_erases_all_of_an_address_that_answers_a_letter(client, article):
    make_comment(article, "CANARY", name="CANARY", email="ann@reader.test")
    make_comment(article, "Waiting CANARY", name="CANARY", email="ann@reader.test", status="pending")
    make_comment(article, "Of another", email="ben@reader.test")
    notices.follow("ann@reader.test", article, is_owner=True)
    assert "If anything is kept" in words(asked(client))
    outbox.deliver()
    (letter,) = mail.outbox
    assert letter.to == ["ann@reader.test"]
    link = re.search(r"http://testserver(/comments/mail/erase/\S+)", letter.body)[1]
    assert "ann" not in link
    assert "2 comments were written" in words(client.get(link))
    assert Comment.objects.filter(status="erased").count() == 0
    assert "is erased" in words(client.post(link))
    assert Comment.objects.filter(status="erased").count() == 2
    assert not Comment.objects.filter(name="CANARY").exists()
    assert not Mailbox.objects.exists()
    assert not Outbox.objects.filter(recipient="ann@reader.test").exists()
    assert client.post(link).status_code == 404


def test_writes_nothing_to_an_address_of_which_nothing_is_kept(client):
    answers = [words(asked(client, email)) for email in ("nobody@reader.test", "ann@reader.test")]
    assert answers[0] == answers[1]
    assert outbox.deliver() == 0
    assert not mail.outbox
    assert not Outbox.objects.exists()


def test_writes_once_a_day_however_often_it_is_asked(client, article):
    make_comment(article, email="ann@reader.test")
    for _ in range(5):
        erasing.ask("ann@reader.test")
    outbox.deliver()
    erasing.ask("ann@reader.test")
    outbox.deliver()
    assert len(mail.outbox) == 1


def test_takes_no_link_of_another_make(client, article):
    make_comment(article, email="ann@reader.test")
    asked(client)
    row = Outbox.objects.get(kind="erase")
    other = Outbox.objects.create(kind="confirm", recipient="ann@reader.test", dedupe_key="x")
    for token in (
        signing.dumps(row.pk, salt=notices.LEAVE_SALT),
        signing.dumps(row.pk),
        signing.dumps(other.pk, salt=erasing.SALT),
        str(row.pk),
    ):
        assert client.post(f"/comments/mail/erase/{token}/").status_code == 404
    assert not Comment.objects.filter(status="erased").exists()


def test_erases_all_of_the_account_in_use(charlie, client, article):
    make_comment(article, user=charlie)
    make_comment(article, "Of another")
    assert b'name="account"' not in client.get(ADDRESS).content
    client.post(ADDRESS, {"account": ""})
    assert not Comment.objects.filter(status="erased").exists()
    reader = signed_in(charlie)
    reader.post(ADDRESS, fields_of(reader.get(ADDRESS)) | {"account": ""})
    assert Comment.objects.filter(status="erased").count() == 1


def test_says_what_is_wrong_with_an_address(client):
    page = asked(client, "ann at reader")
    assert "does not look like an email address" in words(page)
    assert "ann at reader" in page.content.decode()
