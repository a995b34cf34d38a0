"""What a picture's file says of itself, and the rights that the file of every rendition carries.

The fields are those of the IPTC Photo Metadata Standard, which agencies, cameras and machines write in three
places: XMP, IPTC-IIM and EXIF, believed in this order. Files are hostile: whatever is broken is passed over in
silence, and there is a bound to all that is read. Positions (GPS) are never read.
"""

import re
import struct
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from PIL import ExifTags, Image
from PIL.ExifTags import Base as Exif

from articles.licences import Licence, Origin
from articles.xmp import Xmp, decode, in_any_language, in_order, packet, structure

LENGTHS = {
    "title": 200, "alt": 500, "caption": 1000, "credit": 200, "copyright": 300, "terms": 1000,
    "source_name": 200, "source_url": 500, "place": 200,
}  # fmt: skip
EMBEDDED_LENGTHS = LENGTHS | {"caption": 500, "licence": 100, "licence_url": 500, "origin": 20}
KEYWORDS, KEYWORD_LENGTH = 30, 100

# Datasets of IPTC's application record.
OBJECT_NAME, KEYWORD, INSTRUCTIONS, DATE, TIME, BYLINE, CITY, SUBLOCATION = 5, 25, 40, 55, 60, 80, 90, 92
STATE, COUNTRY, HEADLINE, CREDIT, SOURCE, COPYRIGHT_NOTICE, CAPTION = 95, 101, 105, 110, 115, 116, 120

EXIF_TEXTS = {
    Exif.ImageDescription, Exif.Software, Exif.Artist, Exif.Copyright, Exif.DateTimeOriginal, Exif.OffsetTimeOriginal,
    Exif.UserComment, Exif.XPTitle, Exif.XPComment, Exif.XPAuthor, Exif.XPKeywords,
}  # fmt: skip

# What cameras, telephones and programs write where a caption or a copyright notice belongs.
JUNK = re.compile(
    r"(\w+ ){1,3}digital (still )?camera|sony dsc|minolta dsc|dcim.*|exif_jpeg_picture|applemark|created with gimp"
    r"|file written by adobe.*|creator: gd-jpeg.*|processed with (vsco|snapseed|rni).*|untitled|default|screenshot"
    r"|\(c\) by .* user|copyright, \d{4}|[a-z]?hdr|cof|dav|sdr|(img|dsc[nf]?|dji|pxl|p)?[-_ ]?\d[\d_-]*(\.jpe?g)?",
    re.IGNORECASE,
)
WRITTEN_DATE = re.compile(
    r"\s*(\d{4})[:-]?(\d\d)[:-]?(\d\d)(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
CREATIVE_COMMONS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/((?:licenses|publicdomain)/[\w./-]*)", re.IGNORECASE
)
# "Staff" and "Handout" say something to our desk alone.
PUBLIC_LICENCES = {
    licence.value.casefold(): licence.value for licence in Licence if licence not in (Licence.STAFF, Licence.HANDOUT)
}
ORIGINS = {
    "trainedAlgorithmicMedia": Origin.GENERATED,
    "algorithmicMedia": Origin.GENERATED,
    "compositeWithTrainedAlgorithmicMedia": Origin.ALTERED,
    "compositeSynthetic": Origin.ALTERED,
    "algorithmicallyEnhanced": Origin.ALTERED,
}
DECLARED_ORIGINS = {
    Origin.GENERATED: "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    Origin.ALTERED: "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
}
# In a manifest of C2PA the next field follows without a gap.
IN_MANIFEST = re.compile(rb"digitalsourcetype/(%s)" % "|".join(ORIGINS).encode())
GENERATORS = re.compile(
    r"novelai|stable[ -]?diffusion|midjourney|dall[·-]?e\b|adobe firefly|comfyui|invokeai|fooocus", re.IGNORECASE
)
GENERATOR_SETTINGS = re.compile(r'\bSteps: \d|"class_type"|"last_node_id"')


@dataclass(frozen=True)
class Found:
    """What a file says of itself, cut to what the fields of a picture hold; empty where it says nothing."""

    title: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""
    copyright: str = ""
    licence: str = ""
    terms: str = ""
    source_name: str = ""
    source_url: str = ""
    place: str = ""
    taken_at: datetime | None = None
    keywords: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Rights:
    """What the file of a rendition tells whoever comes upon it outside our pages."""

    title: str = ""
    caption: str = ""
    credit: str = ""
    copyright: str = ""
    licence: str = ""
    licence_url: str = ""
    terms: str = ""
    source_name: str = ""
    source_url: str = ""
    origin: str = ""


def read(image: Image.Image, content: bytes) -> Found:
    """Read what the loaded `image`, whose file is `content`, says of itself. Never raises for what a file holds."""
    xmp, iptc, exif = Xmp(image), read_iptc(image), read_exif(image)

    def first(field, *texts):
        return next(filter(None, (clean(text, LENGTHS[field]) for text in texts)), "")

    def told(field, *texts):
        return first(field, *(text for text in texts if not JUNK.fullmatch(clean(text, LENGTHS[field]))))

    def one(number):
        return next(iter(iptc.get(number, ())), "")

    usage = first("terms", xmp.first("xmpRights:UsageTerms"))
    statement = xmp.first("xmpRights:WebStatement")
    notice = told("copyright", xmp.first("dc:rights"), one(COPYRIGHT_NOTICE), exif.get(Exif.Copyright, ""))
    licence, deed = find_licence(statement, xmp.first("cc:license"), usage, notice)
    terms = [part for part in usage.split(";") if not names_licence(part)]
    instructions = xmp.first("photoshop:Instructions") or one(INSTRUCTIONS)
    licensors = [url for (url,) in xmp.structures("plus:Licensor", "plus:LicensorURL")]
    return Found(
        title=told("title", xmp.first("dc:title"), xmp.first("photoshop:Headline"), one(OBJECT_NAME), one(HEADLINE)),
        alt=first("alt", xmp.first("Iptc4xmpCore:AltTextAccessibility")),
        caption=told(
            "caption",
            xmp.first("dc:description"),
            one(CAPTION),
            *(exif.get(tag, "") for tag in (Exif.ImageDescription, Exif.XPComment, Exif.XPTitle)),
        ),
        credit=credit_line(
            xmp.all("dc:creator")
            or iptc.get(BYLINE)
            or (exif.get(Exif.Artist) or exif.get(Exif.XPAuthor, "")).split(";"),
            first("credit", xmp.first("photoshop:Credit"), one(CREDIT)),
        ),
        copyright=notice,
        licence=licence,
        terms=clean(" ".join(unique([";".join(terms), "" if licence else deed, instructions])), LENGTHS["terms"]),
        source_name=first("source_name", xmp.first("photoshop:Source"), one(SOURCE)),
        source_url=web_address(*licensors[:10], "" if deed else statement),
        place=find_place(xmp, iptc),
        taken_at=find_moment(
            xmp.first("photoshop:DateCreated"),
            xmp.first("exif:DateTimeOriginal"),
            f"{one(DATE)} {one(TIME)}",
            f"{exif.get(Exif.DateTimeOriginal, '')} {exif.get(Exif.OffsetTimeOriginal, '')}",
        ),
        keywords=split_keywords(xmp.all("dc:subject") or iptc.get(KEYWORD) or [exif.get(Exif.XPKeywords, "")]),
        origin=find_origin(image, content, xmp, exif),
    )


def clean(text, length):
    """One line of ordinary characters, cut to `length`. Nothing in it turns or hides the words around it."""
    text = text.strip()[: length * 8]  # composing is slow where a million accents follow one letter
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
    text = re.sub(r"[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]", "", text)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def unique(texts, length=1000):
    """The texts cleaned, without empty ones, each once whatever its capitals."""
    found = {}
    for text in texts:
        if text := clean(text, length):
            found.setdefault(text.casefold(), text)
    return list(found.values())


def read_iptc(image) -> dict[int, list[str]]:
    """The texts of the application record of IPTC-IIM, by their numbers."""
    resources = image.info.get("photoshop")
    block = resources.get(0x0404, b"") if isinstance(resources, dict) else b""
    found, is_utf8, at = {}, False, 0
    while block[at : at + 1] == b"\x1c" and len(block) >= at + 5:
        record, number, length = struct.unpack_from(">BBH", block, at + 1)
        value = block[at + 5 : at + 5 + length]
        at += 5 + length
        if (record, number) == (1, 90):
            is_utf8 = value == b"\x1b%G"
        elif record == 2:
            found.setdefault(number, []).append(decode(value, is_utf8=is_utf8))
    return found


def read_exif(image) -> dict[int, str]:
    """The texts in EXIF, by their tags."""
    try:
        block = image.getexif()
        values = {**block, **block.get_ifd(ExifTags.IFD.Exif)}
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, struct.error):
        return {}
    found = {}
    for tag in EXIF_TEXTS & values.keys():
        # Pillow takes each byte of a text for a letter of Latin-1.
        raw = values[tag].encode("latin-1", "replace") if isinstance(values[tag], str) else values[tag]
        if isinstance(raw, bytes):
            is_wide = Exif.XPTitle <= tag <= Exif.XPSubject
            found[tag] = raw.decode("utf-16-le", "ignore") if is_wide else decode(raw.rstrip(b"\0"))
    return found


def credit_line(creators, agency):
    """The photographer and the agency, once where one of them names both."""
    creator = clean(", ".join(unique(creators[:10])), LENGTHS["credit"])
    if agency.casefold() in creator.casefold():
        return creator
    if creator.casefold() in agency.casefold():
        return agency
    return clean(f"{creator} / {agency}", LENGTHS["credit"])


def find_licence(*statements):
    """The licence that the statements name, if we have it, and the address of one by Creative Commons."""
    for match in filter(None, map(CREATIVE_COMMONS.search, statements)):
        path = match[1].rstrip(".")
        _, kind, version, *_ = [*path.split("/"), "", ""]
        names = {"zero": Licence.CC0, "mark": Licence.PUBLIC_DOMAIN, "publicdomain": Licence.PUBLIC_DOMAIN}
        name = names.get(kind.lower(), f"CC {kind} {version}")
        return PUBLIC_LICENCES.get(name.casefold(), ""), f"https://creativecommons.org/{path}"
    parts = (part.strip(" .").casefold() for text in statements for part in re.split("[;.] ", text))
    return next((PUBLIC_LICENCES[part] for part in parts if part in PUBLIC_LICENCES), ""), ""


def names_licence(text):
    return text.strip().casefold() in PUBLIC_LICENCES or CREATIVE_COMMONS.fullmatch(text.strip())


def web_address(*candidates):
    for address in map(str.strip, candidates):
        try:
            URLValidator(schemes=["http", "https"])(address)
        except ValidationError:
            continue
        if len(address) <= LENGTHS["source_url"]:
            return address
    return ""


def find_place(xmp, iptc):
    """The first place that the file names, from the street to the country."""
    parts = [f"Iptc4xmpExt:{part}" for part in ("Sublocation", "City", "ProvinceState", "CountryName")]
    places = [
        *xmp.structures("Iptc4xmpExt:LocationCreated", *parts)[:1],
        *xmp.structures("Iptc4xmpExt:LocationShown", *parts)[:1],
        map(xmp.first, ("Iptc4xmpCore:Location", "photoshop:City", "photoshop:State", "photoshop:Country")),
        [next(iter(iptc.get(number, ())), "") for number in (SUBLOCATION, CITY, STATE, COUNTRY)],
    ]
    return next(filter(None, (clean(", ".join(unique(place)), LENGTHS["place"]) for place in places)), "")


def find_moment(*candidates):
    """The first plausible moment, in the time zone of the site where the file does not name its own."""
    now = timezone.now()
    for match in filter(None, map(WRITTEN_DATE.match, candidates)):
        year, month, day, hour, minute, second, offset = match.groups()
        written = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset or ''}"
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            continue
        if 1800 <= moment.year <= now.year + 1:
            moment = moment if moment.tzinfo else timezone.make_aware(moment, timezone.get_default_timezone())
            if moment <= now + timedelta(days=1):
                return moment
    return None


def split_keywords(texts):
    """The keywords, where need be out of the one text that some programs put them all in."""
    separator = ";" if len(texts) > 1 else "[;,]"
    words = [word for text in texts[:500] for word in re.split(separator, text[:10_000])]
    return tuple(unique(words[:500], KEYWORD_LENGTH)[:KEYWORDS])


def find_origin(image, content, xmp, exif):
    """Whether a machine made or altered the picture, by what is declared or by what generators leave in files."""
    for declared in xmp.all("Iptc4xmpExt:DigitalSourceType"):
        if origin := ORIGINS.get(re.split("[/:]", declared.strip().rstrip("/"))[-1]):
            return origin.value
    if manifests := IN_MANIFEST.findall(content):
        return ORIGINS[manifests[-1].decode()].value  # those before tell of what the picture was made from
    chunks = {key: text[:100_000] for key, text in image.info.items() if isinstance(text, str)}
    programs = (chunks.get("Software"), chunks.get("Source"), exif.get(Exif.Software), xmp.first("xmp:CreatorTool"))
    recipes = (*map(chunks.get, ("parameters", "prompt", "workflow")), exif.get(Exif.UserComment, "").replace("\0", ""))
    is_generated = (
        any(GENERATORS.search(text) for text in programs if text)
        or any(GENERATOR_SETTINGS.search(text) for text in recipes if text)
        or "invokeai_metadata" in chunks
    )
    return Origin.GENERATED.value if is_generated else ""


def embedded(rights: Rights) -> dict[str, bytes]:
    """The rights as the XMP and EXIF that Pillow saves to JPEG, WebP and AVIF; nothing where there are none."""
    held = Rights(**{field: clean(text, EMBEDDED_LENGTHS[field]) for field, text in asdict(rights).items()})
    if held == Rights():
        return {}
    creator = held.credit.partition(" / ")[0]
    usage = "; ".join(filter(None, [PUBLIC_LICENCES.get(held.licence.casefold()), held.terms]))
    xmp = packet(
        {
            "dc:title": in_any_language(held.title),
            "dc:description": in_any_language(held.caption),
            "dc:creator": in_order(creator),
            "dc:rights": in_any_language(held.copyright),
            "photoshop:Credit": escape(held.credit),
            "photoshop:Source": escape(held.source_name),
            "xmpRights:Marked": mark(held),
            "xmpRights:UsageTerms": in_any_language(usage),
            "xmpRights:WebStatement": escape(web_address(held.licence_url)),
            "plus:Licensor": structure("plus:LicensorURL", web_address(held.source_url)),
            "Iptc4xmpExt:DigitalSourceType": DECLARED_ORIGINS.get(held.origin, ""),
        }
    )
    exif = Image.Exif()
    for tag, text in ((Exif.ImageDescription, held.caption), (Exif.Artist, creator), (Exif.Copyright, held.copyright)):
        if text:
            exif[tag] = text.encode()
    return {"xmp": xmp} | ({"exif": exif.tobytes()} if exif else {})


def mark(rights):
    """Whether there are rights in a picture, in the words of XMP; nothing where nobody knows."""
    if rights.licence in (Licence.PUBLIC_DOMAIN, Licence.CC0):
        return "False"
    return "True" if rights.copyright or rights.licence not in ("", Licence.NO_KNOWN) else ""
