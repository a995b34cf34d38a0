from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.base import DeskAdmin
from articles.models import Collection


@admin.register(Collection)
class CollectionAdmin(DeskAdmin):
    list_display = ["name", "number_of_pictures", "description"]
    search_fields = ["name", "description"]
    search_placeholder = "Name"
    add_label = "New collection"
    fields = ["name", "description"]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_collection_changelist":
            return queryset.annotate(number=Count("pictures"))
        return queryset

    @admin.display(description="Pictures", ordering="number")
    def number_of_pictures(self, collection):
        url = f"{reverse('admin:articles_picture_changelist')}?collection={collection.pk}"
        return format_html('<a href="{}">{}</a>', url, collection.number)
