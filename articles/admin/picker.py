"""The window in which pictures are chosen for a form or a text, uploaded if need be, and described for their place."""

import json

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from articles import reading
from articles.admin.picture_filters import SHAPES, of_shape
from articles.licences import Licence
from articles.models import Collection, Picture
from articles.uploads import AlreadyThere, take_in
from articles.widgets import RowField, is_row_id, look_of

SHOWN = 24  # pictures of a page
MOST = 50  # pictures chosen at once
PURPOSES = ("for", "several")  # what the window was opened for


class PickerMixin:
    """The addresses of the window, for the admin of pictures."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("choose/", view(self.choose_view), name="articles_picture_choose"),
            path("choose/use/", view(self.use_view), name="articles_picture_use"),
            path("choose/upload/", view(self.take_in_view), name="articles_picture_take_in"),
            path("<int:pk>/card/", view(self.card_view), name="articles_picture_card"),
            *super().get_urls(),
        ]

    def choose_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return choose(request, self)

    def use_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return use(request, self)

    def take_in_view(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return upload(request, self)

    def card_view(self, request, pk):
        """What a form shows of a picture that has just been chosen."""
        picture = self.get_object(request, str(pk))
        if picture is None or not self.has_view_permission(request, picture):
            raise Http404
        return JsonResponse(card(picture))


class FilterForm(forms.Form):
    q = forms.CharField(
        label="Search pictures",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Title, keyword or credit"}),
    )
    collection = RowField(Collection.objects.all(), required=False, empty_label="All collections")
    licence = forms.ChoiceField(choices=[("", "All licences"), *Licence.choices], required=False)
    shape = forms.ChoiceField(choices=[("", "All shapes"), *SHAPES], required=False)


class UseForm(forms.ModelForm):
    """A picture's words for one place, and what is shown of it everywhere; the latter is kept with the picture.

    Some places, such as a portrait, have no words of their own: `said` is None there.
    """

    description = forms.CharField(
        max_length=500,
        required=False,
        help_text="What is seen, for readers who cannot see it. One sentence.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_decorative = forms.BooleanField(
        label="Decoration only", required=False, help_text="It says nothing that the text does not say."
    )
    words_below = forms.CharField(
        label="Caption", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    WORDS = ("description", "is_decorative", "words_below")
    FRAME = ("focal_x", "focal_y", "crop_x", "crop_y", "crop_width", "crop_height")
    RIGHTS = ("credit", "licence")

    class Meta:
        model = Picture
        fields = (
            "credit", "licence", "focal_x", "focal_y", "crop_x", "crop_y", "crop_width", "crop_height",
        )  # fmt: skip
        labels = {
            "focal_x": "Across", "focal_y": "Down", "crop_x": "From the left", "crop_y": "From the top",
            "crop_width": "Width", "crop_height": "Height",
        }  # fmt: skip
        help_texts = dict.fromkeys(fields, "")

    def __init__(self, *args, picture, may_change, said, **kwargs):
        initial = {}
        if said is not None:
            initial["description"] = said.get("alt", picture.alt)
            initial["is_decorative"] = bool(said.get("decorative"))
            initial["words_below"] = said.get("caption", picture.caption)
        super().__init__(*args, instance=picture, initial=initial, prefix=f"p{picture.pk}", label_suffix="", **kwargs)
        self.fields["licence"].choices = [("", "Not known"), *Licence.choices]
        unasked = [name for name in self.RIGHTS if getattr(picture, name)]
        if said is None:
            unasked += self.WORDS
        if not may_change:
            unasked += [*self.RIGHTS, *self.FRAME]
        for name in set(unasked):
            del self.fields[name]

    def clean(self):
        given = super().clean()
        if "description" in given and not given["description"] and not given["is_decorative"]:
            self.add_error("description", "Describe what is seen, or mark it as decoration only.")
        return given

    @property
    def frame(self):
        return [self[name] for name in self.FRAME if name in self.fields]

    @property
    def missing_rights(self):
        return [self[name] for name in self.RIGHTS if name in self.fields]

    @property
    def answer(self):
        """What the form or text that opened the window gets."""
        picture, given = self.instance, self.cleaned_data
        is_decorative = given.get("is_decorative", False)
        return {
            "id": picture.pk,
            "src": picture.get_absolute_url(),
            "alt": "" if is_decorative else given.get("description", ""),
            "caption": given.get("words_below", ""),
            "decorative": is_decorative,
        }


def card(picture):
    return {
        "id": picture.pk,
        "alt": picture.alt,
        "caption": picture.caption,
        "html": render_to_string("desk/picture_shown.html", look_of(picture)),
    }


@require_safe
def choose(request, model_admin):
    """A window over the library, newest first. What may not be shown now is greyed, with the reason."""
    form = FilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    pictures, _ = model_admin.get_search_results(request, Picture.objects.all(), wanted.get("q", ""))
    if wanted.get("collection"):
        pictures = pictures.filter(collections=wanted["collection"])
    if wanted.get("licence"):
        pictures = pictures.filter(licence=wanted["licence"])
    if wanted.get("shape"):
        pictures = of_shape(pictures, wanted["shape"])
    page = Paginator(pictures, SHOWN).get_page(request.GET.get("page"))
    purpose = {name: request.GET[name] for name in PURPOSES if name in request.GET}
    picked = picked_by(request)
    on_page = {picture.pk for picture in page}
    shown = [*(picture for picture in picked if picture.pk not in on_page), *page]
    return render(
        request,
        "desk/choose.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": "Choose pictures" if "several" in purpose else "Choose a picture",
            "is_popup": True,
            "form": form,
            "page": page,
            "cards": [{**look_of(picture), "is_picked": picture in picked} for picture in shown],
            "purpose": purpose,
            "query": urlencode(purpose),
            "is_filtered": any(wanted.values()),
            "upload_url": f"{reverse('admin:articles_picture_add')}?{urlencode({'choosing': urlencode(purpose)})}"
            if model_admin.has_add_permission(request)
            else "",
        },
    )


def use(request, model_admin):
    """Ask what is said of the chosen pictures where they go, and hand them over."""
    pictures = picked_by(request)
    purpose = {name: request.GET[name] for name in PURPOSES if name in request.GET}
    if not pictures:
        return redirect(f"{reverse('admin:articles_picture_choose')}?{urlencode(purpose)}")
    said = None
    if purpose.get("for") != "field":
        said = {name: request.GET[name] for name in ("alt", "caption", "decorative") if name in request.GET}
    forms_of_all = [
        UseForm(
            request.POST if request.method == "POST" else None,
            picture=picture,
            may_change=model_admin.has_change_permission(request, picture),
            said=said,
        )
        for picture in pictures
    ]
    refusals = [picture.refusal() for picture in pictures if not picture.is_usable()]
    answers = []
    if request.method == "POST" and forms.all_valid(forms_of_all) and not refusals:
        with transaction.atomic():
            for form in forms_of_all:
                keep(request, model_admin, form)
        answers = [form.answer for form in forms_of_all]
    return render(
        request,
        "desk/use.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": "Use a picture" if len(pictures) == 1 else f"Use {len(pictures)} pictures",
            "is_popup": True,
            "uses": [{**look_of(form.instance), "form": form} for form in forms_of_all],
            "refusals": refusals,
            "answers": json.dumps(answers) if answers else "",
            "purpose": purpose,
            "back": urlencode([*purpose.items(), *(("pick", picture.pk) for picture in pictures)]),
        },
    )


def keep(request, model_admin, form):
    """Save what belongs to the picture itself, if any of it was changed."""
    changed = [name for name in form.changed_data if name in form.Meta.fields]
    if changed:
        form.instance.save(update_fields=changed)
        words = ", ".join(str(form.fields[name].label).lower() for name in changed)
        model_admin.log_change(request, form.instance, f"Changed {words} while choosing it.")


@require_POST
def upload(request, model_admin):
    """Take in one file and answer with how it is shown, or why it is not taken, in words."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"problem": "Choose a file."}, status=400)
    try:
        picture, remark = take_in(file, request.user), ""
        model_admin.log_addition(request, picture, "Uploaded while choosing.")
    except reading.UnreadablePicture as error:
        return JsonResponse({"problem": str(error)}, status=400)
    except AlreadyThere as error:
        picture, remark = error.picture, str(error)
    purpose = {name: request.GET[name] for name in PURPOSES if name in request.GET}
    shown = {"card": look_of(picture), "purpose": purpose, "query": urlencode(purpose)}
    choice = render_to_string("desk/choose_card.html", shown)
    return JsonResponse({**card(picture), "remark": remark, "refusal": picture.refusal(), "choice": choice})


def picked_by(request):
    """The chosen pictures, in the order in which the address names them."""
    keys = [int(key) for key in request.GET.getlist("pick") if is_row_id(key)][:MOST]
    found = Picture.objects.in_bulk(keys)
    return [found[key] for key in dict.fromkeys(keys) if key in found]
