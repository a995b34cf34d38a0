"""Beside the list of articles: filters under a name, many changes taken back, and an article made of another."""

from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import bulk, workflow
from articles.admin.base import way_back
from articles.models import BulkChange, DeskProfile
from articles.staff import profile_of

MOST_VIEWS = 30
LISTED = 50
NOT_KEPT = ("p", "e", "all", "_popup", "_to_field")  # of an address: where in the list one is, not what is in it


def urls(model_admin):
    view = model_admin.admin_site.admin_view

    def page(function):
        return view(partial(function, model_admin=model_admin))

    return [
        path("views/", page(views_view), name="articles_article_views"),
        path("bulk/", page(bulk_view), name="articles_article_bulk"),
        path("bulk/<int:id>/undo/", page(undo_view), name="articles_article_undo"),
        path("<int:pk>/duplicate/", page(duplicate_view), name="articles_article_duplicate"),
    ]


# -- filters under a name


class ViewForm(forms.Form):
    """A filter of the list and the name it gets; `known` are the names of those there are."""

    name = forms.CharField(max_length=60, widget=forms.TextInput({"autofocus": True}))
    query = forms.CharField(max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args, known=(), **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.known = known

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_query(self):
        query = kept_query(QueryDict(self.cleaned_data["query"]))
        if not query:
            raise forms.ValidationError("Filter the list first: this would show everything.")
        return query

    def clean(self):
        cleaned = super().clean()
        if len(self.known) >= MOST_VIEWS and cleaned.get("name", "").casefold() not in self.known:
            self.add_error(None, f"You have {MOST_VIEWS} views. Remove one first.")
        return cleaned


def kept_query(parameters):
    """What an address filters by, always in the same order."""
    pairs = sorted((name, value) for name, values in parameters.lists() for value in values if value)
    kept = QueryDict(mutable=True)
    for name, value in pairs:
        if name not in NOT_KEPT:
            kept.appendlist(name, value)
    return kept.urlencode()


def view_tabs(request):
    """The tabs that this person made, and the filter that is shown now. They come with the person: no query."""
    query = kept_query(request.GET)
    address = reverse("admin:articles_article_changelist")
    tabs = [
        {
            "label": view["name"],
            "url": f"{address}?{view['query']}",
            "is_current": view["query"] == query,
            "is_own": True,
        }
        for view in profile_of(request.user).views
    ]
    return tabs, query


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def views_view(request, model_admin):
    """The list of one's own views; a name that is there already gets the new filter, `remove` takes one away."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    profile = profile_of(request.user)
    views = {view["name"].casefold(): view for view in profile.views}
    form = ViewForm(known=views, initial={"query": request.GET.get("query", "")[:1000]})
    if request.method == "POST" and (removed := views.pop(request.POST.get("remove", "").casefold(), None)):
        _keep(request.user, views)
        messages.success(request, f"“{removed['name']}” is no view of yours any more.")
        return HttpResponseRedirect(reverse("admin:articles_article_views"))
    if request.method == "POST":
        form = ViewForm(request.POST, known=views)
        if form.is_valid():
            view = form.cleaned_data
            _keep(request.user, views | {view["name"].casefold(): view})
            messages.success(request, f"“{view['name']}” is among your views.")
            return HttpResponseRedirect(f"{reverse('admin:articles_article_changelist')}?{view['query']}")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Your views",
        "opts": model_admin.opts,
        "form": form,
        "views": profile.views,
    }
    return TemplateResponse(request, "desk/views.html", context)


def _keep(user, views):
    DeskProfile.objects.update_or_create(user=user, defaults={"views": list(views.values())})


# -- many changes, taken back


def remember(request, words, lines):
    """Keep a change of many articles, and offer with the words about it to take it back."""
    if not lines:
        messages.success(request, words)
        return
    change = BulkChange.objects.create(made_by=request.user, words=words.rstrip(".")[:300], lines=lines)
    messages.success(request, words, extra_tags=reverse("admin:articles_article_undo", args=[change.pk]))


@never_cache
@require_safe
def bulk_view(request, model_admin):
    """What this person lately did to many articles."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Changes of many articles",
        "opts": model_admin.opts,
        "changes": BulkChange.objects.filter(made_by=request.user)[:LISTED],
    }
    return TemplateResponse(request, "desk/bulk.html", context)


@require_POST
@transaction.atomic
def undo_view(request, id, model_admin):
    change = get_object_or_404(BulkChange, pk=id, made_by=request.user)
    done, left = bulk.undo(change, request.user)
    for article in done:
        model_admin.log_change(request, article, f"Took back: {change}.")
    if done:
        number = len(done)
        messages.success(request, f"Taken back in {number} article{'s' if number > 1 else ''}: {change}.")
    for words in left:
        messages.warning(request, words)
    return HttpResponseRedirect(way_back(request, "admin:articles_article_changelist"))


# -- one made of another


@require_POST
@transaction.atomic
def duplicate_view(request, pk, model_admin):
    """Begin a draft with the words, pictures and filing of an article, as the desk sees it."""
    article = model_admin.get_object(request, str(pk))
    if article is None or not model_admin.has_add_permission(request):
        raise PermissionDenied
    copy = workflow.duplicate(article, request.user)
    model_admin.log_addition(request, copy, f"Made of “{article}”.")
    messages.success(request, f"This is a copy of “{article}”. It is a draft, with no date and no address yet.")
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[copy.pk]))
