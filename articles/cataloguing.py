"""Say the same of many pictures at once."""

from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from articles.models import PictureKeyword


@transaction.atomic
def change_all(pictures, values, *, add_to=None, remove_from=None, add_keywords=(), remove_keywords=()):
    """Give each picture these values of its fields, collections and keywords; return those whose fields changed.

    All or none: raises ValidationError for the first picture that what it then says would contradict.
    """
    changed = []
    for picture in pictures:
        if news := {name: value for name, value in values.items() if getattr(picture, name) != value}:
            for name, value in news.items():
                setattr(picture, name, value)
            if news.keys() & {"usable_from", "usable_until"}:
                _check_dates(picture)
            picture.save(update_fields=news)
            changed.append(picture)
        if add_keywords:
            picture.keywords.add(*add_keywords)
    if remove_keywords:
        named = reduce(or_, (Q(tag__name__iexact=name) for name in remove_keywords))
        PictureKeyword.objects.filter(named, content_object__in=pictures).delete()
    if add_to is not None:
        add_to.pictures.add(*pictures)
    if remove_from is not None:
        remove_from.pictures.remove(*pictures)
    return changed


def _check_dates(picture):
    if picture.usable_from and picture.usable_until and picture.usable_until <= picture.usable_from:
        raise ValidationError(f"“{picture}”: its rights would end before they begin.")
