"""Series, packages and topics: which stories of them readers get, in which order, and what stands beside a story."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from articles.models import Article, Dossier, Listing, Part
from articles.models.listing import in_topic

LISTED = 12  # parts that a box on an article's page names; the others are on the page of the series
MOST = 300  # parts of one series or package that are looked at there


def public_parts():
    return Part.objects.filter(Exists(Article.objects.published().filter(pk=OuterRef("article"))))


def shown():
    """The dossiers that the list of all shows: published, with something to read; `number` are chosen."""
    tagged = Exists(Listing.objects.filter(kind=Listing.Kind.TOPIC, number=OuterRef("pk")).public())
    return (
        Dossier.objects.published()
        .filter(Exists(public_parts().filter(dossier=OuterRef("pk"))) | Q(tagged, form=Dossier.Form.TOPIC))
        .annotate(
            number=Count("parts", filter=Exists(Article.objects.published().filter(pk=OuterRef("parts__article"))))
        )
        .order_by("title", "pk")
    )


def ids(dossier):
    """The public stories of a dossier for paging, each once: its parts in order, then what a topic's tags bring."""
    parts = Article.objects.published().filter(parts__dossier=dossier).order_by("parts__position", "parts__pk")
    parts = parts.values_list("pk", flat=True)
    if dossier.form != Dossier.Form.TOPIC:
        return parts
    chosen = list(parts[:MOST])
    return ChosenThenNewest(chosen, in_topic(dossier).exclude(article__in=chosen).ids())


def newest(dossier, number):
    """The newest public stories of a dossier as one query without an order, for its feed."""
    parts = Q(pk__in=dossier.parts.values("article"))
    if dossier.form == Dossier.Form.TOPIC:
        parts |= Q(pk__in=in_topic(dossier).ids()[:number])
    return Article.objects.published().filter(parts)


class ChosenThenNewest:
    """Ids that an editor put first, then those of a query, in the little of a queryset's shape that paging needs."""

    ordered = True

    def __init__(self, chosen, others):
        self.chosen, self.others = chosen, others

    def __getitem__(self, wanted):
        first = self.chosen[wanted]
        start, stop = (max(0, place - len(self.chosen)) for place in (wanted.start or 0, wanted.stop))
        return [*first, *self.others[start:stop]]


@dataclass(frozen=True)
class Place:
    """Where a story stands in a dossier: its number among the public parts, and those around it."""

    dossier: Dossier
    parts: list[Article]
    number: int

    @property
    def count(self):
        return len(self.parts)

    @property
    def is_series(self):
        return self.dossier.form == Dossier.Form.SERIES

    @property
    def previous(self):
        return self.parts[self.number - 2] if self.is_series and self.number > 1 else None

    @property
    def next(self):
        return self.parts[self.number] if self.is_series and self.number < self.count else None

    @property
    def first_listed(self):
        """The number of the first part that the box names, so that this story is among them."""
        return max(1, min(self.number - LISTED // 2, self.count - LISTED + 1))

    @property
    def listed(self):
        return self.parts[self.first_listed - 1 :][:LISTED]


def places(article):
    """Where a story stands in the published series, packages and topics it was chosen for, in one query."""
    found = {}
    parts = (
        public_parts()
        .filter(dossier__in=Part.objects.filter(article=article).values("dossier"), dossier__is_published=True)
        .select_related("dossier", "article")
        .defer("article__body", "article__body_text", "article__live_summary")
        .order_by("position", "pk")
    )
    for part in parts[: MOST * 2]:
        found.setdefault(part.dossier, []).append(part.article)
    return sorted(
        (
            Place(dossier, stories, stories.index(article) + 1)
            for dossier, stories in found.items()
            if article in stories
        ),
        key=lambda place: (list(Dossier.Form).index(place.dossier.form), place.dossier.pk),
    )
