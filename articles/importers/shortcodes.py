"""WordPress's shortcodes, [name attribute="value"], turned into elements that the body's reader understands."""

import re
from html import escape, unescape

SHORTCODE = re.compile(r"\[(\[?)(/?)([A-Za-z][A-Za-z0-9_-]{0,60})((?:[\s=][^\[\]]*)?)/?\](\]?)")
ATTRIBUTE = re.compile(
    r"""([\w-]+)\s*=\s*"([^"]*)"|([\w-]+)\s*=\s*'([^']*)'|([\w-]+)\s*=\s*([^\s"']+)|"([^"]*)"|(\S+)"""
)
CAPTIONED = re.compile(r"(?:<a\s[^<>]*>\s*)?<img\s[^<>]*>(?:\s*</a>)?", re.IGNORECASE)

# What only arranged things on a page of the old theme: its words stay, the marks go.
ARRANGING = frozenset(
    "accordion accordions box button_group clear clearfix col column columns container content_box divider full_width"
    " gap five_sixth four_fifth hr one_fifth one_fourth one_half one_quarter one_sixth one_third padding panel row"
    " section separator space spacer tab tabs three_fifth three_fourth three_quarter toggle toggles two_fifth two_third"
    " wrap".split()
)
ARRANGING_FAMILIES = ("av_", "cs_", "et_pb_", "fusion_", "mk_", "vc_")
DECORATING = frozenset("dropcap highlight color colour font small big center lead icon".split())
NOTES = frozenset({"efn_note", "footnote", "ref"})
RECORDINGS = ("src", "mp4", "m4v", "webm", "ogv", "mov", "mp3", "m4a", "ogg", "wav", "flac")
CODE = frozenset({"code", "sourcecode"})


def attributes(words: str) -> tuple[dict[str, str], list[str]]:
    """Return the named attributes of a shortcode and those without a name."""
    named, positional = {}, []
    for match in ATTRIBUTE.finditer(words):
        name = match[1] or match[3] or match[5]
        value = unescape(next((match[group] for group in (2, 4, 6, 7, 8) if match[group] is not None), ""))
        if name:
            named[name.lower()] = value
        else:
            positional.append(value.lstrip("="))
    return named, positional


class Shortcodes:
    """Replaces what is known in one text; `unknown` names what was left standing."""

    def __init__(self):
        self.unknown = set()
        self.endless = set()

    def replace(self, text: str) -> str:
        parts, position = [], 0
        while match := SHORTCODE.search(text, position):
            parts.append(text[position : match.start()])
            replacement, position = self._replacement(text, match)
            parts.append(replacement)
        parts.append(text[position:])
        return "".join(parts)

    def _replacement(self, text, match):
        opening, slash, name, words, closing = match.groups()
        name, end = name.lower(), match.end()
        if opening and closing:
            return match[0][1:-1], end  # [[name]] is how one writes about a shortcode
        before, after = ("[" if opening else ""), ("]" if closing else "")
        if name in CODE and not slash and (enclosed := self._enclosed(text, name, end)):
            inner, end = enclosed
            return f"{before}<pre><code>{escape(unescape(inner), quote=False)}</code></pre>", end
        if name in ("caption", "wp_caption") and not slash and (enclosed := self._enclosed(text, name, end)):
            inner, end = enclosed
            return f"{before}{_captioned(inner, attributes(words)[0])}", end
        if name in NOTES:
            return before + ("</span>" if slash else '<span class="footnote">') + after, end
        if name in ARRANGING or name.startswith(ARRANGING_FAMILIES):
            return f"{before}\n\n{after}", end
        if name in DECORATING or (slash and name in ("audio", "video", "caption", "wp_caption", "youtube", "playlist")):
            return before + after, end
        if not slash and (element := self._element(text, name, words, end)):
            return f"{before}\n\n{element[0]}\n\n{after}", element[1]
        if slash or "=" in words:
            self.unknown.add(name)
        return match[0], end

    def _element(self, text, name, words, end):
        named, positional = attributes(words)
        if name == "gallery":
            numbers = named.get("ids") or named.get("include") or ""
            return f'<wp-gallery ids="{escape(numbers)}"></wp-gallery>', end
        if name in ("audio", "video"):
            address = next((named[key] for key in RECORDINGS if named.get(key)), next(iter(positional), ""))
            return f'<{name} src="{escape(address)}"></{name}>', end
        if name == "embed" and (enclosed := self._enclosed(text, name, end)):
            return f'<wp-embed url="{escape(unescape(enclosed[0].strip()))}"></wp-embed>', enclosed[1]
        if name in ("youtube", "vimeo") and positional:
            address = positional[0]
            if "/" not in address:
                address = f"https://vimeo.com/{address}" if name == "vimeo" else f"https://youtu.be/{address}"
            return f'<wp-embed url="{escape(address)}"></wp-embed>', end
        if name == "wpvideo" and positional:
            return f'<wp-embed url="https://videopress.com/v/{escape(positional[0])}"></wp-embed>', end
        if name == "playlist":
            return '<wp-missing name="playlist"></wp-missing>', end
        return None

    def _enclosed(self, text, name, start):
        """Return what stands between a shortcode and its end, and where that end ends; None where it has none."""
        if name in self.endless:
            return None
        end = text.find(f"[/{name}]", start)
        if end < 0:
            self.endless.add(name)  # nor will the next one have: not looking again keeps this linear
            return None
        return text[start:end], end + len(name) + 3


def _captioned(inner, named):
    picture = CAPTIONED.search(inner)
    if picture is None:
        return inner
    caption = named.get("caption") or inner[picture.end() :].strip()
    return f"\n\n<figure>{picture[0]}<figcaption>{caption}</figcaption></figure>\n\n"
