from django.contrib import admin
from tree_queries.admin import TreeChangeList

from articles.admin.base import DeskAdmin, render_cell
from articles.forms import SectionField
from articles.models import Category


@admin.register(Category)
class CategoryAdmin(DeskAdmin):
    list_display = ["indented", "swatch", "description", "is_in_menu", "position"]
    list_display_links = None
    list_editable = ["position"]
    list_per_page = 200
    search_fields = ["name", "description"]
    search_placeholder = "Name or description"
    add_label = "New section"
    fields = ["name", "parent", "description", "colour", "position", "is_in_menu", "slug"]

    def get_changelist(self, request, **kwargs):
        return TreeChangeList

    def get_queryset(self, request):
        return super().get_queryset(request).with_tree_fields()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs |= {
                "form_class": SectionField,
                "queryset": Category.objects.with_tree_fields(),
                "empty_label": "None: a section of the first rank",
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Section")
    def indented(self, category):
        return render_cell("section", category=category)

    @admin.display(description="Colour")
    def swatch(self, category):
        return render_cell("swatch", category=category)
