"""Keep rendered pages, and forget exactly those that a change is seen on.

A view that is `public` says with `shows` by keys what its page is made of; whatever changes one of these things calls
`purge` with its key. What stands between is in `wrapper`: it answers for a kept page before Django starts to work.
"""

from newsroom.pagestore.declaring import public, shows
from newsroom.pagestore.purging import compare, is_used, purge
from newsroom.pagestore.remembering import (
    as_of_now,
    clocks,
    forget,
    found_out,
    one_remembered,
    remembered,
    rows_remembered,
)

__all__ = [
    "as_of_now", "clocks", "compare", "forget", "found_out", "is_used", "one_remembered", "public", "purge",
    "remembered", "rows_remembered", "shows",
]  # fmt: skip
