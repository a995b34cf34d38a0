from django import forms
from django.contrib import admin
from django.db.models import Count

from articles.admin.base import DeskAdmin
from articles.forms import usable
from articles.models import Dossier, Part, Picture
from articles.widgets import PictureWidget, RowField, SearchableSelect


class DossierForm(forms.ModelForm):
    picture = RowField(Picture.objects.all(), widget=PictureWidget, required=False)

    class Meta:
        model = Dossier
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def clean_picture(self):
        return usable(self, "picture")


class OrderedInline(admin.TabularInline):
    """Stories in an order that numbers say; a row left empty is at the end."""

    extra = 1
    story = "article"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == self.story:
            kwargs |= {
                "form_class": RowField,
                "widget": SearchableSelect(
                    db_field, self.admin_site, attrs={"data-placeholder": "Headline", "aria-label": "Story"}
                ),
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "position":
            field.label = field.widget.attrs["aria-label"] = "Order"
        return field

    def get_queryset(self, request):
        queryset = super().get_queryset(request).select_related(self.story)
        return queryset.defer(f"{self.story}__body", f"{self.story}__body_text", f"{self.story}__live_summary")


class PartInline(OrderedInline):
    model = Part
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
