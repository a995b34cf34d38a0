from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from articles.admin.base import Choice, DeskAdmin
from comments import sanctions
from comments.admin import queue
from comments.forms import PlainTextField
from comments.models import Sanction
from comments.queue import known_of


class SanctionForm(forms.Form):
    kind = forms.ChoiceField(label="What", choices=Sanction.Kind)
    days = forms.ChoiceField(label="For how long", choices=sanctions.LASTS.items(), initial="7", required=False)
    reason = PlainTextField(
        label="Why (the reader is told)", max_length=300, error_messages={"required": "Say why: the reader is told."}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def page(request, pk, site):
    """Ask for, and lay, a sanction on the author of a comment."""
    if not (queue.may_decide(request) and request.user.has_perm("comments.add_sanction")):
        raise PermissionDenied
    comment = get_object_or_404(queue.within_reach(request).select_related("article", "user"), pk=pk)
    form = SanctionForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            sanctions.impose(comment, request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            if queue.wants_part(request):
                return render(request, "comments/queue_sanctions.html", {"sanctions": in_force(comment)})
            messages.success(request, f"The sanction on {comment.name} holds.")
            return queue.back(request)
    context = {
        "comment": comment, "form": form, "sanctions": in_force(comment), "title": f"A sanction for {comment.name}",
        "here": request.POST.get("next", "") or request.GET.get("next", ""),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    if queue.wants_part(request):
        return render(request, "comments/queue_sanction.html", context, status=status)
    return TemplateResponse(
        request, "comments/queue_sanction_page.html", site.each_context(request) | context, status=status
    )


def in_force(comment):
    return known_of([comment])[1][comment]


class InForce(Choice):
    title = "state"
    parameter_name = "state"
    options = [("current", "In force"), ("over", "Over or lifted")]

    def keep(self, request, queryset, value):
        current = Sanction.objects.current()
        return queryset.filter(pk__in=current) if value == "current" else queryset.exclude(pk__in=current)


@admin.register(Sanction)
class SanctionAdmin(DeskAdmin):
    """What holds for whom. Sanctions are laid from a comment, and end by themselves or are lifted here."""

    list_display = ["whom", "kind", "until", "reason", "by", "created_at", "state"]
    list_filter = [InForce, "kind"]
    list_select_related = ["user", "by", "lifted_by"]
    search_fields = ["reason", "user__username"]
    search_placeholder = "Reason or account"
    actions = ["lift"]
    fields = ["whom", "kind", "until", "reason", "by", "created_at", "state"]
    readonly_fields = fields

    @admin.display(description="whom")
    def whom(self, sanction):
        return sanction.user or f"{sanction.get_subject_display()}, {sanction.digest[:8]}"

    @admin.display(description="state")
    def state(self, sanction):
        if sanction.lifted_at:
            return f"Lifted by {sanction.lifted_by}"
        return "In force" if sanction.is_current() else "Over"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Lift", permissions=["change"])
    def lift(self, request, chosen):
        number = sum(sanctions.lift(sanction, request.user) for sanction in chosen)
        self.message_user(request, f"Lifted: {number}." if number else "None of these was in force.", messages.SUCCESS)
