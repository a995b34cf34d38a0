"""XMP, the RDF in which pictures carry their metadata: read with suspicion, written small."""

import re
from xml.sax.saxutils import escape

from defusedxml.ElementTree import ParseError, fromstring

MAX_BYTES = 1024 * 1024  # depth maps and histories of editing go beyond, rights never
MAX_DESCRIPTIONS = 100  # programs write one, or one for each namespace

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES = {
    "rdf": RDF[1:-1],
    "dc": "http://purl.org/dc/elements/1.1/",
    "cc": "http://creativecommons.org/ns#",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


class Xmp:
    """The properties at the top of a picture's XMP; what is told of its ingredients and ancestors lies deeper."""

    def __init__(self, image):
        found = [description for packet in packets(image) for description in descriptions(packet)]
        self.descriptions = found[:MAX_DESCRIPTIONS]

    def all(self, name) -> list[str]:
        return [text for description in self.descriptions for text in texts(description, name)]

    def first(self, name) -> str:
        return next(iter(self.all(name)), "")

    def structures(self, name, *fields) -> list[list[str]]:
        """The first text of each of the fields, for every structure called `name`."""
        found = []
        for description in self.descriptions:
            for node in description.findall(name, NAMESPACES):
                for structure in node.findall(f"*/{RDF}li") or [node]:
                    parts = [structure, *structure.findall(f"{RDF}Description")]
                    found.append(
                        [next((text for part in parts for text in texts(part, field)), "") for field in fields]
                    )
        return found


def packets(image):
    """A picture's XMP, and what a JPEG whose XMP is too long for one segment keeps in others."""
    main = image.info.get("xmp")
    if not isinstance(main, bytes):  # a text chunk of PNG may be called "xmp" too
        return
    yield main
    chunks = [
        (int.from_bytes(segment[71:75], "big"), segment[75:])
        for _, segment in getattr(image, "applist", ())
        if segment.startswith(EXTENSION) and len(segment) > 75 and segment[35:67] in main
    ]
    yield b"".join(chunk for _, chunk in sorted(chunks))


def descriptions(packet):
    if not 0 < len(packet) <= MAX_BYTES:
        return []
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", decode(packet))
    try:
        root = fromstring(text[text.find("<") : text.rfind(">") + 1], forbid_dtd=True)
    except (ParseError, ValueError):
        return []
    return [description for rdf in root.iter(f"{RDF}RDF") for description in rdf.findall(f"{RDF}Description")]


def texts(node, name):
    """The texts of a property, which may be an attribute, an element, a list, or a choice of languages."""
    prefix, _, local = name.partition(":")
    name = f"{{{NAMESPACES[prefix]}}}{local}"
    found = [node.get(name, "")]
    for child in node.findall(name):
        items = sorted(child.findall(f"*/{RDF}li"), key=lambda item: item.get(LANGUAGE) != "x-default")
        found += [item.text or item.get(f"{RDF}resource", "") for item in items or [child]]
    return [text for text in found if text.strip()]


def decode(raw: bytes, *, is_utf8=False) -> str:
    """The text in UTF-8, or in the Western encoding of old programs, unless it `is_utf8` cut within a character."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="ignore") if is_utf8 else raw.decode("cp1252", "replace")


def packet(properties: dict[str, str]) -> bytes:
    """The packet of the properties, whose values are XML already: made by the functions below."""
    properties = {name: value for name, value in properties.items() if value}
    prefixes = sorted({"rdf"} | {name.partition(":")[0] for name in properties})
    return (
        "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
        + "".join(f" xmlns:{prefix}='{NAMESPACES[prefix]}'" for prefix in prefixes)
        + "><rdf:Description rdf:about=''>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in properties.items())
        + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='r'?>"
    ).encode()


def in_any_language(text):
    return text and f"<rdf:Alt><rdf:li xml:lang='x-default'>{escape(text)}</rdf:li></rdf:Alt>"


def in_order(text):
    return text and f"<rdf:Seq><rdf:li>{escape(text)}</rdf:li></rdf:Seq>"


def structure(name, text):
    inner = f"<{name}>{escape(text)}</{name}>"
    return text and f"<rdf:Seq><rdf:li rdf:parseType='Resource'>{inner}</rdf:li></rdf:Seq>"
