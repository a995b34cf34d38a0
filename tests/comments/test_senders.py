from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from comments.senders import sender, sender_prefix, senders


def who(address="203.0.113.9", forwarded=None):
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return sender(RequestFactory().get("/", REMOTE_ADDR=address, **extra))


def test_never_holds_the_address():
    assert "203.0.113.9" not in who()
    assert who() == who() != who("203.0.113.10")


def test_changes_with_the_day(monkeypatch):
    today = who()
    monkeypatch.setattr("comments.senders.timezone.now", lambda: datetime(2031, 5, 6, tzinfo=UTC))
    assert who() != today


def test_takes_one_network_of_the_new_internet_for_one_sender():
    assert who("2001:db8:1:2:aaaa::1") == who("2001:db8:1:2:bbbb::2") != who("2001:db8:1:3::1")


def test_takes_a_wider_network_for_one_prefix():
    def prefix(address):
        return sender_prefix(RequestFactory().get("/", REMOTE_ADDR=address))

    assert prefix("203.0.113.9") == prefix("203.0.113.200") != prefix("203.0.114.9")
    assert prefix("2001:db8:1:2::1") == prefix("2001:db8:1:9::1") != prefix("2001:db8:2:2::1")
    assert prefix("nonsense") == ""


def test_knows_a_place_again_for_thirty_days(monkeypatch):
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    then, now = sender(request), timezone.now()
    monkeypatch.setattr("comments.senders.timezone.now", lambda: now + timedelta(days=29))
    assert then != sender(request)
    assert then in senders(request)
    monkeypatch.setattr("comments.senders.timezone.now", lambda: now + timedelta(days=32))
    assert then not in senders(request)


def test_believes_no_stranger_about_where_a_request_came_from():
    assert who(forwarded="198.51.100.7") == who()


def test_believes_the_proxies_of_the_settings(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert who("10.1.2.3", "198.51.100.7") == who("198.51.100.7")
    assert who("10.1.2.3", "198.51.100.7, 10.9.9.9") == who("198.51.100.7")
    assert who("10.1.2.3", "192.0.2.1, 198.51.100.7") == who(
        "198.51.100.7"
    )  # what the reader wrote in front counts not


@pytest.mark.parametrize("rubbish", ["", "unknown", "1.2.3", "<script>", ", ,"])
def test_copes_with_addresses_that_are_none(settings, rubbish):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert who("10.1.2.3", rubbish or None) == who("10.1.2.3")
    assert sender(RequestFactory().get("/", REMOTE_ADDR=rubbish)) == ""
