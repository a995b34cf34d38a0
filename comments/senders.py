"""Who sent a request, without keeping who it was.

A network address is never stored. What stands for it is a digest under a key that changes each day, so that
yesterday's comments cannot be matched with today's; for thirty days the desk can still tell whether a request comes
from where an earlier one came from, by trying those thirty keys.
"""

import ipaddress
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from newsroom.clients import network, user_agent

REMEMBERED = 30  # days


def sender(request: HttpRequest) -> str:
    """Return a name for where the request came from that holds for one day and tells nothing; "" where unknown."""
    return _digest("sender", network(request), timezone.now())


def sender_prefix(request: HttpRequest) -> str:
    """Return as much for the wider network: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    address = network(request)
    if not address:
        return ""
    wide = ipaddress.ip_network((address, 48 if ":" in address else 24), strict=False)
    return _digest("prefix", str(wide), timezone.now())


def senders(request: HttpRequest) -> list[str]:
    """Return every name that sender() had for this place in the last thirty days, today's first."""
    address, now = network(request), timezone.now()
    return [_digest("sender", address, now - timedelta(days=days)) for days in range(REMEMBERED + 1)] if address else []


def reader(request: HttpRequest, comment) -> str:
    """Return what stands for who recommends this comment, and for nobody on any other."""
    return _on(comment, request.user, f"{network(request)} {user_agent(request)}")


def reporter(request: HttpRequest, comment) -> str:
    """Return what stands for who reports this comment. Reports hide, so a network without accounts has one voice."""
    return _on(comment, request.user, network(request))


def _on(comment, user, place):
    who = f"user {user.pk}" if user.is_authenticated else place
    return salted_hmac("comments.reader", f"{comment.public_id} {who}", algorithm="sha256").hexdigest()


def mailbox(email: str) -> str:
    """Return what stands for an e-mail address in a sanction, so that it can be known again but not read."""
    return salted_hmac("comments.mailbox", email.strip().lower(), algorithm="sha256").hexdigest() if email else ""


def _digest(purpose, address, day):
    if not address:
        return ""
    return salted_hmac(f"comments.{purpose}.{day:%Y-%m-%d}", address, algorithm="sha256").hexdigest()
