from math import floor

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from articles.admin.base import DeskAdmin
from articles.brand import DARK, LIGHT, WHITE
from articles.contrast import TEXT, nearest, weakest
from articles.forms import usable
from articles.models import Picture, SiteLink, SiteSettings
from articles.models.site import hex_colour
from articles.widgets import PictureWidget, RowField


class SiteSettingsForm(forms.ModelForm):
    logo = RowField(
        Picture.objects.all(), widget=PictureWidget, required=False, help_text="Shown in place of the name."
    )

    class Meta:
        model = SiteSettings
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"address": forms.Textarea(attrs={"rows": 4})}

    def clean_logo(self):
        return usable(self, "logo")

    def clean_brand_colour(self):
        return self.seen("brand_colour", {"paper": LIGHT[0], "wash": LIGHT[1], "white letters on it": WHITE})

    def clean_brand_colour_dark(self):
        return self.seen("brand_colour_dark", {"dark paper": DARK[0], "dark wash": DARK[1]})

    def seen(self, name, grounds):
        """Return the colour if it can be read on all of these grounds, or say what could."""
        colour = self.cleaned_data[name].lower()
        if not colour or not hex_colour.regex.search(colour):  # the field's own rule says what is wrong with it
            return colour
        against = tuple(grounds.values())
        worst, ratio = weakest(colour, against)
        if ratio < TEXT:
            place = next(label for label, ground in grounds.items() if ground == worst)
            raise forms.ValidationError(
                f"Too little contrast: {floor(ratio * 10) / 10} to 1 on {place}, and text needs {TEXT} to 1."
                f" The nearest colour that can be read is {nearest(colour, against)}."
            )
        return colour


class SiteLinkInline(admin.StackedInline):
    model = SiteLink
    extra = 1


@admin.register(SiteSettings)
class SiteSettingsAdmin(DeskAdmin):
    """One row: the list leads straight to its form."""

    form = SiteSettingsForm
    inlines = [SiteLinkInline]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "logo"]}),
        (
            "Look",
            {
                "fields": [("brand_colour", "brand_colour_dark"), "fonts"],
                "description": "Left empty, the colours are the theme's. Each is checked: readers must be able to read"
                " it on the page and on tinted bands.",
            },
        ),
        ("Contact", {"fields": ["email", "address", "footer_text"]}),
        ("Newsletter", {"fields": ["newsletter_promise"]}),
        ("Comments", {"fields": ["comments_policy"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("admin:articles_sitesettings_change", args=["1"]))

    def get_object(self, request, object_id, from_field=None):
        return SiteSettings.current() if object_id == "1" else None

    def response_post_save_change(self, request, obj):
        return HttpResponseRedirect(reverse("admin:articles_sitesettings_change", args=["1"]))
