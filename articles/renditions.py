"""Read uploaded pictures with suspicion, and make the files that readers get."""

import hashlib
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_HEIGHT = 16_383  # pixels of a rendition; WebP holds no more
WIDTHS = (360, 720, 1080, 1440, 2000)
WEBP_QUALITY = 76
JPEG_QUALITY = 80

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class UnreadablePicture(ValueError):
    """Says in the user's words why a file cannot be used as a picture."""


@dataclass(frozen=True)
class Reading:
    """What a readable upload is: its content's name, and its size in pixels as it is meant to be seen."""

    digest: str
    width: int
    height: int
    format: str


def originals():
    return storages["originals"]


def read(file) -> Reading:
    """Read the whole of `file`, so that a picture that cannot be shown is refused at the door.

    Raises UnreadablePicture. The position in the file is put back to its start.
    """
    if file.size > MAX_BYTES:
        raise UnreadablePicture(
            f"The file is {file.size / 1e6:.0f} MB large; at most {MAX_BYTES / 1048576:.0f} MB can be taken."
        )
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                picture_format = image.format
                image.load()
                width, height = ImageOps.exif_transpose(image).size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture(
            f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels. Scale it down and try again."
        ) from error
    # Broken files raise whatever the decoder in question happens to raise.
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        ArithmeticError,
        EOFError,
        MemoryError,
    ) as error:
        raise UnreadablePicture(
            "This file cannot be read as a picture. Use JPEG, PNG, WebP, AVIF or GIF;"
            " a damaged file may need saving anew."
        ) from error
    if height * widths(width)[-1] > MAX_HEIGHT * width:
        raise UnreadablePicture(
            f"The picture is too tall for its width: at most {MAX_HEIGHT:,} pixels. Cut it into parts and try again."
        )
    return Reading(hashlib.sha256(content).hexdigest()[:32], width, height, picture_format)


def widths(width: int) -> list[int]:
    """The widths in pixels, ascending, in which a picture `width` pixels wide is offered; never enlarged."""
    return sorted({candidate for candidate in WIDTHS if candidate < width} | {min(width, WIDTHS[-1])})


def jpeg_width(width: int) -> int:
    """The one width that is made as JPEG too, for whatever knows no WebP and takes a single file."""
    return max(candidate for candidate in widths(width) if candidate <= 1440 or candidate == width)


def name(digest: str, width: int, suffix: str) -> str:
    """The storage name of a rendition. It follows from the content, so it never changes its meaning."""
    return f"pictures/{digest}/{width}.{suffix}"


def make(picture) -> None:
    """Make every rendition that does not exist yet, resized once and chained down."""
    wanted = [
        (width, suffix)
        for width in reversed(widths(picture.width))
        for suffix in (("webp", "jpg") if width == jpeg_width(picture.width) else ("webp",))
        if not default_storage.exists(name(picture.digest, width, suffix))
    ]
    if not wanted:
        return
    with originals().open(picture.original.name) as file, Image.open(file, formats=FORMATS) as original:
        image = _upright_rgb(original)
    sized = {}
    for width, _ in wanted:
        if image.width != width:
            image = image.resize(
                (width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS
            )
        sized[width] = image
    # Encoding is most of the work, and Pillow lets go of the interpreter while it does it.
    with ThreadPoolExecutor() as pool:
        files = pool.map(lambda one: _encoded(sized[one[0]], one[1]), wanted)
        for (width, suffix), content in zip(wanted, files, strict=True):
            default_storage.save(name(picture.digest, width, suffix), ContentFile(content))


def _upright_rgb(original):
    image = ImageOps.exif_transpose(original)
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):  # 16 bits of grey; a plain convert would clip them to white
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _encoded(image, suffix):
    buffer = io.BytesIO()
    if suffix == "webp":
        image.save(buffer, "WEBP", quality=WEBP_QUALITY, method=2)
    else:
        if image.mode == "RGBA":
            paper = Image.new("RGB", image.size, "white")
            paper.paste(image, mask=image.getchannel("A"))
            image = paper
        image.save(buffer, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return buffer.getvalue()
