"""Links: how many, where to, and whether an address looks like another."""

from urllib.parse import urlsplit

from django.conf import settings

from comments.addresses import addresses_in
from comments.folding import fold, is_mixed, skeleton
from comments.models.comment import VISIBLE
from comments.models.link import Link
from comments.screening.signal import Signal, Submission

MANY = 3
LOOKED_AT = 30  # hosts; whoever links more has said enough


def links_in(text: str) -> list[tuple[str, list[int]]]:
    """Return the host and the place of each link in a text."""
    return [(host_of(text[start:end]), [start, end]) for start, end in addresses_in(text)]


def host_of(address: str) -> str:
    """Return the host of a web address, without www., as readers see it."""
    host = (urlsplit(address).hostname or "")[:253].removeprefix("www.")
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def remember(comment):
    """Keep where a comment links to, so that the next one to the same place is no surprise."""
    comment.links.all().delete()
    hosts = dict.fromkeys(host for host, _ in links_in(comment.body))
    Link.objects.bulk_create(Link(comment=comment, host=host) for host in list(hosts)[:LOOKED_AT])


def signals(submission: Submission) -> list[Signal]:
    links = links_in(submission.body)
    own = set(settings.ALLOWED_HOSTS)
    links = [(host, span) for host, span in links if host not in own]
    if not links:
        return []
    found, spans = [], [span for _, span in links]
    if submission.is_trapped:
        found.append(Signal("robot", 0.5, "links, and a field that only programs fill in", spans, effect="spam"))
    if not submission.rules.allows_links:
        found.append(Signal("unwanted", 0.3, "a link where none are wanted", spans, effect="hold"))
    number = len(links)
    score = 0.1 if number == 1 else min(0.15 * number, 0.6)
    found.append(Signal("links", score, "a link" if number == 1 else f"{number} links", spans))
    hosts = set(list(dict.fromkeys(host for host, _ in links))[:LOOKED_AT])
    seen = Link.objects.filter(host__in=hosts, comment__status__in=VISIBLE).values_list("host", flat=True)
    known = set(seen.distinct())
    if strange := hosts - known:
        spans = [span for host, span in links if host in strange]
        what = "a domain" if len(strange) == 1 else f"{len(strange)} domains"
        found.append(Signal("new_domain", 0.3, f"a link to {what} never seen here", spans))
    disguised = [span for host, span in links if is_disguised(host)]
    if disguised:
        found.append(Signal("disguised", 0.5, "an address that looks like another", disguised, effect="hold"))
    return found


def is_disguised(host: str) -> bool:
    """Whether a name mixes alphabets, or is made to read as a Latin one in letters of another."""
    return any(
        is_mixed(label) or (not label.isascii() and skeleton(label).isascii() and not _has_accents_alone(label))
        for label in host.split(".")
    )


def _has_accents_alone(label):
    """“münchen” is Latin with an accent; “аррӏе” is Cyrillic that reads as Latin."""
    return fold(label).isascii()
