"""How many rows there are, counted no further than anybody reads, so that it costs the same however many there are."""

from datetime import date, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from newsroom.clock import begins

COUNTED = 5000  # rows beyond this are not counted: a filter finds more than paging does


def counted(**querysets: QuerySet) -> dict[str, int]:
    """How many rows each of these has, by name: counted no further than one more than COUNTED, in one query."""
    parts, params, numbers = [], [], dict.fromkeys(querysets, 0)
    for name, queryset in querysets.items():
        try:
            sql, its = queryset.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append((name, f"(SELECT COUNT(*) FROM ({sql}) AS counted)"))  # noqa: S608 (as the ORM wrote it)
        params += its
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(part for _, part in parts)}", params)
            numbers |= zip((name for name, _ in parts), cursor.fetchone(), strict=True)
    return numbers


def counted_by_day(rows: QuerySet, moment: str, first: date, days: int) -> dict[date, int]:
    """How many rows have the moment in each of so many days from the first on; days without any are left out."""
    dates = {f"day_{number}": first + timedelta(days=number) for number in range(days)}
    numbers = counted(
        **{
            name: rows.filter(**{f"{moment}__gte": begins(day), f"{moment}__lt": begins(day + timedelta(days=1))})
            for name, day in dates.items()
        }
    )
    return {day: numbers[name] for name, day in dates.items() if numbers[name]}


def up_to(number: int) -> int | str:
    return number if number <= COUNTED else f"{COUNTED:,}+"
