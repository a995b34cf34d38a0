from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.utils import timezone

from articles.admin.base import Choice, DeskAdmin, render_cell
from articles.models import BreakingNews
from articles.widgets import MomentField

LASTS = timedelta(hours=2)  # unless somebody says otherwise


class ShowingFilter(Choice):
    title = "when"
    parameter_name = "when"
    options = (("now", "Showing"), ("later", "To come"), ("ended", "Ended"))

    def keep(self, request, queryset, value):
        now = timezone.now()
        if value == "later":
            return queryset.filter(starts_at__gt=now)
        return (
            queryset.filter(starts_at__lte=now, ends_at__gt=now)
            if value == "now"
            else queryset.filter(ends_at__lte=now)
        )


class BreakingNewsForm(forms.ModelForm):
    ends_at = MomentField(label="Until", help_text="It leaves by itself at this moment.")

    class Meta:
        model = BreakingNews
        fields = ("text", "article", "label", "starts_at", "ends_at")
        widgets = {"text": forms.Textarea(attrs={"rows": 2, "data-one-line": True, "spellcheck": "true"})}
        labels = {"text": "Sentence", "article": "Story"}
        help_texts = {
            "text": "One sentence that stands by itself, above every page.",
            "article": "Where the sentence leads. The bar does not show before the story is public, nor after.",
            "label": "The word before the sentence.",
        }

    def clean_text(self):
        return " ".join(self.cleaned_data["text"].split())


@admin.register(BreakingNews)
class BreakingNewsAdmin(DeskAdmin):
    form = BreakingNewsForm
    list_display = ["text", "leads_to", "begins", "ends", "state"]
    list_filter = [ShowingFilter]
    search_fields = ["text", "label"]
    search_placeholder = "Any word"
    add_label = "New breaking news"
    autocomplete_fields = ["article"]
    actions = ["end_now"]
    fields = ["text", "article", "label", "starts_at", "ends_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("article").defer("article__body", "article__body_text")

    def get_sortable_by(self, request):
        return ["text", "begins", "ends"]

    def get_changeform_initial_data(self, request):
        return {**super().get_changeform_initial_data(request), "ends_at": timezone.now() + LASTS}

    def save_model(self, request, obj, form, change):
        if not change:
            obj.made_by = request.user
        super().save_model(request, obj, form, change)

    def words_after_saving(self, request, obj):
        if obj.article and not obj.article.is_public():
            return f"Saved. “{obj.article}” is not public yet: the bar shows once it is."
        return {
            "Showing": "It shows now, above every page.",
            "To come": "Saved. It shows by itself when its time comes.",
        }.get(standing(obj), "Saved. Its time is over, so it does not show.")

    @admin.display(description="Story")
    def leads_to(self, item):
        if item.article is None:
            return "–"
        return (
            item.article if item.article.is_public() else f"{item.article} (not public now, so the bar does not show)"
        )

    @admin.display(description="From", ordering="starts_at")
    def begins(self, item):
        return render_cell("moment", moment=item.starts_at)

    @admin.display(description="Until", ordering="ends_at")
    def ends(self, item):
        return render_cell("moment", moment=item.ends_at)

    @admin.display(description="State")
    def state(self, item):
        return standing(item)

    @admin.action(description="End now", permissions=["change"])
    def end_now(self, request, queryset):
        now = timezone.now()
        going_on = list(queryset.filter(starts_at__lt=now, ends_at__gt=now))
        for item in going_on:
            item.ends_at = now
            item.save(update_fields=["ends_at"])
            self.log_change(request, item, "Ended.")
        if left := queryset.filter(starts_at__gte=now).count():
            messages.warning(request, f"Not begun yet: {left}. Delete what is not to show.")
        messages.success(request, f"Ended: {len(going_on)}.")


def standing(item):
    now = timezone.now()
    if item.ends_at <= now:
        return "Ended"
    return "To come" if item.starts_at > now else "Showing"
