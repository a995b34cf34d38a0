"""The page of what is read and recommended most."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles import most_read as ranking
from articles.models import Category
from articles.page_keys import rendered
from articles.paging import cards
from newsroom.pagestore import public

NUMBER = 10
PERIODS = {"day": _("Today"), "week": _("This week")}


@public
def most_read(request):
    period = "week" if request.GET.get("period") == "week" else "day"
    slug = request.GET.get("section", "")
    section = get_object_or_404(Category, slug=slug) if slug else None
    family = section and list(section.descendants(include_self=True))
    read = cards(ranking.ids(period, family, number=NUMBER))
    context = {
        # The order is remembered for a minute, within which a story may be taken down.
        "stories": [story for story in read if story.is_public()],
        "recommended": ranking.lines(ranking.recommended(NUMBER)),
        "section": section,
        "periods": [(name, address(key, section), key == period) for key, name in PERIODS.items()],
        "everything": address(period),
        "by_section": [(category, address(period, category)) for category in Category.objects.in_menu()],
        "canonical": request.build_absolute_uri(address(period, section)),
    }
    return rendered(request, "articles/most_read.html", context, seconds=ranking.KEPT)


def address(period, section=None):
    query = {"period": period} if period != "day" else {}
    if section:
        query["section"] = section.slug
    return reverse("articles:most_read") + (f"?{urlencode(query)}" if query else "")
