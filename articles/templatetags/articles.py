from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html

from articles.languages import Language

register = template.Library()


@register.simple_tag
def picture(picture, sizes="100vw", eager=False, alt=None, **attributes):
    """Print a picture as an img with the widths it comes in.

    The focal point becomes classes in steps of ten per cent, as in focal-x-30 focal-y-70; the middle needs none.
    Other arguments become attributes: {% picture article.lead_picture sizes="50vw" class="wide" %}.
    """
    if not picture:
        return ""
    classes = [attributes.pop("class", "")]
    for axis, value in (("x", picture.focal_x), ("y", picture.focal_y)):
        step = round(value / 10) * 10
        if step != 50:
            classes.append(f"focal-{axis}-{step}")
    attributes |= {
        "class": " ".join(filter(None, classes)) or None,
        "src": picture.url,
        "srcset": picture.srcset,
        "sizes": sizes,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt if alt is None else alt,
        "decoding": "async",
        **({"fetchpriority": "high"} if eager else {"loading": "lazy"}),
    }
    return format_html("<img{}>", flatatt({name: value for name, value in attributes.items() if value is not None}))


@register.filter
def language_in_english(code):
    """Turn "es" into "Spanish": the label's second half, or the whole where it has one half."""
    return Language(code).label.rpartition("(")[2].rstrip(")")
