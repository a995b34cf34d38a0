from django.contrib import admin

from articles.admin.base import DeskAdmin
from articles.models import FormerAddress

TARGETS = ["article", "author", "category", "page", "tag"]


@admin.register(FormerAddress)
class FormerAddressAdmin(DeskAdmin):
    """Read mostly: the desk writes these itself when a slug changes."""

    list_display = ["path", "leads_to", "created_at"]
    list_select_related = TARGETS
    search_fields = ["path"]
    search_placeholder = "Part of the address"
    add_label = "New former address"
    autocomplete_fields = TARGETS
    fields = ["path", *TARGETS]

    def get_readonly_fields(self, request, obj=None):
        return ["path"] if obj else []

    @admin.display(description="Leads to")
    def leads_to(self, address):
        target = address.target
        return f"{target._meta.verbose_name.capitalize()}: {target}" if target else "Nothing: it was deleted"
