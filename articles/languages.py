"""The languages an article may be in, and the direction each is written in."""

from django.conf import settings
from django.db import models


class Language(models.TextChoices):
    AR = "ar", "العربية (Arabic)"
    BG = "bg", "български (Bulgarian)"
    CS = "cs", "čeština (Czech)"
    DA = "da", "dansk (Danish)"
    DE = "de", "Deutsch (German)"
    EL = "el", "ελληνικά (Greek)"
    EN = "en", "English"
    ES = "es", "español (Spanish)"
    ET = "et", "eesti (Estonian)"
    FA = "fa", "فارسی (Persian)"
    FI = "fi", "suomi (Finnish)"
    FR = "fr", "français (French)"
    GA = "ga", "Gaeilge (Irish)"
    HE = "he", "עברית (Hebrew)"
    HI = "hi", "हिन्दी (Hindi)"
    HR = "hr", "hrvatski (Croatian)"
    HU = "hu", "magyar (Hungarian)"
    IS = "is", "íslenska (Icelandic)"
    IT = "it", "italiano (Italian)"
    JA = "ja", "日本語 (Japanese)"
    KO = "ko", "한국어 (Korean)"
    LT = "lt", "lietuvių (Lithuanian)"
    LV = "lv", "latviešu (Latvian)"
    NB = "nb", "norsk bokmål (Norwegian)"
    NL = "nl", "Nederlands (Dutch)"
    PL = "pl", "polski (Polish)"
    PT = "pt", "português (Portuguese)"
    RO = "ro", "română (Romanian)"
    RU = "ru", "русский (Russian)"
    SK = "sk", "slovenčina (Slovak)"
    SL = "sl", "slovenščina (Slovene)"
    SR = "sr", "српски (Serbian)"
    SV = "sv", "svenska (Swedish)"
    SW = "sw", "Kiswahili (Swahili)"
    TH = "th", "ไทย (Thai)"
    TR = "tr", "Türkçe (Turkish)"
    UK = "uk", "українська (Ukrainian)"
    UR = "ur", "اردو (Urdu)"
    VI = "vi", "Tiếng Việt (Vietnamese)"
    ZH_HANS = "zh-hans", "简体中文 (Chinese, simplified)"
    ZH_HANT = "zh-hant", "繁體中文 (Chinese, traditional)"


def direction(language):
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return "rtl" if language in {"ar", "fa", "he", "ur"} else "ltr"


def site_language():
    """Return the language new articles start in: the site's, without its region."""
    code = settings.LANGUAGE_CODE
    return code if code in Language.values else code.split("-")[0]
