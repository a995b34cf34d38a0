from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.base import Choice, DeskAdmin, OnesOwn
from articles.models import Article, Attachment, Document, Recording
from articles.recording_forms import RecordingForm
from articles.workflow import standing

USES_SHOWN = 20
RIGHTS = (
    "Rights",
    {
        "fields": [
            "credit",
            "copyright",
            "licence",
            "terms",
            "source_name",
            "source_url",
            "origin",
            "usable_from",
            "usable_until",
        ]
    },
)


class MissingFilter(Choice):
    title = "to do"
    parameter_name = "missing"
    options = (("credit", "No credit"), ("licence", "No licence"))

    def keep(self, request, queryset, value):
        return queryset.filter(**{value: ""})


class KeptAdmin(OnesOwn, DeskAdmin):
    """Recordings and documents: one list beside the other, each row with where it is used."""

    change_form_template = "admin/articles/kept/change_form.html"
    search_placeholder = "Title or credit"
    list_per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(uses=Count("attachments"))

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj is not None and obj.pk and obj.is_usable() else None

    def stories_with(self, obj):
        return Article.objects.filter(attachments__in=self.attachments(obj))

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    def changelist_view(self, request, extra_context=None):
        views = [
            {
                "label": model._meta.verbose_name_plural.capitalize(),
                "url": reverse(f"admin:articles_{model._meta.model_name}_changelist"),
                "count": model.objects.count(),
                "is_current": model is self.model,
            }
            for model in (Recording, Document)
            if request.user.has_perm(f"articles.view_{model._meta.model_name}")
        ]
        return super().changelist_view(request, {"views": views, **(extra_context or {})})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and not add:
            attached = self.attachments(obj)
            seen = Article.objects.viewable_by(request.user).filter(attachments__in=attached)
            articles = list(seen.defer("body", "body_text").order_by("-modified_at")[: USES_SHOWN + 1])
            pages = [attachment.page for attachment in attached.filter(page__isnull=False).select_related("page")]
            context |= {
                "uses": [{"article": article, "standing": standing(article)} for article in articles[:USES_SHOWN]],
                "more_uses": len(articles) > USES_SHOWN,
                "pages": pages,
                "absolute_address": request.build_absolute_uri(obj.get_absolute_url()),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def attachments(self, *things):
        return Attachment.objects.filter(**{f"{self.opts.model_name}__in": things})

    def get_deleted_objects(self, objs, request):
        deleted, count, needed, protected = super().get_deleted_objects(objs, request)
        if protected:  # in words, and with a link where this person may see the text
            attached = self.attachments(*objs).select_related("article", "page")
            seen = set(
                Article.objects.viewable_by(request.user).filter(attachments__in=attached).values_list("pk", flat=True)
            )
            protected = [
                format_html('Text of <a href="{}">{}</a>', url_of(text), text)
                if attachment.page_id or attachment.article_id in seen
                else "Text of an article that you may not see"
                for attachment in attached
                for text in [attachment.article or attachment.page]
            ]
        return deleted, count, needed, protected

    @admin.display(description="Used in", ordering="uses")
    def used_in(self, thing):
        return f"{thing.uses} text{'' if thing.uses == 1 else 's'}" if thing.uses else "Nothing yet"

    @admin.display(description="Size", ordering="size")
    def bytes(self, thing):
        return thing.size_in_words if thing.size else "–"


def url_of(text):
    return reverse(f"admin:articles_{text._meta.model_name}_change", args=[quote(text.pk)])


@admin.register(Recording)
class RecordingAdmin(KeptAdmin):
    form = RecordingForm
    list_display = ["title", "what", "length_in_list", "bytes", "credit", "used_in", "created_at"]
    list_filter = ["kind", MissingFilter]
    search_fields = ["title", "credit", "transcript"]
    add_label = "New recording"
    fieldsets = [
        (None, {"fields": ["title", "file", "provider_url", "language", "poster", "seconds"]}),
        ("For readers who cannot hear it", {"fields": ["captions", "transcript"]}),
        RIGHTS,
    ]

    @admin.display(description="Kind", ordering="kind")
    def what(self, recording):
        if recording.player:
            return f"{recording.get_kind_display()} on {recording.player.provider}"
        return f"{recording.get_kind_display()}, {recording.format}"

    @admin.display(description="Length", ordering="seconds")
    def length_in_list(self, recording):
        return recording.length if recording.seconds else "–"
