"""Pages of articles that cost the same wherever they are in the list, and however long it is."""

from django.core.paginator import EmptyPage, InvalidPage, Page, PageNotAnInteger, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.functional import cached_property

from articles import page_keys
from articles.models import Article, Byline
from articles.models.picture import SHOWN
from newsroom import keyset, pagestore

PAGE_SIZE = 20
COUNTED = 2000  # things of a list beyond which nobody is told how many there are, as components/story_count.html says
AHEAD = 2  # pages that are offered after one that lies beyond
LAST = 1_000_000  # the highest number that a page may have
_ON_CARDS = ("article", "position", "role", "author__name", "author__slug", "author__role", "author__picture")
_OF_FACES = [f"author__{picture}__{name}" for picture in ("picture", "picture__fallback") for name in SHOWN]
_BYLINES = Byline.objects.select_related("author").only(*_ON_CARDS)
_BYLINES_WITH_FACES = Byline.objects.select_related("author__picture__fallback").only(*_ON_CARDS, *_OF_FACES)


class LongPaginator(Paginator):
    """Counts no further than COUNTED; the pages beyond answer by their numbers, and know the next AHEAD of them.

    A page beyond also answers by its place, `after` the last of the one before it (see newsroom/keyset.py), so that
    nothing before it is read, and nothing is missed or seen twice where stories come or go while somebody pages. By
    the `key` of a list of readers it is remembered how many there are.
    """

    def __init__(self, things, size, order=(), after="", key=None):
        super().__init__(things, size)
        self.key = key
        self.order = order  # of a query for ids: the columns by which it is sorted, the id the last
        self.place = keyset.read(after, things.model, order) if after and order else None
        self.places = {}  # where the pages around one beyond begin, by their numbers
        self.ends = False  # whether a page beyond has seen the end of the list

    @cached_property
    def count(self):
        def read():
            return number_of(self.object_list[: COUNTED + 1])

        return read() if self.key is None else pagestore.one_remembered("count", self.key, read, lambda _: {self.key})

    @property
    def is_capped(self):
        """Whether there are more than are counted."""
        return self.count > COUNTED and not (self.ends and self.place is None)

    def page(self, number):
        if self.place and _is_beyond(number, self.per_page):
            return self._at_place(int(number))
        self.place = None
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        if not self.is_capped or start + self.per_page <= COUNTED:
            return super().page(number)
        return self._beyond(number, list(self._rows[start : start + self._reach]))

    def validate_number(self, number):
        try:
            return super().validate_number(number)
        except EmptyPage:
            if self.is_capped and 0 < int(number) <= LAST:
                return int(number)
            raise

    @property
    def _reach(self):
        return (1 + AHEAD) * self.per_page + 1

    @property
    def _rows(self):
        """The ids, with the columns by which they are sorted before them where these make a place."""
        if not self.order:
            return self.object_list
        return self.object_list.values_list(*(name.lstrip("-") for name in self.order))

    def _at_place(self, number):
        opposite = keyset.opposite(self.order)
        earlier = keyset.after(self._rows.order_by(*opposite), opposite, self.place)[: AHEAD * self.per_page]
        return self._beyond(
            number, list(keyset.after(self._rows, self.order, self.place)[: self._reach]), list(earlier)
        )

    def _beyond(self, number, rows, earlier=()):
        if not rows:
            raise EmptyPage("The list ends before this page.")
        self.ends = len(rows) < self._reach
        self.count = (number - 1) * self.per_page + len(rows)
        self.__dict__.pop("num_pages", None)  # which follows from the count that was made to begin with
        if not self.order:
            return Page(rows[: self.per_page], number, self)
        last = range(self.per_page - 1, AHEAD * self.per_page, self.per_page)  # of pages
        self.places |= {number + step: rows[at] for step, at in enumerate(last, 1) if at < len(rows) - 1}
        self.places |= {number - step: earlier[at] for step, at in enumerate(last, 1) if at < len(earlier)}
        return Page([pk for *_, pk in rows[: self.per_page]], number, self)


def _order_of(ids):
    """The columns by which ids are sorted, the id the last; nothing where they are sorted by something else."""
    order = ids.query.order_by if isinstance(ids, QuerySet) else ()
    return order if order and order[-1] in ("-article", "-id") else ()


def _is_beyond(number, size):
    """Whether a page lies where places are asked for."""
    return number.isdecimal() and len(number) <= len(str(LAST)) and COUNTED < int(number) * size <= LAST * size


def number_of(things):
    return things.count() if isinstance(things, QuerySet) else len(things)


def cards(ids):
    """Return the articles of these ids, in this order, with what a card shows. Others have the same: change nothing."""
    return stories_remembered("card", ids, lambda: _shown_with(_BYLINES), _keys_of_card)


def voices(ids):
    """The same with the portraits of who wrote them."""
    return stories_remembered("voice", ids, lambda: _shown_with(_BYLINES_WITH_FACES), _keys_of_card)


def _shown_with(bylines):
    return Article.objects.for_readers().prefetch_related(Prefetch("bylines", bylines))


def stories_remembered(kind, ids, stories, keys_of):
    """Return those of the `stories()` with these ids, in this order; others have the same: change nothing in them.

    `keys_of` names what a public one shows. One that is not public is not remembered, since nobody purges it.
    """

    def read(ids):
        return stories().filter(pk__in=ids).in_bulk()

    found = pagestore.rows_remembered(kind, ids, read, lambda story: keys_of(story) if story.is_public() else ())
    return [found[pk] for pk in ids if pk in found]


def _keys_of_card(story):
    return page_keys.keys_shown(story).union(page_keys.profile(byline.author_id) for byline in story.bylines.all())


def page_of(request, ids, size=PAGE_SIZE, key=None):
    """Return the page of these articles that ?page= asks for, its object_list being cards; `key` is that of the list.

    Only ids are counted and skipped, from a covering index; the rows of one page are read. Raises Http404.
    """
    page = long_page(request, ids, size, key)
    page.object_list = cards(list(page.object_list))
    return page


def long_page(request, ids, size=PAGE_SIZE, key=None):
    """Return the page of these ids that ?page=, with or without ?after=, asks for. Raises Http404."""
    return _asked(request, LongPaginator(ids, size, _order_of(ids), request.GET.get("after", ""), key))


def numbered(request, things, size=PAGE_SIZE, paginator=Paginator):
    """Return the page of anything that ?page= asks for. Raises Http404."""
    return _asked(request, paginator(things, size))


def _asked(request, paginator):
    try:
        number = request.GET.get("page", "1")
        if not number.isascii():
            raise PageNotAnInteger("A page has a number.")
        return paginator.page(number)
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
        if not page.paginator.ends:
            numbers.append(None)
    return numbers


def query_of(page, number):
    """What asks for a page near one in hand: its number, and beyond what is counted its place."""
    place = getattr(page.paginator, "places", {}).get(number)
    after = f"&after={keyset.written(place)}" if place and _is_beyond(str(number), page.paginator.per_page) else ""
    return f"page={number}{after}"
