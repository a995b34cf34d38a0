"""Signing up for the newsletter: one letter, a press to confirm, one to leave, and no word of who is on the list."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import newsletter, subscriptions
from articles.models import SiteSettings, Subscriber
from tests.articles.desk_forms import words
from tests.conftest import signed_in
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db
OWN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _offered():
    cache.clear()
    SiteSettings(name="The Tide", newsletter_promise="Three stories, every Saturday.").save()


@pytest.fixture
def ask(client):
    def post(email="carol@reader.test", headers=OWN, **fields):
        return client.post("/newsletter/", {"email": email, **fields}, headers=headers)

    return post


def an_hour_later():
    Subscriber.objects.update(asked_at=timezone.now() - timedelta(hours=1, seconds=1))


def link(kind="confirm", letter=-1):
    return re.search(rf"http://testserver(/newsletter/{kind}/\S+)", mail.outbox[letter].body)[1]


def make_subscriber(email="carol@reader.test", **fields):
    return Subscriber.objects.create(email=email, **{"confirmed_at": timezone.now(), **fields})


# -- signing up


def test_one_signs_up_confirms_and_leaves(ask, client):
    response = ask()
    assert (response.status_code, response["Location"]) == (303, "/newsletter/asked/")
    assert "Look into your mailbox" in words(client.get("/newsletter/asked/"))
    assert not Subscriber.objects.confirmed().exists()
    letter = mail.outbox[0]
    assert letter.to == ["carol@reader.test"]
    assert letter.subject == "Confirm that you want the newsletter of The Tide"
    assert "One press more" in words(client.get(link()))
    assert not Subscriber.objects.confirmed().exists()
    assert "You are on the list" in words(client.post(link()))
    assert Subscriber.objects.confirmed().get().email == "carol@reader.test"
    assert "Leave the newsletter?" in words(client.get(link("leave")))
    assert Subscriber.objects.confirmed().exists()
    assert "You have left" in words(client.post(link("leave")))
    assert not Subscriber.objects.confirmed().exists()


def test_the_letter_is_text_and_html_and_names_the_way_out(ask):
    SiteSettings(name="Tide & <Co>\tLtd", newsletter_promise="A & B").save()
    ask()
    letter = mail.outbox[0]
    assert "Tide & <Co>" in letter.body
    assert letter.alternatives[0].mimetype == "text/html"
    assert "Tide &amp; &lt;Co&gt;" in letter.alternatives[0].content
    assert link() in letter.alternatives[0].content
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://testserver{link('leave')}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_programs_leave_by_one_click(client, ask):
    ask()
    client.post(link())
    response = client.post(
        link("leave"), {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"}
    )
    assert response.status_code == 200
    assert not Subscriber.objects.confirmed().exists()


def test_the_answer_is_the_same_whoever_it_is(ask):
    make_subscriber("confirmed@reader.test")
    make_subscriber("left@reader.test", asked_at=timezone.now() - timedelta(days=9), left_at=timezone.now())
    make_subscriber("waiting@reader.test", confirmed_at=None)
    answers = {
        (response.status_code, response["Location"], response.content)
        for name in ("new", "confirmed", "left", "waiting", "CONFIRMED")
        for response in [ask(f"{name}@reader.test")]
    }
    assert len(answers) == 1
    assert {letter.to[0] for letter in mail.outbox} == {"new@reader.test", "left@reader.test"}


def test_one_address_gets_a_letter_an_hour_however_it_is_written(ask):
    for email in ("Carol@reader.test", "carol@READER.test", " carol@reader.test "):
        assert ask(email).status_code == 303
    assert len(mail.outbox) == 1
    assert Subscriber.objects.count() == 1
    an_hour_later()
    ask("CAROL@reader.test")
    assert len(mail.outbox) == 2


def test_a_confirmed_address_stays_confirmed_whoever_asks_again(ask):
    confirmed = make_subscriber(asked_at=timezone.now() - timedelta(days=3))
    ask()
    assert not mail.outbox
    again = Subscriber.objects.get()
    assert (again.confirmed_at, again.asked_at) == (confirmed.confirmed_at, confirmed.asked_at)


def test_who_left_comes_back_by_confirming_once_more(ask, client):
    ask()
    client.post(link())
    client.post(link("leave"))
    assert client.post(link()).status_code == 410  # the former letter brings nobody back
    an_hour_later_than_leaving = timezone.now() - timedelta(hours=2)
    Subscriber.objects.update(asked_at=an_hour_later_than_leaving)
    ask()
    assert not Subscriber.objects.confirmed().exists()
    client.post(link())
    assert Subscriber.objects.confirmed().exists()


@pytest.mark.parametrize(
    ("email", "said"),
    [("", "Give your email address."), ("carol", "does not look like"),
     ("a@b.test\r\nBcc: x@y.test", "does not look like"),
     (f"{'x' * 250}@reader.test", "too long")],
)  # fmt: skip
def test_an_address_that_is_none_comes_back_with_words(ask, email, said):
    response = ask(email)
    assert response.status_code == 200
    assert said in words(response)
    assert email.split("\r")[0] in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()
    assert not mail.outbox
    assert not Subscriber.objects.exists()


def test_programs_that_fill_in_everything_get_the_answer_and_nothing_else(ask):
    assert ask(website="https://spam.test")["Location"] == "/newsletter/asked/"
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site", **OWN}, {"Origin": "null"}]
)
def test_other_sites_sign_nobody_up(ask, headers):
    response = ask(headers=headers)
    assert response.status_code == 403
    assert "came from another site" in words(response)
    assert "carol@reader.test" in response.content.decode()
    assert not Subscriber.objects.exists()


def test_one_network_is_asked_for_patience(ask, monkeypatch):
    monkeypatch.setattr(newsletter, "POSTS", 3)
    for number in range(3):
        assert ask(f"reader{number}@reader.test").status_code == 303
    response = ask("last@reader.test")
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "last@reader.test" in response.content.decode()
    assert Subscriber.objects.count() == 3


def test_null_characters_and_uploads_are_answered(ask, client):
    assert ask("a\x00b@reader.test").status_code == 200
    assert client.get("/newsletter/confirm/a:b:c/").status_code == 404
    assert client.post("/newsletter/leave/x/").status_code == 404


# -- mail that fails, links that end


class Failing(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError(f"cannot reach {messages[0].to}")


def test_a_letter_that_fails_loses_nothing_and_names_nobody(ask, settings, caplog):
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Failing"
    assert ask().status_code == 303
    assert Subscriber.objects.count() == 1
    assert "could not be sent: ConnectionRefusedError" in caplog.text
    assert "carol" not in caplog.text
    settings.EMAIL_BACKEND = working
    ask()
    assert len(mail.outbox) == 1


def test_a_link_holds_for_a_week(ask, client, monkeypatch):
    ask()
    path = link()
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + 8 * 24 * 3600)
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 410
        assert "Sign up once more" in words(response)
    assert client.get(link("leave")).status_code == 200


def test_links_are_good_for_one_thing(ask, client):
    ask()
    assert client.post(link().replace("confirm", "leave")).status_code == 404
    assert client.post(link("leave").replace("leave", "confirm")).status_code == 404
    assert "carol" not in link()


def test_leaving_before_confirming_forgets_the_address(ask, client):
    ask()
    client.post(link("leave"))
    assert not Subscriber.objects.exists()
    assert client.get(link()).status_code == 410
    assert client.post(link("leave")).status_code == 200


def test_what_is_not_confirmed_in_thirty_days_is_forgotten(ask):
    old = timezone.now() - timedelta(days=31)
    make_subscriber("never@reader.test", confirmed_at=None, asked_at=old)
    make_subscriber("stays@reader.test", asked_at=old)
    ask()
    assert {one.email for one in Subscriber.objects.all()} == {"stays@reader.test", "carol@reader.test"}


# -- pages


def test_pages_set_no_cookie_and_the_form_is_the_same_for_everybody(ask, client, as_alice):
    ask()
    for path in ("/newsletter/", "/newsletter/asked/", link(), link("leave")):
        response = client.get(path)
        assert response.status_code == 200
        assert not response.cookies
        assert b"csrf" not in response.content
    assert client.get("/newsletter/").content == as_alice.get("/newsletter/").content
    assert "public" in client.get("/newsletter/")["Cache-Control"]
    for path in ("/newsletter/asked/", link(), link("leave")):
        assert "no-store" in client.get(path)["Cache-Control"]
        assert client.get(path)["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize("kind", ["news", "opinion", "photo_essay"])
def test_the_strip_stands_once_below_each_story(client, kind):
    address = make_article(kind=kind).get_absolute_url()
    page = client.get(address).content.decode()
    assert page.count('action="/newsletter/"') == 1
    assert "Three stories, every Saturday." in page


def test_nothing_is_offered_where_nothing_is_promised(client, ask):
    make_subscriber("carol@reader.test", confirmed_at=None)
    SiteSettings(name="The Tide").save()
    assert b"/newsletter/" not in client.get(make_article().get_absolute_url()).content
    assert client.get("/newsletter/").status_code == 404
    assert ask().status_code == 404
    subscriber = Subscriber.objects.get()
    assert client.post(subscriptions.leave_address(subscriber)).status_code == 200  # the way out stays open


def test_the_form_costs_little(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):  # one of them asks, as the first in a minute, what is scheduled
        client.get("/newsletter/")


# -- at the desk


@pytest.fixture
def as_adam():
    return signed_in(make_user("adam", "Administrators"))


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_administrators_export_whoever_confirmed(as_adam, client):
    make_subscriber("carol@reader.test")
    make_subscriber("=cmd|x@reader.test")
    make_subscriber("waiting@reader.test", confirmed_at=None)
    make_subscriber("left@reader.test", asked_at=timezone.now() - timedelta(days=1), left_at=timezone.now())
    assert "Export the confirmed" in words(as_adam.get("/desk/articles/subscriber/"))
    response = as_adam.get("/desk/articles/subscriber/export/")
    assert "text/csv" in response["Content-Type"]
    assert "no-store" in response["Cache-Control"]
    found = rows(response.content.decode())
    assert [row["email"] for row in found] == ["carol@reader.test", "'=cmd|x@reader.test"]
    client.post(found[0]["leave"].removeprefix("http://testserver"))
    assert Subscriber.objects.confirmed().count() == 1


def test_nobody_else_sees_or_exports_addresses(as_alice, as_bob, as_walter, client):
    make_subscriber()
    for someone in (as_alice, as_bob, as_walter):
        assert someone.get("/desk/articles/subscriber/").status_code == 403
        assert someone.get("/desk/articles/subscriber/export/").status_code == 403
    assert client.get("/desk/articles/subscriber/export/").status_code == 302
    viewer = make_user("vera")
    viewer.user_permissions.add(*viewer.user_permissions.model.objects.filter(codename="view_subscriber"))
    assert "Export" not in words(signed_in(viewer).get("/desk/articles/subscriber/"))
    assert signed_in(viewer).get("/desk/articles/subscriber/export/").status_code == 403


def test_the_desk_shows_and_deletes_and_writes_nothing(as_adam):
    subscriber = make_subscriber()
    for query in ("", "?standing=confirmed", "?standing=waiting", "?standing=left", "?standing=x", "?q=carol"):
        assert as_adam.get(f"/desk/articles/subscriber/{query}").status_code == 200
    change = f"/desk/articles/subscriber/{subscriber.pk}/change/"
    assert as_adam.get(change).status_code == 200
    assert as_adam.post(change, {"email": "other@reader.test"}).status_code == 403
    assert as_adam.get("/desk/articles/subscriber/add/").status_code == 403
    as_adam.post(f"/desk/articles/subscriber/{subscriber.pk}/delete/", {"post": "yes"})
    second = make_subscriber("second@reader.test")
    chosen = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
    as_adam.post("/desk/articles/subscriber/", chosen)
    assert not Subscriber.objects.exists()
    kept = [entry.object_repr for entry in LogEntry.objects.all()]
    assert kept
    assert not [line for line in kept if "@" in line]


def test_the_command_counts_and_writes(capsys):
    make_subscriber()
    make_subscriber("waiting@reader.test", confirmed_at=None)
    call_command("subscribers")
    assert "1 get the newsletter, 1 have not confirmed." in capsys.readouterr().out
    call_command("subscribers", csv=True, site="https://tide.test/")
    (row,) = rows(capsys.readouterr().out)
    assert row["email"] == "carol@reader.test"
    assert row["leave"].startswith("https://tide.test/newsletter/leave/")
    with pytest.raises(CommandError, match="--site"):
        call_command("subscribers", csv=True)
