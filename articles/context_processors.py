from django.utils.functional import SimpleLazyObject

from articles import breaking
from articles.brand import Brand
from articles.models import Category, Page, SiteSettings


def site(request):
    """What the frame of every page shows. Lazy: an answer without a frame asks the database nothing."""
    site = SimpleLazyObject(SiteSettings.current)
    pages = SimpleLazyObject(lambda: list(Page.objects.published().filter(is_in_footer=True).defer("body")))
    return {
        "site": site,
        "brand": SimpleLazyObject(lambda: Brand(site)),
        "breaking": SimpleLazyObject(breaking.current),
        "sections": SimpleLazyObject(lambda: list(Category.objects.in_menu())),
        "pages": pages,
        "trust_pages": SimpleLazyObject(lambda: [page for page in pages if page.purpose]),
        "other_pages": SimpleLazyObject(lambda: [page for page in pages if not page.purpose]),
    }
