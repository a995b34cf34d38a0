"""Who sent a request, without keeping who it was."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac


def sender(request: HttpRequest) -> str:
    """Return a name for where the request came from that holds for one day and tells nothing; "" where unknown.

    The key changes each day, so that yesterday's comments cannot be matched with today's.
    """
    address = client_address(request)
    if address is None:
        return ""
    if address.version == 6:  # one customer has a whole /64 to choose addresses from
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return salted_hmac(f"comments.sender.{timezone.now():%Y-%m-%d}", str(address), algorithm="sha256").hexdigest()


def client_address(request):
    """Return the nearest address that is not one of our own proxies; X-Forwarded-For is believed from those alone."""
    trusted = [ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while address is not None and hops and any(address in network for network in trusted):
        further = _parsed(hops.pop())
        if further is None:
            break
        address = further
    return address


def _parsed(text):
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
