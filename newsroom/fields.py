from django.core.exceptions import ValidationError
from django_prose_editor.fields import ProseEditorField

from newsroom import html


class HTMLField(ProseEditorField):
    """HTML that obeys newsroom.html, whichever way it is written: form, save, bulk_create or update.

    Only what the database works out itself, an expression or SQL, is beyond its reach. For migrations it is a
    TextField, so they need neither the editor nor the policy.
    """

    def __init__(self, *args, **kwargs):
        # The editor's own sanitiser is left out: what it drops would not be cleaned but gone.
        super().__init__(*args, sanitize=lambda value: value, **kwargs)

    def clean(self, value, instance):
        try:
            return html.clean(super().clean(value, instance))
        except ValueError as error:
            raise ValidationError(str(error), code="too_much") from error

    def pre_save(self, instance, add):
        """Leave on the instance what is stored."""
        value = super().pre_save(instance, add)
        if isinstance(value, str):
            value = html.clean(value)
            setattr(instance, self.attname, value)
        return value

    def get_prep_value(self, value):
        # Look-ups come here too, so that get_or_create() finds what it created.
        value = super().get_prep_value(value)
        return html.clean(value) if isinstance(value, str) else value
