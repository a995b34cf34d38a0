"""Pages of articles that cost the same wherever they are in the list."""

from django.core.paginator import InvalidPage, PageNotAnInteger, Paginator
from django.db.models import Prefetch
from django.http import Http404

from articles.models import Article, Byline

PAGE_SIZE = 20
BYLINES = Prefetch(
    "bylines",
    Byline.objects.select_related("author").only(
        "article", "position", "role", "author__name", "author__slug", "author__role", "author__picture"
    ),
)


def cards(ids):
    """Return the articles of these ids, in this order, with what a card shows."""
    found = Article.objects.filter(pk__in=ids).for_readers().prefetch_related(BYLINES).in_bulk()
    return [found[pk] for pk in ids if pk in found]


def page_of(request, articles, size=PAGE_SIZE):
    """Return the page of `articles` that ?page= asks for, its object_list being cards.

    Only ids are counted and skipped, from a covering index; the rows of one page are read. Raises Http404.
    """
    page = numbered(request, articles.values_list("pk", flat=True), size)
    page.object_list = cards(list(page.object_list))
    return page


def numbered(request, things, size=PAGE_SIZE):
    """Return the page of anything that ?page= asks for. Raises Http404."""
    try:
        number = request.GET.get("page", "1")
        if not number.isascii():
            raise PageNotAnInteger("A page has a number.")
        return Paginator(things, size).page(number)
    except InvalidPage as error:
        raise Http404("There is no such page.") from error


def page_numbers(page):
    """Return the numbers to offer, with None where some are left out."""
    return [
        number if isinstance(number, int) else None
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
