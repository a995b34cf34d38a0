"""An external checker of the shape of Akismet: a form goes to an address, "true" comes back for spam.

It is asked after a comment is stored, never while a reader waits. No network address is sent, because none is kept.
Nothing is asked unless COMMENT_CHECKER_URL is set.
"""

import urllib.error
import urllib.parse
import urllib.request

from django.conf import settings

ASKED, SPAM = "asked", "outside_spam"  # codes of signals
SECONDS = 3
READ = 100  # bytes of an answer


class NoAnswer(Exception):
    """The checker could not be reached, took too long, or answered neither yes nor no."""


def is_used() -> bool:
    return bool(settings.COMMENT_CHECKER_URL)


def is_spam(comment) -> bool:
    """Ask about a comment. Raises NoAnswer."""
    fields = {
        "api_key": settings.COMMENT_CHECKER_KEY, "blog": settings.COMMENT_CHECKER_SITE, "comment_type": "comment",
        "comment_author": comment.name, "comment_author_email": comment.email, "comment_content": comment.body,
        "comment_date_gmt": comment.created_at.isoformat(),
    }  # fmt: skip
    request = urllib.request.Request(  # noqa: S310 (settings.py lets https through alone)
        settings.COMMENT_CHECKER_URL, urllib.parse.urlencode(fields).encode(), {"User-Agent": "Newsroom"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            answer = response.read(READ).strip().lower()
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error
    if answer not in (b"true", b"false"):
        raise NoAnswer("neither true nor false")
    return answer == b"true"
