"""Read uploaded pictures with suspicion, and turn them into pixels as they are meant to be seen."""

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath

from PIL import ExifTags, Image, PngImagePlugin

from articles import containers, metadata
from articles.colours import Conversion, level_transparency

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 40_000_000
# What arrives takes at most 300 MB of memory and 2 seconds. Of a PNG all pixels are held, in four bytes each; of a WebP
# or AVIF several times over, up to 24 bytes for each, and their decoders take their time for every byte.
MAX_PIXELS_OF = {"PNG": 32_000_000, "WEBP": 8_300_000, "AVIF": 8_300_000}
MAX_BYTES_OF = {"WEBP": 6 * 1024 * 1024, "AVIF": 6 * 1024 * 1024}
MAX_FRAMES = 500
MAX_FRAME_PIXELS = 10_000_000
MAX_ANIMATION_PIXELS = 200_000_000  # of all frames together
# Of a JPEG in passes: the numbers that its decoder holds, in two bytes each, and those it goes over in all passes.
# Programs write about ten passes, each over some of the colours: 320 million for 40 million pixels.
MAX_VALUES = 72_000_000
MAX_WORK = 400_000_000
MAX_PASSES = 30
MAX_BYTES_IN_PASSES = 15 * 1024 * 1024
MAX_HEIGHT = 16_383  # pixels of a rendition; WebP holds no more
# Follows on the passes of a JPEG that may have been cut off. It begins as decoders go on themselves where a last bit is
# missing, and has the marks at which they take up again after a gap.
PADDING = bytes(16) + b"".join(bytes(range(1, 255)) + bytes([0xFF, mark]) for mark in range(0xD0, 0xD8))
LONGEST = 2000  # pixels of the picture that a Reading carries

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
PngImagePlugin.MAX_TEXT_CHUNK = containers.MAX_UNPACKED

NAMES = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "GIF": "GIF", "AVIF": "AVIF"}
SUFFIXES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".jif"), "JPEG"),
    **{f".{name.lower()}": name for name in ("PNG", "WEBP", "GIF", "AVIF")},
}
# Endings of what is never a picture of ours. Any other says nothing.
OTHER_SUFFIXES = set(
    ".arw .asp .aspx .avi .bat .bmp .cgi .cmd .cr2 .cr3 .css .dll .dng .doc .docx .eps .exe .gz .heic .heif"
    " .hta .htm .html .ico .jar .js .jp2 .jsp .jxl .lnk .mjs .mov .mp3 .mp4 .msi .nef .pdf .phar .php .phtml .ps .psd"
    " .py .rar .rb .sh .shtml .svg .svgz .swf .tar .tif .tiff .txt .vbs .webm .xhtml .xml .zip".split()
)
OTHERS = (
    ("SVG", rb"(?:\xef\xbb\xbf)?\s*(?:<(?:\?xml|!--|!doctype).{0,2000}?)?<svg[\s>]"),
    ("RAW", rb"II\*\0.{4}CR|II(?:RO|RS|U\0)|FUJIFILMCCD-RAW|....ftypcrx "),
    ("TIFF", rb"II[*+]\0|MM\0[*+]"),
    ("HEIC", rb"....ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)"),
    ("JPEG XL", rb"\xff\x0a|\0\0\0\x0cJXL "),
    ("JPEG 2000", rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  "),
    ("PSD", rb"8BPS"),
    ("BMP", rb"BM.{4}\0\0\0\0"),
    ("ICO", rb"\0\0[\x01\x02]\0"),
    ("PDF", rb".{0,1024}?%PDF-"),
    ("PostScript", rb"%!PS|\xc5\xd0\xd3\xc6"),
    ("Video", rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI "),
    ("ZIP", rb"PK\x03\x04"),
    ("HTML", rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script)[\s>]"),
)
# What makes of a picture something else besides, for those who open it otherwise. A picture's own bytes hold one of
# these by chance less than once in a million files. Each begins with one plain letter, so that the search is quick.
DISGUISES = (
    ("a web page", re.compile(rb"<(?:script|html|iframe|svg|!doctype\s+html)[\s>]", re.IGNORECASE)),
    ("a program", re.compile(rb"<(?:\?php\s|%@\s*page\s)", re.IGNORECASE)),
    ("a program", re.compile(rb"__HALT_COMPILER\(", re.IGNORECASE)),
    ("a program", re.compile(rb"\$_(?:GET|POST|REQUEST|COOKIE|SERVER)\s*\[")),
    ("a program", re.compile(rb"\x7fELF[\x01\x02][\x01\x02]\x01")),
    ("a program", re.compile(rb"This program cannot be run in DOS mode")),
    ("a PDF document", re.compile(rb"%PDF-[12]\.\d")),
    ("an archive", re.compile(rb"Rar!\x1a\x07")),
    ("an archive", re.compile(rb"7z\xbc\xaf\x27\x1c")),
)
SCRIPT = re.compile(rb"(?:GIF8[79]a|\xff\xd8\xff\xe0|RIFF)/\*.*?\*/\s*=", re.DOTALL)  # a comment from head to tail
PROGRAM_AFTER_END = (b"MZ", b"#!")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
STRIP_PIXELS = 250_000

# Broken files raise whatever the decoder in question happens to raise.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


TOO_SHORT = (
    "The file ends before the picture does: it is damaged, or its upload broke off. Upload it again, or save it anew."
)
DAMAGED = "The file is damaged: a part of the picture is not as it was written. Upload it again, or save it anew."


class UnreadablePicture(ValueError):
    """Says in the user's words why a file cannot be used as a picture."""


@dataclass(frozen=True)
class Reading:
    """What a readable upload is, and a small copy of its pixels for what is made at once."""

    digest: str  # the first 32 hex digits of the content's SHA-256
    width: int  # in pixels, as it is meant to be seen
    height: int
    format: str
    frames: int  # 1, or how many an animation has
    has_alpha: bool  # transparent somewhere, not only able to be
    tone: str  # the average colour on white: red, green and blue, each a digit from 0 to 3
    found: metadata.Found
    image: Image.Image = field(compare=False, repr=False)


def read(file, *, trust_name=False) -> Reading:
    """Read the whole of `file`, so that a picture that cannot be shown is refused at the door.

    The position in the file is put back to its start. Raises UnreadablePicture.
    """
    _refuse_size(file.size, MAX_BYTES)
    file.seek(0)
    content = file.read()
    file.seek(0)
    outline = _outline(content)
    if not trust_name:
        _refuse_other_name(file.name or "", outline.format)
    _refuse_size(file.size, MAX_BYTES_OF.get(outline.format, MAX_BYTES), NAMES[outline.format])
    _refuse_excess(outline)
    if (passes := outline.passes) and (outline.end < passes.least or not passes.are_all_there):
        raise UnreadablePicture(TOO_SHORT)
    _refuse_disguise(content, outline.end)
    padded = _padded(content, outline.passes.ends) if outline.passes else None
    bent = _bent(content, outline.ending) if outline.ending else None
    with _opened(io.BytesIO(content)) as original:
        width, height = original.size[:: -1 if _orientation(original) >= 5 else 1]
        if height * min(width, LONGEST) > MAX_HEIGHT * width:
            raise UnreadablePicture(
                f"The picture is too tall for its width: at most {MAX_HEIGHT:,} pixels."
                " Cut it into parts and try again."
            )
        size = _load(original, LONGEST)
        if padded is not None and padded != _digest(original):
            raise UnreadablePicture(TOO_SHORT)
        if bent is not None and bent == _digest(original):
            raise UnreadablePicture(DAMAGED)
        image = _upright(original, size)
        return Reading(
            digest=hashlib.sha256(content).hexdigest()[:32],
            width=width,
            height=height,
            format=outline.format,
            frames=outline.frames,
            has_alpha=image.mode == "RGBA",
            tone=_tone(image),
            found=metadata.read(original, content),
            image=image,
        )


def open_upright(file, *, longest: int | None = None) -> Image.Image:
    """Return the pixels of an original that was read before: upright sRGB, as RGB or where it is transparent RGBA.

    Scaled down to `longest` pixels on the longer side, if given. A large JPEG then costs a fraction of its size.
    """
    with _opened(file) as original:
        return _upright(original, _load(original, longest))


def frames(file, *, longest: int) -> Iterator[tuple[Image.Image, int]]:
    """Yield each frame of an animation as it is seen, and for how many milliseconds.

    A frame that cannot be decoded ends the animation.
    """
    with _opened(file) as original:
        # The first picture of an animated PNG may be for those only who cannot animate.
        number = 1 if original.info.get("default_image") else 0
        while True:
            try:
                original.seek(number)
                original.load()
            except BROKEN:
                return
            # Browsers, too, take a tenth of a second for what is too short to see.
            duration = round(original.info.get("duration") or 0)
            yield _upright(original, _load(original, longest)), duration if duration > 10 else 100
            number += 1


@contextmanager
def _opened(file):
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as original:
            level_transparency(original)
            yield original
    except UnreadablePicture:
        raise
    except BROKEN as error:
        raise UnreadablePicture(
            "This file cannot be read as a picture. Use JPEG, PNG, WebP, AVIF or GIF;"
            " a damaged file may need saving anew."
        ) from error


def _outline(content):
    if not content:
        raise UnreadablePicture("The file is empty. Choose the picture again; it may not have been saved completely.")
    try:
        outline = containers.outline(content)
    except containers.Truncated as error:
        raise UnreadablePicture(TOO_SHORT) from error
    except containers.Damaged as error:
        raise UnreadablePicture(DAMAGED) from error
    except containers.Overgrown as error:
        raise UnreadablePicture(
            "The file holds far more than its picture needs. Save the picture anew in an image program and try again."
        ) from error
    if outline is None:
        raise UnreadablePicture(_what_else(content))
    return outline


def _what_else(content):
    for kind, pattern in OTHERS:
        if re.match(pattern, content, re.DOTALL | re.IGNORECASE):
            return f"{kind} is not accepted. Use JPEG, PNG, WebP, AVIF or GIF."
    if not re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", content[:4096]):
        return "This is a text, not a picture. Use JPEG, PNG, WebP, AVIF or GIF."
    return (
        "This file cannot be read as a picture. Use JPEG, PNG, WebP, AVIF or GIF; a damaged file may need saving anew."
    )


def _refuse_other_name(name, format):
    suffix = PurePath(name).suffix
    if suffix.lower() in OTHER_SUFFIXES or SUFFIXES.get(suffix.lower(), format) != format:
        right = next(suffix for suffix, kind in SUFFIXES.items() if kind == format)
        article = "an" if format == "AVIF" else "a"
        raise UnreadablePicture(
            f"The name ends in {suffix}, but the file is {article} {NAMES[format]}."
            f" Rename it to {right} and upload it again."
        )


def _refuse_size(size, most, kind="picture"):
    if size > most:
        raise UnreadablePicture(
            f"The file is {size / 1e6:.0f} MB large; {'an' if kind == 'AVIF' else 'a'} {kind} may have at most"
            f" {most / 1048576:.0f} MB. Scale the picture down and try again."
        )


def _refuse_excess(outline):
    pixels = outline.width * outline.height
    most = MAX_PIXELS_OF.get(outline.format, MAX_PIXELS)
    if pixels > most:
        raise UnreadablePicture(
            f"The picture has more than {most / 1e6:g} million pixels, the most for {NAMES[outline.format]}."
            " Scale it down and try again."
        )
    if outline.frames > MAX_FRAMES:
        raise UnreadablePicture(
            f"The animation has {outline.frames:,} frames; at most {MAX_FRAMES} can be taken. Shorten it and try again."
        )
    if outline.frames > 1 and pixels > MAX_FRAME_PIXELS:
        raise UnreadablePicture(
            f"The animation has more than {MAX_FRAME_PIXELS // 1_000_000} million pixels in a frame."
            " Scale it down and try again."
        )
    if outline.frames * pixels > MAX_ANIMATION_PIXELS:
        raise UnreadablePicture(
            f"The animation has more than {MAX_ANIMATION_PIXELS // 1_000_000} million pixels in all its frames."
            " Shorten it or scale it down and try again."
        )
    if outline.passes:
        _refuse_passes(outline.passes, pixels, outline.end)


def _refuse_passes(passes, pixels, size):
    if not passes.is_usual:
        raise UnreadablePicture(
            "The JPEG is coded in a way that hardly any program reads. Save it anew in an image program and try again."
        )
    if passes.are_several and passes.values > MAX_VALUES:
        most = MAX_VALUES * pixels // passes.values // 1_000_000
        raise UnreadablePicture(
            f"This progressive JPEG may have at most {most} million pixels."
            " Save it as an ordinary JPEG, or scale it down, and try again."
        )
    if passes.are_several and size > MAX_BYTES_IN_PASSES:
        raise UnreadablePicture(
            f"The file is {size / 1e6:.0f} MB large; a progressive JPEG may have at most"
            f" {MAX_BYTES_IN_PASSES / 1048576:.0f} MB. Save it as an ordinary JPEG, or scale it down, and try again."
        )
    if passes.number > MAX_PASSES or (passes.are_several and passes.work > MAX_WORK):
        raise UnreadablePicture(
            f"The JPEG is put together of {passes.number:,} passes, too many for its size."
            " Save it anew in an image program and try again."
        )


def _refuse_disguise(content, end):
    kinds = [kind for kind, pattern in DISGUISES if pattern.search(content)]
    if b"PK\5\6" in content and b"PK\1\2" in content:  # the two that every ZIP needs; each alone comes by chance
        kinds.append("an archive")
    if SCRIPT.match(content) or content[end : end + 2] in PROGRAM_AFTER_END:
        kinds.append("a program")
    if kinds:
        raise UnreadablePicture(
            f"The file is a picture and {kinds[0]} in one. Save the picture anew in an image program and try again."
        )


def _padded(content, ends):
    """The digest of a JPEG's pixels where other bytes follow on the data of its passes.

    Decoders skip what follows on whole data, but take it for the rest of a picture that was cut off and closed again.
    """
    parts = [memoryview(content)[start:end] for start, end in pairwise([0, *ends, None])]
    with _opened(io.BytesIO(PADDING.join(parts))) as original:
        _load(original, LONGEST)
        return _digest(original)


def _bent(content, ending):
    """The digest of the pixels where their last bytes are others, or None where that cannot be decoded.

    Where data were damaged on the way, decoders read something else from there on, most often short of the end, and do
    not complain: the last bytes then make no difference. Of an AVIF in tiles only the last is told by this.
    """
    last = bytes(byte ^ 0xFF for byte in content[ending.start : ending.stop])
    bent = io.BytesIO(b"".join((content[: ending.start], last, content[ending.stop :])))
    with suppress(UnreadablePicture), _opened(bent) as original:
        original.load()
        return _digest(original)


def _digest(original):
    digest = hashlib.sha256()
    step = max(1, STRIP_PIXELS // original.width)
    for top in range(0, original.height, step):
        strip = original.crop((0, top, original.width, min(top + step, original.height)))
        digest.update(strip.tobytes())
    return digest.digest()


def _orientation(original):
    try:
        orientation = original.getexif().get(ExifTags.Base.Orientation, 1)
    except BROKEN:  # a camera's broken notes spoil no picture
        return 1
    return orientation if orientation in TURNS else 1


def _upright(original, size):
    orientation = _orientation(original)
    image = _in_strips(original, size)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _load(original, longest):
    """Decode no fewer pixels than are wanted for this length of the longer side, and return the size wanted."""
    size = original.size
    if longest and longest < max(size):
        size = tuple(max(1, round(side * longest / max(size))) for side in size)
        original.draft(None, size)
    original.load()
    return size


def _in_strips(original, size):
    """Return sRGB of the smallest whole fraction of the original that is no smaller than `size`.

    Worked in strips, so that never more than one copy of all pixels is held, and nothing but pixels is taken over.
    """
    convert = Conversion(original)
    factor = [max(1, side // wanted) for side, wanted in zip(original.size, size, strict=True)]
    width, height = (-(-side // by) for side, by in zip(original.size, factor, strict=True))
    image = Image.new(convert.mode, (width, height))
    step = max(1, STRIP_PIXELS // (original.width * factor[1])) * factor[1]
    for top in range(0, original.height, step):
        strip = convert(original.crop((0, top, original.width, min(top + step, original.height))))
        image.paste(strip.reduce(factor) if factor != [1, 1] else strip, (0, top // factor[1]))
    return image


def _tone(image):
    """The average colour on white paper, each of its three parts in four steps."""
    *colour, alpha = image.convert("RGBA").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return "".join(str((part * alpha + 255 * (255 - alpha)) // 255 // 64) for part in colour)
