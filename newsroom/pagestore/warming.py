"""Have pages made before readers ask for them: through the application itself, as a reader would."""

import io
import xml.etree.ElementTree as ElementTree  # noqa: S405 (reads what this site has just written)
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def ask(site: SplitResult, address: str) -> tuple[int, bytes]:
    """Ask the application for an address as a reader of `site` would; return the status and the body."""
    from newsroom.wsgi import application

    parts = urlsplit(address)
    answered = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path).encode().decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    chunks = application(environ | _behind_proxy(site), lambda status, headers, exception=None: answered.append(status))
    try:
        return int(answered[0][:3]), b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def _behind_proxy(site):
    from django.conf import settings

    if not settings.SECURE_PROXY_SSL_HEADER:
        return {}
    name, secure = settings.SECURE_PROXY_SSL_HEADER
    return {name: secure if site.scheme == "https" else "http"}


def addresses(site: SplitResult, number: int) -> Iterator[str]:
    """Yield the addresses of the sitemaps, those of the pages first and then the newest stories, each once."""
    seen = set()
    for sitemap in _locations(site, "/sitemap.xml"):
        for address in _locations(site, sitemap):
            if len(seen) >= number:
                return
            if address not in seen:
                seen.add(address)
                yield address


def _locations(site, address):
    status, body = ask(site, address)
    if status != 200:
        return []
    return [found.text for found in ElementTree.fromstring(body).iter(f"{SITEMAP}loc")]  # noqa: S314
