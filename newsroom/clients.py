"""Who asks: from which network, by which program, from which page."""

import ipaddress
import re

from django.conf import settings

# What calls itself a program, or is made of one; and whoever gives an address to complain to. No browser does either.
ROBOTS = (
    "archive", "axios", "bot", "checker", "crawl", "curl", "externalhit", "fetch", "guzzle", "headless", "http",
    "java/", "jsdom", "libwww", "lighthouse", "monitor", "node", "pagespeed", "phantom", "pingdom", "playwright",
    "preview", "puppeteer", "python", "scrapy", "selenium", "slurp", "spider", "undici", "uptime", "validator",
    "webdriver", "wget", "whatsapp",
)  # fmt: skip
_ROBOT = re.compile("|".join(map(re.escape, ROBOTS)))
_BROWSER = re.compile(r"(?:mozilla|opera)/\d")  # how the name of every browser begins
_LONGEST = 500


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


def network(request) -> str:
    """Return what stands for one connection: an IPv4 address, or the /64 of an IPv6 one; "" where unknown.

    One customer has a whole /64 to choose addresses from. An IPv4 address stands for a household, or, behind a
    provider's, for many; a wider network would take streets of strangers for one reader.
    """
    address = client_address(request)
    if address is None:
        return ""
    if address.version == 6:
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return str(address)


def user_agent(request) -> str:
    return request.META.get("HTTP_USER_AGENT", "")[:_LONGEST]


def is_robot(request):
    """Whether a program asks that is no reader's browser, as far as it says so itself."""
    name = user_agent(request).lower()
    return not _BROWSER.match(name) or _ROBOT.search(name.replace("cubot", "")) is not None  # a maker of telephones


def is_ahead(request):
    """Whether the browser fetches this before anybody asked for it."""
    said = " ".join(request.META.get(f"HTTP_{name}", "") for name in ("SEC_PURPOSE", "PURPOSE", "X_PURPOSE", "X_MOZ"))
    return bool(re.search("prefetch|prerender|preview", said, re.IGNORECASE))


def is_from_own_page(request):
    """Whether a page of this site sent the request. It needs no cookie and no token, as long as it reads neither.

    Browsers say so in Sec-Fetch-Site, on secure sites, which no script can change; elsewhere, and older ones, name
    the Origin of whatever is posted.
    """
    if site := request.META.get("HTTP_SEC_FETCH_SITE"):
        return site == "same-origin"
    own = f"{request.scheme}://{request.get_host()}"
    return request.META.get("HTTP_ORIGIN") in {own, *settings.CSRF_TRUSTED_ORIGINS}


def _parsed(text):
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
