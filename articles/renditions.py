"""The files that readers get of a picture: which there are, what they are called, and how they are made.

All of it follows from the picture's row. A page names files that may not exist yet: a task makes them after the
upload, and whichever is asked for sooner is made on the spot (open_file).
"""

import io
import logging
import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from math import ceil

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from PIL import Image

from articles import metadata, reading

RECIPE = 2  # goes into every version: a change here remakes every file under a new name

# Each width is at most half as wide again as the one before, so that no browser loads much more than it shows.
LADDER = (64, 96, 128, 180, 240, 360, 540, 720, 1080, 1440, 2000)
# Browsers that take WebP and no AVIF, or neither, are few and old.
WEBP_LADDER = (128, 360, 720, 1080, 1440)
JPEG_LADDER = (720, 1440)
PREVIEWS = (360, 1200)  # pixels; for the desk
NEAR_ENOUGH = 0.02  # a picture of nearly the wanted ratio is not cut again

AVIF_QUALITY = 52
AVIF_WIDE = 1080  # pixels; above, a third of the time is worth a few per cent more bytes
WEBP_QUALITY = 74
JPEG_QUALITY = 80
LIGHT_WIDTH = 720  # pixels; what a phone loads for a lead picture weighs no more than this where quality allows:
LIGHT_BYTES = 24_000
LEAST_QUALITY = 40
ANIMATED_WIDTHS = (360, 720)
MOVES_FOR = 5000  # milliseconds; what moves longer by itself would have to offer a way to stop it

ENCODERS = min(2, os.cpu_count() or 1)  # each takes up to 100 MB for the widest files

CONTENT_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}

logger = logging.getLogger(__name__)
_making_in_request = threading.Lock()  # a page of new pictures must not take the memory of all of them at once


def originals():
    return storages["originals"]


@dataclass(frozen=True)
class Form:
    """A ratio, or none for the picture as it is, and the widths in pixels in which each format offers it."""

    ratio: float | None
    avif: tuple[int, ...]
    webp: tuple[int, ...]
    jpg: tuple[int, ...]


FORMS = {
    "whole": Form(None, LADDER, WEBP_LADDER, JPEG_LADDER),
    "3x2": Form(3 / 2, LADDER, WEBP_LADDER, JPEG_LADDER),
    "16x9": Form(16 / 9, LADDER[6:], WEBP_LADDER[2:], JPEG_LADDER),
    "4x3": Form(4 / 3, (720, 1200), (720, 1200), (720, 1200)),
    "1x1": Form(1, LADDER[:8], WEBP_LADDER[:3], (360, 1200)),
    "card": Form(1200 / 630, (), (), (1200,)),
}


def widths(ladder: Iterable[int], available: int) -> list[int]:
    """The widths of a ladder, ascending, in which something `available` pixels wide is offered; never enlarged."""
    ladder = tuple(ladder)
    return sorted({step for step in ladder if step < available} | {min(available, ladder[-1])}) if ladder else []


class Shape:
    """The files of a picture in one ratio. Computed from the row alone; nothing is looked up."""

    def __init__(self, picture, name: str):
        self.picture, self.name, self.form = picture, name, FORMS[name]

    @classmethod
    def of(cls, picture, name: str) -> "Shape":
        """The files of this ratio; the whole picture where it has nearly this ratio, or moves and is not cut."""
        ratio = FORMS[name].ratio
        if ratio and name != "card":
            own = picture.shown_width / picture.shown_height
            if abs(own / ratio - 1) < NEAR_ENOUGH:
                name = "whole"
        return cls(picture, name)

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is shown, in pixels of the upright original."""
        picture = self.picture
        left, top = picture.width * picture.crop_x / 100, picture.height * picture.crop_y / 100
        width, height = picture.shown_width, picture.shown_height
        ratio = self.form.ratio or width / height
        across, down = min(width, height * ratio), min(height, width / ratio)
        x = _within(picture.width * picture.focal_x / 100 - left - across / 2, width - across)
        y = _within(picture.height * picture.focal_y / 100 - top - down / 2, height - down)
        return left + x, top + y, left + x + across, top + y + down

    @property
    def available(self) -> int:
        """Pixels across that the original has for this shape."""
        return max(1, round(self.box[2] - self.box[0]))

    def height_at(self, width: int) -> int:
        left, top, right, bottom = self.box
        return max(1, round(width * (bottom - top) / (right - left)))

    def widths(self, suffix: str) -> list[int]:
        return widths(getattr(self.form, suffix), self.available)

    @property
    def width(self) -> int:
        """Pixels of the widest file; with `height`, what a page says of the picture before it is there."""
        return max(self.widths("jpg"), default=0)

    @property
    def height(self) -> int:
        return self.height_at(self.width)

    def name_of(self, width: int, suffix: str) -> str:
        return f"{self.name}-{width}.{suffix}"

    def url_of(self, width: int, suffix: str) -> str:
        return f"{base_url(self.picture)}{self.name_of(width, suffix)}"

    @property
    def url(self) -> str:
        """The widest JPEG."""
        return self.url_of(self.width, "jpg")

    def srcset(self, suffix: str) -> str:
        return ", ".join(f"{self.url_of(width, suffix)} {width}w" for width in self.widths(suffix))

    def animated_srcset(self) -> str:
        return ", ".join(
            f"{base_url(self.picture)}{animated_name(width)} {width}w" for width in animated_widths(self.picture)
        )


def _within(value: float, most: float) -> float:
    return max(0.0, min(value, most))


def base_url(picture) -> str:
    return f"{settings.MEDIA_URL}pictures/{picture.key}/{picture.version}/"


def directory(picture) -> str:
    return f"pictures/{picture.key}/{picture.version}"


def animated_name(width: int) -> str:
    return f"animated-{width}.webp"


def animated_widths(picture) -> list[int]:
    """The widths of the moving file; none for a picture that stands still."""
    return widths(ANIMATED_WIDTHS, picture.shown_width) if picture.frames > 1 else []


@dataclass(frozen=True)
class File:
    """One file to make; `shape` is None for a moving one."""

    name: str
    width: int
    suffix: str
    shape: Shape | None


def files(picture) -> list[File]:
    """Every file of a picture, the widest of each shape first."""
    found = []
    for name in FORMS:
        if name == "card" and not picture.allows_sharing:
            continue
        shape = Shape.of(picture, name)
        if shape.name == name:
            found += [
                File(shape.name_of(width, suffix), width, suffix, shape)
                for suffix in CONTENT_TYPES
                for width in shape.widths(suffix)
            ]
    found += [File(animated_name(width), width, "webp", None) for width in animated_widths(picture)]
    return sorted(found, key=lambda file: -file.width)


def looks_like_one(name: str) -> bool:
    """Whether files were ever named like this."""
    stem, _, suffix = name.rpartition(".")
    form, _, width = stem.rpartition("-")
    return suffix in CONTENT_TYPES and (form in FORMS or form == "animated") and width.isdecimal()


def nearest(picture, name: str) -> str:
    """Return the name of the file that comes closest to one of an earlier version; any name is understood."""
    stem, _, suffix = name.rpartition(".")
    form, _, width = stem.rpartition("-")
    shape = Shape.of(picture, form if form in FORMS and (form != "card" or picture.allows_sharing) else "whole")
    offered = shape.widths(suffix) if suffix in CONTENT_TYPES else []
    if not offered:
        suffix, offered = "jpg", shape.widths("jpg")
    wanted = int(width) if width.isascii() and width.isdecimal() and len(width) < 6 else 0
    return shape.name_of(next((step for step in offered if step >= wanted), offered[-1]), suffix)


# -- making them


def make(picture, only: str | None = None) -> None:
    """Make the files that do not exist yet, or the named one: resized once and chained down."""
    there = names_in(directory(picture))
    wanted = [file for file in files(picture) if file.name not in there and only in (None, file.name)]
    if not wanted:
        return
    tags = metadata.embedded(picture.rights)
    with ThreadPoolExecutor(
        ENCODERS
    ) as pool:  # encoding is most of the work, and Pillow lets go of the interpreter for it
        for encoded in pool.map(partial(_encoded, tags), _sized(picture, [file for file in wanted if file.shape])):
            for file, content in encoded:
                default_storage.save(f"{directory(picture)}/{file.name}", ContentFile(content))
    for file in wanted:
        if file.shape is None:
            default_storage.save(f"{directory(picture)}/{file.name}", ContentFile(_moving(picture, file.width, tags)))


def _sized(picture, wanted: list[File]):
    """Yield the pixels of each size, and the files that are made of them."""
    if not wanted:
        return
    # No file needs more pixels than the widest, so no more are decoded.
    widest = max(file.width * picture.width / (file.shape.box[2] - file.shape.box[0]) for file in wanted)
    longest = ceil(max(picture.width, picture.height) * min(1.0, widest / picture.width))
    with originals().open(picture.original.name) as file:
        image = reading.open_upright(file, longest=longest)
    scale_x, scale_y = image.width / picture.width, image.height / picture.height
    for name in dict.fromkeys(file.shape.name for file in wanted):
        of_shape = [file for file in wanted if file.shape.name == name]
        left, top, right, bottom = of_shape[0].shape.box
        box = left * scale_x, top * scale_y, right * scale_x, bottom * scale_y
        current = image
        for width, of_width in groupby(of_shape, key=lambda file: file.width):
            size = width, of_shape[0].shape.height_at(width)
            current = current.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
            box = None
            yield current, list(of_width)


def _encoded(tags: dict[str, bytes], sized) -> list[tuple[File, bytes]]:
    """Encode one size in every format. One thread does it: Pillow keeps on the image how it is to be saved."""
    image, wanted = sized
    return [(file, _light(image, file.suffix, tags)) for file in wanted]


def _light(image, suffix: str, tags: dict[str, bytes]) -> bytes:
    quality = {"avif": AVIF_QUALITY, "webp": WEBP_QUALITY, "jpg": JPEG_QUALITY}[suffix]
    content = _as(image, suffix, quality, tags)
    while suffix != "jpg" and image.width <= LIGHT_WIDTH and len(content) > LIGHT_BYTES and quality > LEAST_QUALITY:
        quality -= 4
        content = _as(image, suffix, quality, tags)
    return content


def _as(image, suffix: str, quality: int, tags: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    if suffix == "avif":
        speed = 9 if image.width > AVIF_WIDE else 8
        image.save(buffer, "AVIF", quality=quality, speed=speed, max_threads=1, **tags)
    elif suffix == "webp":
        image.save(buffer, "WEBP", quality=quality, method=2, **tags)
    else:
        if image.mode == "RGBA":
            paper = Image.new("RGB", image.size, "white")
            paper.paste(image, mask=image.getchannel("A"))
            image = paper
        image.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True, **tags)
    return buffer.getvalue()


def _moving(picture, width: int, tags: dict[str, bytes]) -> bytes:
    """Encode an animation. It plays whole at least once, and again while it moves for no more than a few seconds."""
    shape = Shape(picture, "whole")
    size = width, shape.height_at(width)
    longest = ceil(max(picture.width, picture.height) * min(1.0, width / picture.shown_width))
    stills, durations = [], []
    with originals().open(picture.original.name) as file:
        # Where no frame can be read, there still is the picture that stands in front of them.
        frames = list(reading.frames(file, longest=longest)) or [
            (reading.open_upright(file, longest=longest), MOVES_FOR)
        ]
        for still, duration in frames:
            scale_x, scale_y = still.width / picture.width, still.height / picture.height
            left, top, right, bottom = shape.box
            box = left * scale_x, top * scale_y, right * scale_x, bottom * scale_y
            stills.append(still.resize(size, Image.Resampling.LANCZOS, box=box))
            durations.append(duration)
    buffer = io.BytesIO()
    stills[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=stills[1:],
        duration=durations,
        loop=max(1, MOVES_FOR // max(1, sum(durations))),
        quality=WEBP_QUALITY,
        method=2,
        **tags,
    )
    return buffer.getvalue()


# -- keeping them


def names_in(path: str) -> set[str]:
    try:
        return set(default_storage.listdir(path)[1])
    except FileNotFoundError:
        return set()


def open_file(picture, name: str):
    """Open the named file of a picture, which is made first where the task has not come to it yet.

    Raises FileNotFoundError for a name that the picture does not have, and where its original is lost.
    """
    path = f"{directory(picture)}/{name}"
    with suppress(FileNotFoundError):
        return default_storage.open(path)
    with _making_in_request:
        make(picture, only=name)
    return default_storage.open(path)


def tidy(picture) -> None:
    """Remove the files of what the picture was before."""
    for version in _directories_in(f"pictures/{picture.key}"):
        if version != picture.version:
            _remove_directory(default_storage, f"pictures/{picture.key}/{version}")


def remove(original: str, path: str, digest: str) -> None:
    """Remove every file of a picture that is no more."""
    forget(original, digest)
    for version in _directories_in(path):
        _remove_directory(default_storage, f"{path}/{version}")
    _remove_directory(default_storage, path)


def forget(original: str, digest: str) -> None:
    """Remove an original that no picture has any more, and its small copies."""
    originals().delete(original)
    _remove_directory(originals(), f"previews/{digest}")


def _directories_in(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _remove_directory(storage, path: str) -> None:
    with suppress(FileNotFoundError):
        for name in storage.listdir(path)[1]:
            storage.delete(f"{path}/{name}")
        storage.delete(path)


# -- what the desk sees


def make_previews(picture, image) -> None:
    """Keep small copies of an upright original where only the desk gets them."""
    for width in PREVIEWS:
        path = f"previews/{picture.digest}/{width}.webp"
        if originals().exists(path):
            continue
        small = image.copy()
        small.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
        originals().save(path, ContentFile(_as(small, "webp", WEBP_QUALITY, {})))


def open_preview(picture, width: int):
    """Open a small copy of the original. Raises FileNotFoundError where the original is lost."""
    path = f"previews/{picture.digest}/{width}.webp"
    with suppress(FileNotFoundError):
        return originals().open(path)
    with originals().open(picture.original.name) as file:
        make_previews(picture, reading.open_upright(file, longest=2 * PREVIEWS[-1]))
    return originals().open(path)
