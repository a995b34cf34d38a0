"""Pages of articles that cost the same wherever they are in the list, and however long it is."""

from django.core.paginator import EmptyPage, InvalidPage, Page, PageNotAnInteger, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.functional import cached_property

from articles import page_keys
from articles.models import Article, Byline
from articles.models.picture import SHOWN
from newsroom import pagestore

PAGE_SIZE = 20
COUNTED = 2000  # things of a list beyond which nobody is told how many there are, as components/story_count.html says
AHEAD = 2  # pages that are offered after one that lies beyond
LAST = 1_000_000  # the highest number that a page may have
_ON_CARDS = ("article", "position", "role", "author__name", "author__slug", "author__role", "author__picture")
_OF_FACES = [f"author__{picture}__{name}" for picture in ("picture", "picture__fallback") for name in SHOWN]
_BYLINES = Byline.objects.select_related("author").only(*_ON_CARDS)
_BYLINES_WITH_FACES = Byline.objects.select_related("author__picture__fallback").only(*_ON_CARDS, *_OF_FACES)


class LongPaginator(Paginator):
    """Counts no further than COUNTED; the pages beyond answer by their numbers, and know the next AHEAD of them."""

    @cached_property
    def count(self):
        return number_of(self.object_list[: COUNTED + 1])

    @property
    def is_capped(self):
        """Whether there are more than are counted."""
        return self.count > COUNTED and not self.ends

    ends = False  # whether a page beyond has seen the end of the list

    def page(self, number):
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        if not self.is_capped or start + self.per_page <= COUNTED:
            return super().page(number)
        found = list(self.object_list[start : start + (1 + AHEAD) * self.per_page + 1])
        if not found:
            raise EmptyPage("The list ends before this page.")
        self.ends = len(found) <= (1 + AHEAD) * self.per_page
        self.count = start + len(found)
        self.__dict__.pop("num_pages", None)  # which follows from the count that was made to begin with
        return Page(found[: self.per_page], number, self)

    def validate_number(self, number):
        try:
            return super().validate_number(number)
        except EmptyPage:
            if self.is_capped and 0 < int(number) <= LAST:
                return int(number)
            raise


def number_of(things):
    return things.count() if isinstance(things, QuerySet) else len(things)


def cards(ids):
    """Return the articles of these ids, in this order, with what a card shows. Others have the same: change nothing."""
    return stories_remembered("card", ids, _shown_with(_BYLINES), _keys_of_card)


def voices(ids):
    """The same with the portraits of who wrote them."""
    return stories_remembered("voice", ids, _shown_with(_BYLINES_WITH_FACES), _keys_of_card)


def _shown_with(bylines):
    return Article.objects.for_readers().prefetch_related(Prefetch("bylines", bylines))


def stories_remembered(kind, ids, stories, keys_of):
    """Return those of the stories with these ids, in this order; others have the same: change nothing in them.

    `keys_of` names what a public one shows. One that is not public is not remembered, since nobody purges it.
    """

    def read(ids):
        return stories.filter(pk__in=ids).in_bulk()

    found = pagestore.rows_remembered(kind, ids, read, lambda story: keys_of(story) if story.is_public() else ())
    return [found[pk] for pk in ids if pk in found]


def _keys_of_card(story):
    return page_keys.keys_shown(story).union(page_keys.profile(byline.author_id) for byline in story.bylines.all())


def page_of(request, ids, size=PAGE_SIZE):
    """Return the page of these articles that ?page= asks for, its object_list being cards.

    Only ids are counted and skipped, from a covering index; the rows of one page are read. Raises Http404.
    """
    page = numbered(request, ids, size, LongPaginator)
    page.object_list = cards(list(page.object_list))
    return page


def numbered(request, things, size=PAGE_SIZE, paginator=Paginator):
    """Return the page of anything that ?page= asks for. Raises Http404."""
    try:
        number = request.GET.get("page", "1")
        if not number.isascii():
            raise PageNotAnInteger("A page has a number.")
        return paginator(things, size).page(number)
    except InvalidPage as error:
        raise Http404("There is no such page.") from error


def page_numbers(page):
    """Return the numbers to offer, with None where some are left out."""
    numbers = [
        number if isinstance(number, int) else None
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    if getattr(page.paginator, "is_capped", False):  # nobody knows which page is the last
        while numbers[-1] is None or numbers[-1] > page.number + AHEAD:
            numbers.pop()
        numbers.append(None)
    return numbers
