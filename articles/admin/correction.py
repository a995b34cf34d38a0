"""Corrections at the desk: added from an article, read by everybody there, changed by nobody."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.base import DeskAdmin
from articles.corrections import correct
from articles.models import Article, Correction


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label="Correction",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "true"}),
        help_text="What was wrong, and what is right: “We gave … as … It is …” At most 2,000 characters.",
        error_messages={"required": "Say what was wrong, and what is right."},
    )
    is_material = forms.BooleanField(
        label="It changes the meaning", required=False, help_text="Readers are told under the byline too."
    )
    is_final = forms.BooleanField(
        label="I have read it once more: it stays for ever, and nobody can change or delete it",
        error_messages={"required": "Read it once more and tick this. A correction stays as it is."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["text"].widget.attrs.pop("maxlength", None)  # would cut a pasted text off without a word


def correct_view(request, model_admin, object_id):
    """Show the corrections of an article; whoever may add one finds the form below them."""
    article = model_admin.get_object(request, unquote(object_id))
    if article is None or not request.user.has_perm("articles.view_correction"):
        raise PermissionDenied
    may_add = request.user.has_perm("articles.add_correction")
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_add:
            raise PermissionDenied
        if form.is_valid():
            words = {name: form.cleaned_data[name] for name in ("text", "is_material")}
            try:
                correct(article, by=request.user, **words)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                model_admin.log_change(request, article, "Added a correction.")
                messages.success(request, "The correction stands under the article.")
                return HttpResponseRedirect(reverse("admin:articles_article_correct", args=[quote(article.pk)]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Corrections",
        "opts": model_admin.opts,
        "article": article,
        "corrections": article.corrections.select_related("made_by"),
        "form": form if may_add and article.is_issued() else None,
    }
    return TemplateResponse(request, "desk/correct.html", context)


@admin.register(Correction)
class CorrectionAdmin(DeskAdmin):
    """What was corrected, to read. Corrections are added from their article."""

    list_display = ["text", "story", "is_material", "made_at", "made_by"]
    list_display_links = None
    list_select_related = ["article", "made_by"]
    list_filter = ["is_material"]
    ordering = ["-made_at", "-id"]
    search_fields = ["text", "article__headline"]
    search_placeholder = "Words, or headline"
    actions = None

    def get_queryset(self, request):
        seen = Article.objects.viewable_by(request.user).order_by()
        return super().get_queryset(request).filter(article__in=seen)

    @admin.display(description="Story", ordering="article__headline")
    def story(self, correction):
        address = reverse("admin:articles_article_correct", args=[correction.article_id])
        return format_html('<a href="{}">{}</a>', address, correction.article)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
