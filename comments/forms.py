import secrets
import time

from django import forms
from django.core import signing
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.newsletter import NewsletterForm
from comments.characters import normalise, normalise_line
from comments.gates import HARD_LIMIT, MAX_LENGTH, too_long
from comments.models.report import Complaint

TOKEN_SALT = "comments.write"  # noqa: S105 (names a purpose, is no secret)
TOKEN_LIFE = 24 * 3600  # seconds a form may stay open


class PlainTextField(forms.CharField):
    """Text that is normalised before it is looked at, and refused unread beyond the hard limit."""

    def __init__(self, *, normalise=normalise, **kwargs):
        self.normalise = normalise
        super().__init__(strip=False, **kwargs)

    def to_python(self, value):
        if value and len(value) > HARD_LIMIT:
            raise forms.ValidationError(too_long(value), code="max_length")
        return super().to_python(self.normalise(value) if value else value)


class Token:
    """What a form was made for and when: signed, so that it is good for nothing else, and good once."""

    def __init__(self, article, parent, nonce=None, shown_at=None):
        self.article, self.parent = article, parent
        self.nonce = nonce or secrets.token_urlsafe(24)
        self.shown_at = shown_at or time.time()

    def __str__(self):
        return signing.dumps([self.purpose, self.nonce, self.shown_at], salt=TOKEN_SALT)

    @property
    def purpose(self):
        return f"{self.article.pk}/{self.parent.public_id if self.parent else ''}"

    @property
    def seconds(self):
        return time.time() - self.shown_at

    def renewed(self):
        """The same chance to post once, with the clock set back to nothing."""
        return Token(self.article, self.parent, self.nonce)

    @classmethod
    def read(cls, text, article, parent):
        """Return the token, or None where it was not made for this article and this parent."""
        try:
            purpose, nonce, shown_at = signing.loads(text, salt=TOKEN_SALT)
        except signing.BadSignature:
            return None
        token = cls(article, parent, nonce, shown_at)
        return token if token.purpose == purpose else None


class CommentForm(forms.Form):
    incomplete = _("This form did not come through whole. Your text is here: send it once more.")
    expired = _("This form was open for more than a day. Your text is here: send it once more.")
    orphaned = _(
        "The comment you answer is not here any more. Your text is: sent once more, it stands as a comment of its own."
    )

    body = PlainTextField(
        label=_("Comment"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "class": "form-control"}),
        error_messages={
            "required": _("Write something first."),
            "max_length": _("This is %(show_value)d characters long. A comment can have %(limit_value)d."),
        },
    )
    name = PlainTextField(
        label=pgettext_lazy("of a commenter", "Name"),
        max_length=100,
        normalise=normalise_line,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "form-control"}),
        error_messages={
            "required": _("Give a name to show beside your comment."),
            "max_length": _("This name is %(show_value)d characters long. It can have %(limit_value)d."),
        },
    )
    email = forms.EmailField(
        label=pgettext_lazy("of a commenter", "Email"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
        help_text=_("Not shown. Moderators use it to know you again."),
        error_messages={"invalid": _("This does not look like an e-mail address. You can leave it out.")},
    )
    notify = forms.BooleanField(label=_("Email me when someone replies or a moderator decides"), required=False)
    website = forms.Field(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))
    token = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, article, parent=None, is_parent_missing=False, **kwargs):
        self.article, self.parent, self.is_parent_missing = article, parent, is_parent_missing
        super().__init__(*args, auto_id="comment_%s", **kwargs)
        # The browser's own limit would cut a pasted text off without a word.
        for name in ("body", "name", "email"):
            self.fields[name].widget.attrs.pop("maxlength", None)
        limit = number_format(MAX_LENGTH, force_grouping=True)
        self.fields["body"].help_text = _("Up to %(limit)s characters of plain text.") % {"limit": limit}
        self.initial["token"] = str(Token(article, parent))

    def clean(self):
        token = Token.read(self.cleaned_data["token"] or "", self.article, self.parent)
        if token is None:
            self.offer(Token(self.article, self.parent))
            raise forms.ValidationError(self.orphaned if self.is_parent_missing else self.incomplete)
        if token.seconds > TOKEN_LIFE:
            self.offer(token.renewed())
            raise forms.ValidationError(self.expired)
        self.cleaned_data["token"] = token

    def offer(self, token):
        """Show the reader another token than the one that came in."""
        self.data = self.data.copy()
        self.data["token"] = str(token)


class AddressForm(forms.Form):
    email = NewsletterForm.base_fields["email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="address_%s", **kwargs)
        self.fields["email"].widget.attrs.pop("maxlength", None)  # would cut a pasted address off without a word


class EditForm(forms.Form):
    body = PlainTextField(
        label=_("Comment"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "class": "form-control"}),
        error_messages=CommentForm.base_fields["body"].error_messages,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="edit_%s", **kwargs)
        self.fields["body"].widget.attrs.pop("maxlength", None)


class AppealForm(forms.Form):
    statement = PlainTextField(
        label=_("What speaks for your comment"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=_("Up to 500 characters, for the moderator who looks again."),
        error_messages={"max_length": _("This is %(show_value)d characters long. It can have %(limit_value)d.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="appeal_%s", **kwargs)
        self.fields["statement"].widget.attrs.pop("maxlength", None)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Complaint.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong with the comment.")},
    )
    text = PlainTextField(
        label=_("A word to the moderators"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"max_length": _("This is %(show_value)d characters long. It can have %(limit_value)d.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="report_%s", **kwargs)
        self.fields["text"].widget.attrs.pop("maxlength", None)
