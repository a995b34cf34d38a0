"""What is sent to break things is refused in words, before it costs much."""

import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from articles import containers, reading
from tests.factories import make_image

GIF_HEAD = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
GIF_FRAME = b"\x21\xf9\x04\0\1\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"


def refusal(content, name="picture", **options):
    with pytest.raises(reading.UnreadablePicture) as raised:
        reading.read(SimpleUploadedFile(name, content), **options)
    return str(raised.value)


def accepts(content, name="picture", **options):
    return bool(reading.read(SimpleUploadedFile(name, content), **options).digest)


def chunk(kind, content=b""):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width=1, height=1, *chunks, pixels=None):
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            *chunks,
            chunk(b"IDAT", zlib.compress(b"\0\0") if pixels is None else pixels),
            chunk(b"IEND"),
        )
    )


def with_segments(jpeg, *segments):
    return jpeg[:2] + b"".join(b"\xff" + kind + struct.pack(">H", len(s) + 2) + s for kind, s in segments) + jpeg[2:]


@cache
def zeros(megabytes):
    """So many of them, deflated to a thousandth."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def animated(format):
    buffer = io.BytesIO()
    one, *others = (Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in (0, 90, 180))
    one.save(buffer, format, save_all=True, append_images=others, duration=50)
    return buffer.getvalue()


def with_frames(format, number):
    if format == "GIF":
        return GIF_HEAD + GIF_FRAME * number + b";"
    if format == "PNG":
        control = struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 1, 0, 0)
        return png(1, 1, chunk(b"acTL", struct.pack(">II", 1, 0)), *[chunk(b"fcTL", control)] * number)
    content = animated(format)
    if format == "WEBP":
        at = content.index(b"ANMF")
        length = struct.unpack_from("<I", content, at + 4)[0]
        body = content[8:at] + content[at : at + 8 + length + length % 2] * number
        return b"RIFF" + struct.pack("<I", len(body)) + body
    at = content.index(b"stsz") + 12
    return content[:at] + struct.pack(">I", number) + content[at + 4 :]


def with_size(format, width, height):
    """A small picture that says it is of that size."""
    content = bytearray(make_image(64, 48, format))
    if format == "JPEG":
        return bytes(content).replace(struct.pack(">HH", 48, 64), struct.pack(">HH", height, width))
    if format == "PNG":
        return png(width, height)
    if format == "GIF":
        return GIF_HEAD[:6] + struct.pack("<HH", width, height) + GIF_HEAD[10:] + GIF_FRAME + b";"
    if format == "WEBP":
        struct.pack_into("<HH", content, content.index(b"VP8 ") + 14, min(width, 16383), min(height, 16383))
    else:
        struct.pack_into(">II", content, content.index(b"ispe") + 8, width, height)
    return bytes(content)


@pytest.mark.parametrize("format", reading.FORMATS)
def test_refuses_a_size_that_no_memory_holds(format):
    assert "million pixels" in refusal(with_size(format, 60_000, 60_000))


LIMITS = {"JPEG": (30, 40), "PNG": (30, 32), "GIF": (30, 40), "WEBP": (6, 8.3), "AVIF": (6, 8.3)}


@pytest.mark.parametrize(("format", "megabytes", "millions"), [(name, *most) for name, most in LIMITS.items()])
def test_says_how_much_of_each_format_can_be_taken(format, megabytes, millions):
    size = round((millions * 1_000_000 * 4 / 3) ** 0.5) + 4
    assert f"more than {millions} million pixels, the most for" in refusal(with_size(format, size, size * 3 // 4))
    large = make_image(9, 9, format).ljust((megabytes << 20) + 1, b"\0")
    assert f"may have at most {megabytes} MB" in refusal(large)


def test_refuses_a_jpeg_in_passes_that_is_many_bytes():
    notes = [(b"\xfe", bytes(60_000))] * 264
    assert "a progressive JPEG may have at most 15 MB" in refusal(with_segments(make_image(progressive=True), *notes))
    assert accepts(with_segments(make_image(), *notes))


@pytest.mark.parametrize("format", ["still", "avis"])
def test_refuses_an_avif_whose_data_are_larger_than_the_file_says(format):
    content = bytearray(animated("AVIF") if format == "avis" else make_image(64, 48, "AVIF"))
    at = content.index(b"\x12\0\x0a", content.index(b"mdat")) + 2
    if format == "still":
        # A reduced header: profile 0, still, reduced, level 31; 16 bits of width, and as many of height.
        header = int("000111111111111111" + 2 * f"{59_999:016b}" + "0" * 6, 2).to_bytes(7, "big")
    else:
        # The same with the operating point of a film.
        header = int("000000000000" + "0" * 12 + "0000111111111" + 2 * f"{59_999:016b}", 2)
        header = (header << 3).to_bytes(9, "big")
    content[at : at + 2 + len(header)] = b"\x0a" + bytes([len(header)]) + header
    assert "million pixels" in refusal(bytes(content))


def test_refuses_a_frame_that_lies_far_outside():
    far = b"\x2c" + struct.pack("<HHHHB", 65_000, 65_000, 500, 500, 0) + b"\x02\x02\x44\x01\0"
    assert "million pixels" in refusal(GIF_HEAD + far + b";")


@pytest.mark.parametrize("size", [(1, 20_000), (1000, 17_000)])
def test_refuses_a_strip_too_tall_for_any_rendition(size):
    assert "too tall" in refusal(make_image(*size, "PNG"))


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_refuses_ten_thousand_frames(format):
    assert "10,000 frames" in refusal(with_frames(format, 10_000))


def test_refuses_few_frames_that_are_many_pixels():
    head = GIF_HEAD[:6] + struct.pack("<HH", 2000, 2000) + GIF_HEAD[10:]
    assert "all its frames" in refusal(head + GIF_FRAME * 200 + b";")
    head = GIF_HEAD[:6] + struct.pack("<HH", 6000, 6000) + GIF_HEAD[10:]
    assert "in a frame" in refusal(head + GIF_FRAME * 2 + b";")


def test_refuses_a_jpeg_of_a_thousand_passes():
    jpeg = make_image(64, 64, progressive=True)
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    assert "passes" in refusal(jpeg[:-2] + last * 1000 + b"\xff\xd9")
    assert accepts(jpeg)


def test_refuses_a_print_in_passes_that_are_all_held_at_once():
    buffer = io.BytesIO()
    Image.new("CMYK", (64, 48)).save(buffer, "JPEG", progressive=True)
    size = struct.pack(">HH", 48, 64)
    assert "at most 18 million pixels" in refusal(buffer.getvalue().replace(size, struct.pack(">HH", 5000, 7000)))
    assert accepts(buffer.getvalue())


def test_refuses_few_passes_that_are_many_for_their_size():
    jpeg = make_image(6000, 5000, progressive=True)
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    assert "too many for its size" in refusal(jpeg[:-2] + last * 12 + b"\xff\xd9")
    assert accepts(jpeg)


@pytest.mark.parametrize("kind", [0xC3, 0xC9, 0xCA])
def test_refuses_a_jpeg_coded_as_nobody_codes(kind):
    assert "hardly any program" in refusal(make_image().replace(b"\xff\xc0", bytes([0xFF, kind])))


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_refuses_texts_and_profiles_that_unpack_to_far_more(kind):
    start = b"Note\0\1\0\0\0" if kind == b"iTXt" else b"Note\0\0"
    assert "far more" in refusal(png(1, 1, chunk(kind, start + zeros(64))))
    assert "far more" in refusal(png(1, 1, *[chunk(kind, start + zeros(1))] * 64))


@pytest.mark.parametrize(
    "content",
    [
        png(1, 1, *[chunk(b"tEXt", b"a\0b")] * 100_000),
        with_segments(make_image(), *[(b"\xfe", b"")] * 100_000),
        with_segments(make_image(), *[(b"\xe1", b"Exif\0\0" + bytes(60_000))] * 100),
        GIF_HEAD + b"\x21\xfe" + (b"\xff" + b"a" * 255) * 10_000 + b"\0" + GIF_FRAME + b";",
        GIF_HEAD + b"\x21\xff" + b"\1a" * 500_000 + b"\0" + GIF_FRAME + b";",
    ],
    ids=["chunks", "segments", "camera's notes", "comments", "blocks"],
)
def test_refuses_what_is_all_wrapping(content):
    assert "far more" in refusal(content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_refuses_notes_that_all_point_at_the_same_bytes(order):
    sign = b"II*\0" if order == "<" else b"MM\0*"
    entries = b"".join(struct.pack(f"{order}HHII", tag, 7, 50_000, 8) for tag in range(4000))
    notes = (sign + struct.pack(f"{order}IH", 8, 4000) + entries + bytes(4)).ljust(65_000, b"\0")
    assert "far more" in refusal(with_segments(make_image(), (b"\xe1", b"Exif\0\0" + notes)))
    assert "far more" in refusal(png(1, 1, chunk(b"eXIf", notes)))
    assert "far more" in refusal(png(1, 1, chunk(b"teSt", (sign + struct.pack(f"{order}I", 8)) * 200_000)))


@pytest.mark.parametrize("format", reading.FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_refuses_a_file_that_ends_too_soon(format, share):
    noise = Image.effect_noise((200, 150), 90).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, format)
    content = buffer.getvalue()
    words = refusal(content[: min(len(content) - 1, round(len(content) * share))])
    assert "ends before the picture does" in words
    assert accepts(content)


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}, {"subsampling": 0}])
def test_refuses_a_jpeg_of_few_bytes_that_asks_for_the_work_of_millions_of_pixels(options):
    honest = make_image(4000, 3000, **options)  # one colour: no picture takes less
    assert accepts(honest)
    small = make_image(64, 48, **options).replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 3000, 4000))
    assert "ends before the picture does" in refusal(small)


CODINGS = [
    {},
    {"optimize": True},
    {"progressive": True},
    {"subsampling": 0},
    {"restart_marker_blocks": 1},
    {"restart_marker_rows": 1},
    {"progressive": True, "restart_marker_rows": 1},
]


def noise(mode, options):
    buffer = io.BytesIO()
    Image.effect_noise((200, 150), 90).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", CODINGS)
def test_refuses_a_jpeg_that_was_cut_off_and_closed_again(options, mode):
    content = noise(mode, options)
    assert accepts(content)
    start = content.index(b"\xff\xda") + 20
    for share in (0.01, 0.2, 0.5, 0.8, 0.95):
        cut = content[: start + round(share * (len(content) - start))]
        assert "ends before the picture does" in refusal(cut + b"\xff\xd9")


@pytest.mark.parametrize("options", CODINGS[4:])
def test_refuses_a_jpeg_that_was_cut_off_where_a_part_ends(options):
    content = noise("RGB", options)
    assert accepts(content)
    last = [*re.finditer(rb"\xff[\xd0-\xd7]", content)][-1].start()
    assert "ends before the picture does" in refusal(content[:last] + b"\xff\xd9")


def test_refuses_a_jpeg_whose_last_passes_are_missing():
    content = make_image(200, 150, progressive=True)
    passes = [found.start() for found in re.finditer(rb"\xff\xda", content)]
    for start in passes[1:]:
        assert "ends before the picture does" in refusal(content[:start] + b"\xff\xd9")


@pytest.mark.parametrize("options", CODINGS)
def test_takes_a_jpeg_with_something_between_its_data_and_its_end(options):
    content = make_image(200, 150, **options)
    for between in (b"\0" * 9, b"\xff" * 9, b"\xff\xfe\0\x04by", b"\xff\xd0"):
        assert accepts(content[:-2] + between + content[-2:])


GRAIN = Image.effect_noise((256, 256), 9)
PATTERN = Image.merge("RGB", [Image.radial_gradient("L"), Image.linear_gradient("L"), GRAIN])


def saved(image, format, options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("format", "options"),
    [("PNG", {}), ("WEBP", {}), ("WEBP", {"quality": 20}), ("AVIF", {"autotiling": False, "speed": 9})],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_refuses_a_picture_that_was_damaged_in_its_middle(format, options, mode):
    image = Image.open("articles/demonstration/pictures/tea-gardens.jpg").resize((900, 600)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(image.size))
    content = saved(image, format, options)
    assert accepts(content)
    end = containers.outline(content).ending.start or len(content) - 200
    for share in (0.3, 0.5, 0.7):
        at = 200 + int(share * (end - 200))
        damaged = bytes(byte ^ 0x5A for byte in content[at : at + 60])
        assert "damaged" in refusal(content[:at] + damaged + content[at + 60 :])


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"quality": 1}])
@pytest.mark.parametrize("format", ["WEBP", "AVIF"])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 1), (900, 700)])
def test_takes_whole_pictures_with_little_in_them(format, size, options):
    for mode, colour in (("RGB", "white"), ("RGB", "teal"), ("RGBA", (9, 9, 9, 0)), ("RGBA", (200, 9, 9, 120))):
        assert accepts(saved(Image.new(mode, size, colour), format, options))
    assert accepts(saved(PATTERN.resize(size), format, options))


def test_takes_whole_pictures_whose_last_block_lies_mostly_beyond_the_edge():
    for size in ((481, 321), (482, 329), (487, 335)):
        grain = Image.merge("RGB", [Image.effect_noise(size, 90) for _ in "RGB"])
        assert accepts(saved(grain, "WEBP", {"quality": 100}))
        assert accepts(saved(grain, "AVIF", {"quality": 100, "speed": 10, "subsampling": "4:4:4"}))


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: Evil")
    return buffer.getvalue()


HIDDEN = {
    "archive": zipped(),
    "PDF": b"%PDF-1.7\n1 0 obj<<>>endobj",
    "web page": b"<HTML><body onload=alert(1)>",
    "script": b"<script>alert(1)</script>",
    "PHP": b"<?php system($_GET['c']); ?>",
    "short PHP": b"<?=$_GET[0]?>",
    "ELF": b"\x7fELF\2\1\1" + bytes(40),
    "Windows": b"MZ" + bytes(60) + b"This program cannot be run in DOS mode.",
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("format", reading.FORMATS)
def test_refuses_a_picture_with_something_else_after_its_end(format, hidden):
    content = make_image(40, 30, format)
    assert "in one" in refusal(content + hidden)
    assert accepts(content)


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_refuses_a_picture_with_something_else_in_its_notes(hidden):
    assert "in one" in refusal(with_segments(make_image(), (b"\xfe", hidden)))
    assert "in one" in refusal(png(1, 1, chunk(b"tEXt", b"Comment\0" + hidden)))
    comment = b"\x21\xfe" + bytes([len(hidden)]) + hidden + b"\0"
    assert "in one" in refusal(GIF_HEAD + comment + GIF_FRAME + b";")


def test_refuses_a_picture_that_is_a_script_from_head_to_tail():
    head = b"GIF89a/*" + struct.pack("<HBBB", 1, 0x80, 0, 0) + GIF_HEAD[13:]
    assert "in one" in refusal(head + GIF_FRAME + b";*/=1;alert(1)//")


def test_takes_what_honest_cameras_put_after_the_end():
    jpeg = make_image(300, 200)
    second = make_image(80, 60)
    film = struct.pack(">I4s4sI4s", 20, b"ftyp", b"mp42", 0, b"isom") + struct.pack(">I4s", 5008, b"mdat")
    for trailer in (bytes(4096), second, film + Image.effect_noise((100, 50), 90).tobytes(), b"SEFH\x6b\0\0\0SEFT"):
        assert accepts(jpeg + trailer)


def test_takes_a_picture_that_tells_of_its_making():
    packet = b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>"
    assert accepts(with_segments(make_image(), (b"\xe1", b"http://ns.adobe.com/xap/1.0/\0" + packet)))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg><script>alert(1)</script></svg>", "SVG"),
        (make_image(9, 9, "TIFF"), "TIFF"),
        (b"MM\0*" + bytes(90), "TIFF"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(90), "RAW"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(90), "HEIC"),
        (b"8BPS\0\1" + bytes(90), "PSD"),
        (make_image(9, 9, "BMP"), "BMP"),
        (make_image(9, 9, "PDF"), "PDF"),
        (make_image(9, 9, "ICO"), "ICO"),
        (zipped(), "ZIP"),
        (b"\n<!DOCTYPE html><html>", "HTML"),
    ],
)
def test_names_the_format_it_does_not_take(content, kind):
    assert refusal(content) == f"{kind} is not accepted. Use JPEG, PNG, WebP, AVIF or GIF."


def test_says_what_is_wrong_with_what_is_no_picture():
    assert "is empty" in refusal(b"")
    assert "This is a text" in refusal("Grüße aus der Redaktion".encode())
    assert "cannot be read as a picture" in refusal(bytes(200))


def test_says_how_large_a_file_may_be(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert "at most" in refusal(make_image(300, 300))


def test_refuses_a_name_of_another_kind_and_says_the_right_one():
    content = make_image(9, 9, "PNG")
    assert refusal(content, "Holiday.JPG") == (
        "The name ends in .JPG, but the file is a PNG. Rename it to .png and upload it again."
    )
    assert "an AVIF. Rename it to .avif" in refusal(make_image(9, 9, "AVIF"), "a.webp")
    assert accepts(content, "Holiday.JPG", trust_name=True)
    for name in ("a.php", "holiday.jpg.PHP", "a.svg", "a.html", "a.pdf", "a.exe", "a.tiff"):
        assert "but the file is a PNG. Rename it to .png" in refusal(content, name)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.jpe", "a.jfif", "a.jif", "a", "a.tmp", "jpg", "a.png.jpg"])
def test_takes_every_name_that_says_nothing_else(name):
    assert accepts(make_image(), name)


@pytest.mark.parametrize("format", reading.FORMATS)
@settings(max_examples=100, deadline=None, derandomize=True)
@given(changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_is_broken_is_refused_in_words(format, changes):
    content = bytearray(make_image(40, 30, progressive=True) if format == "JPEG" else animated(format))
    for place, value in changes:
        content[int(place * len(content))] = value
    file = SimpleUploadedFile("picture", bytes(content))
    try:
        found = reading.read(file)
        list(reading.frames(file, longest=20) if found.frames > 1 else [reading.open_upright(file)])
    except reading.UnreadablePicture:
        pass


MEASURE = """
import os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
from django.core.files import File
from articles import containers, reading
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        try:
            reading.read(File(file))
        except reading.UnreadablePicture:
            pass
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) // (2**20 if sys.platform == "darwin" else 2**10))
"""


WORKER = 90  # megabytes that a process of the server has when it begins


def test_nothing_that_arrives_takes_much_memory(tmp_path):
    wide = PATTERN.resize((3320, 2490))
    hostile = [
        saved(Image.new("RGBA", (7900, 4000), (1, 2, 3, 4)), "PNG", {}),
        saved(wide.convert("RGBA"), "WEBP", {"method": 0}),
        saved(wide, "WEBP", {"method": 0, "lossless": True, "quality": 0}),
        saved(wide.convert("RGBA"), "AVIF", {"speed": 10, "subsampling": "4:4:4"}),
        saved(Image.new("RGB", (5990, 4000)), "JPEG", {"progressive": True, "subsampling": 0}),
        *(with_size(format, 60_000, 60_000) for format in reading.FORMATS),
        *(with_frames(format, 10_000) for format in ("GIF", "PNG", "WEBP", "AVIF")),
        png(1, 1, chunk(b"zTXt", b"Note\0\0" + zeros(128))),
        png(1, 1, chunk(b"iCCP", b"Note\0\0" + zeros(128))),
        png(1, 1, pixels=zeros(128)),
        png(8000, 5000, pixels=zeros(20)),  # of 40
    ]
    for number, content in enumerate(hostile):
        (tmp_path / f"{number}").write_bytes(content)
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=True
    )
    assert int(measured.stdout) < 300 - WORKER
