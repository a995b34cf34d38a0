"""The desk's forms about pictures."""

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from articles import reading
from articles.licences import Licence, Origin
from articles.models import Collection, Picture
from articles.uploads import having
from articles.widgets import MomentField, PictureWidget, RowField, TagsField, TagsWidget

ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/gif"
LIMITS = (
    f"JPEG, PNG, WebP, AVIF or GIF; at most {reading.MAX_BYTES // 1048576} MB"
    f" and {reading.MAX_PIXELS // 1_000_000} million pixels, less for some formats."
)
UNKNOWN = [("", "Not known")]


class KeywordsWidget(TagsWidget):
    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-suggestions"] = f"{reverse('admin:articles_picture_keywords')}?term="
        return context


class KeywordsField(TagsField):
    """Keywords, separated by commas; one that nobody used yet is made."""

    widget = KeywordsWidget


def already_there(picture):
    """Say in words, and with a link, which picture of the library has a file."""
    url = reverse("admin:articles_picture_change", args=[picture.pk])
    return format_html('This file is in the library already: <a href="{}">{}</a>.', url, picture)


class PictureForm(forms.ModelForm):
    """All that is said of a picture; a new one comes with its file."""

    file = forms.FileField(required=False, help_text=LIMITS, widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    keywords = KeywordsField(
        required=False, help_text="Separate with commas. For finding it again; readers do not see them."
    )
    fallback = RowField(
        Picture.objects.all(),
        widget=PictureWidget,
        required=False,
        help_text=Picture._meta.get_field("fallback").help_text,
    )
    found = None  # what the file of a new picture says of itself

    class Meta:
        model = Picture
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 3}),
            "caption": forms.Textarea(attrs={"rows": 3}),
            "collections": forms.CheckboxSelectMultiple,
        }
        labels = {"focal_x": "Across", "focal_y": "Down", "fallback": "Fallback"}
        help_texts = {"focal_x": "", "focal_y": ""}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if self.instance.pk:
            del self.fields["file"]  # another file takes its place by a way of its own
        # Fields are absent where the picture may only be looked at.
        if "licence" in self.fields:
            self.fields["licence"].choices = [*UNKNOWN, *Licence.choices]
        if "origin" in self.fields:
            self.fields["origin"].choices = Origin.choices

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            raise forms.ValidationError("Choose a file.", code="required")
        return file

    def clean_fallback(self):
        fallback = self.cleaned_data["fallback"]
        if fallback and fallback.pk == self.instance.pk:
            raise forms.ValidationError("A picture cannot stand in for itself.")
        return fallback

    def _post_clean(self):
        # The fields come first: a file fills in only what they leave empty.
        super()._post_clean()
        if self.cleaned_data.get("file"):
            try:
                self.found = self.instance.receive(self.cleaned_data["file"]).found
            except reading.UnreadablePicture as error:
                self.add_error("file", str(error))
            else:
                if other := having(self.instance.digest):
                    self.add_error("file", already_there(other))

    def _save_m2m(self):
        super()._save_m2m()
        if self.found:
            self.instance.keywords.add(*self.found.keywords)


class PanelForm(forms.ModelForm):
    """What is said most often of a picture, beside the list."""

    class Meta:
        model = Picture
        fields = ["focal_x", "focal_y", "alt", "credit", "licence"]
        widgets = {"alt": forms.Textarea(attrs={"rows": 2})}
        labels = {"focal_x": "Across", "focal_y": "Down", "alt": "Description for readers who can’t see it"}
        help_texts = dict.fromkeys(["focal_x", "focal_y", "alt", "credit"], "")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, label_suffix="", auto_id="panel_%s")
        self.fields["licence"].choices = [*UNKNOWN, *Licence.choices]


class UploadForm(forms.Form):
    """Where the uploaded files go; the files themselves are taken in one by one."""

    collection = RowField(Collection.objects.all(), required=False)

    @staticmethod
    def most():
        """Files that one request may bring."""
        return settings.DATA_UPLOAD_MAX_NUMBER_FILES or 1000


class ReplaceForm(forms.Form):
    file = forms.FileField(
        label="New file", help_text=LIMITS, widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": "Choose a file."},
    )  # fmt: skip


TEXTS = ("credit", "copyright", "terms", "source_name", "source_url")
MOMENTS = ("usable_from", "usable_until")
CHOICES = {
    "licence": [("none", "Not known"), *Licence.choices],
    "origin": [("none", Origin.HUMAN.label), *((value, label) for value, label in Origin.choices if value)],
}
SWITCHES = ("allows_sharing", "allows_feeds")
FILING = ("add_to", "remove_from", "add_keywords", "remove_keywords")


class BulkPictureForm(forms.Form):
    """What to change of many pictures. A field left alone changes nothing; to empty one has a tick of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in (*TEXTS, *MOMENTS):
            options = {"form_class": MomentField} if name in MOMENTS else {}
            field = Picture._meta.get_field(name).formfield(required=False, help_text="", **options)
            tick = forms.CheckboxInput(attrs={"aria-label": f"Empty {field.label.lower()}"})
            self.fields[name] = field
            self.fields[f"empty_{name}"] = forms.BooleanField(label="Empty it", required=False, widget=tick)
        for name, choices in CHOICES.items():
            self.fields[name] = forms.ChoiceField(
                label=Picture._meta.get_field(name).verbose_name.capitalize(),
                choices=[("", "As it is"), *choices],
                required=False,
            )
        for name in SWITCHES:
            self.fields[name] = forms.ChoiceField(
                label=Picture._meta.get_field(name).verbose_name.capitalize(),
                choices=[("", "As it is"), ("yes", "Yes"), ("no", "No")],
                required=False,
            )
        for name, label in (("add_to", "Add to collection"), ("remove_from", "Remove from collection")):
            self.fields[name] = RowField(Collection.objects.all(), label=label, required=False, empty_label="None")
        for name, label in (("add_keywords", "Add keywords"), ("remove_keywords", "Remove keywords")):
            self.fields[name] = KeywordsField(label=label, required=False)

    def rights(self):
        """The fields about rights, each with its tick, in the order of the form."""
        return [
            {"field": self[name], "empty": self[f"empty_{name}"] if f"empty_{name}" in self.fields else None}
            for name in ("credit", "copyright", "licence", "terms", "source_name", "source_url", *MOMENTS, "origin",
                         *SWITCHES)
        ]  # fmt: skip

    def filing(self):
        return [{"field": self[name]} for name in FILING]

    def clean(self):
        cleaned = super().clean()
        for name in (*TEXTS, *MOMENTS):
            if cleaned.get(name) and cleaned[f"empty_{name}"]:
                self.add_error(name, "Fill it in or empty it, not both.")
        if not self.errors and not self.values() and not any(bound["field"].data for bound in self.filing()):
            raise forms.ValidationError("Nothing is filled in, so nothing would change.")
        return cleaned

    def values(self):
        """What the fields of each picture become; those not named stay."""
        cleaned, values = self.cleaned_data, {}
        for name in (*TEXTS, *MOMENTS):
            if cleaned.get(f"empty_{name}"):
                values[name] = None if name in MOMENTS else ""
            elif cleaned.get(name):
                values[name] = cleaned[name]
        values |= {name: "" if cleaned[name] == "none" else cleaned[name] for name in CHOICES if cleaned.get(name)}
        values |= {name: cleaned[name] == "yes" for name in SWITCHES if cleaned.get(name)}
        return values
