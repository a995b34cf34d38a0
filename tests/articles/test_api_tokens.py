"""Tokens for programs, made and revoked at one's own profile."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles import tokens
from tests.articles import desk_forms
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PROFILE = "/desk/profile/"


@pytest.fixture
def as_adam(db):
    return signed_in(make_user("adam", "Administrators"))


def make(client, name="Bridge", days=90):
    return client.post(PROFILE, {"program": "make", "name": name, "days": days})


def test_is_shown_once_and_then_by_name_alone(as_alice, alice):
    page = make(as_alice).content.decode()
    text = re.search(r'id="new-token"[^>]*>(newsroom_[\w-]{43})<', page)[1]
    assert tokens.found(text).user == alice
    page = as_alice.get(PROFILE).content.decode()
    assert text not in page
    assert "Bridge" in page
    assert "Never used" in page
    assert "no-store" in as_alice.get(PROFILE)["Cache-Control"]
    Client().get("/api/articles/", headers={"Authorization": f"Bearer {text}"})
    assert "Last used" in as_alice.get(PROFILE).content.decode()


def test_is_revoked_by_its_owner_alone(as_alice, alice, bob):
    text = tokens.make(alice, "Bridge", 30)
    key = alice.api_tokens.get().pk
    signed_in(bob).post(PROFILE, {"program": key})
    assert tokens.found(text)
    assert as_alice.get(f"{PROFILE}?program={key}").status_code == 200
    assert tokens.found(text)
    assert as_alice.post(PROFILE, {"program": key}).status_code == 302
    assert tokens.found(text) is None
    for wrong in ("x", "-1", "9" * 30, "\0"):
        assert as_alice.post(PROFILE, {"program": wrong}).status_code == 302


def test_ends_with_the_password_it_was_made_with(alice):
    text = tokens.make(alice, "Bridge", 30)
    assert tokens.found(text)
    alice.set_password("Another long secret")
    alice.save()
    assert tokens.found(text) is None
    assert Client().get("/api/articles/", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert tokens.found(tokens.make(alice, "Anew", 30))


def test_administrators_see_and_revoke_those_of_others(as_adam, as_alice, bob):
    text = tokens.make(bob, "Bridge", 30)
    tokens.make(bob, "Letters", 30)
    address = f"/desk/auth/user/{bob.pk}/change/"
    assert as_alice.get(address).status_code in (302, 403)
    page = as_adam.get(address)
    assert "tokens for programs" in page.content.decode().lower()
    assert "Bridge" in page.content.decode()
    assert text not in page.content.decode()
    sent, _ = desk_forms.read(page, "user_form")
    as_adam.get(address, {"api_tokens-0-DELETE": "on"})
    assert tokens.found(text)
    assert as_adam.post(address, sent | {"api_tokens-0-DELETE": ["on"]}).status_code == 302
    assert tokens.found(text) is None
    assert [token.name for token in bob.api_tokens.all()] == ["Letters"]


def test_nobody_revokes_those_of_whoever_may_more(as_adam, admin_user):
    text = tokens.make(admin_user, "Bridge", 30)
    address = f"/desk/auth/user/{admin_user.pk}/change/"
    page = as_adam.get(address)
    assert "api_tokens-0-DELETE" not in page.content.decode()
    key = admin_user.api_tokens.get().pk
    as_adam.post(
        address,
        {"api_tokens-TOTAL_FORMS": "1", "api_tokens-INITIAL_FORMS": "1", "api_tokens-0-id": key,
         "api_tokens-0-user": admin_user.pk, "api_tokens-0-DELETE": "on"},
    )  # fmt: skip
    assert tokens.found(text)


def test_its_form_is_one_of_the_desks_own(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert make(client).status_code == 403
    assert not alice.api_tokens.exists()


@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("", 90, "required"), ("x" * 61, 90, "60"), ("Bridge", 9999, "valid choice"), ("Taken", 30, "You have a token")],
)
def test_refuses_in_words(as_alice, alice, name, days, words):
    tokens.make(alice, "Taken", 30)
    page = make(as_alice, name, days).content.decode()
    assert words in page[page.index("Tokens for programs") :]
    assert alice.api_tokens.count() == 1


def test_nobody_has_more_than_can_be_looked_through(as_alice, alice):
    for number in range(tokens.MOST):
        tokens.make(alice, f"Token {number}", 30)
    assert "Revoke one that you no longer use." in make(as_alice).content.decode()


def test_says_when_it_expires(as_alice, alice):
    tokens.make(alice, "Old", 30)
    alice.api_tokens.update(expires_at=timezone.now() - timedelta(days=1))
    assert "expired" in as_alice.get(PROFILE).content.decode()
    make(as_alice, "New", 365)
    left = alice.api_tokens.get(name="New").expires_at - timezone.now()
    assert timedelta(days=364) < left < timedelta(days=366)


def test_what_is_typed_into_one_form_is_kept_by_the_other(as_alice, alice):
    as_alice.post(PROFILE, {"role": "Night editor", "phone": "", "time_zone": ""})
    make(as_alice)
    alice.refresh_from_db()
    assert alice.desk_profile.role == "Night editor"
