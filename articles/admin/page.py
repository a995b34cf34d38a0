from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse

from articles import trust
from articles.admin.base import DeskAdmin
from articles.models import Page
from articles.models.page import Purpose


class PageForm(forms.ModelForm):
    class Meta:
        model = Page
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)

    def clean(self):
        cleaned = super().clean()
        is_for_readers = cleaned.get("is_published") and cleaned.get("purpose")
        passages = trust.placeholders(cleaned.get("title", ""), cleaned.get("body", "")) if is_for_readers else []
        if passages:
            self.add_error(
                "body",
                f"Not fit for readers yet: {trust.quoted(passages)}. Write what belongs there, or save the page "
                "without “published”.",
            )
        return cleaned


@admin.register(Page)
class PageAdmin(DeskAdmin):
    form = PageForm
    list_display = ["title", "address", "purpose", "is_published", "is_in_footer", "position"]
    list_editable = ["position"]
    search_fields = ["title", "slug"]
    search_placeholder = "Title"
    add_label = "New page"
    fieldsets = [
        (None, {"fields": ["title", "purpose", "body"]}),
        ("Where it shows", {"fields": ["is_published", "is_in_footer", "position", "slug"]}),
    ]

    def get_urls(self):
        start = path("start/", self.admin_site.admin_view(self.start_view), name="articles_page_start")
        return [start, *super().get_urls()]

    def start_view(self, request):
        """Begin the page of a purpose, or those of all that have none."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        wanted = request.POST.get("purpose", "")
        missing = [concern.purpose for concern in trust.concerns() if concern.page is None]
        started = [trust.start(purpose) for purpose in missing if wanted in ("", purpose)]
        for page in started:
            self.log_addition(request, page, "Started.")
        if wanted in Purpose.values and (page := Page.objects.filter(purpose=wanted).first()):
            messages.success(request, "Replace what stands in square brackets, then publish it.")
            return HttpResponseRedirect(reverse("admin:articles_page_change", args=[page.pk]))
        if started:
            messages.success(request, f"Started as drafts: {', '.join(page.title for page in started)}.")
        return HttpResponseRedirect(reverse("admin:index"))

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj is not None and obj.pk and obj.is_published else None

    @admin.display(description="Address", ordering="slug")
    def address(self, page):
        return f"/{page.slug}/"
