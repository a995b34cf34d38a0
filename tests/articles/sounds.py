"""Small sounds, films and documents to test with: as little as makes a file what it is."""

import struct

from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Document, Recording

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:01.000\n[A bell]\n"


def wav(seconds=2, rate=8000):
    content = b"\0" * (rate * seconds)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(content)) + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate, 1, 8) + b"data" + struct.pack("<I", len(content)) + content
    )  # fmt: skip


def mp3(frames=40):
    """Silence of 26 ms a frame: 64 kbit/s at 44.1 kHz."""
    return (b"\xff\xfb\x50\xc4" + b"\0" * 204) * frames


def flac(seconds=3, rate=44100):
    packed = rate << 44 | 15 << 36 | rate * seconds
    return b"fLaC\x80\0\0\x22" + b"\0" * 10 + packed.to_bytes(8) + b"\0" * 16 + b"\xff\xf8" + b"\0" * 64


def opus(seconds=3):
    def page(position, content):
        head = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, position, 1, 0, 0, 1)
        return head + bytes([len(content)]) + content

    return page(0, b"OpusHead\1\1" + struct.pack("<HIhB", 312, 48000, 0, 0)) + page(312 + 48000 * seconds, b"\0" * 50)


def box(name, *contents):
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(*tracks, seconds=4, brand=b"isom"):
    """A film or sound of tracks such as (b"vide", b"avc1")."""
    boxes = []
    for kind, codec in tracks or [(b"vide", b"avc1"), (b"soun", b"mp4a")]:
        shape = b"\0" * 40 + struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
        shape += struct.pack(">II", 640 << 16, 360 << 16)
        coding = box(b"stbl", box(b"stsd", b"\0" * 4 + struct.pack(">I", 1), box(codec, b"\0" * 20)))
        media = box(b"mdia", box(b"hdlr", b"\0" * 8, kind, b"\0" * 12), box(b"minf", coding))
        boxes.append(box(b"trak", box(b"tkhd", shape), media))
    head = box(b"mvhd", b"\0" * 12 + struct.pack(">II", 1000, 1000 * seconds) + b"\0" * 80)
    return box(b"ftyp", brand, b"\0" * 8) + box(b"moov", head, *boxes) + box(b"mdat", b"\0" * 100)


def webm(kind=1, doctype=b"webm"):
    def part(name, content):
        return bytes.fromhex(name) + struct.pack(">H", 0x4000 | len(content)) + content

    video = part("e0", part("b0", b"\x02\x80") + part("ba", b"\x01\x68")) if kind == 1 else b""
    track = part("ae", part("83", bytes([kind])) + video)
    info = part("1549a966", part("4489", struct.pack(">d", 5000.0)))
    return part("1a45dfa3", part("4282", doctype)) + part("18538067", info + part("1654ae6b", track))


def pdf(pages=1, *, box=b"[0 0 595 842]", content=b"0.2 0.4 0.6 rg 50 50 300 300 re f", more=(), trailer=b""):
    """A PDF whose pages all draw `content`; `more` are objects for it to use, from number 4 + `pages` on."""
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox %s/Contents 3 0 R/Resources<</XObject<</X %d 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        stream(content),
        *[page % (box, 4 + pages)] * pages,
        *more,
    ]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return written + end % (len(objects) + 1, table, len(objects) + 1, trailer, len(written))


def stream(content, words=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), words, content)


def laughing(depth=12, wide=12):
    """A page that draws a form twelve times, which draws another twelve times, and so on."""
    forms = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]"
    more = [
        stream(b"/X Do " * wide, forms + b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + number))
        for number in range(depth)
    ]
    return pdf(content=b"/X Do " * wide, more=[*more, stream(b"0 0 500 500 re f " * 50, forms)])


def make_recording(content=None, *, captions=None, **fields):
    recording = Recording(**{"title": "The bell", "credit": "Erin Example", "licence": "CC BY 4.0", **fields})
    if not recording.provider_url:
        recording.receive(SimpleUploadedFile("a file", wav() if content is None else content))
    if captions:
        recording.receive_captions(SimpleUploadedFile("captions", captions))
    recording.clean()
    recording.save()
    return recording


def make_document(content=None, **fields):
    document = Document(**{"title": "The list", "credit": "Erin Example", "licence": "CC BY 4.0", **fields})
    document.receive(SimpleUploadedFile("a file", pdf(12) if content is None else content))
    document.save()
    return document
