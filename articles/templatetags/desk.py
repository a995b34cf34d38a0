"""Time in the desk's words."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from articles.models import SiteSettings
from articles.page_keys import FRAME
from articles.workflow import name_of
from newsroom import pagestore

register = template.Library()


@register.simple_tag(takes_context=True)
def magazine_name(context):
    """The magazine's name; the admin's own pages use the name `site` for the host. Asks once a request."""
    request = context["request"]
    if not hasattr(request, "magazine_name"):
        names = SiteSettings.objects.values_list("name", flat=True)
        request.magazine_name = pagestore.remembered("frame name", FRAME, names.first) or SiteSettings().name
    return request.magazine_name


@register.filter
def day_and_time(moment):
    """“Today 18:00”, “Yesterday 07:00”, “12 March 18:00”, “12 March 2024”."""
    local, now = timezone.localtime(moment), timezone.localtime()
    days = (local.date() - now.date()).days
    if days in (-1, 0, 1):
        return f"{('Today', 'Tomorrow', 'Yesterday')[days]} {local:%H:%M}"
    if local.year == now.year:
        return f"{date_format(local, 'j F')} {local:%H:%M}"
    return date_format(local, "j F Y")


@register.filter
def within(moment):
    """The same within a sentence: “today 18:00”."""
    words = day_and_time(moment)
    return words[0].lower() + words[1:] if words[0] in "TY" else words


@register.filter
def ago(moment):
    """“Just now”, “12 min ago”, “3 h ago”, “Yesterday”, “Tuesday”, “12 March”."""
    local, now = timezone.localtime(moment), timezone.localtime()
    minutes = int((now - local).total_seconds() // 60)
    days = (now.date() - local.date()).days
    if minutes < 1:
        return "Just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 6 * 60 or days == 0:
        return f"{minutes // 60} h ago"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return date_format(local, "l")
    return date_format(local, "j F" if local.year == now.year else "j F Y")


@register.filter
def due(moment):
    """“Due today 15:00, in 28 min”, “Due yesterday 15:00, 20 h late”."""
    minutes = round((moment - timezone.now()).total_seconds() / 60)
    far = abs(minutes)
    distance = f"{far} min" if far < 60 else f"{far // 60} h" if far < 48 * 60 else f"{far // 1440} days"
    words = day_and_time(moment)
    words = words[0].lower() + words[1:]
    return f"Due {words}, in {distance}" if minutes >= 0 else f"Due {words}, {distance} late"


@register.filter
def person(user):
    """Somebody by the name the others know, not by the login."""
    return name_of(user)


@register.filter
def tone(user):
    """Which of the colours stands behind somebody's letters, always the same one."""
    return (user.pk or 0) % 6


@register.filter
def initials(user):
    """Two letters of a name, for where there is no picture."""
    words = name_of(user).split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
