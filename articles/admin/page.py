from django.contrib import admin

from articles.admin.base import DeskAdmin
from articles.models import Page


@admin.register(Page)
class PageAdmin(DeskAdmin):
    list_display = ["title", "address", "is_published", "is_in_footer", "position"]
    list_editable = ["position"]
    search_fields = ["title", "slug"]
    search_placeholder = "Title"
    add_label = "New page"
    fieldsets = [
        (None, {"fields": ["title", "body"]}),
        ("Where it shows", {"fields": ["is_published", "is_in_footer", "position", "slug"]}),
    ]

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj is not None and obj.pk and obj.is_published else None

    @admin.display(description="Address", ordering="slug")
    def address(self, page):
        return f"/{page.slug}/"
