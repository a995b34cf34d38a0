"""The desk's form controls. Each works as plain HTML first; static/desk/ and static/editor/ add to it."""

import json
from datetime import UTC, datetime

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django_prose_editor.widgets import AdminProseEditorWidget, prose_editor_admin_media
from js_asset import Media

from articles import renditions
from articles.models.picture import Picture
from articles.models.tag import Tag

MAX_ROW_ID = 2**63 - 1


def is_row_id(value):
    """Whether a row can have this key; databases choke on larger numbers."""
    key = str(value or "")
    return key.isascii() and key.isdecimal() and len(key) < 20 and int(key) <= MAX_ROW_ID


class RowField(forms.ModelChoiceField):
    """One row; a key that none can have is refused in words."""

    def to_python(self, value):
        if value not in self.empty_values and not is_row_id(getattr(value, "pk", value)):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return super().to_python(value)


class RowsField(forms.ModelMultipleChoiceField):
    """Any number of rows; a key that none can have is refused in words."""

    def _check_values(self, value):
        for key in value:
            if not is_row_id(getattr(key, "pk", key)):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": key}
                )
        return super()._check_values(value)


class BodyWidget(AdminProseEditorWidget):
    """The editor of static/editor/newsroom.js; without JavaScript, a textarea of HTML."""

    @property
    def media(self):
        return prose_editor_admin_media + Media(
            # Named again for the order: ours comes last.
            css={"all": ["django_prose_editor/editor.css", "django_prose_editor/overrides.css", "editor/newsroom.css"]},
            js=[forms.Script("editor/newsroom.js", type="module")],
        )

    def get_context(self, name, value, attrs):
        context = forms.Textarea.get_context(self, name, value, attrs)
        config = {**self.get_config(), "pictures": reverse("admin:articles_picture_choose")}
        context["widget"]["attrs"] |= {
            "data-body-editor": json.dumps(config),
            "data-clean": reverse("admin:articles_article_clean"),
        }
        return context


class MomentWidget(forms.SplitDateTimeWidget):
    """A date and a time in the browser's own controls, and the moment in words below."""

    template_name = "desk/widgets/moment.html"
    supports_microseconds = True  # so that Django leaves them to the field

    def __init__(self, attrs=None):
        super().__init__(attrs, date_format="%Y-%m-%d", time_format="%H:%M")
        self.widgets[0].input_type, self.widgets[1].input_type = "date", "time"

    def decompress(self, value):
        # The address of an add form may prefill a field with anything. Seconds are neither shown nor asked for.
        is_moment = isinstance(value, datetime)
        return super().decompress(value.replace(second=0, microsecond=0) if is_moment else None)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        date_widget, time_widget = context["widget"]["subwidgets"]
        date_widget["attrs"]["aria-label"], time_widget["attrs"]["aria-label"] = "Date", "Time"
        context["widget"]["moment"] = value if isinstance(value, datetime) else None
        context["widget"]["zone"] = timezone.get_current_timezone_name()
        return context


class MomentField(forms.SplitDateTimeField):
    """A moment by the minute; what a form shows and gets back is still the moment that is stored, to its fractions."""

    widget = MomentWidget
    shown = None

    def get_bound_field(self, form, field_name):
        bound = super().get_bound_field(form, field_name)
        self.shown = bound.initial
        return bound

    def compress(self, data_list):
        if data_list and data_list[0] and not data_list[1]:
            raise forms.ValidationError("Give a time with the date.", code="invalid_time")
        if data_list and data_list[1] and not data_list[0]:
            raise forms.ValidationError("Give a date with the time.", code="invalid_date")
        if not data_list or None in data_list:
            return super().compress(data_list)
        zone, wall = timezone.get_current_timezone(), datetime.combine(*data_list)
        if isinstance(self.shown, datetime) and self.widget.decompress(self.shown) == data_list:
            return self.shown
        moment = wall.replace(tzinfo=zone)  # of two hours of that name, the first
        try:
            is_told = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        except OverflowError as error:
            raise forms.ValidationError("No calendar reaches that far.", code="invalid_date") from error
        if not is_told:
            raise forms.ValidationError(
                f"There is no {wall:%H:%M} on {date_format(wall, 'j F Y')}: the clocks go forward then in {zone}. "
                "Give a time an hour later.",
                code="invalid_time",
            )
        return moment


class PictureWidget(forms.TextInput):
    """A picture's number with the picture shown, and buttons that choose from the library or upload a new one.

    With `asks_for_words`, the window asks what is said of it here; the form has fields for that beside this one.
    """

    template_name = "desk/widgets/picture.html"

    def __init__(self, attrs=None, *, asks_for_words=False):
        super().__init__(attrs)
        self.asks_for_words = asks_for_words
        self.known = None  # a picture that whoever makes the form has read already

    @property
    def media(self):
        return Media(
            css={"all": ["desk/pictures.css", "desk/picker.css"]},
            js=[forms.Script("desk/picture-field.js", type="module")],
        )

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        picture = self.known if self.known and str(self.known.pk) == str(value) else None
        if picture is None and is_row_id(value):
            picture = Picture.objects.filter(pk=value).first()
        context["widget"] |= {
            "look": look_of(picture) if picture else None,
            "purpose": "lead" if self.asks_for_words else "field",
        }
        return context


CROPS = {"16x9": "16:9", "4x3": "4:3", "3x2": "3:2", "1x1": "1:1"}


def look_of(picture):
    """How the desk shows a picture: its crops, and in words what is missing or keeps it from being shown."""
    day = date_format(timezone.localtime(picture.usable_until), "j F Y") if picture.usable_until else ""
    warnings = [("credit", "No credit")] * (not picture.credit) + [("licence", "No licence")] * (not picture.licence)
    ring = max(picture.shown_width, picture.shown_height) / 24
    if picture.ends_soon:
        warnings.insert(0, ("rights", f"Rights end on {day}"))
    return {
        "picture": picture,
        "refusal": picture.refusal(),
        "warnings": warnings,
        "whole": _view_box(picture, "whole"),
        "crops": [
            {"name": CROPS[shape], "ratio": renditions.FORMS[shape].ratio, "box": _view_box(picture, shape)}
            for shape in CROPS
        ],
        "focal_x": f"{picture.width * picture.focal_x / 100:g}",
        "focal_y": f"{picture.height * picture.focal_y / 100:g}",
        "ring": f"{ring:g}",
        "dot": f"{ring / 5:g}",
    }


def _view_box(picture, name):
    left, top, right, bottom = renditions.Shape(picture, name).box
    return f"{left:g} {top:g} {right - left:g} {bottom - top:g}"


class TagsWidget(forms.TextInput):
    """Names with commas between; enhanced into chips with suggestions."""

    template_name = "desk/widgets/tags.html"

    def format_value(self, value):
        return value if value is None or isinstance(value, str) else ", ".join(tag.name for tag in value)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-suggestions"] = (
            reverse("admin:autocomplete") + "?app_label=articles&model_name=articletag&field_name=tag&term="
        )
        return context


class TagsField(forms.CharField):
    """The names of tags, separated by commas; a name nobody used yet becomes a tag."""

    widget = TagsWidget

    def clean(self, value):
        names = {}
        for name in super().clean(value).split(","):
            if name := " ".join(name.split()):
                names.setdefault(name.casefold(), name)
        longest = Tag._meta.get_field("name").max_length
        for name in names.values():
            if len(name) > longest:
                raise forms.ValidationError(f"“{name[:40]}…” is too long for a tag: at most {longest} characters.")
        return list(names.values())

    def has_changed(self, initial, data):
        names = {name.strip().casefold() for name in (data or "").split(",")} - {""}
        return names != {tag.name.casefold() for tag in initial or []}


class SearchableSelect(AutocompleteSelect):
    """The admin's autocomplete; without JavaScript, the number of the row can be given instead."""

    template_name = "desk/widgets/searchable.html"

    def optgroups(self, name, value, attr=None):
        # What was sent may be anything; the form says so, the list of choices must bear it.
        return super().optgroups(name, [key for key in value if not key or is_row_id(key)], attr)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["number"] = "" if value is None else value
        return context


class SearchableSelects(AutocompleteSelectMultiple):
    """The admin's autocomplete for several rows, without the cross for all of them, which has no place in a list."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}
