"""Read uploaded sound, films and captions with suspicion: what they are is told by their content, never by a name.

A file is looked at where it says what it is and walked once for its digest; it is never in memory as a whole.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MEGABYTE = 1_000_000
MAX_BYTES = {"audio": 300 * MEGABYTE, "video": 1000 * MEGABYTE}
MAX_CAPTIONS = 2 * MEGABYTE
MAX_LOOKS = 100_000  # into one file; those that play take dozens, some thousands
MAX_SIDE = 16_384  # pixels
CHUNK = 1 << 20

SUFFIXES = {
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/webm": "weba",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
ACCEPTED = "Use MP3, M4A, Ogg, WAV or FLAC for sound, MP4 or WebM for films."
OTHERS = (
    ("a Windows Media file", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("an AVI film", rb"RIFF....AVI "),
    ("a picture", rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|....ftyp(?:avi[fs]|hei[cfx]|mif1)"),
    ("an AIFF file, which browsers do not play", rb"FORM....AIF[FC]"),
    ("a MIDI file, which browsers do not play", rb"MThd"),
    ("a Flash film", rb"FLV\x01|[FCZ]WS"),
    ("an MPEG film, which browsers do not play", rb"\0\0\x01[\xba\xb3]|\x47.{187}\x47"),
    ("a recording of a phone of old, which browsers do not play", rb"#!AMR"),
    ("a PDF document; add it under Documents", rb"%PDF-"),
    ("an archive", rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b"),
    ("a web page", rb"\s*<(?:!doctype\s+html|html|head|body|script)[\s>]"),
    ("a program", rb"MZ|\x7fELF|#!"),
)


class UnreadableRecording(ValueError):
    """Says in the user's words why a file cannot be used."""


class Broken(Exception):
    """The file ends, or makes no sense, where it must not."""


@dataclass(frozen=True)
class Reading:
    """What a playable upload is."""

    content_type: str
    digest: str  # the first 32 hex digits of the content's SHA-256
    seconds: int | None = None
    width: int | None = None
    height: int | None = None

    @property
    def kind(self) -> str:
        return self.content_type.partition("/")[0]

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.content_type]


@dataclass(frozen=True)
class Found:
    """What a format's reader tells."""

    content_type: str
    seconds: float | None = None
    width: int | None = None
    height: int | None = None


def read(file) -> Reading:
    """Read an uploaded recording. The position in the file is put back to its start. Raises UnreadableRecording."""
    if not file.size:
        raise UnreadableRecording("The file is empty. Choose it again; it may not have been saved completely.")
    _refuse_size(file.size, "video")
    source = Source(file, file.size)
    head = source.at(0, 512)
    for looks_right, reader in READERS:
        if re.match(looks_right, head, re.DOTALL):
            try:
                found = reader(source)
            except Broken as error:
                raise UnreadableRecording(
                    "The file ends before its recording does, or is damaged. Upload it again, or save it anew."
                ) from error
            break
    else:
        raise UnreadableRecording(_what_else(head))
    _refuse_size(file.size, found.content_type.partition("/")[0])
    is_plausible = found.seconds is not None and 0 < found.seconds < 1_000_000
    sides = found.width, found.height
    return Reading(
        found.content_type,
        digest_of(file),
        max(1, round(found.seconds)) if is_plausible else None,
        *(sides if all(side and side <= MAX_SIDE for side in sides) else (None, None)),
    )


def read_captions(file) -> str:
    """Read uploaded captions and return the digest of their content. Raises UnreadableRecording."""
    if file.size > MAX_CAPTIONS:
        raise UnreadableRecording(f"Captions take at most {MAX_CAPTIONS // MEGABYTE} MB; this is another kind of file.")
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableRecording("Captions are text in UTF-8; this file is not. Save it anew as WebVTT.") from error
    if re.match(r"\s*\d+\s*\n\s*\d\d:\d\d:\d\d,\d{3} --> ", words):
        raise UnreadableRecording("These are captions in SubRip (.srt), which browsers do not show. Save as WebVTT.")
    if not re.match(r"WEBVTT(?:[ \t\r\n]|$)", words) or "\0" in words:
        raise UnreadableRecording("Captions must be a WebVTT file, which begins with the word WEBVTT.")
    if not _TIMING.search(words):
        raise UnreadableRecording("There is no caption in this file: no line such as 00:01.000 --> 00:04.000.")
    return digest_of(file)


_TIMING = re.compile(r"^[ \t]*(?:\d{2,}:)?\d\d:\d\d\.\d{3}[ \t]+-->[ \t]+(?:\d{2,}:)?\d\d:\d\d\.\d{3}", re.M)


def digest_of(file) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()[:32]


def _refuse_size(size: int, kind: str) -> None:
    most = MAX_BYTES[kind]
    if size > most:
        words = "film" if kind == "video" else "sound file"
        raise UnreadableRecording(
            f"The file is {size / MEGABYTE:,.0f} MB large; a {words} may have {most // MEGABYTE:,} MB."
            " Save it with a lower rate, or give the address of a provider."
        )


def _what_else(head: bytes) -> str:
    for kind, pattern in OTHERS:
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return f"This is {kind}. {ACCEPTED}"
    return f"This file is no recording that browsers play. {ACCEPTED}"


class Source:
    """A file to look into, piece by piece."""

    def __init__(self, file: BinaryIO, size: int):
        self.file, self.size, self.looks = file, size, 0

    def at(self, position: int, length: int) -> bytes:
        """Return up to `length` bytes from there on."""
        self.looks += 1
        if self.looks > MAX_LOOKS:
            raise Broken
        self.file.seek(position)
        return self.file.read(length)

    def unpack(self, pattern: str, position: int) -> tuple:
        content = self.at(position, struct.calcsize(pattern))
        if len(content) < struct.calcsize(pattern):
            raise Broken
        return struct.unpack(pattern, content)


# -- MP3 and AAC as they are: frame after frame

_BITRATES = {  # kilobits a second, by version and layer
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {1: (44100, 48000, 32000), 2: (22050, 24000, 16000), 2.5: (11025, 12000, 8000)}


@dataclass(frozen=True)
class _Frame:
    length: int
    bitrate: int
    rate: int
    samples: int
    info_at: int  # where an encoder's note of the whole length would be


def _mp3_frame(header: bytes) -> _Frame | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:  # layer III, of any version
        return None
    version = {0: 2.5, 2: 2, 3: 1}.get(header[1] >> 3 & 3)
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version is None or bitrate in (0, 15) or rate == 3:
        return None
    kilobits = _BITRATES[1 if version == 1 else 2, 3][bitrate - 1]
    hertz = _RATES[version][rate]
    samples = 1152 if version == 1 else 576
    is_mono = header[3] >> 6 == 3
    info_at = 4 + ((17 if is_mono else 32) if version == 1 else (9 if is_mono else 17))
    length = samples // 8 * kilobits * 1000 // hertz + (header[2] >> 1 & 1)
    return _Frame(length, kilobits * 1000, hertz, samples, info_at)


def _after_tag(source: Source) -> int:
    position = 0
    for _ in range(10):  # a few programs write a tag before the tag
        head = source.at(position, 10)
        if head[:3] != b"ID3" or len(head) < 10:
            break
        position += 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (10 if head[5] & 0x10 else 0)
    return position


def _frames(source: Source) -> Found:
    start = _after_tag(source)
    window = source.at(start, 65536)
    # Some files have padding before the first frame.
    for offset in (found.start() for found in re.finditer(rb"\xff[\xe0-\xff]", window)):
        if _follow(window, offset, lambda header: (frame := _mp3_frame(header)) and frame.length):
            return Found("audio/mpeg", _mp3_length(source, start + offset))
        if _follow(window, offset, _aac_length):
            return Found("audio/aac")
    raise UnreadableRecording(_what_else(window[:512])) if start == 0 else Broken


def _follow(window: bytes, position: int, length_of: Callable[[bytes], int | None]) -> bool:
    """Whether frames follow one another there, as they do not by chance."""
    for count in range(4):
        header = window[position : position + 7]
        if count > 1 and not header:  # a very short recording
            return True
        length = length_of(header)
        if not length:
            return count > 1 and header[:3] == b"TAG"
        position += length
    return True


def _aac_length(header: bytes) -> int | None:
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else None


def _mp3_length(source: Source, start: int) -> float:
    frame = _mp3_frame(source.at(start, 4))
    note = source.at(start + frame.info_at, 12)
    if note[:4] in (b"Xing", b"Info") and note[7] & 1:
        return int.from_bytes(note[8:12]) * frame.samples / frame.rate
    note = source.at(start + 36, 18)
    if note[:4] == b"VBRI":
        return int.from_bytes(note[14:18]) * frame.samples / frame.rate
    return (source.size - start) * 8 / frame.bitrate


# -- Ogg


def _ogg(source: Source) -> Found:
    head = source.at(0, 512)
    first = head[28 - 1 + head[26] :] if len(head) > 27 else b""
    rate, skipped = 0, 0
    if first.startswith(b"OpusHead"):
        rate, skipped = 48000, int.from_bytes(first[10:12], "little")
    elif first.startswith(b"\x01vorbis"):
        rate = int.from_bytes(first[12:16], "little")
    elif first.startswith(b"\x7fFLAC"):
        rate = int.from_bytes(first[27:30]) >> 4
    else:
        raise UnreadableRecording("This Ogg file holds neither Opus nor Vorbis nor FLAC. Save it as one of them.")
    tail = source.at(max(0, source.size - 65536), 65536)
    last = tail.rfind(b"OggS")
    if last < 0 or len(tail) < last + 14:
        raise Broken
    samples = int.from_bytes(tail[last + 6 : last + 14], "little", signed=True)
    return Found("audio/ogg", (samples - skipped) / rate if rate and samples > skipped else None)


# -- WAV and FLAC


def _wav(source: Source) -> Found:
    position, rate = 12, 0
    while True:
        name, size = source.unpack("<4sI", position)
        if name == b"fmt ":
            coding, _, _, rate = source.unpack("<HHII", position + 8)
            if coding not in (1, 3, 0xFFFE):
                raise UnreadableRecording(f"This WAV file is coded in a way that browsers do not play. {ACCEPTED}")
        elif name == b"data":
            available = source.size - position - 8
            if size in (0, 0xFFFFFFFF):  # written while it was recorded
                size = available
            if not rate or size > available:
                raise Broken
            return Found("audio/wav", size / rate)
        position += 8 + size + size % 2


def _flac(source: Source) -> Found:
    if len(header := source.at(4, 38)) < 38 or header[0] & 0x7F != 0:
        raise Broken
    packed = int.from_bytes(header[14:22])
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    if not rate:
        raise Broken
    return Found("audio/flac", samples / rate)


# -- MP4

_PLAYED_VIDEO = {b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp08", b"vp09"}
_PLAYED_AUDIO = {b"mp4a", b"Opus", b"fLaC", b"alac", b".mp3"}


def _boxes(source: Source, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the content of each box."""
    position = start
    while position < end:
        size, name = source.unpack(">I4s", position)
        header = 8
        if size == 1:
            (size,) = source.unpack(">Q", position + 8)
            header = 16
        elif size == 0:  # to the end
            size = end - position
        if size < header or position + size > end:
            raise Broken
        yield name, position + header, position + size
        position += size


def _box(source: Source, within: tuple[int, int], *names: bytes) -> tuple[int, int] | None:
    """Return where the content of the first box of these names, each within the one before, is."""
    for name in names:
        within = next(((start, end) for found, start, end in _boxes(source, *within) if found == name), None)
        if within is None:
            return None
    return within


def _mp4(source: Source) -> Found:
    top = {name: (start, end) for name, start, end in _boxes(source, 0, source.size)}
    if source.at(8, 4) == b"qt  ":
        raise UnreadableRecording("This is a QuickTime film, which not every browser plays. Save it as MP4 with H.264.")
    if b"moov" not in top or not (b"mdat" in top or b"moof" in top):
        raise Broken
    seconds = width = height = None
    if header := _box(source, top[b"moov"], b"mvhd"):
        is_long = source.at(header[0], 1) == b"\1"
        scale, duration = source.unpack(">IQ" if is_long else ">II", header[0] + (20 if is_long else 12))
        seconds = duration / scale if scale else None
    kinds = set()
    for name, start, end in _boxes(source, *top[b"moov"]):
        media = _box(source, (start, end), b"mdia") if name == b"trak" else None
        if not media:
            continue
        handler = _box(source, media, b"hdlr")
        coding = _box(source, media, b"minf", b"stbl", b"stsd")
        kind = source.at(handler[0] + 8, 4) if handler else b""
        codec = source.at(coding[0] + 12, 4) if coding else b""
        if kind not in (b"vide", b"soun"):
            continue
        if codec not in (_PLAYED_VIDEO if kind == b"vide" else _PLAYED_AUDIO):
            raise UnreadableRecording(
                "This file is coded in a way that browsers do not play. Save it as MP4 with H.264 and AAC."
            )
        kinds.add(kind)
        if kind == b"vide" and (shape := _box(source, (start, end), b"tkhd")):
            width, height = (side >> 16 for side in source.unpack(">II", shape[1] - 8))
            turn = source.unpack(">ii", shape[1] - 44)
            if turn[0] == 0 and turn[1]:  # held upright, as phones are
                width, height = height, width
    if not kinds:
        raise UnreadableRecording("There is neither sound nor a film in this file.")
    if b"vide" in kinds:
        return Found("video/mp4", seconds, width or None, height or None)
    return Found("audio/mp4", seconds)


# -- WebM

_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION = 0x2AD7B1, 0x4489
_TRACK, _TYPE, _VIDEO, _WIDTH, _HEIGHT, _DOCTYPE = 0xAE, 0x83, 0xE0, 0xB0, 0xBA, 0x4282


def _number(source: Source, position: int, *, marked: bool) -> tuple[int, int, bool]:
    """Return a number of variable length, how many bytes it takes, and whether it means that nothing is known."""
    content = source.at(position, 8)
    if not content or not content[0]:
        raise Broken
    length = 9 - content[0].bit_length()
    if len(content) < length:
        raise Broken
    value = int.from_bytes(content[:length])
    bits = (1 << 7 * length) - 1
    return value if marked else value & bits, length, value & bits == bits


def _elements(source: Source, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield id, start and end of the content of each element; one of unknown size reaches to the end."""
    position = start
    while position < end:
        name, length, _ = _number(source, position, marked=True)
        size, more, is_unknown = _number(source, position + length, marked=False)
        begin = position + length + more
        finish = end if is_unknown else begin + size
        if finish > end:
            raise Broken
        yield name, begin, finish
        position = finish


def _value(source: Source, start: int, end: int) -> int:
    return int.from_bytes(source.at(start, min(8, end - start)))


def _webm(source: Source) -> Found:
    (_, start, end), segment = [*_take(_elements(source, 0, source.size), 2)]
    doctype = next((source.at(a, b - a) for name, a, b in _elements(source, start, end) if name == _DOCTYPE), b"")
    if segment[0] != _SEGMENT:
        raise Broken
    if doctype.rstrip(b"\0") != b"webm":
        raise UnreadableRecording("This is a Matroska file, which not every browser plays. Save it as WebM or MP4.")
    scale, duration, width, height, kinds = 1_000_000, None, None, None, set()
    for name, start, end in _elements(source, *segment[1:]):
        if name == _CLUSTER and kinds:
            break
        if name == _INFO:
            for inner, a, b in _elements(source, start, end):
                if inner == _SCALE:
                    scale = _value(source, a, b)
                elif inner == _DURATION and b - a in (4, 8):
                    (duration,) = source.unpack(">f" if b - a == 4 else ">d", a)
        elif name == _TRACKS:
            for inner, a, b in _elements(source, start, end):
                if inner != _TRACK:
                    continue
                parts = {part: (x, y) for part, x, y in _elements(source, a, b)}
                if _TYPE in parts:
                    kinds.add(_value(source, *parts[_TYPE]))
                if _VIDEO in parts:
                    sides = {part: _value(source, x, y) for part, x, y in _elements(source, *parts[_VIDEO])}
                    width, height = sides.get(_WIDTH), sides.get(_HEIGHT)
    seconds = duration * scale / 1e9 if duration else None
    if 1 in kinds:
        return Found("video/webm", seconds, width or None, height or None)
    if 2 in kinds:
        return Found("audio/webm", seconds)
    raise UnreadableRecording("There is neither sound nor a film in this file.")


def _take(found: Iterator, count: int) -> Iterator:
    for _ in range(count):
        try:
            yield next(found)
        except StopIteration as error:
            raise Broken from error


READERS: tuple[tuple[bytes, Callable[[Source], Found]], ...] = (
    (rb"OggS\0", _ogg),
    (rb"(?:RIFF|RF64)....WAVE", _wav),
    (rb"fLaC", _flac),
    (rb"....ftyp(?!avi[fs]|hei|mif1)", _mp4),
    (rb"\x1a\x45\xdf\xa3", _webm),
    (rb"ID3|\xff[\xe0-\xff](?!\xff)", _frames),
)
