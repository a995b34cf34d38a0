"""Tell one reader from the next without knowing either, and one tap from a flood."""

from django.core.cache import caches
from django.utils.crypto import salted_hmac

from newsroom.clients import network, user_agent


def digest(request, purpose, *about):
    """Return what stands for a reader in one matter alone: without the site's key it leads to nobody."""
    words = " ".join([network(request), *map(str, about), user_agent(request)])
    return salted_hmac(f"articles.{purpose}", words, algorithm="sha256").hexdigest()[:32]


def is_new(digest, seconds):
    """Remember a reader's digest for so long; tell whether it was not remembered yet."""
    return caches["readers"].add(digest, 1, seconds)


def is_flood(request, purpose, number, seconds):
    """Whether the request's network asks for something more than so many times in so many seconds."""
    cache = caches["readers"]
    key = salted_hmac(f"articles.{purpose}.network", network(request), algorithm="sha256").hexdigest()[:32]
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > number
    except ValueError:  # forgotten between the two
        return False


def retry_later(response):
    """Say when to try again, where too much came from one network within an hour."""
    if response.status_code == 429:
        response["Retry-After"] = 3600
    return response
