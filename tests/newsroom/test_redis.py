"""What readers did lately is remembered by the server that the environment names, as it is in memory."""

from django.core.cache import caches
from django.test import RequestFactory
from django.utils.crypto import get_random_string

from articles.readers import digest, is_flood, is_new
from tests.conftest import CACHES


def test_tells_readers_apart_and_ends_a_flood(settings):
    settings.CACHES = CACHES
    request, purpose = RequestFactory().get("/", headers={"user-agent": "Firefox"}), get_random_string(12)
    assert [is_flood(request, purpose, 3, 60) for _ in range(5)] == [False, False, False, True, True]
    reader = digest(request, purpose, 1)
    assert [is_new(reader, 60), is_new(reader, 60)] == [True, False]


def test_keeps_apart_what_it_is_asked_to_keep(settings):
    settings.CACHES = CACHES
    key = get_random_string(12)
    caches["default"].set(key, ["an", "order"], 60)
    assert (caches["default"].get(key), caches["readers"].get(key)) == (["an", "order"], None)
