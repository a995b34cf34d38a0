"""Lines of the log without what would let whoever reads them in."""

import logging
import re

_KEYS = re.compile(
    r"(/draft/|/desk/calendar/|/newsletter/(?:[a-z]+/)?|/comments/(?:mail|own|posted)/(?:[a-z-]+/)?)[^/\s?#\"']{20,}"
)


class WithoutKeys(logging.Filter):
    """Leave out of a line the part of an address that is its key."""

    def filter(self, record):
        line = record.getMessage()
        shortened = _KEYS.sub(r"\1…", line)
        if shortened != line:
            record.msg, record.args = shortened, ()
        return True
