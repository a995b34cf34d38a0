"""The links by which people outside the desk read a draft: made, listed and taken back on a page of their own."""

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from articles import sharing
from articles.widgets import is_row_id

DAYS = [(1, "a day"), (3, "3 days"), (7, "a week"), (14, "two weeks"), (30, "30 days")]


class ShareForm(forms.Form):
    recipient = forms.CharField(
        label="For",
        max_length=100,
        help_text="One person, by name. What they say and sign off stands under it.",
        error_messages={"required": "Say for whom the link is.", "max_length": "At most 100 characters."},
    )
    days = forms.TypedChoiceField(label="Ends after", choices=DAYS, coerce=int, initial=7)


def urls(model_admin):
    def view(request, object_id):
        return share_view(request, model_admin, object_id)

    return [
        path("<path:object_id>/share/", model_admin.admin_site.admin_view(view), name="articles_article_share"),
    ]


@never_cache
def share_view(request, model_admin, object_id):
    """List who got a link; with POST make one, which is shown this once, or take one back."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    article = model_admin.get_queryset(request).filter(pk=unquote(object_id)).first() if is_row_id(object_id) else None
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    may_share = model_admin.has_change_permission(request, article)
    if request.method == "POST" and not may_share:
        raise PermissionDenied
    if key := request.POST.get("revoke"):
        share = get_object_or_404(article.shares, pk=key if is_row_id(key) else 0)
        sharing.revoke(share, request.user)
        return HttpResponseRedirect(request.path)
    form = ShareForm(request.POST if request.method == "POST" else None, label_suffix="")
    made = address = None
    if form.is_bound and form.is_valid():
        made, token = sharing.make(article, **form.cleaned_data, by=request.user)
        address = request.build_absolute_uri(reverse("articles:draft", args=[token]))
        form = ShareForm(label_suffix="")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Share the draft",
        "opts": model_admin.opts,
        "article": article,
        "is_put_away": article.status in sharing.PUT_AWAY,
        "readers": sharing.readers(article),
        "may_share": may_share,
        "form": form,
        "made": made,
        "made_address": address,
    }
    return TemplateResponse(request, "desk/share.html", context)
