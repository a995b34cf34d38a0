"""How well a colour is seen on others, as WCAG 2.2 computes it."""

import colorsys

TEXT = 4.5  # what WCAG asks at level AA
STRONG = 7.0  # at level AAA; what readers get who ask for high contrast
STEPS = 200  # of lightness, from black to white


def ratio(one: str, other: str) -> float:
    """The contrast of two colours such as #b3261e, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weakest(colour: str, against: tuple[str, ...]) -> tuple[str, float]:
    """The one of several grounds on which a colour is seen worst, and its contrast there."""
    return min(((ground, ratio(colour, ground)) for ground in against), key=lambda found: found[1])


def passes(colour: str, against: tuple[str, ...], wanted: float = TEXT) -> bool:
    return weakest(colour, against)[1] >= wanted


def nearest(colour: str, against: tuple[str, ...], wanted: float = TEXT) -> str:
    """The colour of the same hue, closest in lightness, that is seen well enough on all of these grounds."""
    if passes(colour, against, wanted):
        return colour.lower()
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    levels = sorted((step / STEPS for step in range(STEPS + 1)), key=lambda level: abs(level - lightness))
    shades = (_written(colorsys.hls_to_rgb(hue, level, saturation)) for level in levels)
    return next(shade for shade in shades if passes(shade, against, wanted))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
