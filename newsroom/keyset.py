"""Lists that go on from the place of a row, found from the end of an index however deep it lies.

A place is what a row has in the columns by which the list is sorted; it leads on even after the row is gone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite

from django.db.models import BooleanField, CharField, DateTimeField, Field, FloatField, Model, Q, QuerySet

LONGEST = 100  # characters
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BIGGEST = 2**63 - 1  # number that both databases know


def after(rows: QuerySet, names: Sequence[str], place: Sequence | None) -> QuerySet:
    """Return those of the rows that come after a place, all of them where it is None; `names` are those of order_by().

    The last of the names decides between equals.
    """
    if place is None:
        return rows
    beyond, equal = Q(pk__in=[]), Q()
    for name, value in zip(names, place, strict=True):
        beyond |= equal & Q(**{f"{name.lstrip('-')}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{name.lstrip("-"): value})
    # Of the whole, an index would find nothing: it is told where to begin.
    begin = f"{names[0].lstrip('-')}__{'lte' if names[0].startswith('-') else 'gte'}"
    return rows.filter(Q(**{begin: place[0]}), beyond)


def opposite(names: Sequence[str]) -> list[str]:
    """The same order from its end."""
    return [name[1:] if name.startswith("-") else f"-{name}" for name in names]


def place_of(row: Model, names: Sequence[str]) -> list:
    return [getattr(row, name.lstrip("-")) for name in names]


def written(place: Sequence) -> str:
    """A place as it stands in an address."""
    return "~".join(
        str((value - _EPOCH) // _MICROSECOND) if isinstance(value, datetime) else str(int(value))
        if isinstance(value, bool) else str(value)
        for value in place
    )  # fmt: skip


def read(text: str, model: type[Model], names: Sequence[str]) -> list | None:
    """Return the place that an address names, or None where it names none: then one begins at the beginning."""
    parts = text.split("~")
    if len(parts) != len(names) or not (text.isascii() and text.isprintable()) or len(text) > LONGEST:
        return None
    try:
        return [_value(model._meta.get_field(name.lstrip("-")), part) for name, part in zip(names, parts, strict=True)]
    except (ValueError, OverflowError):
        return None


def _value(field: Field, part: str):
    if isinstance(field, CharField):
        return part
    if isinstance(field, FloatField):
        value = float(part)
        if not isfinite(value):
            raise ValueError("This is no number that a row has.")
        return value
    value = int(part)
    if isinstance(field, DateTimeField):
        return _EPOCH + value * _MICROSECOND
    if isinstance(field, BooleanField):
        return bool(value)
    if abs(value) > _BIGGEST:
        raise OverflowError("No row has so big a number.")
    return value
