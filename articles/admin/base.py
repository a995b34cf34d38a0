"""What every list and form of the desk has in common."""

import json
import re

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from js_asset import Media

from articles.models import Placement
from articles.models.address import Addressed
from articles.widgets import BodyWidget, MomentField, MomentWidget, SearchableSelect, SearchableSelects, is_row_id
from newsroom.counting import COUNTED
from newsroom.fields import HTMLField


class CappedPaginator(Paginator):
    """Counts no further than COUNTED rows, so that a list costs the same however many there are."""

    @cached_property
    def count(self):
        if (known := getattr(self.object_list, "counted", None)) is not None:  # by whoever made it
            return known
        # By the number of the row alone: what a list shows beside would be asked of every row that is counted.
        return self.object_list.order_by().values("pk")[: COUNTED + 1].count()

    @property
    def is_capped(self):
        return self.count > COUNTED


class Guarded:
    """Takes from the address and from a list's form only what the desk offers there."""

    def lookup_allowed(self, lookup, value, request):
        offered = {
            item.parameter_name if isinstance(item, type) else item if isinstance(item, str) else item[0]
            for item in self.get_list_filter(request)
        }
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and not lookup.endswith("regex")

    def changelist_view(self, request, extra_context=None):
        keys = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        keys += [value for name, value in request.POST.items() if re.fullmatch(r"form-\d+-id", name)]
        if not all(map(is_row_id, keys)):
            messages.error(request, "Something chosen there does not exist. Choose again.")
            return HttpResponseRedirect(request.get_full_path())
        try:
            return super().changelist_view(request, extra_context)
        except (DisallowedModelAdminLookup, OverflowError):  # not offered, or beyond what can be compared
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def get_changeform_initial_data(self, request):
        # An address may prefill words, but a moment written as anybody likes is not read.
        moments = {field.name for field in self.opts.get_fields() if isinstance(field, models.DateTimeField)}
        initial = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if name not in moments}


class DeskAdmin(Guarded, admin.ModelAdmin):
    actions_on_top = True  # otherwise the stock template writes a style element, which the policy blocks
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {
        models.DateTimeField: {"form_class": MomentField, "widget": MomentWidget},
        HTMLField: {"widget": BodyWidget},
        models.URLField: {"widget": forms.URLInput, "assume_scheme": "https"},
    }
    search_placeholder = "Search"
    add_label = ""

    @property
    def media(self):
        # Merging keeps this type, and with it the nonce that render_change_form() adds.
        return Media() + super().media

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in self.list_editable:
            field.widget.attrs["aria-label"] = field.label  # a list shows the label only above the column
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchableSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchableSelects(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            # Somebody saved the same slug or name in between. Seen again, it is an error of the form.
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_view_on_site_url(self, obj=None):
        if obj is None or obj.pk is None:
            return None
        if callable(self.view_on_site):
            return self.view_on_site(obj)
        if not isinstance(obj, Addressed):
            return None
        return obj.get_absolute_url() if obj.is_issued() else None

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            obj.delete()  # not all at once: what had an address leaves it behind

    def get_deleted_objects(self, objs, request):
        deleted, count, needed, protected = super().get_deleted_objects(objs, request)
        # Places on fronts are nothing to ask for: they go with their article.
        needed -= {Placement._meta.verbose_name}
        # What stands in the way is said first: no permission would help against it.
        return deleted, count, set() if protected else needed, protected

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, {"add_label": self.add_label, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            changelist = response.context_data["cl"]
            response.context_data |= {
                "chips": chips(changelist),
                "search_placeholder": self.search_placeholder,
                "is_capped": getattr(changelist.paginator, "is_capped", False),
            }
        return response

    def construct_change_message(self, request, form, formsets, add=False):
        changes = super().construct_change_message(request, form, formsets, add)
        words = LogEntry(change_message=json.dumps(changes)).get_change_message() if changes else ""
        return words if words != "No fields changed." else ""

    def words_after_saving(self, request, obj):
        return f"“{obj}” is saved."

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        say_shortly(request, self.words_after_saving(request, obj))
        return response

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        say_shortly(request, self.words_after_saving(request, obj))
        return response


class OnesOwn:
    """Writers change what they uploaded, until a live story shows it; editors change all of it."""

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj) or obj is None or self.has_edit_permission(request):
            return super().has_change_permission(request, obj)
        return obj.uploaded_by_id == request.user.pk and not self.stories_with(obj).published().exists()

    def has_edit_permission(self, request):
        """Whether this person edits what others made, as the actions for many at once need it."""
        return request.user.has_perm("articles.edit_any_article")

    def stories_with(self, obj):
        raise NotImplementedError


def say_shortly(request, words):
    """Put `words` in the place of the admin's own long report; a popup has none. Once a request."""
    if IS_POPUP_VAR in request.POST:
        return
    queued = list(messages.get_messages(request))
    long_report = next((message for message in reversed(queued) if message.level == messages.SUCCESS), None)
    messages.success(request, words)
    for message in queued:
        if message is not long_report:
            messages.add_message(request, message.level, message.message, message.extra_tags)


def chips(changelist):
    """The filters of a list as menus: each with what is chosen, and where the other choices lead."""
    for spec in changelist.filter_specs:
        choices = list(spec.choices(changelist))
        chosen = next((choice for choice in choices[1:] if choice["selected"]), None)
        if chosen is None and getattr(spec, "is_tab", False):
            continue
        yield {
            "title": str(spec.title)[:1].upper() + str(spec.title)[1:],
            "choices": choices,
            "chosen": chosen,
            "clear": choices[0]["query_string"] if choices else "?",
        }


class Choice(admin.SimpleListFilter):
    """A list filter whose `options` and `keep()` say everything; one that `is_tab` needs no menu."""

    options = ()
    is_tab = False

    def lookups(self, request, model_admin):
        return self.options

    def queryset(self, request, queryset):
        # A value that is not among the options comes from a hand-written address, and filters nothing.
        if self.value() in {str(value) for value, _ in self.lookup_choices}:
            return self.keep(request, queryset, self.value())
        return queryset

    def keep(self, request, queryset, value):
        raise NotImplementedError


def render_cell(template, **context):
    return render_to_string(f"desk/cells/{template}.html", context)


def ask(request, model_admin, queryset, form, *, title, action, button, note=""):
    """Return the page that asks for what a bulk action still needs; it works without JavaScript."""
    return TemplateResponse(
        request,
        "desk/ask.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "opts": model_admin.opts,
            "queryset": queryset,
            "form": form,
            "action": action,
            "button": button,
            "note": note,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "media": form.media,
        },
    )


def asked_form(request, form_class, **kwargs):
    """Return the form of ask(), bound once its own page has sent it."""
    form = form_class(request.POST if "asked" in request.POST else None, **kwargs)
    form.label_suffix = ""
    first = next(iter(form.fields.values())).widget
    if getattr(first, "input_type", "") != "radio":  # of which there are several
        first.attrs["autofocus"] = True
    return form


def back(request):
    return HttpResponseRedirect(request.get_full_path())


def way_back(request, otherwise):
    """The page that something was sent from, as the form says; `otherwise`, by its name, where that is none of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse(otherwise)
