"""The name: whether it passes for somebody of the newsroom, for an advertisement, or for no name at all."""

import re

from django.contrib.auth import get_user_model
from django.core.cache import cache

from articles.models import Author, SiteSettings
from comments.folding import fold, skeleton
from comments.screening.signal import Signal, Submission

REMEMBERED = 300  # seconds for which the names of the newsroom are kept in memory
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|net|org|info|ru|cn|biz|shop|top|xyz|online|site|io)\b", re.IGNORECASE
)
_PHONE = re.compile(r"(?:\+|\b)\d(?:[\s().-]?\d){6,}")
_VOWELS = frozenset("aeiouyäöüàáâãåæèéêëìíîïòóôõøùúûýœ")
_TITLES = frozenset({"admin", "administrator", "editor", "moderator", "redaktion", "editorial", "webmaster", "staff"})


def signals(submission: Submission) -> list[Signal]:
    found, name = [], submission.name
    is_staff = submission.user is not None and submission.user.is_staff
    if not is_staff and looks_like_staff(name):
        found.append(Signal("staff_name", 0.5, "a name that passes for somebody of the newsroom", effect="hold"))
    if _LINK.search(name):
        found.append(Signal("name_link", 0.5, "a name that is an address"))
    if _PHONE.search(name):
        found.append(Signal("name_phone", 0.5, "a name with a telephone number"))
    if name and is_gibberish(name):
        found.append(Signal("name_odd", 0.2, "a name that reads like none"))
    return found


def looks_like_staff(name: str) -> bool:
    return _key(name) in cache.get_or_set("comments.newsroom-names", newsroom_names, REMEMBERED)


def newsroom_names() -> set[str]:
    """Return the names of accounts of the newsroom, of its authors and of itself, as they look."""
    users = get_user_model().objects.filter(is_staff=True, is_active=True)
    names = [f"{first} {last}" for first, last in users.values_list("first_name", "last_name")]
    names += Author.objects.values_list("name", flat=True)
    # Of a whole name only: many readers share a first one with somebody here.
    keys = {_key(name) for name in names if len(name.split()) > 1}
    return keys | {_key(SiteSettings.current().name), *_TITLES}


def _key(name):
    return "".join(filter(str.isalnum, skeleton(name)))


def is_gibberish(name: str) -> bool:
    """Whether no reader would take it for a name: no letters, many consonants in a row, letters and digits by turns."""
    letters = [character for character in name if character.isalpha()]
    if not letters:
        return True
    for word in fold(name).split():
        if not word.isascii():
            continue
        turns = sum(before.isdigit() != after.isdigit() for before, after in zip(word, word[1:], strict=False))
        if turns >= 4:
            return True
        longest = max((len(run) for run in re.split(f"[{''.join(_VOWELS)}]|[^a-z]", word)), default=0)
        if longest >= 6 and not word.isupper():
            return True
    return False
