"""The site's symbol on the screens of devices: its logo, or the built-in letter where there is none."""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageDraw

from articles import renditions
from articles.brand import TOKENS, WHITE, Brand

RECIPE = 1  # goes into every address: a change here draws every icon anew
OVERSAMPLED = 4  # Pillow draws outlines without smoothing, so they are drawn larger
# The letter of static/site/favicon.svg, on a square of 64.
BOX = 64
LETTER = (
    (17.8, 48.9), (17.8, 16), (12.7, 14.3), (12.7, 13.4), (24.7, 13.4), (46.2, 43.1), (44.7, 47.1), (44.7, 15.5),
    (39.8, 14.3), (39.8, 13.4), (51.3, 13.4), (51.3, 14.3), (46.8, 15.5), (46.8, 51.4), (44.4, 51.4), (19, 16.5),
    (19.8, 15.7), (19.8, 48.9), (24.8, 50.1), (24.8, 51), (13.3, 51), (13.3, 50.1),
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """Pixels along a side. A maskable one may be cut to any shape within a circle of four fifths."""

    size: int
    is_maskable: bool = False

    @property
    def inset(self):
        """How much of each side a logo leaves free."""
        return 0.2 if self.is_maskable else 0.06


FORMS = {
    "192.png": Form(192),
    "512.png": Form(512),
    "maskable-192.png": Form(192, is_maskable=True),
    "maskable-512.png": Form(512, is_maskable=True),
}


class Symbol:
    def __init__(self, site):
        self.logo = site.mark
        self.ground = Brand(site).colour if site.brand_colour else TOKENS["ink"][0]

    @cached_property
    def digest(self):
        """Changes with whatever the icons are made of."""
        of = f"{self.logo.key}-{self.logo.version}" if self.logo else self.ground
        return hashlib.sha256(f"{RECIPE}-{of}".encode()).hexdigest()[:12]

    @property
    def usable_until(self):
        return self.logo.usable_until if self.logo else None

    def draw(self, form: Form) -> bytes:
        image = self._of_logo(form) if self.logo else self._of_letter(form)
        buffer = io.BytesIO()
        image.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()

    def _of_logo(self, form):
        """The whole logo on white, since logos are made for paper."""
        shape = self.logo.rendition()
        with renditions.open_file(self.logo, shape.name_of(shape.widths("webp")[-1], "webp")) as file:
            logo = Image.open(file).convert("RGBA")
        room = round(form.size * (1 - 2 * form.inset))
        scale = room / max(logo.size)
        logo = logo.resize([max(1, round(side * scale)) for side in logo.size], Image.Resampling.LANCZOS)
        icon = Image.new("RGB", (form.size, form.size), WHITE)
        icon.paste(logo, [(form.size - side) // 2 for side in logo.size], mask=logo.getchannel("A"))
        return icon

    def _of_letter(self, form):
        side = form.size * OVERSAMPLED
        # The letter fills its square well; where the square may be cut to a circle, it stands smaller.
        scale = side / BOX * (0.8 if form.is_maskable else 1)
        start = (side - BOX * scale) / 2
        icon = Image.new("RGB", (side, side), self.ground)
        outline = [(start + x * scale, start + y * scale) for x, y in LETTER]
        ImageDraw.Draw(icon).polygon(outline, fill=TOKENS["paper"][0])
        return icon.resize((form.size, form.size), Image.Resampling.LANCZOS)
