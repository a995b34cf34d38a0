"""The magazine's own colours and fonts, as a stylesheet over the theme's; none where the settings are the theme's."""

import hashlib
from functools import cached_property

from django.urls import reverse

from articles import contrast
from articles.models.site import Fonts

# As static/src/_tokens.scss has them; a test compares. Each is (light, dark).
TOKENS = {
    "paper": ("#fffefb", "#131517"),
    "wash": ("#f4f1ea", "#1c1f22"),
    "ink": ("#16181b", "#eceae4"),
    "ink-2": ("#4b4f55", "#bcbcb8"),
    "ink-3": ("#63676d", "#9c9e9e"),
    "rule": ("#dfdbd2", "#34383c"),
    "field": ("#84888d", "#7b7f83"),
    "accent": ("#b3261e", "#ff8a75"),
    "accent-fill": ("#b3261e", "#b3261e"),
    "science": ("#1b5a9c", "#7fb4ea"),
    "climate": ("#1f6d47", "#6fc398"),
    "culture": ("#83367a", "#d59bcf"),
    "cities": ("#7d5210", "#d9ab63"),
    "food": ("#a8431b", "#f09b72"),
    "ideas": ("#4a4d9c", "#a9adf0"),
    "travel": ("#0d6976", "#62bccb"),
    "sport": ("#4c661a", "#a8c46c"),
    "mark": ("#fdf0c4", "#4a3d12"),
}
WHITE = "#ffffff"  # the letters on a surface in the brand's colour
LIGHT, DARK = ((TOKENS["paper"][mode], TOKENS["wash"][mode]) for mode in (0, 1))
STRONG_LIGHT, STRONG_DARK = (WHITE, "#f2f2f2"), ("#000000", "#141414")

FAMILIES = {
    Fonts.CLASSIC: {
        "display": 'Georgia, "Times New Roman", serif',
        "text": 'Georgia, "Times New Roman", serif',
        "sans": "Arial, Helvetica, sans-serif",
    },
    Fonts.SYSTEM: {
        "display": 'ui-serif, "Iowan Old Style", Charter, "Noto Serif", Cambria, serif',
        "text": 'ui-serif, "Iowan Old Style", Charter, "Noto Serif", Cambria, serif',
        "sans": "system-ui, sans-serif",
    },
}


class Brand:
    """What a site's settings change of the theme."""

    def __init__(self, site):
        self.site = site

    @property
    def loads_fonts(self):
        return self.site.fonts not in FAMILIES

    @property
    def colour(self):
        return self.site.brand_colour or TOKENS["accent"][0]

    @cached_property
    def accents(self):
        """The accent on light and on dark pages. From a light one alone, the dark one follows."""
        if dark := self.site.brand_colour_dark:
            return self.colour, dark
        if self.site.brand_colour:
            return self.colour, contrast.nearest(self.colour, DARK)
        return TOKENS["accent"]

    @cached_property
    def stylesheet(self):
        """The rules, or nothing where all is as the theme has it."""
        rules = []
        if self.accents != TOKENS["accent"]:
            rules += _colours(*self.accents)
        if families := FAMILIES.get(self.site.fonts):
            fonts = "".join(f"--{role}:{stack};" for role, stack in families.items())
            rules.append(f":root{{{fonts}--bs-font-sans-serif:{families['sans']};--bs-body-font-family:var(--sans)}}")
        return "\n".join(rules)

    @property
    def digest(self):
        return hashlib.sha256(self.stylesheet.encode()).hexdigest()[:12]

    @property
    def url(self):
        """The stylesheet's address; empty where there is none."""
        return reverse("articles:brand", args=[self.digest]) if self.stylesheet else ""


def _colours(light, dark):
    strong = [
        contrast.nearest(colour, grounds, contrast.STRONG)
        for colour, grounds in ((light, STRONG_LIGHT), (dark, STRONG_DARK))
    ]
    # The selectors and the order of the theme's own rules, which these outdo by coming later.
    return [
        *_accents(":root", light, dark),
        *_accents('[data-contrast="more"]', *strong),
        "@media (prefers-contrast:more){" + "".join(_accents(":root", *strong)) + "}",
        f".night{{--accent:{dark}}}",
        f'[data-contrast="more"] .night{{--accent:{strong[1]}}}',
        f"@media (prefers-contrast:more){{.night{{--accent:{strong[1]}}}}}",
    ]


def _accents(selector, light, dark):
    return [
        f"{selector}{{--accent:{light};--accent-fill:{light}}}",
        f"@supports (color:light-dark(red,red)){{{selector}{{--accent:light-dark({light},{dark})}}}}",
    ]
