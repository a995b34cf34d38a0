from django.core.exceptions import ValidationError
from django_prose_editor.fields import ProseEditorField

from newsroom import html


def validate_length(value):
    if len(value) > html.MAX_LENGTH:
        raise ValidationError(
            f"The text is {len(value):,} characters long, with its markup; at most {html.MAX_LENGTH:,} can be kept.",
            code="max_length",
        )


class HTMLField(ProseEditorField):
    """HTML that obeys newsroom.html, whichever way it is written: form, save, bulk_create or update."""

    default_validators = [validate_length]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, sanitize=lambda value: value, **kwargs)

    def clean(self, value, instance):
        # The length is checked first: cleaning refuses what is longer.
        return html.clean(super().clean(value, instance))

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return html.clean(value) if isinstance(value, str) else value
