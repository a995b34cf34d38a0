"""The language of the interface: one for the whole site, by LANGUAGE_CODE. Stories have languages of their own."""

from django.conf import settings
from django.utils.translation import get_language, get_language_bidi


def language():
    """Return the language spoken now as the attribute `lang` wants it, with the usual capitals: en-GB, zh-Hans."""
    language, *parts = (get_language() or settings.LANGUAGE_CODE).split("-")
    return "-".join([language, *(part.upper() if len(part) == 2 else part.title() for part in parts)])


def direction():
    """Return "rtl" where it is written from right to left, else "ltr"."""
    return "rtl" if get_language_bidi() else "ltr"
