from django.utils.functional import SimpleLazyObject

from articles import breaking
from articles.brand import Brand
from articles.models import Category, Page, SiteSettings
from articles.page_keys import FRAME
from newsroom import pagestore


def _remembered(name, make):
    return pagestore.remembered(f"frame {name}", FRAME, make)


def _lazy(name, make):
    return SimpleLazyObject(lambda: _remembered(name, make))


def site_settings():
    """The settings of the site. Others have the same: change nothing in them."""
    return _remembered("site", SiteSettings.current)


def site(request):
    """What the frame of every page shows. Lazy: an answer without a frame asks the database nothing."""
    site = SimpleLazyObject(site_settings)
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
