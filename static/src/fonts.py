"""Make the theme's web fonts from the variable fonts in node_modules.

Run by `npm run fonts` after `npm install`; needs fonttools and brotli. The
result is committed, so only whoever changes a face runs it. Both families are
under the SIL Open Font License without a reserved name: the subsets keep the
names, and the licence texts are copied beside them.
"""

import shutil
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules" / "@fontsource-variable"
FONTS = ROOT / "static" / "site" / "fonts"

ASCII = range(0x20, 0x7F)
PUNCTUATION = [ord(mark) for mark in "\u00a0¡£§©«°·»¿×–—‘’‚“”„•…‹›€−"]
# Seldom met outside Icelandic, Czech and capitals: these wait in the second file.
RARE = [ord(letter) for letter in "ÃÌÐÒÕÙÛÝÞðýþÿ"]
WESTERN = [code for code in [*range(0xC0, 0x100), 0x152, 0x153] if code not in {0xD7, 0xF7, *RARE}]
LATIN = [*ASCII, *WESTERN, *PUNCTUATION]
# Czech, Polish, Hungarian, Turkish, Baltic and Romanian letters, and the capital sharp s.
LATIN_EXTENDED = [*range(0x100, 0x131), *range(0x132, 0x152), *range(0x154, 0x180), *range(0x218, 0x21C), 0x1E9E]

NEWSREADER = "newsreader/files/newsreader-{}-opsz-{}.woff2"
PUBLIC_SANS = "public-sans/files/public-sans-{}-wght-normal.woff2"

# name: (source pattern, style, axes to pin or limit, smallest kerning pair kept; None keeps no kerning)
FACES = {
    "newsreader-display": (NEWSREADER, "normal", {"opsz": 60, "wght": 500}, 24),
    "newsreader-text": (NEWSREADER, "normal", {"opsz": 16, "wght": 400}, 28),
    "newsreader-italic": (NEWSREADER, "italic", {"opsz": 18, "wght": 400}, None),
    "public-sans": (PUBLIC_SANS, "normal", {"wght": (400, 700)}, None),
}


def drop_small_kerning(font, smallest):
    """Zero the pairs that nobody sees: they cost more bytes than they are worth."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            subtable = getattr(subtable, "ExtSubTable", subtable)
            if subtable.LookupType != 2:
                continue
            if subtable.Format == 1:
                records = [record for pairs in subtable.PairSet for record in pairs.PairValueRecord]
            else:
                records = [record for row in subtable.Class1Record for record in row.Class2Record]
            for record in records:
                if record.Value1 and abs(getattr(record.Value1, "XAdvance", 0) or 0) < smallest:
                    record.Value1.XAdvance = 0


def subset(source, characters, axes, smallest_kerning=None):
    """Cut the variable font down to the given characters and axes; without a smallest pair, keep no kerning."""
    font = instantiateVariableFont(TTFont(source), axes)
    scale_upem(font, 1000)
    options = Options()
    options.layout_features = ["liga", "tnum", "ccmp"] + (["kern"] if smallest_kerning else [])
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [1, 2, 4, 6]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    if smallest_kerning:
        drop_small_kerning(font, smallest_kerning)
    return font


def save(font, name):
    target = FONTS / f"{name}.woff2"
    font.flavor = "woff2"
    font.save(target)
    print(f"{target.name:32} {target.stat().st_size:6,} bytes")


def main():
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, (pattern, style, axes, smallest_kerning) in FACES.items():
        latin, extended = (PACKAGES / pattern.format(script, style) for script in ("latin", "latin-ext"))
        save(subset(latin, LATIN, axes, smallest_kerning), name)
        save(subset(latin, RARE, axes), f"{name}-rare")
        save(subset(extended, LATIN_EXTENDED, axes), f"{name}-ext")
    for family in ("newsreader", "public-sans"):
        shutil.copy(PACKAGES / family / "LICENSE", FONTS / f"{family}-LICENSE.txt")


if __name__ == "__main__":
    main()
