from django.contrib import admin

from articles.admin.recording import RIGHTS, KeptAdmin, MissingFilter
from articles.models import Document
from articles.recording_forms import DocumentForm


@admin.register(Document)
class DocumentAdmin(KeptAdmin):
    form = DocumentForm
    list_display = ["title", "pages", "bytes", "credit", "used_in", "created_at"]
    list_filter = [MissingFilter]
    search_fields = ["title", "summary", "credit"]
    add_label = "New document"
    fieldsets = [
        (None, {"fields": ["title", "file", "summary", "language"]}),
        RIGHTS,
    ]
