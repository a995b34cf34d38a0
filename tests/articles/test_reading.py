import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from articles import reading
from tests.factories import make_image

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(image, format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def upload(content, name="picture"):
    return SimpleUploadedFile(name, content)


def read(content):
    return reading.read(upload(content))


def pixel(content, at=(0, 0)):
    return reading.open_upright(upload(content)).getpixel(at)


def is_like(colour, other, by=3):
    return all(abs(one - two) <= by for one, two in zip(colour, other, strict=True))


def png(width, height, depth, colour_type, rows, *chunks):
    """A PNG of a kind that Pillow does not write. A row is the bytes of its samples."""

    def chunk(kind, content=b""):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)),
            *(chunk(*each) for each in chunks),
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
            chunk(b"IEND"),
        )
    )


def display_p3():
    """sRGB's profile with the red, green and blue of Display P3, of fixed-point numbers 1/65536."""
    profile = bytearray(SRGB)
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for tag, values in primaries.items():
        at = struct.unpack_from(">I", profile, profile.index(tag, 128) + 4)[0]
        struct.pack_into(">iii", profile, at + 8, *(round(value * 65536) for value in values))
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "P3  ".encode("utf-16-be"))


def odd_press():
    """A profile of a press on which cyan ink is green, and nothing else prints: Lab by a table of all 16 solids."""
    ramp = bytes(range(256))
    white, green = bytes([255, 128, 128]), bytes([150, 60, 190])
    solids = b"".join(green if corner & 8 else white for corner in range(16))
    identity = struct.pack(">9i", *(65536 if n % 4 == 0 else 0 for n in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + ramp * 4 + solids + ramp * 3
    head = struct.pack(">I4sI4s4s4s", 144 + len(table), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


@pytest.mark.parametrize("format", reading.FORMATS)
def test_reads_what_cameras_and_the_web_make(format):
    file = upload(make_image(90, 40, format, color=(250, 90, 20)))
    found = reading.read(file)
    assert (found.width, found.height, found.format, found.frames) == (90, 40, format, 1)
    assert (found.has_alpha, found.tone, found.image.size) == (False, "310", (90, 40))
    assert file.tell() == 0


def test_one_content_has_one_digest():
    one, other = make_image(), make_image(color="navy")
    assert read(one).digest == read(one).digest != read(other).digest
    assert len(read(one).digest) == 32


@pytest.mark.parametrize("orientation", range(9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_any_orientation_comes_out_upright(orientation, format):
    upright = Image.new("RGB", (80, 48), WHITE)
    upright.paste(RED, (0, 0, 40, 24))
    upright.paste(BLUE, (40, 24, 80, 48))
    back = {5: 5, 6: 2, 7: 6, 8: 4, 2: 0, 3: 3, 4: 1}.get(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read(saved(upright if back is None else upright.transpose(back), format, exif=exif))
    assert (found.width, found.height) == found.image.size == (80, 48)
    assert is_like(found.image.getpixel((10, 6)), RED, 12)
    assert is_like(found.image.getpixel((70, 40)), BLUE, 12)
    assert is_like(found.image.getpixel((70, 6)), WHITE, 12)


def test_nothing_but_pixels_is_taken_over():
    exif = Image.Exif()
    exif[0x010E] = "At home"
    content = saved(Image.new("RGB", (9, 9)), "JPEG", exif=exif, icc_profile=SRGB, comment=b"Mine", dpi=(300, 300))
    image = reading.open_upright(upload(content))
    assert type(image) is Image.Image
    assert not image.info
    assert not image.getexif()
    assert b"Mine" not in saved(image, "JPEG")


def test_sixteen_bits_come_out_in_eight():
    assert pixel(saved(Image.new("I;16", (3, 3), 0x8080))) == (128, 128, 128)
    assert pixel(png(1, 1, 16, 2, [b"\xff\xff\x80\x80\x00\x00"])) == (255, 128, 0)
    assert pixel(png(1, 1, 16, 4, [b"\x40\x40\x80\x80"])) == (64, 64, 64, 128)
    assert pixel(png(1, 1, 16, 6, [b"\xff\xff\x80\x80\x00\x00\x40\x40"])) == (255, 128, 0, 64)


@pytest.mark.parametrize(
    "content",
    [
        png(2, 1, 1, 0, [b"\x80"], (b"tRNS", b"\0\1")),
        png(2, 1, 2, 0, [b"\xc0"], (b"tRNS", b"\0\3")),
        png(2, 1, 4, 0, [b"\xf0"], (b"tRNS", b"\0\x0f")),
        png(2, 1, 8, 0, [b"\xff\0"], (b"tRNS", b"\0\xff")),
        png(2, 1, 16, 0, [b"\xff\xff\0\0"], (b"tRNS", b"\xff\xff")),
        png(2, 1, 8, 2, [b"\xff\xff\xff\0\0\0"], (b"tRNS", b"\0\xff" * 3)),
        png(2, 1, 16, 2, [b"\xff" * 6 + b"\0" * 6], (b"tRNS", b"\xff" * 6)),
        png(2, 1, 8, 3, [b"\0\1"], (b"PLTE", b"\xff\xff\xff\0\0\0"), (b"tRNS", b"\0")),
    ],
    ids=["1 bit", "2 bits", "4 bits", "8 bits", "16 bits", "colours", "16-bit colours", "palette"],
)
def test_one_transparent_colour_is_transparent_in_every_depth(content):
    assert pixel(content) == (255, 255, 255, 0)
    assert pixel(content, (1, 0)) == (0, 0, 0, 255)
    assert read(content).has_alpha


def test_transparency_stays():
    assert pixel(saved(Image.new("LA", (2, 2), (90, 100)))) == (90, 90, 90, 100)
    assert pixel(saved(Image.new("RGBA", (2, 2), (9, 90, 200, 100)), "WEBP", lossless=True)) == (9, 90, 200, 100)
    palette = Image.new("P", (2, 1))
    palette.putpalette([*RED, *BLUE])
    palette.putpixel((1, 0), 1)
    content = saved(palette, transparency=bytes([255, 80]))
    assert (pixel(content), pixel(content, (1, 0))) == ((*RED, 255), (*BLUE, 80))


def test_a_channel_that_hides_nothing_is_left_out():
    found = read(saved(Image.new("RGBA", (5, 5), (*RED, 255))))
    assert (found.has_alpha, found.image.mode) == (False, "RGB")


def test_the_tone_is_the_average_on_white_paper():
    half = Image.new("RGB", (4, 4), "black")
    half.paste("white", (0, 0, 4, 2))
    assert read(saved(half)).tone in ("111", "222")
    assert read(saved(Image.new("RGBA", (4, 4), (0, 0, 0, 0)))).tone == "333"
    assert read(saved(Image.new("RGBA", (4, 4), (255, 0, 0, 128)))).tone == "311"


def test_one_bit_and_grey_come_out():
    assert pixel(saved(Image.new("1", (3, 3), 1))) == WHITE
    assert pixel(saved(Image.new("L", (3, 3), 77), "JPEG")) == (77, 77, 77)


def test_printing_colours_come_out_with_and_without_a_profile():
    ink = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert is_like(pixel(saved(ink, "JPEG")), RED, 6)
    press = saved(Image.new("CMYK", (16, 16), (255, 255, 0, 0)), "JPEG", icc_profile=odd_press())
    red, green, blue = pixel(press)
    assert green > 1.5 * max(red, blue)  # without the profile it is blue
    # A profile that is for other colours is of no use, and does no harm.
    assert is_like(pixel(saved(ink, "JPEG", icc_profile=SRGB)), RED, 6)


def test_wide_colours_come_out_as_those_of_the_web():
    # Display P3 (0.5, 0.5, 0) is outside of sRGB's greens and blues, its greys are the same.
    profile = display_p3()
    vivid = saved(Image.new("RGB", (4, 4), (200, 100, 100)), icc_profile=profile)
    assert is_like(pixel(vivid), (215, 95, 97), 4)
    assert is_like(pixel(saved(Image.new("RGB", (4, 4), (120, 120, 120)), icc_profile=profile)), (120, 120, 120))
    clear = saved(Image.new("RGBA", (4, 4), (200, 100, 100, 70)), icc_profile=profile)
    assert is_like(pixel(clear), (215, 95, 97, 70), 4)


@pytest.mark.filterwarnings("error")
def test_a_palette_with_a_profile_keeps_its_transparency():
    palette = Image.new("P", (2, 1))
    palette.putpalette([200, 100, 100, *BLUE])
    assert is_like(pixel(saved(palette, transparency=bytes([70, 255]), icc_profile=display_p3())), (215, 95, 97, 70), 4)


def test_a_broken_profile_spoils_no_picture():
    assert pixel(saved(Image.new("RGB", (4, 4), RED), icc_profile=SRGB[:200])) == RED
    assert pixel(saved(Image.new("RGB", (4, 4), RED), icc_profile=b"no profile")) == RED


def test_a_png_made_for_other_screens_looks_the_same_here():
    linear = png(1, 1, 8, 0, [b"\x37"], (b"gAMA", struct.pack(">I", 100_000)))
    assert is_like(pixel(linear), (127, 127, 127))
    assert pixel(png(1, 1, 8, 0, [b"\x37"], (b"gAMA", struct.pack(">I", 45_455)))) == (0x37, 0x37, 0x37)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (20_000, 1), (12_000, 90)])
def test_any_shape_comes_out(size):
    found = read(saved(Image.new("RGB", size, RED)))
    assert (found.width, found.height) == size
    assert max(found.image.size) <= 2000
    assert found.image.getpixel((0, 0)) == RED


def test_the_small_copy_keeps_its_proportions_and_is_never_larger():
    assert read(make_image(4000, 3000)).image.size == (2000, 1500)
    assert read(make_image(1500, 3000)).image.size == (1000, 2000)
    assert read(make_image(300, 200)).image.size == (300, 200)
    assert reading.open_upright(upload(make_image(3001, 1999, "PNG")), longest=640).size == (640, 426)


def test_scaling_down_bleeds_no_colour_out_of_what_is_transparent():
    image = Image.new("RGBA", (4000, 40), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 2001, 40))
    small = reading.open_upright(upload(saved(image)), longest=1000)
    assert all(is_like(small.getpixel((x, 5))[:3], RED) for x in range(501) if small.getpixel((x, 5))[3] > 8)
    assert small.getpixel((900, 5))[3] == 0


def test_strips_meet_without_a_seam():
    # Read in several strips, reduced by three: every row is as the one above it, a little brighter.
    image = Image.linear_gradient("L").resize((2400, 6000), Image.Resampling.BILINEAR)
    small = reading.open_upright(upload(saved(image)), longest=2000).convert("L")
    column = [small.getpixel((5, y)) for y in range(small.height)]
    assert small.size == (800, 2000)
    assert all(0 <= after - before <= 1 for before, after in zip(column, column[1:], strict=False))


def animation(format, **options):
    pictures = [Image.new("RGB", (12, 8), colour) for colour in (RED, GREEN, BLUE)]
    if format in ("WEBP", "AVIF"):
        options |= {"quality": 95}
    return saved(pictures[0], format, save_all=True, append_images=pictures[1:], duration=[40, 80, 120], **options)


@pytest.mark.parametrize("format", ["PNG", "GIF", "WEBP", "AVIF"])
def test_an_animation_comes_out_frame_by_frame(format):
    content = animation(format)
    assert read(content).frames == 3
    shown = list(reading.frames(upload(content), longest=6))
    assert [duration for _, duration in shown] == [40, 80, 120]
    assert [image.size for image, _ in shown] == [(6, 4)] * 3
    for (image, _), colour in zip(shown, (RED, GREEN, BLUE), strict=True):
        assert is_like(image.convert("RGB").getpixel((2, 2)), colour, 12)
    assert is_like(pixel(content)[:3], RED, 12)


def test_frames_of_a_gif_are_laid_over_each_other_as_they_say():
    def frame(left, index, disposal):
        control = b"\x21\xf9\x04" + bytes([disposal << 2 | 1]) + b"\x04\0\0\0"
        # One pixel: clear, its colour, end, each in three bits.
        return (
            control
            + struct.pack("<BHHHHB", 0x2C, left, 0, 1, 1, 0)
            + b"\x02\x02"
            + ((4 | index << 3 | 5 << 6).to_bytes(2, "little"))
            + b"\0"
        )

    head = b"GIF89a" + struct.pack("<HHBBB", 3, 1, 0x81, 0, 0) + bytes([0, 0, 0, *RED, *GREEN, *BLUE])
    keep, clear, undo = 1, 2, 3
    content = head + frame(0, 1, keep) + frame(1, 2, clear) + frame(2, 3, undo) + frame(1, 1, keep) + b";"
    seen = [
        [image.convert("RGBA").getpixel((x, 0)) for x in range(3)]
        for image, _ in reading.frames(upload(content), longest=10)
    ]
    red, green, blue, nothing = (*RED, 255), (*GREEN, 255), (*BLUE, 255), 0
    wanted = [[red, nothing, nothing], [red, green, nothing], [red, nothing, blue], [red, red, nothing]]
    for row, expected in zip(seen, wanted, strict=True):
        assert [colour if colour[3] else nothing for colour in row] == expected


def test_a_still_in_front_of_an_animated_png_is_no_frame_of_it():
    pictures = [Image.new("RGB", (4, 4), colour) for colour in (WHITE, RED, BLUE)]
    content = saved(pictures[0], save_all=True, append_images=pictures[1:], default_image=True)
    assert read(content).frames == 2
    assert [image.getpixel((0, 0)) for image, _ in reading.frames(upload(content), longest=4)] == [RED, BLUE]
    assert pixel(content) == WHITE


def test_a_broken_frame_ends_the_animation():
    content = bytearray(animation("PNG"))
    at = content.rindex(b"fdAT")
    content[at + 8 : at + 14] = b"\xff" * 6
    length = struct.unpack_from(">I", content, at - 4)[0]
    struct.pack_into(">I", content, at + 4 + length, zlib.crc32(content[at : at + 4 + length]))
    assert len(list(reading.frames(upload(bytes(content)), longest=4))) == 2


def test_what_is_too_short_to_see_lasts_as_long_as_in_browsers():
    pictures = [Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]
    content = saved(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=0)
    assert [duration for _, duration in reading.frames(upload(content), longest=4)] == [100, 100]


def test_the_words_in_the_file_are_found():
    exif = Image.Exif()
    exif[0x010E] = "Rain over the harbour"
    assert read(make_image(exif=exif)).found.caption == "Rain over the harbour"
