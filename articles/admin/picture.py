from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import get_text_list

from articles import cataloguing, reading, renditions, uploads
from articles.admin.base import DeskAdmin, OnesOwn, ask, asked_form, back, render_cell
from articles.admin.picker import PickerMixin
from articles.admin.picture_filters import (
    CollectionFilter,
    CreditFilter,
    KeywordFilter,
    LibraryPaginator,
    LicenceFilter,
    ShapeFilter,
    TakenFilter,
    Typed,
    UploadedFilter,
    UsedFilter,
    WorkFilter,
)
from articles.admin.uses import uses, with_number_of_uses
from articles.licences import Origin
from articles.media import POLICY
from articles.models import Article, Keyword, Picture, PictureKeyword
from articles.picture_forms import (
    ACCEPTED,
    LIMITS,
    BulkPictureForm,
    PanelForm,
    PictureForm,
    ReplaceForm,
    UploadForm,
    already_there,
)
from articles.renditions import Shape
from articles.widgets import is_row_id

BULK = 500  # pictures that one bulk action takes: more would hold the database too long
MAX_WORDS = 8  # of a search
CROPS = {"16x9": "16:9", "4x3": "4:3", "1x1": "1:1"}
ORDERS = (
    ("Newest first", "-uploaded"), ("Oldest first", "uploaded"), ("By title", "name"), ("By credit", "credit_line"),
    ("By licence", "licence"),
)  # fmt: skip
SEARCHED = ("title", "alt", "caption", "credit", "copyright", "source_name", "place", "original")


@admin.register(Picture)
class PictureAdmin(OnesOwn, PickerMixin, DeskAdmin):
    form = PictureForm
    list_display = [
        "thumbnail", "name", "pixels", "file_format", "licence", "credit_line", "times_used", "brought_by", "uploaded",
    ]  # fmt: skip
    list_display_links = None
    list_filter = [
        WorkFilter, LicenceFilter, ShapeFilter, UploadedFilter, CollectionFilter, UsedFilter, KeywordFilter,
        CreditFilter, TakenFilter,
    ]  # fmt: skip
    list_per_page = 48
    list_select_related = ["uploaded_by"]
    paginator = LibraryPaginator
    sortable_by = ["name", "licence", "credit_line", "uploaded"]
    search_fields = SEARCHED
    search_placeholder = "Title, keyword or credit"
    actions = ["change_several", "delete_selected"]
    change_list_template = "admin/articles/picture/change_list.html"
    change_form_template = "admin/articles/picture/change_form.html"
    delete_confirmation_template = "admin/articles/picture/delete.html"
    FILE = (None, {"fields": ["file"]})
    WORDS = ("Words", {"fields": ["title", "alt", "caption", "place", "taken_at"]})
    RIGHTS = (
        "Rights",
        {
            "fields": [
                "credit", "copyright", "licence", "terms", "source_name", "source_url", "origin", "usable_from",
                "usable_until", "fallback", "allows_sharing", "allows_feeds",
            ]
        },
    )  # fmt: skip
    FILING = ("Filed under", {"fields": ["keywords", "collections"]})
    FRAME = (
        "Crop and focal point",
        {
            "fields": [("crop_x", "crop_y", "crop_width", "crop_height"), ("focal_x", "focal_y")],
            "description": "In per cent of the whole picture. The focal point is what a narrower crop keeps.",
            "classes": ["frame-numbers"],
        },
    )

    # -- the list

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        match = request.resolver_match
        is_table = match and match.url_name == "articles_picture_changelist" and request.session.get("pictures_as_list")
        return with_number_of_uses(queryset) if is_table else queryset

    def get_search_results(self, request, queryset, search_term):
        for word in search_term.split()[:MAX_WORDS]:
            tagged = PictureKeyword.objects.filter(tag__name__icontains=word).values("content_object")
            found = Q(pk__in=tagged)
            # Every path of a file says pictures, a year and a month.
            in_every_path = word.lower() in "pictures/" or (word.isdecimal() and len(word) <= 4)
            for name in SEARCHED:
                if name != "original" or not in_every_path:
                    found |= Q(**{f"{name}__icontains": word})
            queryset = queryset.filter(found)
        return queryset, False

    def changelist_view(self, request, extra_context=None):
        request.GET = request.GET.copy()
        view = request.GET.pop("view", [""])[-1]
        shown = request.GET.pop("picture", [""])[-1]
        if view in ("grid", "list") and (view == "list") != bool(request.session.get("pictures_as_list")):
            request.session["pictures_as_list"] = view == "list"
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            changelist = context["cl"]
            context |= {
                "chips": [chip for chip in context["chips"] if chip["title"] != "To do"],
                "work_lists": list(spec_of(changelist, WorkFilter).choices(changelist)),
                "typed": [spec for spec in changelist.filter_specs if isinstance(spec, Typed)],
                "kept": kept(changelist),
                "orders": (choices := list(orders(changelist))),
                "order": next((choice["label"] for choice in choices if choice["is_chosen"]), "Other order"),
                "as_list": bool(request.session.get("pictures_as_list")),
                "as_grid_url": changelist.get_query_string({"view": "grid"}),
                "as_list_url": changelist.get_query_string({"view": "list"}),
                "shown": shown if is_row_id(shown) else None,
                "most": UploadForm.most(),
                "accepted": ACCEPTED,
                "limits": LIMITS,
            }
        return response

    @admin.display(description="Preview")
    def thumbnail(self, picture):
        return render_cell("thumbnail", picture=picture)

    @admin.display(description="Picture", ordering="title")
    def name(self, picture):
        return render_cell("picture", picture=picture)

    @admin.display(description="Pixels")
    def pixels(self, picture):
        return f"{picture.width:,} × {picture.height:,}"

    @admin.display(description="Format")
    def file_format(self, picture):
        return f"{reading.NAMES.get(picture.format, picture.format)}, {filesizeformat(picture.size)}"

    @admin.display(description="Credit", ordering="credit")
    def credit_line(self, picture):
        return picture.credit or format_html('<span class="problem">{}</span>', "No credit")

    @admin.display(description="Uploaded by")
    def brought_by(self, picture):
        return picture.uploaded_by and (picture.uploaded_by.get_full_name() or picture.uploaded_by.username)

    @admin.display(description="Uploaded", ordering="created_at")
    def uploaded(self, picture):
        return render_cell("ago", moment=picture.created_at)

    @admin.display(description="Uses")
    def times_used(self, picture):
        return picture.number_of_uses

    # -- the form

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [self.FILE, self.WORDS, self.RIGHTS, self.FILING]
        return [self.WORDS, self.RIGHTS, self.FILING, self.FRAME]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and not add:
            # A form with errors has been written into `obj`; the file and its uses are what is stored.
            picture = Picture.objects.select_related("uploaded_by").get(pk=obj.pk)
            context |= {**seen(picture, request.user), "show_save_and_add_another": False}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request, obj):
        if "choosing" in request.GET:
            return HttpResponseRedirect(f"{reverse('admin:articles_picture_choose')}?{request.GET['choosing']}")
        return super().response_post_save_add(request, obj)

    # -- further addresses

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("upload/", view(self.upload_view), name="articles_picture_upload"),
            path("keywords/", view(self.keywords_view), name="articles_picture_keywords"),
            path("<int:pk>/panel/", view(self.panel_view), name="articles_picture_panel"),
            path("<int:pk>/replace/", view(self.replace_view), name="articles_picture_replace"),
            path(
                "<int:pk>/preview/<str:digest>/<int:width>/", view(self.preview_view), name="articles_picture_preview"
            ),
            *super().get_urls(),
        ]

    def upload_view(self, request):
        """Take in the files of a request, each for itself: a refused one keeps none of the others out."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = UploadForm(request.POST)
        collection = form.cleaned_data["collection"] if form.is_valid() else None
        outcomes = [take_in(file, request.user, collection) for file in request.FILES.getlist("files")]
        for outcome in outcomes:
            if outcome["state"] == "added":
                self.log_addition(request, outcome["picture"], [{"added": {}}])
        if request.accepts("text/html"):
            return render(request, "admin/articles/picture/uploaded.html", {
                **self.admin_site.each_context(request),
                "title": "Uploaded" if outcomes else "Choose at least one file",
                "opts": self.opts,
                "outcomes": outcomes,
            })  # fmt: skip
        return JsonResponse({"files": [{**outcome, "picture": None} for outcome in outcomes]})

    def keywords_view(self, request):
        """Suggest keywords, in the form in which the admin suggests rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Keyword.objects.filter(name__icontains=request.GET.get("term", "")[:100]).order_by("name")[:20]
        return JsonResponse({"results": [{"id": str(keyword.pk), "text": keyword.name} for keyword in found]})

    def panel(self, request, picture, form=None, is_saved=False):
        """What the panel beside the list shows of a picture."""
        return {
            **seen(picture, request.user),
            "keywords": picture.keywords.all(),
            "collections": picture.collections.all(),
            "form": form or PanelForm(instance=picture),
            "is_saved": is_saved,
            "may_change": self.has_change_permission(request, picture),
        }

    def panel_view(self, request, pk):
        """The panel for itself; what it sends is saved."""
        picture = self.found(request, pk)
        form = None
        if request.method == "POST":
            if not self.has_change_permission(request, picture):
                raise PermissionDenied
            form = PanelForm(request.POST, instance=Picture.objects.get(pk=pk))
            if form.is_valid() and form.has_changed():
                form.instance.save(update_fields=form.changed_data)
                self.log_change(request, form.instance, self.construct_change_message(request, form, None))
        is_saved = form is not None and form.is_valid()
        if is_saved:
            picture, form = form.instance, None
        if request.headers.get("X-Requested-With") == "fetch":
            context = {"panel": self.panel(request, picture, form, is_saved)}
            return render(request, "admin/articles/picture/panel.html", context, status=200 if not form else 422)
        if form is not None:
            messages.error(request, " ".join(message for errors in form.errors.values() for message in errors))
        elif is_saved:
            messages.success(request, self.words_after_saving(request, picture))
        return HttpResponseRedirect(f"{reverse('admin:articles_picture_changelist')}?picture={picture.pk}")

    def replace_view(self, request, pk):
        picture = self.found(request, pk)
        if not self.has_change_permission(request, picture):
            raise PermissionDenied
        form = ReplaceForm(request.POST or None, request.FILES or None, label_suffix="")
        if form.is_valid():
            try:
                is_another = uploads.replace(Picture.objects.get(pk=pk), form.cleaned_data["file"])
            except reading.UnreadablePicture as error:
                form.add_error("file", str(error))
            except uploads.AlreadyThere as error:
                form.add_error("file", already_there(error.picture))
            except Picture.DoesNotExist as error:
                raise Http404("Somebody deleted it meanwhile.") from error
            else:
                if is_another:
                    self.log_change(request, picture, "Replaced the file.")
                    messages.success(request, f"“{picture}” has a new file. Every page shows it from now on.")
                else:
                    messages.info(request, "That is the file it has already, so nothing changed.")
                return HttpResponseRedirect(reverse("admin:articles_picture_change", args=[pk]))
        return render(request, "admin/articles/picture/replace.html", {
            **self.admin_site.each_context(request),
            "title": "Replace the file",
            "opts": self.opts,
            "form": form,
            **seen(picture, request.user),
        })  # fmt: skip

    def preview_view(self, request, pk, digest, width):
        """A small copy of the original, whatever the rights: only for the desk."""
        picture = self.found(request, pk)
        if width not in renditions.PREVIEWS:
            raise Http404
        if picture.digest != digest:  # the file was replaced while somebody looked at it
            return HttpResponseRedirect(picture.preview_url(width))
        try:
            with renditions.open_preview(picture, width) as file:
                response = HttpResponse(file.read(), content_type="image/webp")
        except FileNotFoundError as error:
            raise Http404 from error
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        response["Content-Security-Policy"] = POLICY
        return response

    def found(self, request, pk):
        """Return the picture, if this person may see it."""
        picture = self.get_object(request, str(pk)) if is_row_id(pk) else None
        if picture is None:
            raise Http404
        if not self.has_view_permission(request, picture):
            raise PermissionDenied
        return picture

    def stories_with(self, obj):
        return Article.objects.showing([obj])

    # -- bulk actions

    @admin.action(description="Change…", permissions=["edit"])
    def change_several(self, request, queryset):
        pictures = list(queryset[: BULK + 1])
        if len(pictures) > BULK:
            messages.error(request, f"At most {BULK} pictures are changed at once. Narrow the list, or choose fewer.")
            return None
        form = asked_form(request, BulkPictureForm)
        if form.is_valid():
            try:
                changed = cataloguing.change_all(
                    pictures,
                    form.values(),
                    **{
                        name: form.cleaned_data[name]
                        for name in ("add_to", "remove_from", "add_keywords", "remove_keywords")
                    },
                )
            except ValidationError as error:
                form.add_error(None, f"Nothing was changed. {' '.join(error.messages)}")
            else:
                self.report_changes(request, pictures, changed, form)
                return back(request)
        response = ask(request, self, pictures, form, title="Change pictures", action="change_several", button="Change")
        response.template_name = "admin/articles/picture/bulk.html"
        return response

    def report_changes(self, request, pictures, changed, form):
        fields = [form.fields[name].label for name in form.values()]
        cleaned = form.cleaned_data
        done = [f"{get_text_list(fields, 'and')} of {count(changed)}"] if fields else []
        if cleaned["add_to"]:
            done.append(f"{count(pictures)} put into “{cleaned['add_to']}”")
        if cleaned["remove_from"]:
            done.append(f"{count(pictures)} taken out of “{cleaned['remove_from']}”")
        for name, verb in (("add_keywords", "given"), ("remove_keywords", "freed of")):
            if cleaned[name]:
                done.append(f"{count(pictures)} {verb} {get_text_list([f'“{word}”' for word in cleaned[name]], 'and')}")
        words = f"Changed: {'; '.join(done)}."
        LogEntry.objects.log_actions(request.user.pk, pictures, CHANGE, change_message=words)
        messages.success(request, words)

    # -- deleting

    def get_deleted_objects(self, objs, request):
        """What goes, and what still shows it: what is used is not deleted."""
        pictures = list(objs)
        used = uses(pictures, request.user)
        protected = [
            format_html("“{}”: {}", picture, words) for picture in pictures for words in said(used[picture.pk])
        ]
        return [str(picture) for picture in pictures], {self.opts.verbose_name_plural: len(pictures)}, set(), protected

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            # Somebody used it in between. Seen again, it is said where.
            return super().delete_view(request, object_id, extra_context)

    @admin.action(description="Delete…", permissions=["delete"])
    def delete_selected(self, request, queryset):
        """Delete the unused ones, after saying where the others are used."""
        pictures = list(queryset[: BULK + 1])
        if len(pictures) > BULK:
            messages.error(request, f"At most {BULK} pictures are deleted at once. Narrow the list, or choose fewer.")
            return None
        used = uses(pictures, request.user)
        kept = [picture for picture in pictures if used[picture.pk]]
        free = [picture for picture in pictures if not used[picture.pk]]
        if "post" not in request.POST:
            return TemplateResponse(request, "admin/articles/picture/delete_selected.html", {
                **self.admin_site.each_context(request),
                "title": "Delete pictures",
                "opts": self.opts,
                "free": free,
                "kept": [{"picture": picture, "uses": said(used[picture.pk])} for picture in kept],
                "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            })  # fmt: skip
        for picture in free.copy():
            try:
                with transaction.atomic():
                    self.log_deletions(request, [picture])
                    picture.delete()
            except IntegrityError:  # somebody used it in between
                free.remove(picture)
                kept.append(picture)
        if free:
            messages.success(request, f"Deleted: {count(free)}.")
        if kept:
            messages.warning(request, f"Left alone, because something shows them: {count(kept)}.")
        return back(request)


def spec_of(changelist, kind):
    return next(spec for spec in changelist.filter_specs if isinstance(spec, kind))


def kept(changelist):
    """The parameters that a form about the typed filters sends along."""
    typed = {name for spec in changelist.filter_specs if isinstance(spec, Typed) for name in spec.expected_parameters()}
    return [(name, value) for name, values in changelist.filter_params.items() if name not in typed for value in values]


def orders(changelist):
    """The orders in which the library is looked through, for the grid, which has no heads of columns."""
    now = changelist.params.get(ORDER_VAR, "")
    for label, name in ORDERS:
        column = changelist.list_display.index(name.removeprefix("-"))
        value = "" if name == "-uploaded" else f"{'-' if name[0] == '-' else ''}{column}"
        yield {
            "label": label,
            "is_chosen": now == value,
            "query_string": changelist.get_query_string({ORDER_VAR: value or None}),
        }


def take_in(file, user, collection):
    """Take one uploaded file into the library, and say in words what came of it."""
    outcome = {"name": file.name, "picture": None, "url": "", "thumbnail": ""}
    try:
        picture = uploads.take_in(file, user, collection)
    except reading.UnreadablePicture as error:
        return outcome | {"state": "refused", "words": str(error)}
    except uploads.AlreadyThere as error:
        picture, state, words = error.picture, "there", f"In the library already: {error.picture}"
    else:
        read = [word for word, value in (("credit", picture.credit), ("description", picture.alt)) if value]
        words = f"{get_text_list(read, 'and').capitalize()} read from the file." if read else "No credit yet."
        state, words = "added", f"Added. {words}"
        if picture.origin:
            words += f" It says of itself: {Origin(picture.origin).label.lower()}."
    return outcome | {
        "state": state,
        "words": words,
        "picture": picture,
        "url": reverse("admin:articles_picture_change", args=[quote(picture.pk)]),
        "thumbnail": picture.thumbnail_url,
    }


def seen(picture, user):
    """What the desk's pages about one picture show of it."""
    return {
        "picture": picture,
        "format": reading.NAMES.get(picture.format, picture.format),
        "crops": [crop(picture, shape) for shape in CROPS],
        "uses": uses([picture], user)[picture.pk],
    }


def crop(picture, shape):
    """A crop as a part of the preview, in pixels of the original."""
    left, top, right, bottom = Shape(picture, shape).box
    return {
        "name": CROPS[shape],
        "ratio": renditions.FORMS[shape].ratio,
        "box": " ".join(f"{number:.1f}" for number in (left, top, right - left, bottom - top)),
    }


def said(found):
    """Each use of a picture, and how many more there are."""
    lines = [use.words for use in found.shown]
    if found.more:
        lines.append(f"and {found.more:,} more")
    if found.hidden:
        lines.append(f"and {found.hidden:,} that you may not see")
    return lines


def count(pictures):
    return "1 picture" if len(pictures) == 1 else f"{len(pictures):,} pictures"
