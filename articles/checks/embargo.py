"""No text that names an embargo goes out before it ends."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from articles.checks.findings import Finding, Severity
from newsroom.clock import site_time

WORST = Severity.ERROR

MONTHS = "january february march april may june july august september october november december".split()
_DATE = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{'|'.join(MONTHS)})\s+(?P<year>\d{{4}})"
    rf"|(?P<month2>{'|'.join(MONTHS)})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{{4}})",
    re.I,
)
_TIME = re.compile(r"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)\b")
_EMBARGO = re.compile(r"\b(?:under\s+embargo|embargo(?:ed)?)\b(?P<rest>[^.]{0,80}(?:\.\d\d[^.]{0,40})?)", re.I)


def moment_in(words):
    """The first moment that words name, in the site's time zone, or None; a day alone ends with its end."""
    found = _DATE.search(words)
    if not found:
        return None
    try:
        if found["iso"]:
            day = datetime.fromisoformat(found["iso"])
        else:
            month = MONTHS.index((found["month"] or found["month2"]).lower()) + 1
            day = datetime(int(found["year"] or found["year2"]), month, int(found["day"] or found["day2"]))  # noqa: DTZ001
    except ValueError:
        return None
    time = _TIME.search(words[: found.start()]) or _TIME.search(words[found.end() :])
    hour, minute = (int(time["hour"]), int(time["minute"])) if time else (23, 59)
    return timezone.make_aware(day.replace(hour=hour, minute=minute), timezone.get_default_timezone())


def check(subject):
    for field, text in subject.passages:
        for match in _EMBARGO.finditer(text):
            moment = moment_in(match["rest"])
            if moment and moment > subject.at:
                words = date_format(site_time(moment), "j F Y, H:i")
                words = f"An embargo until {words} stands in the text, which would go out before."
                yield Finding("embargo", Severity.ERROR, words, field, match[0][:60])
            else:
                yield Finding("embargo", Severity.WARNING, "The text speaks of an embargo.", field, match[0][:60])
