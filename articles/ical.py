"""The desk's plans as an iCalendar file (RFC 5545), for the calendars on people's phones."""

from datetime import UTC, timedelta

from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from articles.planning import Entry, listed
from articles.workflow import name_of

BEFORE, AFTER = timedelta(days=14), timedelta(days=120)
MOST = 1000  # of each kind of moment
LINE = 75  # octets
WORDS = {"due": "Due", "update": "Changes go live", "expires": "Expires"}


def calendar(user, name: str, home: str, *, only_own=False) -> str:
    """Return what this person may see of the weeks around now; `home` begins the addresses of the desk."""
    now = timezone.now()
    articles = Article.objects.viewable_by(user)
    if only_own:
        articles = articles.filter(assignee=user)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Newsroom//Desk//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for entry in listed(articles, user, now - BEFORE, now + AFTER, MOST):
        lines += event(entry, home)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def event(entry: Entry, home: str) -> list[str]:
    article, where = entry.card.article, entry.card.standing
    about = [str(article.category or "No section"), where.label]
    if article.assignee:
        about.append(f"With {name_of(article.assignee)}")
    if article.slugline and article.headline:
        about.append(article.slugline)
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.what}-{article.pk}@{home.partition('://')[2]}",
        f"DTSTAMP:{utc(article.modified_at)}",
        f"LAST-MODIFIED:{utc(article.modified_at)}",
        f"DTSTART:{utc(entry.at)}",
        f"DTEND:{utc(entry.at + timedelta(minutes=15))}",
        f"SUMMARY:{escaped(f'{WORDS.get(entry.what, where.label)}: {article}')}",
        f"DESCRIPTION:{escaped(chr(10).join(about))}",
        f"URL:{home}{reverse('admin:articles_article_change', args=[article.pk])}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def utc(moment) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Text as a value: no character of it is read as the end of a line or as a separator."""
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(character for character in text if character >= " " and character not in "\x7f\x85\u2028\u2029")


def folded(line: str) -> str:
    """A line in parts of at most LINE octets, none of which ends within a character."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE:
            parts.append(part)
            part, size = " ", 1  # what follows begins with a space, which counts
        part += character
        size += octets
    return "\r\n".join([*parts, part])
