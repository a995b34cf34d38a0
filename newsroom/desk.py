"""The desk: the admin site, and its home made of panels that the apps register."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Panel:
    """A part of the desk's home.

    `context` gets the request and returns what `template` needs, or None where this person has no use for the
    panel; the template finds it as `panel`. Panels show in order of `position` in the `main` column or the `side` one.
    """

    template: str
    context: Callable[[HttpRequest], dict | None]
    position: int
    column: str = "main"


@dataclass(frozen=True)
class Destination:
    """A line of the desk's own navigation: who may see it, where it leads and how many things wait there.

    `icon` names a symbol of static/desk/icons.svg.
    """

    label: str
    url: Callable[[], str]
    icon: str
    position: int
    is_allowed: Callable[[HttpRequest], bool]
    count: Callable[[HttpRequest], int | None] = lambda request: None
    key: str = ""  # the letter that leads there after a g


panels: list[Panel] = []
then: list[Callable[[HttpRequest], None]] = []  # called once all panels have their rows, to read something for all
destinations: list[Destination] = []
pages: list[Callable[[admin.AdminSite], list]] = []  # each returns addresses of the desk that belong to no model


class DeskSite(admin.AdminSite):
    site_header = site_title = "Newsroom desk"
    index_title = "Desk"
    index_template = "desk/index.html"
    enable_nav_sidebar = True

    def get_urls(self):
        # The stock redirect to "view on site" tells anybody at the desk the address of any article.
        stock = [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]
        return [pattern for page in pages for pattern in page(self)] + stock

    def each_context(self, request):
        context = super().each_context(request)
        context["destinations"] = self.destinations(request) if self.has_permission(request) else []
        return context

    def destinations(self, request):
        lines = [
            {
                "label": item.label,
                "url": item.url(),
                "icon": item.icon,
                "count": item.count(request),
                "key": item.key,
                "is_current": False,
            }
            for item in sorted(destinations, key=lambda item: item.position)
            if item.is_allowed(request)
        ]
        # The desk's home is the beginning of every address, and a list that of its calendar: the longest counts.
        home = reverse(f"{self.name}:index")
        here = [line for line in lines if request.path.startswith(line["url"]) and line["url"] != home]
        here += [line for line in lines if request.path == line["url"] == home]
        if here:
            max(here, key=lambda line: len(line["url"]))["is_current"] = True
        return lines

    def index(self, request, extra_context=None):
        columns = {"main": [], "side": []}
        for panel in sorted(panels, key=lambda panel: panel.position):
            context = panel.context(request)
            if context is not None:
                columns[panel.column].append({"template": panel.template, **context})
        for read in then:
            read(request)
        return super().index(request, {"columns": columns, **(extra_context or {})})
