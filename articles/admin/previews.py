"""The preview of an article: of what is stored at the desk, or of its form as it is being written."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseNotAllowed

from articles import previews
from articles.models import Article
from articles.widgets import is_row_id


def preview_view(request, model_admin, object_id):
    """Show the article as readers would get it: with POST as its form was sent, whatever is wrong with that."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    article = model_admin.get_queryset(request).filter(pk=unquote(object_id)).first() if is_row_id(object_id) else None
    if article is None or not model_admin.has_view_permission(request, article):
        raise PermissionDenied
    if request.method != "POST":
        return previews.page(request, previews.at_the_desk(article))
    if not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    return previews.page(request, previews.in_hand(article, _written(request, model_admin, article)))


def new_preview_view(request, model_admin):
    """Show what is being written before it was ever saved: it is stored for the page alone, and taken back with it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    with transaction.atomic():
        article = Article.objects.create(created_by=request.user)
        page = previews.page(request, previews.in_hand(article, _written(request, model_admin, article)))
        transaction.set_rollback(True)
    return page


def _written(request, model_admin, article):
    """What was sent, as a snapshot; a field that cannot be read says what is stored."""
    form = model_admin.get_form(request, article, change=True)(request.POST, instance=article)
    form.is_valid()
    formsets, _ = model_admin._create_formsets(request, form.instance, change=True)
    for formset in formsets:
        formset.is_valid()
    return {name: value for name, value in form.values(formsets).items() if name not in form.errors}
