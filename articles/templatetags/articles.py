from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join

from articles.languages import TRANSLATED_FROM, Language
from articles.live import is_running
from articles.renditions import CONTENT_TYPES

register = template.Library()

# Two pixels, or nearly, for each of the layout's are all an eye sees at arm's length; a third would double the weight.
# Said so that the common phones, 360 to 412 px wide, take the file of 720.
ON_DENSE_PHONES = (
    "(max-width: 767.98px) and (min-resolution: 2.5dppx) 60vw, (max-width: 767.98px) and (min-resolution: 1.5dppx) 90vw"
)


@register.simple_tag
def picture(picture, sizes="100vw", shape="whole", wide="", eager=False, priority="high", alt=None, **attributes):
    """Print a picture with the files it comes in, in the shape of its place: {% picture story.picture shape="3x2" %}.

    `wide` is the shape it has from 768 px on, where that differs. An `eager` one is loaded at once, and before all
    others unless its `priority` is None. The colour that stands there until it has come, and the focal point, become
    classes: tone-123, and focal-x-30 focal-y-70 in steps of ten per cent. Other arguments become attributes. A picture
    that may no longer be shown is not printed, whoever asks.
    """
    picture = picture and picture.shown()
    if not picture:
        return ""
    if sizes.endswith(("100vw", "calc(100vw - 32px)")):  # as wide as a phone, or nearly
        sizes = f"{ON_DENSE_PHONES}, {sizes}"
    narrow = picture.rendition(shape)
    sources = (
        [*_sources(picture.rendition(wide), sizes, "(min-width: 768px)"), *_sources(narrow, sizes)]
        if wide
        else [*_sources(narrow, sizes)]
    )
    if picture.frames > 1 and narrow.name == "whole":
        sources.insert(0, _source(narrow.animated_srcset(), "webp", sizes, "(prefers-reduced-motion: no-preference)"))
    classes = [attributes.pop("class", ""), f"tone-{picture.tone}" if picture.tone and not picture.has_alpha else ""]
    if picture.has_alpha:
        classes.append("on-paper")
    for axis, value in zip("xy", picture.shown_focal, strict=True):
        step = round(value / 10) * 10
        if step != 50 and narrow.name == "whole":
            classes.append(f"focal-{axis}-{step}")
    srcset = narrow.srcset("jpg") if len(narrow.widths("jpg")) > 1 else None
    attributes |= {
        "class": " ".join(filter(None, classes)) or None,
        "src": narrow.url,
        "srcset": srcset,
        "sizes": sizes if srcset else None,
        "width": narrow.width,
        "height": narrow.height,
        "alt": picture.alt if alt is None else alt,
        # What is in sight is painted with the text around it, not a frame later.
        **({"fetchpriority": priority} if eager else {"loading": "lazy", "decoding": "async"}),
    }
    image = flatatt({name: value for name, value in attributes.items() if value is not None})
    return format_html("<picture>{}<img{}></picture>", format_html_join("", "<source{}>", sources), image)


def _sources(shape, sizes, media=None):
    for suffix in ("avif", "webp", *(["jpg"] if media else [])):
        yield _source(shape.srcset(suffix), suffix, sizes, media, shape.width, shape.height)


def _source(srcset, suffix, sizes, media=None, width=None, height=None):
    attributes = {
        "type": CONTENT_TYPES[suffix],
        "media": media,
        "srcset": srcset,
        "sizes": sizes,
        **({"width": width, "height": height} if media else {}),
    }
    return (flatatt({name: value for name, value in attributes.items() if value is not None}),)


@register.filter
def translated_from(code):
    """Turn "es" into "Spanish", as it stands after “Translated from”."""
    return TRANSLATED_FROM[code]


@register.filter
def language_in_itself(code):
    """Turn "es" into "español", as those who read it look for it."""
    return Language(code).label.partition(" (")[0]


@register.filter
def stars(rating):
    """Return five names of icons for a rating in halves: full, half or empty stars."""
    halves = round(rating * 2)
    return [("star-empty", "star-half", "star-full")[max(0, min(2, halves - 2 * place))] for place in range(5)]


@register.filter
def is_live(article):
    """Whether it is live coverage that goes on."""
    return is_running(article)


@register.simple_tag(takes_context=True)
def share_card(context, picture):
    """Return the file that other sites show beside a link: its absolute `url`, its `width` and `height`."""
    card = picture.rendition("card")
    return {"url": context["request"].build_absolute_uri(card.url), "width": card.width, "height": card.height}
