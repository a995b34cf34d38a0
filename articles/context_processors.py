from django.utils.functional import SimpleLazyObject

from articles import breaking
from articles.brand import Brand
from articles.models import Category, Page, SiteSettings
from articles.page_keys import FRAME
from newsroom import pagestore


def _lazy(name, make):
    return SimpleLazyObject(lambda: pagestore.remembered(f"frame {name}", FRAME, make))


def site(request):
    """What the frame of every page shows. Lazy: an answer without a frame asks the database nothing."""
    site = _lazy("site", SiteSettings.current)
    pages = _lazy("pages", lambda: list(Page.objects.published().filter(is_in_footer=True).defer("body")))
    return {
        "site": site,
        "brand": SimpleLazyObject(lambda: Brand(site)),
        "breaking": _lazy("breaking", breaking.current),
        "sections": _lazy("sections", lambda: list(Category.objects.in_menu())),
        "pages": pages,
        "trust_pages": SimpleLazyObject(lambda: [page for page in pages if page.purpose]),
        "other_pages": SimpleLazyObject(lambda: [page for page in pages if not page.purpose]),
    }
