from django import forms
from django.contrib import admin
from django.db.models import Count

from articles.admin.base import DeskAdmin
from articles.admin.stories import OrderedStories
from articles.forms import usable
from articles.models import Dossier, Part, Picture
from articles.widgets import PictureWidget, RowField


class DossierForm(forms.ModelForm):
    picture = RowField(Picture.objects.all(), widget=PictureWidget, required=False)

    class Meta:
        model = Dossier
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def clean_picture(self):
        return usable(self, "picture")


class PartInline(OrderedStories):
    model = Part
    template = "desk/bylines.html"
    fields = ["article", "position"]
    verbose_name, verbose_name_plural = "story", "stories, in order"


@admin.register(Dossier)
class DossierAdmin(DeskAdmin):
    form = DossierForm
    inlines = [PartInline]
    list_display = ["title", "form_label", "stories", "is_published", "is_complete"]
    list_filter = ["form", "is_published"]
    search_fields = ["title", "description"]
    search_placeholder = "Title or description"
    add_label = "New series, topic or package"
    autocomplete_fields = ["tags"]
    fieldsets = [
        (None, {"fields": ["title", "form", "description", "picture", "tags"]}),
        ("State and address", {"fields": ["is_published", "is_complete", "slug"]}),
    ]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_dossier_changelist":
            return queryset.annotate(number=Count("parts"))
        return queryset

    @admin.display(description="Form", ordering="form")
    def form_label(self, dossier):
        return dossier.get_form_display()

    @admin.display(description="Stories chosen", ordering="number")
    def stories(self, dossier):
        return dossier.number
