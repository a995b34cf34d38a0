"""How much may be posted: by one connection, from one network, under one address, on one article, on the site.

Each share refills steadily (the generic cell rate algorithm): whoever posted five comments at once may post the next
after two minutes, not after ten. One row and one conditional UPDATE for each share, so that of fifty comments at the
same moment exactly as many are taken as there is room for, whichever database counts.
"""

import time
from dataclasses import dataclass

from django.db.models import F, Value
from django.db.models.functions import Greatest

from comments import senders
from comments.models.limit import Allowance

GRAIN = 0.001  # seconds by which arithmetic may be off


@dataclass(frozen=True)
class Share:
    """So many comments in so many seconds, and whose they are."""

    key: str
    number: int
    seconds: int = 600

    @property
    def each(self):
        return self.seconds / self.number

    @property
    def latest(self):
        """Until when it may be used up, counted from now, for another to be taken."""
        return self.seconds - self.each + GRAIN


class UsedUp(Exception):
    """`retry_after` is in whole seconds."""

    def __init__(self, share, used_until, now):
        self.share = share
        self.retry_after = max(1, round(used_until - now - share.latest + 0.5))
        super().__init__(share.key)


def shares(*, sender="", prefix="", email="", article=None, is_slow=False) -> list[Share]:
    """Return the shares a comment takes from. In one order always, so that no two posts wait for each other."""
    found = []
    if sender:
        found.append(Share(f"sender {sender}", 5))
    if prefix:
        found.append(Share(f"prefix {prefix}", 30))
    mailbox = senders.mailbox(email)
    if mailbox:
        found.append(Share(f"email {mailbox}", 8))
    if is_slow and (who := mailbox or sender):
        found.append(Share(f"slow {who}", 1))
    if article is not None:
        found.append(Share(f"article {article.pk}", 150))
    return [*found, Share("site", 900)]


def check(wanted: list[Share]):
    """Raise UsedUp where there is no room; takes nothing, so that a flood costs one query."""
    now = time.time()
    used = dict(Allowance.objects.filter(pk__in=[share.key for share in wanted]).values_list("pk", "used_until"))
    for share in wanted:
        if used.get(share.key, 0) > now + share.latest:
            raise UsedUp(share, used[share.key], now)


def take(wanted: list[Share]):
    """Take from each share, within the caller's transaction. Raises UsedUp, which the caller lets roll back."""
    now = time.time()
    Allowance.objects.bulk_create([Allowance(key=share.key, used_until=0.0) for share in wanted], ignore_conflicts=True)
    for share in wanted:
        row = Allowance.objects.filter(pk=share.key)
        if not row.filter(used_until__lte=now + share.latest).update(
            used_until=Greatest(F("used_until"), Value(now)) + share.each
        ):
            raise UsedUp(share, row.values_list("used_until", flat=True).first() or now, now)
