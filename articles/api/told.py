"""What readers' programs are told of stories and of what is in them. Nothing here asks the database."""

from operator import attrgetter

from articles import renditions
from articles.structured_data import moment

SHAPES = ("whole", "16x9", "4x3", "1x1", "card")


def card(article, absolute) -> dict:
    """A story as lists tell it; `absolute` makes an address whole."""
    return {
        "id": article.pk,
        "url": absolute(article.get_absolute_url()),
        "api_url": absolute(f"/api/articles/{article.pk}/"),
        "kind": article.kind,
        "language": article.language,
        "kicker": article.kicker,
        "headline": article.headline,
        "standfirst": article.standfirst,
        "section": section(article.category, absolute),
        "tags": [filed(tag, absolute) for tag in sorted(article.tags.all(), key=attrgetter("name"))],
        "bylines": [
            {**filed(byline.author, absolute), "role": byline.role}  # in the order in which they are named
            for byline in article.bylines.all()
        ],
        "first_published_at": moment(article.first_published_at),
        "published_at": moment(article.published_at),
        "updated_at": moment(article.updated_at) or None,
        "reading_minutes": article.reading_minutes,
        "picture": picture(article.picture, absolute, article.picture_alt, article.picture_caption),
    }


def filed(thing, absolute) -> dict:
    """A tag, an author or a section, by name."""
    return {"slug": thing.slug, "name": thing.name, "url": absolute(thing.get_absolute_url())}


def section(category, absolute) -> dict | None:
    return filed(category, absolute) if category else None


def picture(found, absolute, alt=None, caption=None) -> dict | None:
    """A picture that readers get now, in its own words or the given ones; None where its owner allows no feeds."""
    if found is None or not found.allows_feeds:
        return None
    whole = found.rendition()
    return {
        "url": absolute(whole.url),
        "width": whole.width,
        "height": whole.height,
        "alt": found.alt if alt is None else alt,
        "caption": found.caption if caption is None else caption,
        "credit": found.credit,
        "licence": found.licence,
        "licence_url": found.licence_url,
        "source_url": found.source_url,
        "origin": found.origin,
    }


def files(found, absolute) -> list[dict]:
    """Every file of a picture that readers get now, in each of its shapes."""
    return [rendition for name in SHAPES for rendition in _files_of(found, name, absolute)]


def _files_of(found, name, absolute):
    if name == "card" and not found.allows_sharing:
        return
    shape = renditions.Shape.of(found, name)
    if shape.name != name:  # it has nearly this ratio as it is
        return
    for suffix, content_type in renditions.CONTENT_TYPES.items():
        for width in shape.widths(suffix):
            yield {
                "shape": name,
                "type": content_type,
                "width": width,
                "height": shape.height_at(width),
                "url": absolute(shape.url_of(width, suffix)),
            }


def correction(one) -> dict:
    return {"id": one.pk, "text": one.text, "is_material": one.is_material, "made_at": moment(one.made_at)}


def source(article) -> dict | None:
    """Where a story was published first, and under which terms it stands here."""
    if not article.is_adapted:
        return None
    names = ("title", "author", "publisher", "url", "licence", "note")
    return {name: getattr(article, f"source_{name}") for name in names} | {"language": article.original_language}
