"""The desk's words, and its examples of comments: both can be tried before they matter."""

from hashlib import sha256

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from articles.admin.base import Choice
from comments.admin.rules import Styled
from comments.models import Example, WordRule
from comments.models.comment import Status
from comments.rehearsal import rehearse, trials


class WordRuleForm(forms.ModelForm):
    """Saved on the second press: the first shows what the rule would have caught."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    rehearsal = None

    def clean(self):
        cleaned = super().clean()
        if self.errors or not self.is_another_rule():
            return cleaned
        mark = sha256("\0".join(str(cleaned.get(name)) for name in ("text", "kind", "match", "section")).encode())
        if cleaned.get("seen") == mark.hexdigest():
            return cleaned
        rule = WordRule(**{name: cleaned[name] for name in ("text", "kind", "match", "section")})
        self.rehearsal = rehearse(rule)
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = mark.hexdigest()
        raise forms.ValidationError(
            "Not saved yet. See below what the rule would have caught, and save again to let it hold.", code="rehearsal"
        )

    def is_another_rule(self):
        return bool({"text", "kind", "match", "section"} & set(self.changed_data))


class Standing(Choice):
    title = "state"
    parameter_name = "state"
    options = [("current", "In force"), ("over", "Expired")]

    def keep(self, request, queryset, value):
        current = WordRule.objects.current()
        return queryset.filter(pk__in=current) if value == "current" else queryset.exclude(pk__in=current)


@admin.register(WordRule)
class WordRuleAdmin(Styled):
    form = WordRuleForm
    change_form_template = "comments/word_rule.html"
    list_display = ["text", "kind", "match", "section", "hits", "precision", "expires_at", "note"]
    list_filter = ["kind", Standing]
    list_select_related = ["section"]
    search_fields = ["text", "note"]
    search_placeholder = "Word or note"
    add_label = "New word"
    fields = ["text", "kind", "match", "section", "note", "expires_at", "seen"]

    def get_queryset(self, request):
        refused = Q(caught__comment__status__in=[Status.REJECTED, Status.SPAM])
        kept = Q(caught__comment__status=Status.APPROVED)
        return super().get_queryset(request).annotate(
            refused=Count("caught", filter=refused), kept=Count("caught", filter=kept)
        )  # fmt: skip

    @admin.display(description="how often right")
    def precision(self, rule):
        decided = rule.refused + rule.kept
        return f"{rule.refused} of {decided} ({round(100 * rule.refused / decided)} %)" if decided else "–"

    def save_model(self, request, obj, form, change):
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Example)
class ExampleAdmin(Styled):
    list_display = ["summary", "mode", "is_known", "expected", "note"]
    search_fields = ["body", "note"]
    add_label = "New example"
    change_list_template = "comments/example_list.html"
    fields = ["body", "name", "is_known", "mode", "expected", "note"]

    @admin.display(description="text", ordering="body")
    def summary(self, example):
        return example.body[:90]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)


@require_safe
def examples(request, site):
    """Run the desk's examples through the pipeline as it is today."""
    if not request.user.has_perm("comments.view_example"):
        raise PermissionDenied
    tried = trials()
    context = {"trials": tried, "failed": sum(not trial.is_as_expected for trial in tried), "title": "Examples, tried"}
    return TemplateResponse(request, "comments/examples.html", site.each_context(request) | context)
