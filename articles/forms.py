"""The desk's forms."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone

from articles import renditions
from articles.models import Article, Author, Category, Picture, Tag
from articles.models.article import Status
from articles.models.picture import Licence
from articles.models.site import CommentsPolicy
from articles.widgets import PictureWidget, RowField, RowsField, TagsField
from articles.workflow import is_ahead, standing
from newsroom import html

WRITING = {"autocomplete": "off", "spellcheck": "true"}


class SectionLabels:
    def label_from_instance(self, category):
        return "\u2003" * getattr(category, "tree_depth", 0) + category.name


class SectionField(SectionLabels, RowField):
    """A section, chosen from the tree."""


class SectionsField(SectionLabels, RowsField):
    """Any number of sections, chosen from the tree."""


class ArticleForm(forms.ModelForm):
    """What is written and filed. The status is not in it: the buttons are `step`, and `user` presses them."""

    user = None
    step = None

    lead_picture = forms.ModelChoiceField(Picture.objects.all(), widget=PictureWidget, required=False)
    tags = TagsField(required=False, help_text="Separate with commas. A new name makes a new tag.")

    class Meta:
        model = Article
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "placeholder": "Headline", "data-one-line": True, **WRITING}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "placeholder": "Standfirst", **WRITING}),
            "kicker": forms.TextInput(attrs={"placeholder": "Kicker"}),
            "source_note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        direction = self.instance.direction
        for name in ("headline", "standfirst", "kicker", "body"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"dir": direction, "lang": self.instance.language}

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean_tags(self):
        names = self.cleaned_data["tags"]
        if not self.user.has_perm("articles.add_tag"):
            known = {name.casefold() for name in Tag.objects.values_list("name", flat=True)}
            if unknown := [name for name in names if name.casefold() not in known]:
                raise forms.ValidationError(f"There is no tag “{unknown[0]}”. An editor can make it.")
        return names

    def _post_clean(self):
        super()._post_clean()
        article = self.instance
        if self.step is not None and not self.step.leads_from(article):
            self.add_error(
                None, f"Somebody was quicker: this article is {standing(article).label.lower()} already. Look again."
            )
        stays_public = article.status == Status.PUBLISHED and (self.step is None or self.step.goes_public)
        if stays_public or (self.step is not None and self.step.goes_public):
            article.body_text = html.text(article.body)  # save() would do it, too late for this question
            for field, message in article.obstacles().items():
                if field not in self.errors:
                    self.add_error(field if field in self.fields else NON_FIELD_ERRORS, message)
        if stays_public and article.published_at is None and "published_at" in self.fields:
            self.add_error(
                "published_at", "It is published, so it needs a date. To take it off the site, take it down."
            )
        if self.step is not None and self.step.goes_public and not self.errors:
            self._check_expiry(article)

    def _check_expiry(self, article):
        # Publishing sets the date, so the database's own rule cannot have seen it yet.
        ahead = self.step.name == "publish" and is_ahead(article.published_at)
        goes_out_at = article.published_at if ahead else timezone.now()
        if article.expires_at is not None and timezone.now() < article.expires_at <= goes_out_at:
            self.add_error("expires_at", "An article expires after it goes out.")


class PictureForm(forms.ModelForm):
    """A picture's words, and its file where a new one is sent."""

    file = forms.FileField(
        required=False,
        help_text=f"JPEG, PNG, WebP, AVIF or GIF; at most {renditions.MAX_BYTES // 1048576} MB"
        f" and {renditions.MAX_PIXELS // 1_000_000} million pixels.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}),
    )

    class Meta:
        model = Picture
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 3}),
            "caption": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {"focal_x": "Across", "focal_y": "Down"}
        help_texts = {"focal_x": "", "focal_y": ""}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if "licence" in self.fields:  # absent where the picture may only be looked at
            self.fields["licence"].choices = [("", "Not known"), *Licence.choices]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file:
            try:
                self.instance.receive(file)
            except renditions.UnreadablePicture as error:
                raise forms.ValidationError(str(error)) from error
        elif not self.instance.original:
            raise forms.ValidationError("Choose a file.", code="required")
        return file


class MoveForm(forms.Form):
    category = SectionField(Category.objects.none(), label="Section")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.with_tree_fields()


class TagForm(forms.Form):
    tags = TagsField(label="Tags", help_text="Separate with commas. A new name makes a new tag.")


class CommentsPolicyForm(forms.Form):
    comments_policy = forms.ChoiceField(
        label="Comments", choices=[("", "As the site says"), *CommentsPolicy.choices], required=False
    )


class MergeForm(forms.Form):
    """Which of the chosen tags or authors the others become part of."""

    target = forms.ModelChoiceField(Tag.objects.none(), label="Keep", empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = chosen
        self.fields["target"].initial = chosen.first()


class AuthorForm(forms.ModelForm):
    picture = forms.ModelChoiceField(Picture.objects.all(), widget=PictureWidget, required=False)

    class Meta:
        model = Author
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"bio": forms.Textarea(attrs={"rows": 5}), "links": forms.Textarea(attrs={"rows": 3})}
