"""What the library of pictures can be narrowed to, and its lists of what there is to do."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.db.models import BigIntegerField, CharField, Count, F, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from articles.admin.base import CappedPaginator, Choice
from articles.licences import Licence
from articles.models import Collection, Picture, PictureKeyword
from articles.models.rights import ENDS_SOON
from articles.widgets import is_row_id

SQUARE = 0.02  # how much longer than the other a side of a square may be
PANORAMA = 2  # times as wide as high, and more
COLLECTIONS_SHOWN = 300

WORK = {
    "credit": "No credit",
    "description": "No description",
    "licence": "No licence",
    "ending": "Rights end soon",
    "ended": "Rights ended",
    "unused": "Unused",
    "machine": "Made by a machine",
}


def to_do(name):
    """The condition of one of the lists of WORK."""
    now = timezone.now()
    return {
        "credit": Q(credit=""),
        "description": Q(alt=""),
        "licence": Q(licence=""),
        "ending": Q(pk__in=Picture.objects.ending(ENDS_SOON, now).values("pk")),
        "ended": Q(usable_until__lte=now),
        "unused": ~Q(Picture.is_used_condition()),
        "machine": ~Q(origin=""),
    }[name]


class LibraryPaginator(CappedPaginator):
    """Counts the pictures found, those of each work list, and reads the collections: all in one query."""

    is_capped = False

    @cached_property
    def overview(self):
        counts = {name: Count("pk", filter=to_do(name)) for name in WORK}
        narrowed = self.object_list.query.where
        counts["found"] = Count("pk", filter=Q(pk__in=self.object_list.order_by().values("pk")) if narrowed else None)
        # A constant to group by makes one row of everything.
        numbers = Picture.objects.order_by().values(
            number=Value(0, output_field=BigIntegerField()), words=Value("", output_field=CharField())
        )
        collections = Collection.objects.order_by().values(number=F("pk"), words=F("name"))
        rows = (
            numbers.annotate(**counts)
            .union(collections.annotate(**{name: Value(0) for name in counts}), all=True)
            .order_by()
        )
        rows = list(rows)
        return {
            "counts": next((row for row in rows if not row["number"]), dict.fromkeys(counts, 0)),
            "collections": sorted(
                ((row["number"], row["words"]) for row in rows if row["number"]), key=lambda row: row[1].casefold()
            )[:COLLECTIONS_SHOWN],
        }

    @cached_property
    def count(self):
        return self.overview["counts"]["found"]


class WorkFilter(Choice):
    """The lists of what there is to do; several may be on at once."""

    title = "to do"
    parameter_name = "work"
    options = tuple(WORK.items())

    @property
    def chosen(self):
        return [name for name in (self.value() or "").split(",") if name in WORK]

    def queryset(self, request, queryset):
        for name in self.chosen:
            queryset = queryset.filter(to_do(name))
        return queryset

    def choices(self, changelist):
        for name, label in WORK.items():
            kept = [other for other in self.chosen if other != name]
            names = kept if name in self.chosen else [*kept, name]
            yield {
                "selected": name in self.chosen,
                "query_string": changelist.get_query_string({self.parameter_name: ",".join(names) or None}),
                "display": label,
                "count": changelist.paginator.overview["counts"][name],
                "is_problem": name in ("credit", "ended"),
            }


class LicenceFilter(Choice):
    title = "licence"
    parameter_name = "licence"
    options = Licence.choices

    def keep(self, request, queryset, value):
        return queryset.filter(licence=value)


SHAPES = (("landscape", "Landscape"), ("portrait", "Portrait"), ("square", "Square"), ("panorama", "Panorama"))


def of_shape(pictures, name):
    """Those of one of SHAPES, by what readers are shown of them: the crop."""
    pictures = pictures.alias(across=F("width") * F("crop_width"), down=F("height") * F("crop_height"))
    nearly = 1 + SQUARE
    return {
        "landscape": pictures.filter(across__gt=F("down") * nearly),
        "portrait": pictures.filter(down__gt=F("across") * nearly),
        "square": pictures.filter(across__lte=F("down") * nearly, down__lte=F("across") * nearly),
        "panorama": pictures.filter(across__gte=F("down") * PANORAMA),
    }[name]


class ShapeFilter(Choice):
    title = "shape"
    parameter_name = "shape"
    options = SHAPES

    def keep(self, request, queryset, value):
        return of_shape(queryset, value)


class UploadedFilter(Choice):
    title = "uploaded"
    parameter_name = "uploaded"
    options = (("today", "Today"), ("week", "In the last 7 days"), ("month", "In the last 30 days"),
               ("year", "This year"))  # fmt: skip

    def keep(self, request, queryset, value):
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        since = {
            "today": today,
            "week": today - timedelta(days=6),
            "month": today - timedelta(days=29),
            "year": today.replace(month=1, day=1),
        }[value]
        return queryset.filter(created_at__gte=since)


class Typed(admin.ListFilter):
    """What is typed into a form in place of chosen from a menu. Several share the form on the page."""

    form_class = forms.Form
    is_tab = True

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        given = {name: params.pop(name)[-1] for name in self.expected_parameters() if name in params}
        self.form = self.form_class(given, label_suffix="", auto_id="id_%s")
        self.form.is_valid()
        self.given = {name: value for name, value in self.form.cleaned_data.items() if value}

    def has_output(self):
        return True

    def expected_parameters(self):
        return list(self.form_class.base_fields)

    def said(self):
        """What is given, in words."""
        return ", ".join(map(str, self.given.values()))

    def choices(self, changelist):
        without = changelist.get_query_string(remove=self.expected_parameters())
        yield {"selected": not self.given, "query_string": without, "display": "Any"}
        yield {"selected": bool(self.given), "query_string": without, "display": self.said()}


class KeywordForm(forms.Form):
    keyword = forms.CharField(label="Keyword", required=False, max_length=100)


class KeywordFilter(Typed):
    title = "keyword"
    parameter_name = "keyword"
    form_class = KeywordForm

    def queryset(self, request, queryset):
        if word := self.given.get("keyword"):
            keyworded = PictureKeyword.objects.filter(tag__name__icontains=word)
            queryset = queryset.filter(pk__in=keyworded.values("content_object"))
        return queryset


class CreditForm(forms.Form):
    credit = forms.CharField(label="Credit", required=False, max_length=200)


class CreditFilter(Typed):
    title = "credit"
    parameter_name = "credit"
    form_class = CreditForm

    def queryset(self, request, queryset):
        return queryset.filter(credit__icontains=self.given["credit"]) if self.given else queryset


class DaysForm(forms.Form):
    taken__from = forms.DateField(
        label="Taken from", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    taken__to = forms.DateField(
        label="Taken to", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TakenFilter(Typed):
    """The days on which pictures were taken: from one, to another, or both."""

    title = "taken"
    parameter_name = "taken"  # what both begin with
    form_class = DaysForm

    def queryset(self, request, queryset):
        if begin := self.given.get("taken__from"):
            queryset = queryset.filter(taken_at__date__gte=begin)
        if end := self.given.get("taken__to"):
            queryset = queryset.filter(taken_at__date__lte=end)
        return queryset

    def said(self):
        return " ".join(
            f"{word} {date_format(self.given[name], 'j F Y')}"
            for word, name in (("from", "taken__from"), ("to", "taken__to"))
            if name in self.given
        )


class CollectionFilter(admin.ListFilter):
    title = "collection"
    parameter_name = "collection"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.value = params.pop(self.parameter_name)[-1] if self.parameter_name in params else None

    def has_output(self):
        return True

    def expected_parameters(self):
        return [self.parameter_name]

    def queryset(self, request, queryset):
        if self.value == "none":
            return queryset.filter(collections=None)
        if is_row_id(self.value):
            through = Picture.collections.through.objects.filter(collection=self.value)
            return queryset.filter(pk__in=through.values("picture"))
        return queryset

    def choices(self, changelist):
        yield {
            "selected": self.value is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "All",
        }
        for number, name in [*changelist.paginator.overview["collections"], ("none", "In none")]:
            yield {
                "selected": str(number) == self.value,
                "query_string": changelist.get_query_string({self.parameter_name: number}),
                "display": name,
            }


class UsedFilter(Choice):
    title = "use"
    parameter_name = "used"
    options = (("yes", "Used"), ("no", "Unused"))

    def keep(self, request, queryset, value):
        return queryset.with_uses().filter(is_used=value == "yes")
