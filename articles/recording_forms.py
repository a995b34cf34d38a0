"""The desk's forms about recordings and documents."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from articles import documents, recordings
from articles.licences import Licence, Origin
from articles.models import Document, Picture, Recording
from articles.widgets import PictureWidget, RowField

SOUNDS = "audio/*,video/mp4,video/webm,.mp3,.m4a,.aac,.ogg,.oga,.opus,.wav,.flac,.mp4,.webm"


class KeptFileInput(forms.ClearableFileInput):
    """A file that is kept where nobody has an address for it: it is named, not linked."""

    template_name = "desk/widgets/kept_file.html"

    def is_initial(self, value):
        return bool(value and getattr(value, "name", "") and not isinstance(value, UploadedFile))


class KeptForm(forms.ModelForm):
    """What recordings and documents have in common: words, rights, and a file where a new one is sent."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        # Fields are absent where it may only be looked at.
        if "copyright" in self.fields:
            self.fields["copyright"].help_text = "As the owner wants it; readers see it beside the credit."
        if "licence" in self.fields:
            self.fields["licence"].choices = [("", "Not known"), *Licence.choices]
        if "origin" in self.fields:
            self.fields["origin"].choices = [("", "Made by people"), *Origin.choices[1:]]

    def take(self, name, receive, refusals):
        """Have the row receive a file that was sent, and say in words why it cannot."""
        file = self.cleaned_data[name]
        if isinstance(file, UploadedFile):
            try:
                receive(file)
            except refusals as error:
                raise forms.ValidationError(str(error)) from error
        return file


class RecordingForm(KeptForm):
    file = forms.FileField(
        required=False,
        max_length=300,
        help_text="MP3, M4A, Ogg, WAV or FLAC, at most"
        f" {recordings.MAX_BYTES['audio'] // recordings.MEGABYTE} MB; MP4 or WebM,"
        f" at most {recordings.MAX_BYTES['video'] // recordings.MEGABYTE:,} MB.",
        widget=KeptFileInput(attrs={"accept": SOUNDS}),
    )
    captions = forms.FileField(
        required=False,
        max_length=300,
        help_text=Recording._meta.get_field("captions").help_text,
        widget=KeptFileInput(attrs={"accept": ".vtt,text/vtt"}),
    )
    poster = RowField(
        Picture.objects.all(),
        required=False,
        widget=PictureWidget,
        help_text=Recording._meta.get_field("poster").help_text,
    )

    class Meta:
        model = Recording
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        labels = {"provider_url": "Or at a provider", "seconds": "Length in seconds"}
        help_texts = {
            "provider_url": "Its address there: YouTube, Vimeo, SoundCloud, Spotify or Apple Podcasts.",
            "seconds": "Most files say it themselves.",
        }

    def clean_file(self):
        return self.take("file", self.instance.receive, recordings.UnreadableRecording)

    def clean_captions(self):
        return self.take("captions", self.instance.receive_captions, recordings.UnreadableRecording)

    def clean(self):
        cleaned = super().clean()
        if isinstance(cleaned.get("file"), UploadedFile) and self.instance.seconds:
            cleaned["seconds"] = self.instance.seconds
        if "file" not in self.errors and not cleaned.get("file") and not cleaned.get("provider_url"):
            self.add_error("file", "Choose a file, or give an address at a provider.")
        return cleaned


class DocumentForm(KeptForm):
    file = forms.FileField(
        required=False,
        max_length=300,
        label="PDF",
        help_text=f"At most {documents.MAX_BYTES // recordings.MEGABYTE} MB and {documents.MAX_PAGES:,} pages.",
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    class Meta:
        model = Document
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def clean_file(self):
        if not self.cleaned_data["file"]:
            raise forms.ValidationError("Choose a file.", code="required")
        return self.take("file", self.instance.receive, documents.UnreadableDocument)
