"""Walk through the files that pictures come in, part by part, without unpacking any of them.

What a file says of itself is read here before a decoder believes it: sizes, frames, passes, and where the picture ends.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from articles import av1
from articles.jpeg import Passes

MAX_PARTS = 30_000  # chunks, segments or boxes; 30 MB in the smallest pieces that honest programs write
MAX_SUBBLOCKS = 200_000  # of a GIF, 255 bytes each
MAX_NOTES = 4 * 1024 * 1024  # bytes of a JPEG's Exif and Photoshop segments; Pillow joins and takes apart each anew
MAX_COMMENT = 256 * 1024  # bytes of a GIF's comments; Pillow's time grows with their square
MAX_UNPACKED = 8 * 1024 * 1024  # bytes of a PNG's compressed texts and colour profile
MAX_EXIF_VALUES = 1024 * 1024  # bytes; thousands of entries may all point at the same place, and each is copied
MAX_EXIF_ENTRIES = 100_000

# Bytes at the end of a picture's data without which no whole one looks the same. Lossy ones code whole blocks, of which
# the last may lie beyond the edge; the smallest may say nothing with their last bytes.
ENDING, LOSSLESS_ENDING, SMALLEST = 256, 8, 1000

EXIF_HEADER = re.compile(rb"II\*\0|MM\0\*")
EXIF_UNITS = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}  # bytes of a value, by its type
EXIF_POINTERS = {0x8769, 0x8825, 0xA005}
JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # not a stuffed FF, not a restart
JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
BOXES_OF_BOXES = {b"iprp": 0, b"ipco": 0, b"meta": 4, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0}


class Truncated(ValueError):
    """The file ends before the picture does."""


class Damaged(ValueError):
    """A part of the picture is not what was written."""


class Overgrown(ValueError):
    """The file has more parts, or parts that unpack to more, than an honest one."""


@dataclass
class Outline:
    """What a picture says of itself: the largest size named anywhere in pixels, and where its bytes end."""

    format: str
    width: int = 0
    height: int = 0
    frames: int = 1
    passes: Passes | None = None  # of a JPEG
    end: int = 0
    coded: list[int] = field(default_factory=list)  # where an AVIF's AV1 data begin
    ending: range = range(0)  # of a WebP or AVIF that stands still, the last bytes that its pixels depend on

    def grow(self, width, height):
        self.width, self.height = max(self.width, width), max(self.height, height)


def outline(content: bytes) -> Outline | None:
    """Return the outline of a JPEG, PNG, GIF, WebP or AVIF, and None for anything else.

    Raises Truncated, Damaged or Overgrown. The time depends on the number of parts, and on the sums of a PNG.
    """
    for signature, walk in SIGNATURES:
        if signature.match(content):
            _weigh_exif(content)
            try:
                return walk(content)
            except (IndexError, struct.error) as error:
                raise Truncated from error
    return None


def _weigh_exif(content):
    """Add up what the directories of EXIF point at, wherever a format keeps them: all begin with one of two signs."""
    entries = size = 0
    for header in EXIF_HEADER.finditer(content):
        base, order = header.start(), "<" if header[0][:1] == b"I" else ">"
        pointers = [base + 4]
        for pointer in pointers:
            entries += 1
            for kind, count, at in _exif_entries(content, base, order, pointer, pointers):
                entries += 1
                length = count * EXIF_UNITS.get(kind, 1)
                size += length if at + length <= len(content) else 0
                if size > MAX_EXIF_VALUES:
                    raise Overgrown
            if entries > MAX_EXIF_ENTRIES:
                raise Overgrown


def _exif_entries(content, base, order, pointer, pointers):
    try:
        start = base + struct.unpack_from(f"{order}I", content, pointer)[0]
        for at in range(start + 2, start + 2 + 12 * struct.unpack_from(f"{order}H", content, start)[0], 12):
            tag, kind, count, place = struct.unpack_from(f"{order}HHII", content, at)
            yield kind, count, base + place
            if tag in EXIF_POINTERS:
                pointers.append(at + 8)
    except struct.error:  # cut off; so it is for the decoder
        return


def _parts() -> Iterator[int]:
    """Count to what is too many."""
    yield from range(MAX_PARTS)
    raise Overgrown


def _jpeg(content):
    passes = Passes()
    found = Outline("JPEG", passes=passes)
    at, notes, data = 2, 0, None
    for _ in _parts():
        marker = JPEG_MARKER.search(content, at)
        if marker is None:
            raise Truncated
        if data is not None:
            passes.ends.append(data + len(content[data : marker.start()].rstrip(b"\xff")))
            data = None
        at, kind = marker.end(), marker[1][0]
        if kind == 0xD9:
            found.end = at
            return found
        if kind in (0x01, 0xD8):
            continue
        length = struct.unpack_from(">H", content, at)[0]
        segment = content[at + 2 : at + length]
        if kind in JPEG_FRAMES:
            found.grow(*passes.frame(kind, segment))
        elif kind == 0xDA:
            passes.scan(segment)
            data = at + length
        elif segment.startswith((b"Exif\0", b"Photo")):
            notes += length
            if notes > MAX_NOTES:
                raise Overgrown
        at += length


def _png(content):
    found = Outline("PNG")
    whole = memoryview(content)
    at, shown, controls, unpacked = 8, 0, 0, 0
    for _ in _parts():
        length, kind = struct.unpack_from(">I4s", content, at)
        start, at = at + 8, at + 12 + length
        if at > len(content):
            raise Truncated
        # What must be understood has a capital; Pillow does not look at the sums of the pixels.
        is_needed = kind[:1].isupper() or kind == b"fdAT"
        if is_needed and zlib.crc32(whole[start - 4 : at - 4]) != struct.unpack_from(">I", content, at - 4)[0]:
            raise Damaged
        if kind == b"IHDR":
            found.grow(*struct.unpack_from(">II", content, start))
        elif kind == b"acTL":
            shown = max(shown, *struct.unpack_from(">I", content, start))
        elif kind == b"fcTL":
            controls += 1
            found.grow(*struct.unpack_from(">II", content, start + 4))
        elif kind in (b"iCCP", b"zTXt", b"iTXt"):
            unpacked += _unpacked(kind, content[start : start + length], MAX_UNPACKED - unpacked)
        elif kind == b"IEND":
            found.end = at
            if shown:
                found.frames = max(1, shown, controls)
            return found


def _unpacked(kind, chunk, most):
    """The length that the text or profile in `chunk` unpacks to."""
    _, _, rest = chunk.partition(b"\0")
    if kind == b"iTXt":
        if rest[:1] != b"\1":
            return 0
        rest = rest[2:].split(b"\0", 2)[-1]
    else:
        rest = rest[1:]
    unpacker = zlib.decompressobj()
    try:
        length = len(unpacker.decompress(rest, most + 1))
    except zlib.error:
        return 0
    if length > most:
        raise Overgrown
    return length


def _gif(content):
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    found = Outline("GIF", width, height, frames=0)
    blocks = comment = 0

    def skip(at):
        nonlocal blocks
        while length := content[at]:
            at += length + 1
            blocks += 1
            if blocks > MAX_SUBBLOCKS:
                raise Overgrown
        return at + 1

    at = 13 + _gif_colours(flags)
    for _ in _parts():
        kind, at = content[at], at + 1
        if kind == 0x3B:
            found.end = at
            return found
        if kind == 0x2C:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", content, at)
            found.grow(left + width, top + height)
            found.frames += 1
            at = skip(at + 10 + _gif_colours(flags))
        elif kind == 0x21:
            start, at = at, skip(at + 1)
            if content[start] == 0xFE:
                comment += at - start
                if comment > MAX_COMMENT:
                    raise Overgrown


def _gif_colours(flags):
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _ending(start, length, most):
    return range(start + length - most, start + length) if length > SMALLEST else range(0)


def _webp(content):
    found = Outline("WEBP", end=8 + struct.unpack_from("<I", content, 4)[0])
    if found.end > len(content):
        raise Truncated
    at, frames = 12, 0
    for _ in _parts():
        if at + 8 > found.end:
            found.frames = max(1, frames)
            return found
        kind, length = struct.unpack_from("<4sI", content, at)
        start = at + 8
        at = start + length + length % 2
        if at > found.end + 1:
            raise Truncated
        if kind == b"VP8X":
            width, height = (int.from_bytes(content[start + n : start + n + 3], "little") + 1 for n in (4, 7))
            found.grow(width, height)
        if kind in (b"VP8 ", b"VP8L"):
            found.ending = _ending(start, length, LOSSLESS_ENDING if kind == b"VP8L" else ENDING)
        if kind == b"VP8 ":
            found.grow(*(side & 0x3FFF for side in struct.unpack_from("<HH", content, start + 6)))
        elif kind == b"VP8L":
            bits = struct.unpack_from("<I", content, start + 1)[0]
            found.grow((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        elif kind == b"ANMF":
            frames += 1


def _avif(content):
    found = Outline("AVIF")
    left = _parts()
    extents = []
    found.end = _boxes(content, 0, len(content), found, left, extents)
    found.coded += (start for start, _ in extents)
    if content[8:12] != b"avis":
        found.frames = 1  # a still, whatever else is inside
    for width, height in av1.sizes(content, found.coded):
        next(left)
        found.grow(width, height)
    if content[8:12] != b"avis":
        # The picture, or the largest of its tiles; notes and the like may lie beside it.
        pixels = [extent for extent in extents if av1.begins(content, extent[0])]
        start, length = max(pixels, key=lambda extent: extent[1], default=(0, 0))
        found.ending = _ending(start, min(length, len(content) - start), ENDING)
    return found


def _boxes(content, at, end, found, left, extents):
    """Read the boxes from `at` to `end` into `found` and `extents`, and return where the last one ends."""
    while at + 8 <= end:
        next(left)
        length, kind = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if not kind.isalnum():
            break  # what trails after the last box
        if length == 1:
            length, start = struct.unpack_from(">Q", content, start)[0], at + 16
        following = at + length if length else end
        if following > end or following < start:
            raise Truncated
        if kind in BOXES_OF_BOXES:
            _boxes(content, start + BOXES_OF_BOXES[kind], following, found, left, extents)
        elif kind == b"ispe":
            found.grow(*struct.unpack_from(">II", content, start + 4))
        elif kind == b"stsz":
            found.frames = max(found.frames, *struct.unpack_from(">I", content, start + 8))
        elif kind in (b"stco", b"co64"):
            count = struct.unpack_from(">I", content, start + 4)[0]
            if count > MAX_PARTS:
                raise Overgrown
            found.coded += struct.unpack_from(f">{count}{'I' if kind == b'stco' else 'Q'}", content, start + 8)
        elif kind == b"idat" and length > 1024:
            raise Overgrown  # honest programs keep there how parts are laid out, and no picture
        elif kind == b"iloc":
            extents += _extents(content, start, left)
        at = following
    return at


def _extents(content, at, left):
    """Where the items of a picture begin in the file, and their lengths."""

    def take(size):
        nonlocal at
        at += size
        if at > len(content):
            raise Truncated
        return int.from_bytes(content[at - size : at], "big")

    version, sizes = take(4) >> 24, take(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(take(4 if version == 2 else 2)):
        next(left)
        take(4 if version == 2 else 2)
        method = take(2) & 15 if version else 0
        take(2)
        base, extents = take(base_size), take(2)
        if extents > 1:
            raise Overgrown  # nobody scatters a picture but to hide it
        for _ in range(extents):
            take(index_size if version else 0)
            place, length = base + take(offset_size), take(length_size)
            if not method:
                yield place, length


SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"....ftypavi[fs]|....ftyp(?:mif1|msf1|miaf).{0,60}?avi[fs]", re.DOTALL), _avif),
)
