from functools import partial

from django import forms
from django.contrib import admin, messages
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from articles.admin.base import DeskAdmin, ask, asked_form, back
from comments import moderation
from comments.admin import figures, queue, rules, sanction, words
from comments.models import CannedReason, Comment
from comments.models.comment import Status
from comments.queue import in_sections
from comments.sections import sections_of


class RejectForm(forms.Form):
    reason = forms.ModelChoiceField(
        CannedReason.objects.filter(is_retired=False),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason: the reader is told why."},
    )
    public_note = forms.CharField(
        label="A word to the reader", required=False, max_length=500, help_text="May stay empty."
    )


@admin.register(Comment)
class CommentAdmin(DeskAdmin):
    """Every comment to look at and to decide about; readers alone write them, and nobody rewrites them."""

    list_display = ["summary", "name", "article", "status", "created_at"]
    list_filter = ["status", "created_at", "article__category"]
    list_select_related = ["article"]
    list_per_page = moderation.MAX_BATCH
    list_max_show_all = moderation.MAX_BATCH
    search_fields = ["body", "name", "email", "article__headline"]
    search_placeholder = "Text, name, e-mail or headline"
    ordering = ["-created_at", "-id"]
    actions = ["approve", "reject", "mark_spam", "hold"]
    change_form_template = "comments/queue_comment.html"
    fields = [
        "status", "held_because", "body", "name", "email", "article", "parent", "created_at", "decided_at", "public_id",
    ]  # fmt: skip

    class Media:
        css = {"all": ["desk/queue.css"]}

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("queue/", view(partial(queue.page, site=self.admin_site)), name="comments_comment_queue"),
            path("queue/decide/", view(queue.decide), name="comments_comment_decide"),
            path("queue/decide/many/", view(queue.decide_many), name="comments_comment_decide_many"),
            path("queue/claim/", view(queue.claim), name="comments_comment_claim"),
            path("queue/take-off/", view(queue.take_off), name="comments_comment_take_off"),
            path("queue/undo/", view(queue.undo), name="comments_comment_undo"),
            path("queue/undo/many/", view(queue.undo_many), name="comments_comment_undo_many"),
            path(
                "queue/context/<int:pk>/",
                view(partial(queue.context, site=self.admin_site)),
                name="comments_comment_context",
            ),
            path(
                "queue/sanction/<int:pk>/",
                view(partial(sanction.page, site=self.admin_site)),
                name="comments_comment_sanction",
            ),
            path("queue/rules/", view(partial(rules.page, site=self.admin_site)), name="comments_comment_rules"),
            path(
                "queue/examples/", view(partial(words.examples, site=self.admin_site)), name="comments_comment_examples"
            ),
            path("queue/figures/", view(partial(figures.page, site=self.admin_site)), name="comments_comment_figures"),
            path("queue/policy/", view(rules.policy_of), {"kind": "site"}, name="comments_comment_policy_site"),
            path("queue/policy/<str:kind>/<int:pk>/", view(rules.policy_of), name="comments_comment_policy"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        found = super().get_queryset(request).filter(in_sections(sections_of(request.user)))
        return found.defer("path", "signals", "article__body", "article__body_text")

    @admin.display(description="comment", ordering="body")
    def summary(self, comment):
        return Truncator(comment.body).chars(90)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_moderate_permission(self, request):
        return queue.may_decide(request)

    def view_on_site(self, comment):
        return comment.get_absolute_url() if Comment.objects.visible().filter(pk=comment.pk).exists() else None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        comment = self.get_object(request, object_id)
        if comment is not None and self.has_view_permission(request, comment):
            decisions = list(comment.decisions.select_related("actor").order_by("-version"))
            for decision in decisions:
                decision.comment = comment
            extra_context = {
                "comment": comment,
                "decisions": decisions,
                "undoable": next((decision for decision in decisions if decision.is_undoable), None),
                "reasons": CannedReason.objects.offered(),
                "may_decide": queue.may_decide(request),
                "may_remove": queue.may_remove(request),
                "steps": {status.value for status in Status if moderation.can_become(comment, status)},
                "here": request.get_full_path(),
                **(extra_context or {}),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    # -- the verbs, for many

    @admin.action(description="Approve", permissions=["moderate"])
    def approve(self, request, comments):
        _decide_all(self, request, comments, moderation.approve)

    @admin.action(description="Reject…", permissions=["moderate"])
    def reject(self, request, comments):
        chosen = list(comments[: moderation.MAX_BATCH + 1])
        form = asked_form(request, RejectForm)
        if form.is_valid():
            _decide_all(self, request, chosen, moderation.reject, **form.cleaned_data)
            return back(request)
        return ask(
            request, self, chosen, form,
            title=f"Reject {queue.counted(len(chosen))}", action="reject", button="Reject",
        )  # fmt: skip

    @admin.action(description="Mark as spam", permissions=["moderate"])
    def mark_spam(self, request, comments):
        _decide_all(self, request, comments, moderation.mark_spam)

    @admin.action(description="Take back into the queue", permissions=["moderate"])
    def hold(self, request, comments):
        _decide_all(self, request, comments, moderation.hold)


def _decide_all(model_admin, request, comments, verb, **notes):
    try:
        outcome = moderation.decide_all(comments[: moderation.MAX_BATCH + 1], request.user, verb, **notes)
    except moderation.NotAllowed as error:
        model_admin.message_user(request, str(error), messages.WARNING)
        return
    if outcome.decisions:
        where = reverse("admin:comments_comment_queue") + "?tab=decided"
        model_admin.message_user(
            request,
            format_html(
                'Decided about {}. <a href="{}">See and undo</a>', queue.counted(len(outcome.decisions)), where
            ),
            messages.SUCCESS,
        )
    queue.tell_skipped(request, outcome)
