"""What may be asked of the API in the query of an address."""

import re
from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from articles.addresses import issued_authors, issued_tags
from articles.api.answering import Refused
from articles.live import EPOCH, MICROSECOND, microseconds
from articles.models import Author, Category, Tag
from articles.models.article import Kind, plausible_date
from articles.standing import Standing

PAGE = 20  # stories; a list answers with so many and with the address of what follows
LONGEST_SLUG = 200


class MomentField(forms.Field):
    """A moment as ISO 8601 has it, with its zone, or a day, which begins at midnight in the site's zone.

    It lies within what the desk takes: a clock of another zone, or a day more, must not leave the calendar.
    """

    default_validators = plausible_date

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            moment, day = parse_datetime(value), parse_date(value)
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
            if day is not None:
                midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
                return midnight.astimezone(UTC)
        except (ValueError, OverflowError, TypeError):
            pass
        raise forms.ValidationError(
            f"“{value}” is no moment. Write it with its zone, as in 2026-11-27T09:30:00Z, or a day, as in 2026-11-27;"
            " a + in an address is written %2B."
        )


class NamedField(forms.ModelChoiceField):
    """A row by its slug, or by another name that it has; refused in words where there is none."""

    def __init__(self, queryset, name, to_field_name="slug", **kwargs):
        unknown = f"There is no {name} “%(value)s”."
        messages = {"invalid_choice": unknown, "null_characters_not_allowed": unknown}
        super().__init__(queryset, to_field_name=to_field_name, error_messages=messages, **kwargs)


class CursorField(forms.CharField):
    """Where a list of stories goes on: the moment and the number of the last one told."""

    pattern = re.compile(r"(-?\d{1,18})-(\d{1,18})", re.ASCII)

    def clean(self, value):
        if not (value := super().clean(value)):
            return None
        if not (found := self.pattern.fullmatch(value)):
            raise forms.ValidationError("This is none of our cursors. Follow the address in “next”.")
        try:
            return EPOCH + int(found[1]) * MICROSECOND, int(found[2])
        except OverflowError as error:
            raise forms.ValidationError("This cursor lies beyond any calendar.") from error


def cursor_after(article, ordered_by="published_at") -> str:
    return f"{microseconds(getattr(article, ordered_by))}-{article.pk}"


class ListForm(forms.Form):
    """Which stories are asked for."""

    section = NamedField(Category.objects.all(), "section", required=False)
    tag = NamedField(Tag.objects.none(), "tag", required=False)
    author = NamedField(Author.objects.none(), "author", required=False)
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    since = MomentField(required=False)
    cursor = CursorField(required=False, max_length=40)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = issued_tags()
        self.fields["author"].queryset = issued_authors()
        kinds = ", ".join(Kind.values)
        self.fields["kind"].error_messages["invalid_choice"] = f"There is no kind “%(value)s”. Known are {kinds}."


class DeskListForm(forms.Form):
    """Which stories of the desk are asked for."""

    section = NamedField(Category.objects.all(), "section", required=False)
    status = forms.ChoiceField(choices=Standing.choices, required=False)
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    cursor = CursorField(required=False, max_length=40)


class AfterForm(forms.Form):
    """Where a list by slug goes on: after the last one told."""

    cursor = forms.CharField(max_length=LONGEST_SLUG, required=False)


def asked(request, form_class) -> dict:
    """Return what an address asks for. Raises Refused, naming the parameter, for what cannot be.

    What only tells where somebody came from is passed over, as the page store does.
    """
    known = form_class.base_fields
    for name, values in request.GET.lists():
        if name.startswith(settings.PAGE_STORE_IGNORED):
            continue
        if name not in known:
            names = ", ".join(known) or "none"
            raise Refused(400, f"There is no parameter “{name[:60]}”. Known are: {names}.", parameter=name[:60])
        if len(values) > 1:
            raise Refused(400, f"“{name}” is there {len(values)} times. Give it once.", parameter=name)
    form = form_class(request.GET)
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        raise Refused(400, f"{name}: {' '.join(messages)}", parameter=name)
    return form.cleaned_data


class NothingForm(forms.Form):
    """An address that takes no parameters."""
