"""Answer for kept pages before the application is asked, and keep what it says may be kept."""

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from newsroom.pagestore import stores
from newsroom.pagestore.declaring import FOR_BROWSERS
from newsroom.pagestore.page import Page, etags_in, preferred

MEMORY = 8 * 1024 * 1024  # bytes of pages that a process keeps in its own memory
WAIT = 5.0  # seconds that a reader waits for a page which another one has made at that moment
NOT_KEPT = 1.0  # seconds for which an answer that was none to keep says that the next one is none either
MOST_NOT_KEPT = 5000
PAUSE = 0.01  # seconds between two looks while waiting
COMPLAINS_EVERY = 10.0  # seconds
LONGEST_QUERY = 300
NOT_FOR_CACHES = "private, no-store"
SUFFIXES = {"br": "-br", "gzip": "-gz", "": ""}
KEEPING = "newsroom.keeping"  # in the environment of a request whose answer is kept, and compressed, where it may be
FOR_CACHES_IN_FRONT = {"surrogate-key", "cache-tag"}

logger = logging.getLogger(__name__)


class Kept:
    """A WSGI application in front of another one.

    `version` names the code and the templates: pages of another version are not served.
    """

    def __init__(self, application: Callable, version: str = ""):
        self.application, self.version = application, version
        self.memory = Memory(MEMORY)
        self.complained_at = float("-inf")
        self.not_kept = {}  # until when nobody waits for an address, since its answer was none to keep

    def __call__(self, environ, start_response):
        address = address_of(environ)
        if address is None:
            return self.pass_by(environ, start_response)
        try:
            store = stores.current()
            if store is None:
                return self.pass_by(environ, start_response)
            page = self.memory.get(address)
            number = store.number()
            now = time.time()
            if page is not None and page.fresh_until > now and self.is_right(store, page, number):
                store.count("hits")
                return answer(page, environ, start_response)
            return self.find(store, address, number, environ, start_response)
        except stores.FAILURES as error:
            self.complain(error)
            return self.pass_by(environ, start_response)

    def is_right(self, store, page, number):
        if page.seen == number:
            return True
        if store.is_right(page.number, page.keys.split()):
            page.seen = number
            return True
        return False

    def look(self, store, address, number):
        """Return the kept page of an address, fresh or old, and None where there is none or it is wrong."""
        content = store.read(self.name_of(address))
        if content is None:
            return None
        page = Page.load(content)
        if page.kept_until <= time.time() or not store.is_right(page.number, page.keys.split()):
            return None
        page.seen = number
        self.memory.put(address, page)
        return page

    def name_of(self, address):
        return hashlib.sha256(f"{self.version} {address}".encode(errors="surrogateescape")).hexdigest()

    def find(self, store, address, number, environ, start_response):
        """Answer with the page from the store, or have it made: by one reader, for whom the others wait."""
        name, until = self.name_of(address), time.monotonic() + WAIT
        while True:
            if self.not_kept.get(address, 0) > time.monotonic():
                return self.pass_by(environ, start_response)
            page = self.looked(store, address, number)
            if page is not None and page.fresh_until > time.time():
                store.count("hits")
                return answer(page, environ, start_response)
            let_go = store.guard(name)
            if let_go is not None:
                return self.make(store, address, page, let_go, environ, start_response)
            if page is not None:
                store.count("stale")
                return answer(page, environ, start_response)
            if time.monotonic() > until:
                return self.pass_by(environ, start_response)
            time.sleep(PAUSE)
            number = store.number()

    def looked(self, store, address, number):
        try:
            return self.look(store, address, number)
        except (ValueError, KeyError, TypeError) as error:  # what is damaged is made anew
            self.complain(error)
            return None

    def make(self, store, address, old, let_go, environ, start_response):
        """Ask the application, keep its answer where that says so, and let go of the guard in any case."""
        try:
            number = store.number()
            # Another may have made it between our look and our guard.
            page = self.looked(store, address, number)
            if page is not None and page.fresh_until > time.time():
                store.count("hits")
                return answer(page, environ, start_response)
            store.count("misses")
            at = time.time()
            # The whole page, whatever was asked of it.
            asked = environ | {"REQUEST_METHOD": "GET", "QUERY_STRING": address.partition("?")[2], KEEPING: True}
            if "HTTP_HOST" in asked:
                asked["HTTP_HOST"] = asked["HTTP_HOST"].lower()  # the page is everybody's, however one spelt it
            for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"):
                asked.pop(condition, None)
            begun = Begun()
            try:
                chunks = self.application(asked, begun)
            except Exception:
                if old is None:
                    raise
                logger.exception("A page could not be made; readers get the one that has just expired.")
                store.count("errors")
                return answer(old, environ, start_response)
            if begun.status[:1] == "5" and old is not None:
                close(chunks)
                store.count("errors")
                return answer(old, environ, start_response)
            if not begun.is_for_keeping:
                self.wait_for_none(address)
                return self.pass_on(begun, chunks, environ, start_response)
            try:
                body = b"".join(chunks)
            finally:
                close(chunks)
            page = Page.made(begun.headers, body, number, at)
            if page is None:
                self.wait_for_none(address)
                return self.pass_on(begun, [body], environ, start_response)
            page.seen = number
            try:
                if store.is_right(number, page.keys.split()):
                    store.write(self.name_of(address), page.dump(), round(page.kept_until - at))
                    self.memory.put(address, page)
                else:  # purged while it was made: nobody in front may keep it either
                    page.cache_control = NOT_FOR_CACHES
            except stores.FAILURES as error:
                self.complain(error)
            return answer(page, environ, start_response)
        finally:
            try:
                let_go()
            except stores.FAILURES as error:
                self.complain(error)

    def wait_for_none(self, address):
        """Let readers of an address that answers nothing to keep, such as a missing page, not queue for each other."""
        if len(self.not_kept) >= MOST_NOT_KEPT:
            self.not_kept.clear()
        self.not_kept[address] = time.monotonic() + NOT_KEPT

    def pass_by(self, environ, start_response):
        begun = Begun()
        chunks = self.application(environ, begun)
        return self.pass_on(begun, chunks, environ, start_response)

    def pass_on(self, begun, chunks, environ, start_response):
        """Hand on an answer that is not kept."""
        start_response(begun.status, for_readers(begun.headers), begun.exception)
        if environ["REQUEST_METHOD"] == "HEAD":
            close(chunks)
            return []
        return chunks

    def complain(self, error):
        if time.monotonic() - self.complained_at > COMPLAINS_EVERY:
            self.complained_at = time.monotonic()
            logger.error("The page store failed and is passed by: %s", error)


class Begun:
    """What an application says before the body of its answer."""

    status, headers, exception = "", (), None

    def __call__(self, status, headers, exception=None):
        self.status, self.headers, self.exception = status, headers, exception

    @property
    def is_for_keeping(self):
        return self.status.startswith("200") and any(name.lower() == "surrogate-key" for name, _ in self.headers)


class Memory:
    """The pages asked for last, up to so many bytes."""

    def __init__(self, limit: int):
        self.limit, self.size = limit, 0
        self.pages: OrderedDict[str, Page] = OrderedDict()
        self.changing = threading.Lock()

    def get(self, address: str) -> Page | None:
        page = self.pages.get(address)
        if page is not None:
            with suppress(KeyError):  # put out by another thread at this moment
                self.pages.move_to_end(address)
        return page

    def put(self, address: str, page: Page) -> None:
        with self.changing:
            before = self.pages.pop(address, None)
            self.size += page.size - (before.size if before else 0)
            self.pages[address] = page
            while self.size > self.limit and self.pages:
                _, last = self.pages.popitem(last=False)
                self.size -= last.size


def address_of(environ) -> str | None:
    """The address under which an answer may be kept, None where the request is one person's or nobody's.

    Parameters that only tell where a reader came from are left out; with any other that no page knows, the page is
    made for this request alone.
    """
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
        return None
    path = environ.get("PATH_INFO", "")
    if "?" in path or path.startswith(settings.PAGE_STORE_NEVER):
        return None
    if f"{settings.SESSION_COOKIE_NAME}=" in environ.get("HTTP_COOKIE", ""):
        return None
    scheme = environ["wsgi.url_scheme"]
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        scheme = "https" if environ.get(name, "").split(",")[0].strip() == secure else "http"
    query = environ.get("QUERY_STRING", "")
    if query:
        query = known(query)
        if query is None:
            return None
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    return f"{scheme}://{host.lower()}{environ.get('SCRIPT_NAME', '')}{path}{'?' if query else ''}{query}"


def known(query: str) -> str | None:
    """The query in one order and without what means nothing; None where something in it is unknown."""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    pairs = [(name, value) for name, value in pairs if not name.startswith(settings.PAGE_STORE_IGNORED)]
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) or not settings.PAGE_STORE_PARAMETERS.issuperset(names):
        return None
    return urlencode(sorted(pairs))


def for_readers(headers):
    """The headers of an answer without what is for caches, unless one that is told of changes stands in front."""
    if settings.CDN or not any(name.lower() == "surrogate-key" for name, _ in headers):
        return list(headers)
    return [
        (name, FOR_BROWSERS if name.lower() == "cache-control" else value)
        for name, value in headers
        if name.lower() not in FOR_CACHES_IN_FRONT
    ]


def answer(page: Page, environ, start_response):
    """Answer with a kept page, or with 304 where the browser has it."""
    form = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""))
    headers = _headers(page, form)
    if found := environ.get("HTTP_IF_NONE_MATCH"):
        tags = etags_in(found)
        if "*" in tags or not tags.isdisjoint(page.etag + suffix for suffix in SUFFIXES.values()):
            left_out = ("content-type", "content-length", "content-encoding")
            start_response("304 Not Modified", [header for header in headers if header[0].lower() not in left_out])
            return []
    start_response("200 OK", headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [_body(page, form)]


def _body(page, form):
    return page.brotli if form == "br" else page.gzip if form == "gzip" else page.identity


def _headers(page, form):
    headers = page.answers.get(form)
    if headers is None:
        headers = page.answers[form] = [
            *page.headers,
            ("ETag", f'"{page.etag}{SUFFIXES[form]}"'),
            ("Cache-Control", page.cache_control if settings.CDN else FOR_BROWSERS),
            *([("Content-Encoding", form)] if form else []),
            ("Content-Length", str(len(_body(page, form)))),
        ]
    if not settings.CDN:
        return headers.copy()
    return [
        *headers,
        ("Age", str(max(0, int(time.time() - page.made_at)))),
        ("Surrogate-Key", page.keys),
        ("Cache-Tag", page.keys.replace(" ", ",")),
    ]


def close(chunks):
    if hasattr(chunks, "close"):
        chunks.close()
