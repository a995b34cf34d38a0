"""The languages an article may be in, and the direction each is written in."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


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


# The names that follow “Translated from”, which in many languages have another form there.
TRANSLATED_FROM = {
    Language.AR: pgettext_lazy("translated from", "Arabic"),
    Language.BG: pgettext_lazy("translated from", "Bulgarian"),
    Language.CS: pgettext_lazy("translated from", "Czech"),
    Language.DA: pgettext_lazy("translated from", "Danish"),
    Language.DE: pgettext_lazy("translated from", "German"),
    Language.EL: pgettext_lazy("translated from", "Greek"),
    Language.EN: pgettext_lazy("translated from", "English"),
    Language.ES: pgettext_lazy("translated from", "Spanish"),
    Language.ET: pgettext_lazy("translated from", "Estonian"),
    Language.FA: pgettext_lazy("translated from", "Persian"),
    Language.FI: pgettext_lazy("translated from", "Finnish"),
    Language.FR: pgettext_lazy("translated from", "French"),
    Language.GA: pgettext_lazy("translated from", "Irish"),
    Language.HE: pgettext_lazy("translated from", "Hebrew"),
    Language.HI: pgettext_lazy("translated from", "Hindi"),
    Language.HR: pgettext_lazy("translated from", "Croatian"),
    Language.HU: pgettext_lazy("translated from", "Hungarian"),
    Language.IS: pgettext_lazy("translated from", "Icelandic"),
    Language.IT: pgettext_lazy("translated from", "Italian"),
    Language.JA: pgettext_lazy("translated from", "Japanese"),
    Language.KO: pgettext_lazy("translated from", "Korean"),
    Language.LT: pgettext_lazy("translated from", "Lithuanian"),
    Language.LV: pgettext_lazy("translated from", "Latvian"),
    Language.NB: pgettext_lazy("translated from", "Norwegian"),
    Language.NL: pgettext_lazy("translated from", "Dutch"),
    Language.PL: pgettext_lazy("translated from", "Polish"),
    Language.PT: pgettext_lazy("translated from", "Portuguese"),
    Language.RO: pgettext_lazy("translated from", "Romanian"),
    Language.RU: pgettext_lazy("translated from", "Russian"),
    Language.SK: pgettext_lazy("translated from", "Slovak"),
    Language.SL: pgettext_lazy("translated from", "Slovene"),
    Language.SR: pgettext_lazy("translated from", "Serbian"),
    Language.SV: pgettext_lazy("translated from", "Swedish"),
    Language.SW: pgettext_lazy("translated from", "Swahili"),
    Language.TH: pgettext_lazy("translated from", "Thai"),
    Language.TR: pgettext_lazy("translated from", "Turkish"),
    Language.UK: pgettext_lazy("translated from", "Ukrainian"),
    Language.UR: pgettext_lazy("translated from", "Urdu"),
    Language.VI: pgettext_lazy("translated from", "Vietnamese"),
    Language.ZH_HANS: pgettext_lazy("translated from", "Chinese"),
    Language.ZH_HANT: pgettext_lazy("translated from", "Chinese"),
}


def direction(language):
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return "rtl" if language in {"ar", "fa", "he", "ur"} else "ltr"


def site_language():
    """Return the language new articles start in: the site's, without its region."""
    code = settings.LANGUAGE_CODE
    return code if code in Language.values else code.split("-")[0]
