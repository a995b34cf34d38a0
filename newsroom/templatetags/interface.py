"""The language of the interface, for pages that hold texts in others."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from newsroom.interface import direction, language

register = template.Library()


@register.simple_tag
def interface():
    """Print both attributes of words of the interface inside a text in another language: lang="en-GB" dir="ltr"."""
    return format_html('lang="{}" dir="{}"', language(), direction())


@register.simple_tag
def interface_language():
    """Print the language alone, where the direction of what stands around is to be kept."""
    return language()


@register.simple_tag
def interface_direction():
    """Print the direction alone."""
    return direction()


@register.simple_tag
def first_script():
    """Print what runs before the first paint; the Content-Security-Policy names it by its hash."""
    return mark_safe(f"<script>{settings.FIRST_SCRIPT}</script>")
