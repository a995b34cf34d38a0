from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles.admin.base import Choice, DeskAdmin, render_cell
from articles.forms import PictureForm
from articles.models import Article, Picture
from articles.models.picture import Licence
from articles.workflow import standing

USES_SHOWN = 20


class MissingFilter(Choice):
    title = "to do"
    parameter_name = "missing"
    options = (("credit", "No credit"), ("description", "No description"), ("licence", "No licence"))

    def keep(self, request, queryset, value):
        return queryset.filter(**{{"credit": "credit", "description": "alt", "licence": "licence"}[value]: ""})


class LicenceFilter(Choice):
    title = "licence"
    parameter_name = "licence"
    options = Licence.choices

    def keep(self, request, queryset, value):
        return queryset.filter(licence=value)


class ShapeFilter(Choice):
    title = "shape"
    parameter_name = "shape"
    options = (("wide", "Landscape"), ("tall", "Portrait"))

    def keep(self, request, queryset, value):
        return queryset.filter(height__gt=F("width")) if value == "tall" else queryset.filter(width__gte=F("height"))


def shown_in(picture):
    """The articles whose text shows the picture; asks every body, so for one picture at a time."""
    return Article.objects.filter(body__contains=f"/{picture.digest}/")


@admin.register(Picture)
class PictureAdmin(DeskAdmin):
    form = PictureForm
    list_display = ["thumbnail", "name", "credit_line", "size", "uploaded_by", "created_at"]
    list_display_links = None
    list_filter = [MissingFilter, LicenceFilter, ShapeFilter]
    list_per_page = 48
    list_select_related = ["uploaded_by"]
    search_fields = ["title", "alt", "caption", "credit", "source_name"]
    search_placeholder = "Title, description or credit"
    add_label = "Upload"
    change_list_template = "admin/articles/picture/change_list.html"
    change_form_template = "admin/articles/picture/change_form.html"
    fieldsets = [
        (None, {"fields": ["file", "title", "alt", "caption"]}),
        ("Rights", {"fields": ["credit", "licence", "source_name", "source_url"]}),
        (
            "Focal point",
            {
                "fields": [("focal_x", "focal_y")],
                "description": "Where a narrow crop is centred, in per cent from the left and from the top.",
                "classes": ["focal"],
            },
        ),
    ]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("choose/", view(self.choose_view), name="articles_picture_choose"),
            path("<int:pk>/card/", view(self.card_view), name="articles_picture_card"),
            *super().get_urls(),
        ]

    def choose_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return choose(request, self)

    def card_view(self, request, pk):
        """What a form shows of a picture that has just been chosen."""
        picture = self.get_object(request, str(pk))
        if picture is None or not self.has_view_permission(request, picture):
            raise Http404
        return JsonResponse(card(picture))

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request, obj):
        if "choosing" in request.GET:
            return HttpResponseRedirect(f"{reverse('admin:articles_picture_choose')}?{request.GET['choosing']}")
        return super().response_post_save_add(request, obj)

    def get_deleted_objects(self, objs, request):
        deleted, count, needed, protected = super().get_deleted_objects(objs, request)
        for picture in objs:
            for article in shown_in(picture).only("headline")[:USES_SHOWN]:
                url = reverse("admin:articles_article_change", args=[quote(article.pk)])
                protected.append(format_html('Text of <a href="{}">{}</a>', url, article))
        return deleted, count, set() if protected else needed, protected

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and not add:
            picture = Picture.objects.get(pk=obj.pk)
            seen = Article.objects.viewable_by(request.user)
            led = Q(lead_picture=picture) | Q(pk__in=shown_in(picture).values("pk"))
            uses = list(seen.filter(led).defer("body", "body_text").order_by("-modified_at")[: USES_SHOWN + 1])
            context |= {
                "picture": picture,
                "uses": [{"article": article, "standing": standing(article)} for article in uses[:USES_SHOWN]],
                "more_uses": len(uses) > USES_SHOWN,
                "portraits": list(picture.portrait_of.all()),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="")
    def thumbnail(self, picture):
        return render_cell("thumbnail", picture=picture)

    @admin.display(description="Picture", ordering="title")
    def name(self, picture):
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:articles_picture_change", args=[quote(picture.pk)]), picture
        )

    @admin.display(description="Credit", ordering="credit")
    def credit_line(self, picture):
        return picture.credit or "No credit"

    @admin.display(description="Size")
    def size(self, picture):
        return f"{picture.width:,} × {picture.height:,}"


def card(picture):
    return {
        "id": picture.pk,
        "title": str(picture),
        "url": picture.url,
        "thumbnail": picture.thumbnail_url,
        "alt": picture.alt,
        "caption": " ".join(filter(None, [picture.caption, picture.credit and f"({picture.credit})"])),
        "credit": picture.credit,
        "size": f"{picture.width:,} × {picture.height:,}",
    }


@require_safe
def choose(request, model_admin):
    """A small window over the library: it hands the chosen picture to the form or editor that opened it."""
    term = request.GET.get("q", "").strip()[:200]
    pictures, _ = model_admin.get_search_results(request, Picture.objects.all(), term)
    page = Paginator(pictures, 24).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in ("for", "CKEditorFuncNum") if name in request.GET}
    return render(
        request,
        "desk/choose.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": "Choose a picture",
            "is_popup": True,
            "page": page,
            "cards": [card(picture) for picture in page],
            "term": term,
            "kept": kept,
            "query": urlencode({**kept, **({"q": term} if term else {})}),
            "upload_url": f"{reverse('admin:articles_picture_add')}?{urlencode({'choosing': urlencode(kept)})}"
            if model_admin.has_add_permission(request)
            else "",
        },
    )
