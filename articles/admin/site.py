from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from articles.admin.base import DeskAdmin
from articles.forms import usable
from articles.models import Picture, SiteLink, SiteSettings
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


class SiteLinkInline(admin.TabularInline):
    model = SiteLink
    extra = 1


@admin.register(SiteSettings)
class SiteSettingsAdmin(DeskAdmin):
    """One row: the list leads straight to its form."""

    form = SiteSettingsForm
    inlines = [SiteLinkInline]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "logo"]}),
        ("Contact", {"fields": ["email", "address", "footer_text"]}),
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
