"""Turn the colours of any picture into those of the web: eight bits of sRGB."""

import io

from PIL import Image, ImageCms

MAX_PROFILE = 4 * 1024 * 1024  # bytes; the largest for print have about three
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
DEPTHS = {"L;2": 2, "L;4": 4, "I;16B": 16, "RGB;16B": 16}  # bits of a PNG, by the raw mode that Pillow unpacks
SCREEN_GAMMA = 1 / 2.2


def level_transparency(original: Image.Image) -> None:
    """Name in eight bits the one colour that is transparent in a PNG of another depth.

    Pillow scales the pixels, but not this. `original` must not have been loaded yet.
    """
    depth = DEPTHS.get(original.tile[0].args) if original.format == "PNG" and original.tile else None
    colour = original.info.get("transparency")
    if depth and colour is not None:
        parts = colour if isinstance(colour, tuple) else (colour,)
        parts = tuple(round(part * 255 / (2**depth - 1)) for part in parts)
        original.info["transparency"] = parts if isinstance(colour, tuple) else parts[0]


class Conversion:
    """Converts strips of one picture, once for all of them set up."""

    def __init__(self, original: Image.Image):
        self.mode = "RGBA" if original.has_transparency_data else "RGB"
        self.source, self.transform = _transform(original)
        self.curve = None if self.transform else _curve(original)

    def __call__(self, strip: Image.Image) -> Image.Image:
        if strip.mode.startswith("I"):  # 16 bits of grey; a plain convert would clip them to white
            strip = strip.convert("I").point(lambda value: value * (255 / 65535) + 0.5).convert("L")
        whole = strip.convert(self.mode)
        if self.transform:
            colours = self.transform.apply((strip if self.source == "CMYK" else whole).convert(self.source))
        elif self.curve:
            colours = whole.convert("RGB").point(self.curve)
        else:
            return whole
        if self.mode == "RGBA":
            colours.putalpha(whole.getchannel("A"))
        return colours


def _transform(original):
    """The transform from the picture's own colour profile, if there is a need and a usable one."""
    content = original.info.get("icc_profile")
    if not content or len(content) > MAX_PROFILE:
        return None, None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        source = PROFILE_MODES.get(profile.profile.xcolor_space.strip())
        own = {"1": "L", "LA": "L", "I;16": "L", "CMYK": "CMYK"}.get(original.mode, original.mode)
        own = own if own in ("L", "CMYK") else "RGB"
        if (source, own) not in (("RGB", "RGB"), ("RGB", "L"), ("L", "L"), ("CMYK", "CMYK")):
            return None, None
        if source == "RGB" and "sRGB" in (profile.profile.profile_description or ""):
            return None, None
        return source, ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), source, "RGB")
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):  # a broken profile spoils no picture
        return None, None


def _curve(original):
    """The lookup table for a PNG made for other screens than those of the web."""
    gamma = original.info.get("gamma")
    if not gamma or "srgb" in original.info or abs(gamma - SCREEN_GAMMA) < 0.02:
        return None
    exponent = min(10, SCREEN_GAMMA / gamma)
    return [round(255 * (value / 255) ** exponent) for value in range(256)] * 3
