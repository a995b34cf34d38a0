"""What joins stories: series, packages and topics, originals and translations; and what reviews say in stars."""

import tomllib
from decimal import Decimal
from pathlib import Path

from articles.models import Dossier, Part, Tag


def load(articles):
    described = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    for told in described["dossiers"]:
        parts, tags = [articles[slug] for slug in told.pop("parts")], told.pop("tags", [])
        picture = articles[told.pop("picture")].lead_picture if "picture" in told else None
        dossier, is_new = Dossier.objects.get_or_create(title=told["title"], defaults={**told, "picture": picture})
        if is_new:
            Part.objects.bulk_create(
                Part(dossier=dossier, article=article, position=position) for position, article in enumerate(parts, 1)
            )
            dossier.tags.set(Tag.objects.filter(name__in=tags))
    for slug, original in described["translations"].items():
        _complete(articles[slug], translation_of=articles[original])
    for slug, told in described["reviews"].items():
        _complete(articles[slug], reviewed=told["reviewed"], rating=Decimal(str(told["rating"])))


def _complete(article, **fields):
    """Write what is not there yet, and leave what an editor has changed."""
    missing = {name: value for name, value in fields.items() if not getattr(article, name)}
    if missing:
        for name, value in missing.items():
            setattr(article, name, value)
        article.save(update_fields=[*missing])
