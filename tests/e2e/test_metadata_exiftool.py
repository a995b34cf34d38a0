"""What exiftool, the yardstick of picture desks, finds in our renditions, and whether we read what it writes."""

import io
import json
import struct
import subprocess

import pytest
from PIL import Image

from articles.metadata import Found, Rights, embedded, read

RIGHTS = Rights(
    title="Harbour",
    caption="Boats & nets in the old harbour of Kołobrzeg",
    credit="Zoë Çelik / Nordbild",
    copyright="© 2026 Zoë Çelik",
    licence="CC BY-SA 4.0",
    licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
    terms="Not for advertising",
    source_name="Nordbild",
    source_url="https://nordbild.example/42?a=1&b=2",
    origin="generated",
)
PRIVATE = ("GPS", "SerialNumber", "Canon:", "Thumbnail", "IPTC", "Make", "Model", "City", "Comment")


def tags(path):
    options = ("-json", "-G1", "-a", "-u", "-struct", "-charset", "filename=utf8")
    output = subprocess.run(["exiftool", *options, str(path)], capture_output=True, check=True).stdout
    return json.loads(output)[0]


def write(path, *assignments):
    subprocess.run(["exiftool", "-q", "-overwrite_original", *assignments, str(path)], check=True)


@pytest.fixture
def original(tmp_path):
    """A picture that tells everything of its photographer: where she stood, with which camera, and a thumbnail."""
    path, thumbnail = tmp_path / "original.jpg", tmp_path / "thumbnail.jpg"
    Image.new("RGB", (160, 120), "navy").save(thumbnail)
    block = Image.Exif()
    block[0x010F] = "Canon"
    # A maker's note of two entries: the number of the camera, and that of the picture.
    block.get_ifd(0x8769)[0x927C] = struct.pack(">HHHIIHHIII", 2, 0x0C, 4, 1, 4711, 0x08, 4, 1, 1234711, 0)
    Image.new("RGB", (1200, 900), "teal").save(path, exif=block.tobytes(), comment="Shot on a C-4711")
    write(
        path,
        f"-ThumbnailImage<={thumbnail}",
        "-EXIF:Model=Canon EOS",
        "-EXIF:SerialNumber=4711",
        "-EXIF:DateTimeOriginal=2024:05:01 10:20:30",
        "-EXIF:OffsetTimeOriginal=+02:00",
        "-GPSLatitude=54.17",
        "-GPSLatitudeRef=N",
        "-XMP-exif:GPSLongitude=15.57",
        "-XMP-aux:SerialNumber=4711",
        "-IPTC:CodedCharacterSet=UTF8",
        "-IPTC:City=Kołobrzeg",
        "-IPTC:By-line=Zoë Çelik",
        "-IPTC:Credit=Nordbild",
        "-IPTC:Keywords=boats",
        "-IPTC:Keywords=sea",
        "-XMP-dc:Description=Boats & nets",
        "-XMP-dc:Rights=© 2026 Zoë Çelik",
        "-XMP-iptcCore:AltTextAccessibility=Three boats",
        "-XMP-iptcExt:LocationShown={Sublocation=Pier 4, City=Kołobrzeg, CountryName=Poland}",
        "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
        "-XMP-plus:Licensor=[{LicensorURL=https://nordbild.example/42}]",
        "-XMP-xmpRights:WebStatement=https://creativecommons.org/licenses/by/4.0/",
        "-XMP-xmpRights:UsageTerms=Not for advertising",
    )
    return path


def test_reads_what_exiftool_writes(original):
    with Image.open(original) as image:
        image.load()
        found = read(image, original.read_bytes())
    assert found.taken_at.isoformat() == "2024-05-01T10:20:30+02:00"
    assert found == Found(
        alt="Three boats",
        caption="Boats & nets",
        credit="Zoë Çelik / Nordbild",
        copyright="© 2026 Zoë Çelik",
        licence="CC BY 4.0",
        terms="Not for advertising",
        source_url="https://nordbild.example/42",
        place="Pier 4, Kołobrzeg, Poland",
        taken_at=found.taken_at,
        keywords=("boats", "sea"),
        origin="altered",
    )


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
def test_a_rendition_tells_the_rights_and_nothing_else(original, format, tmp_path):
    told = tags(original)
    for word in PRIVATE:
        assert any(word in name for name in told), word

    rendition = tmp_path / f"rendition.{format.lower()}"
    with Image.open(io.BytesIO(original.read_bytes())) as image:
        smaller = image.resize((360, 270))
    smaller.info.clear()
    smaller.save(rendition, format, **embedded(RIGHTS))

    told = tags(rendition)
    assert not [name for name in told if any(word in name for word in PRIVATE)]
    assert "4711" not in json.dumps(told)
    assert "Warning" not in "".join(told)
    expected = {
        "XMP-dc:Title": "Harbour",
        "XMP-dc:Description": RIGHTS.caption,
        "XMP-dc:Creator": ["Zoë Çelik"],
        "XMP-dc:Rights": RIGHTS.copyright,
        "XMP-photoshop:Credit": RIGHTS.credit,
        "XMP-photoshop:Source": "Nordbild",
        "XMP-xmpRights:Marked": True,
        "XMP-xmpRights:UsageTerms": "CC BY-SA 4.0; Not for advertising",
        "XMP-xmpRights:WebStatement": RIGHTS.licence_url,
        "XMP-plus:Licensor": [{"LicensorURL": RIGHTS.source_url}],
        "XMP-iptcExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        "IFD0:ImageDescription": RIGHTS.caption,
        "IFD0:Artist": "Zoë Çelik",
        "IFD0:Copyright": RIGHTS.copyright,
    }
    assert {name: told.get(name) for name in expected} == expected


def test_a_rendition_without_rights_tells_nothing(original, tmp_path):
    rendition = tmp_path / "rendition.jpg"
    with Image.open(original) as image:
        smaller = image.resize((360, 270))
    smaller.info.clear()
    smaller.save(rendition, **embedded(Rights()))
    assert {name.partition(":")[0] for name in tags(rendition)} <= {
        "SourceFile",
        "ExifTool",
        "System",
        "File",
        "JFIF",
        "Composite",
    }


def test_every_file_that_readers_get_of_an_upload_tells_the_rights_and_no_place(original, newsroom):
    newsroom.manage("import_pictures", str(original.parent), "--licence", "CC BY 4.0")
    code = "picture = Picture.objects.get(original__contains='original'); renditions.make(picture)"
    imports = "from articles import renditions; from articles.models import Picture"
    found = newsroom.manage("shell", "-v0", "-c", f"{imports}; {code}; print(picture.key, picture.version)").split()
    folder = newsroom.data_dir.joinpath("media", "pictures", *found)
    options = ("-json", "-G1", "-a", "-u", "-struct")
    output = subprocess.run(["exiftool", *options, str(folder)], capture_output=True, check=True).stdout
    files = json.loads(output)
    assert {file["SourceFile"].rpartition(".")[2] for file in files} == {"avif", "webp", "jpg"}
    assert len(files) > 30
    for file in files:
        private = [name for name in file if any(word in name for word in PRIVATE)]
        assert not private, file["SourceFile"]
        assert file["XMP-dc:Rights"] == "© 2026 Zoë Çelik", file["SourceFile"]
        assert file["XMP-photoshop:Credit"] == "Zoë Çelik / Nordbild", file["SourceFile"]
        assert "creativecommons.org" in file["XMP-xmpRights:WebStatement"], file["SourceFile"]
