"""What the moderators' queue says about time."""

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def waits(moment):
    """How long something has waited: “less than a minute”, “41 min”, “3 h”, “2 days”."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
