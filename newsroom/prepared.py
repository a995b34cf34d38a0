"""Queries that the ORM writes once: writing one of many parts takes milliseconds, asking it a tenth of one."""

from collections.abc import Callable
from copy import copy

from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, DateTimeField, Expression, Field, IntegerField, Model, QuerySet, Value
from django.db.models.expressions import RawSQL

from newsroom.replica import reading

MOST = 100  # forms of one query that are remembered


class Asked(Expression):
    """What a query is about, left open until it is asked."""

    def __init__(self, name: str, output_field: Field, place: int | None = None):
        super().__init__(output_field=output_field)
        self.name, self.place = name, place

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def put(self, values):
        """What goes here, of these values."""
        return values[self.name] if self.place is None else values[self.name][self.place]


class Prepared:
    """A query written by `build(*form, **values)`, which gets open places for its values, and lists of them for lists.

    It returns a queryset, or several to be asked at once, each with the same columns and a limit of its own.
    `moments` names the values that are moments; the others are numbers or words. Calling it gives rows as the database
    has them, and `rows` those of a model. What is in `form` is written into the query, so that each form of it is a
    query of its own.
    """

    def __init__(self, build: Callable[..., QuerySet | list[QuerySet]], moments: tuple[str, ...] = ()):
        self.build, self.moments = build, moments
        self._written = {}

    def __call__(self, *form, **values) -> list[tuple]:
        try:
            text, params = self.sql(*form, **values)
        except EmptyResultSet:  # whatever the values, it finds nothing
            return []
        with reading().cursor() as cursor:
            cursor.execute(text, params)
            return cursor.fetchall()

    def rows(self, *form, **values) -> list[Model]:
        """Return what the queryset itself would, with all that it loads beside its rows."""
        try:
            written, text, params = self._with(form, values)
        except EmptyResultSet:
            return []
        rows = written.queryset.all()
        compiler = copy(written.compiler)
        compiler.connection, compiler.as_sql = reading(), lambda *args, **kwargs: (text, params)
        compiler.get_converters = lambda expressions: written.converters
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)

    def sql(self, *form, **values) -> tuple[str, list]:
        """Return the text of the query and what goes into it."""
        _, text, params = self._with(form, values)
        return text, params

    def _with(self, form, values):
        lengths = tuple(len(value) if isinstance(value, (list, tuple)) else None for value in values.values())
        connection = reading()
        key = (connection.vendor, form, tuple(values), lengths)
        written = self._written.get(key)  # in hand, because another thread may clear them all
        if written is None:
            if len(self._written) >= MOST:
                self._written.clear()
            asked = {name: self._places(name, value) for name, value in values.items()}
            written = self._written[key] = Written(self.build(*form, **asked))
        # Each moment once: a query of many parts has some of them a hundred times.
        values |= {name: connection.ops.adapt_datetimefield_value(values[name]) for name in self.moments}
        params = [param.put(values) if isinstance(param, Asked) else param for param in written.params]
        return written, written.text, params

    def _places(self, name, value):
        field = DateTimeField() if name in self.moments else IntegerField()
        if not isinstance(value, (list, tuple)):
            return Asked(name, field)
        return [Asked(name, field, place) for place in range(len(value))]


class Written:
    """A query as text; of one queryset, what reads its rows is kept too."""

    def __init__(self, built: QuerySet | list[QuerySet]):
        if isinstance(built, QuerySet):
            self.queryset, self.compiler = built, built.query.get_compiler(connection=reading())
            self.text, self.params = self.compiler.as_sql()
            self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
            return
        together = united(built)
        self.text, self.params = together.sql, together.params


def united(querysets: list[QuerySet]) -> RawSQL:
    """Return the rows of all these, each with a limit of its own: a query, or what a column is looked for in."""
    parts = [queryset.query.sql_with_params() for queryset in querysets]
    # Each part in brackets of its own: SQLite takes no limit within a UNION otherwise.
    text = " UNION ALL ".join(
        f"SELECT * FROM ({text}) AS part_{number}"  # noqa: S608  (the ORM wrote it; what is asked for is in params)
        for number, (text, _) in enumerate(parts)
    )
    return RawSQL(text, [param for _, params in parts for param in params])  # noqa: S611


def alike(rows: QuerySet, *columns: str | int | Expression) -> QuerySet:
    """Return these columns of rows: a part of what is asked at once. Numbers are what they are, words name fields."""
    return rows.order_by().values_list(
        *(Value(column, BigIntegerField()) if isinstance(column, int) else column for column in columns)
    )


def hold(instance: Model, relation: str, queryset: QuerySet, rows: list[Model]) -> None:
    """Have a relation of an instance answer with these rows, as prefetching does; `queryset` is what it is asked as."""
    queryset._result_cache, queryset._prefetch_done = rows, True
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = queryset


def is_held(instance: Model, relation: str) -> bool:
    """Whether a relation of an instance answers without asking."""
    return relation in instance.__dict__.get("_prefetched_objects_cache", {})
