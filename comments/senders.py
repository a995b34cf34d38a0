"""Who sent a request, without keeping who it was."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from newsroom.clients import network


def sender(request: HttpRequest) -> str:
    """Return a name for where the request came from that holds for one day and tells nothing; "" where unknown.

    The key changes each day, so that yesterday's comments cannot be matched with today's.
    """
    address = network(request)
    if not address:
        return ""
    return salted_hmac(f"comments.sender.{timezone.now():%Y-%m-%d}", address, algorithm="sha256").hexdigest()
