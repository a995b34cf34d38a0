"""Where pictures are used, in words and with links, as far as this person may see."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, F, Model, OuterRef, Subquery, Value
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
    """Return what uses each of these pictures, by its key; at most so many of each."""
    keys = [picture.pk for picture in pictures]
    found = [
        (thing.shows, way, thing)
        for way, model, path in WAYS
        for thing in _light(model).annotate(shows=F(path)).filter(shows__in=keys)
    ]
    articles = [thing.pk for _, _, thing in found if isinstance(thing, Article)]
    seen = set(Article.objects.viewable_by(user).filter(pk__in=articles).values_list("pk", flat=True))
    on_front = set(Placement.objects.holding().filter(article__in=seen).values_list("article", flat=True))
    by_picture = defaultdict(Uses)
    for key, way, thing in found:
        of_picture = by_picture[key]
        is_article = isinstance(thing, Article)
        if not (thing.pk in seen if is_article else user.has_perm(f"articles.view_{thing._meta.model_name}")):
            of_picture.hidden += 1
        elif len(of_picture.shown) == most:
            of_picture.more += 1
        elif is_article:
            of_picture.shown.append(Use(way, thing, standing(thing), thing.pk in on_front))
        else:
            of_picture.shown.append(Use(way, thing))
    return by_picture


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


def _others(model):
    things = model.objects.order_by("-pk")
    return things.select_related("article") if model is Placement else things


def _light(model):
    """Rows without their texts, those first that were touched last."""
    if model is Article:
        return Article.objects.defer("body", "body_text").order_by("-modified_at")
    return model.objects.defer("body") if model is Page else _others(model)
