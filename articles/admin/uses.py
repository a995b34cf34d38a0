"""Where pictures are used, in words and with links, as far as this person may see."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, Exists, F, Model, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

from articles.models import Article, Author, Document, Dossier, Page, Picture, Placement, Recording, SiteSettings
from articles.workflow import Standing, standing

# Each way in which something shows a picture: in words, the model, and the path from there to the picture.
WAYS = (
    ("Lead picture", Article, "lead_picture"),
    ("Text", Article, "illustrations__picture"),
    ("Text", Page, "illustrations__picture"),
    ("Portrait", Author, "picture"),
    ("Logo", SiteSettings, "logo"),
    ("Poster", Recording, "poster"),
    ("Cover", Document, "cover"),
    ("Fallback", Picture, "fallback"),
    ("Head", Dossier, "picture"),
    ("Place on a front", Placement, "picture"),
)


@dataclass(frozen=True)
class Use:
    way: str
    thing: Model
    standing: Standing | None = None  # of an article
    is_on_front: bool = False

    @property
    def url(self):
        """The form of what uses the picture, where the desk has one."""
        if not admin.site.is_registered(type(self.thing)):
            return ""
        if isinstance(self.thing, Placement):  # is changed on the front desk, not in a form
            return reverse("admin:articles_placement_changelist")
        return reverse(admin_name(self.thing), args=[quote(self.thing.pk)])

    @property
    def words(self):
        ending = ", which is on the front page" if self.is_on_front else ""
        link = format_html('<a href="{}">{}</a>', self.url, self.thing) if self.url else self.thing
        return format_html("{} of {}{}", self.way, link, ending)


@dataclass
class Uses:
    """What uses one picture: what this person may see, how much more there is of that, and what they may not see."""

    shown: list[Use] = field(default_factory=list)
    more: int = 0
    hidden: int = 0

    def __bool__(self):
        return bool(self.shown or self.hidden)


def admin_name(thing):
    return f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change"


def uses(pictures, user, most=20) -> dict[int, Uses]:
    """Return what uses each of these pictures, by its key; at most so many of each.

    Costs two queries, and one for each other way in which they are used at all.
    """
    keys = [picture.pk for picture in pictures]
    by_picture = defaultdict(Uses)
    for article in _articles(keys, user):
        use = Use(WAYS[article.way][0], article, standing(article), article.is_on_front)
        _add(by_picture[article.shows], use, article.is_seen, most)
    for number in _further_ways(keys):
        way, model, path = WAYS[number]
        may_see = user.has_perm(f"articles.view_{model._meta.model_name}")
        for thing in _light(model).annotate(shows=F(path)).filter(shows__in=keys):
            _add(by_picture[thing.shows], Use(way, thing), may_see, most)
    return by_picture


def _add(of_picture, use, may_see, most):
    if not may_see:
        of_picture.hidden += 1
    elif len(of_picture.shown) == most:
        of_picture.more += 1
    else:
        of_picture.shown.append(use)


def _articles(keys, user):
    """Articles that show one of the pictures, once for each way, without their texts; those changed last come first."""
    this = OuterRef("pk")
    light = Article.objects.defer("body", "body_text").annotate(
        is_seen=Exists(Article.objects.viewable_by(user).filter(pk=this)),
        is_on_front=Exists(Placement.objects.holding().filter(article=this)),
    )
    by_way = [
        light.annotate(shows=F(path), way=Value(number)).filter(shows__in=keys).order_by()
        for number, (_, model, path) in enumerate(WAYS)
        if model is Article
    ]
    return by_way[0].union(*by_way[1:], all=True).order_by("way", "-modified_at")


def _further_ways(keys):
    """The numbers of the ways in which anything but an article shows one of the pictures."""
    by_way = [
        model.objects.filter(**{f"{path}__in": keys}).order_by().values_list(Value(number))
        for number, (_, model, path) in enumerate(WAYS)
        if model is not Article
    ]
    return sorted(number for (number,) in by_way[0].union(*by_way[1:]).order_by())


def with_number_of_uses(pictures):
    """Say of each picture, as `number_of_uses`, how many things show it; in the same query."""
    counts = [
        Subquery(
            model.objects.filter(**{path: OuterRef("pk")})
            .order_by()
            .values(path)
            .annotate(uses=Count("pk"))
            .values("uses")
        )
        for _, model, path in WAYS
    ]
    return pictures.annotate(number_of_uses=sum((Coalesce(count, 0) for count in counts), start=Value(0)))


def _light(model):
    """Rows without their texts, the newest first."""
    things = model.objects.order_by("-pk")
    if model is Placement:
        return things.select_related("article")
    return things.defer("body") if model is Page else things
