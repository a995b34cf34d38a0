"""What the desk says about comments: words, reasons, examples, policies and who moderates what."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles.admin.base import DeskAdmin
from articles.forms import SectionField
from articles.models import Article, Category
from comments.models import CannedReason, Example, Policy, Report, Sanction, SectionModerator, WordRule
from comments.policies import rules_for


class Styled(DeskAdmin):
    class Media:
        css = {"all": ["desk/queue.css"]}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "section":
            kwargs |= {
                "form_class": SectionField,
                "queryset": Category.objects.with_tree_fields(),
                "empty_label": "Everywhere" if db_field.null else None,
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


# -- reasons


@admin.register(CannedReason)
class CannedReasonAdmin(Styled):
    """The reasons to reject, in the order of their keys. One that was used is retired, not deleted."""

    list_display = ["label", "text", "position", "is_retired"]
    list_editable = ["position"]
    ordering = ["is_retired", "position", "id"]
    add_label = "New reason"
    fields = ["label", "text", "code", "position", "is_retired"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False


# -- reports, policies, who moderates what


@admin.register(Report)
class ReportAdmin(DeskAdmin):
    list_display = ["created_at", "reason", "text", "about", "weight", "state"]
    list_display_links = None
    list_filter = ["state", "reason"]
    list_select_related = ["comment__article"]
    search_fields = ["text", "comment__body"]
    search_placeholder = "Text of the report or the comment"
    ordering = ["-created_at", "-id"]

    def get_queryset(self, request):
        from comments.admin import queue

        found = super().get_queryset(request).filter(comment__in=queue.within_reach(request))
        return found.defer("comment__path", "comment__signals", "comment__article__body", "comment__article__body_text")

    @admin.display(description="comment")
    def about(self, report):
        address = reverse("admin:comments_comment_change", args=[report.comment_id])
        return format_html('<a href="{}">{}</a>', address, str(report.comment))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Policy)
class PolicyAdmin(Styled):
    """What the site, a section or an article says about comments; empty fields leave it to what stands above."""

    list_display = [
        "__str__",
        "mode",
        "close_after_days",
        "allows_links",
        "is_sensitive",
        "surge_at",
        "report_threshold",
    ]
    list_select_related = ["section", "article"]
    list_filter = ["is_sensitive", "allows_links"]
    search_fields = ["section__name", "article__headline"]
    search_placeholder = "Section or headline"
    autocomplete_fields = ["article"]
    add_label = "New policy"
    readonly_fields = ["in_effect"]

    def get_fields(self, request, obj=None):
        about = obj or Policy(
            section_id=number(request.GET.get("section")), article_id=number(request.GET.get("article"))
        )
        finer = ["close_after_days", "allows_links", "is_sensitive", "surge_at", "report_threshold"]
        if about.section_id:
            return ["section", "mode", *finer]
        if about.article_id:
            return ["article", *finer, *(["in_effect"] if obj else [])]
        if obj or "site" in request.GET:
            return finer
        return ["section", "article", "mode", *finer]

    @admin.display(description="what holds now")
    def in_effect(self, policy):
        rules = rules_for(policy.article)
        closing = f"close {rules.close_after_days} days after publication" if rules.close_after_days else "do not close"
        links = "may hold links" if rules.allows_links else "are held for a link"
        sensitive = " The article is sensitive." if rules.is_sensitive else ""
        return (
            f"Comments: {rules.mode.label.lower()}. They {closing} and {links}."
            f" {rules.surge_at} in ten minutes are a surge; reports that weigh {rules.report_threshold} hide."
            f"{sensitive}"
        )


def number(text):
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


@require_safe
def policy_of(request, kind, pk=None):
    """Lead to what a section, an article or the site says about comments, whether it says anything yet or not."""
    if not request.user.has_perm("comments.view_policy"):
        raise PermissionDenied
    about = {}
    if kind in ("section", "article"):
        found = get_object_or_404(Category if kind == "section" else Article.objects.viewable_by(request.user), pk=pk)
        about = {kind: found.pk}
    policy = Policy.objects.filter(**(about or {"section": None, "article": None})).first()
    if policy:
        return redirect("admin:comments_policy_change", policy.pk)
    return redirect(f"{reverse('admin:comments_policy_add')}?{urlencode(about or {'site': 1})}")


@admin.register(SectionModerator)
class SectionModeratorAdmin(Styled):
    list_display = ["user", "section"]
    list_select_related = ["user", "section"]
    add_label = "New section"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = db_field.related_model.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


PLACES = {
    Policy: ("Sections and articles", "What differs there from what the site says."),
    WordRule: ("Words", "They reject, hold or are watched; with how often each was right."),
    CannedReason: ("Reasons", "Why comments are rejected, and what the reader is told."),
    Example: ("Examples", "Comments made up by the desk, tried whenever rules change."),
    Sanction: ("Sanctions", "Who is held, slowed, muted or banned, and until when."),
    Report: ("Reports", "What readers found wrong, and what came of it."),
    SectionModerator: ("Sections of moderators", "Who decides about some sections alone."),
}


@require_safe
def page(request, site):
    """All that can be set about comments, in one place."""
    places = []
    for model, (label, about) in PLACES.items():
        name = model._meta.model_name
        if request.user.has_perm(f"comments.view_{name}"):
            url = reverse(f"admin:comments_{name}_changelist")
            places.append({"url": url, "label": label, "about": about, "count": model.objects.count()})
    if not places:
        raise PermissionDenied
    context = {"places": places, "title": "Rules and settings"}
    return TemplateResponse(request, "comments/rules.html", site.each_context(request) | context)
