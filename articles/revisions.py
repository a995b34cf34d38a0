"""Versions of an article: what each holds, how one is taken, and how one is put into the article.

A snapshot is what JSON can say: words, numbers of rows, moments in UTC. It holds all that is edited at the form, tags,
bylines and related stories included, and nothing of where the article stands or who has it in hand.
"""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import CharField, Max, Value
from django.utils import timezone

from articles.models import Article, ArticleTag, Author, Byline, Category, Picture, RelatedChoice, Revision
from articles.models.article import Status
from newsroom.prepared import Prepared, alike

WORDS = (
    "kicker", "headline", "standfirst", "body", "live_summary", "kind", "reviewed", "rating", "category",
    "lead_picture", "lead_alt", "lead_is_decorative", "lead_caption", "language", "original_language",
    "translation_of", "source_title", "source_author", "source_publisher", "source_url", "source_licence",
    "source_note", "headline_ideas", "search_title", "search_description", "share_title",
)  # fmt: skip
# What belongs to the course of things: an earlier version that is restored leaves it as it is now.
COURSE = ("slug", "published_at", "updated_at", "expires_at", "comments_policy", "live_ended_at")
PLAIN = WORDS + COURSE
LISTS = ("categories", "tags", "bylines", "related")
_ROWS = {"category": Category, "lead_picture": Picture, "translation_of": Article}


def plain_value(article, name):
    """What a snapshot says of one field."""
    value = getattr(article, Article._meta.get_field(name).attname)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value:.1f}" if isinstance(value, Decimal | float) else value


def plain_values(article):
    return {name: plain_value(article, name) for name in PLAIN}


def snapshot(article):
    """Return the article as it is stored, its lists in one query."""
    lists = {name: [] for name in LISTS}
    for at, _, _, number, word in sorted(_listed(article=article.pk)):
        name = LISTS[at]
        lists[name].append({"tags": word, "bylines": [number, word]}.get(name, number))
    return plain_values(article) | lists


@Prepared
def _listed(*, article):
    """What each of LISTS holds of an article: which list, two numbers to sort by, what is there."""
    nothing = Value("", CharField())
    return [
        alike(Article.categories.through.objects.filter(article=article), 0, 0, "category", "category", nothing),
        alike(ArticleTag.objects.filter(content_object=article), 1, 0, 0, 0, "tag__name"),
        alike(Byline.objects.filter(article=article), 2, "position", "pk", "author", "role"),
        alike(RelatedChoice.objects.filter(article=article), 3, "position", "pk", "other", nothing),
    ]


def put(article, values):
    """Set the plain fields of an article in hand from a snapshot or a part of one; nothing is saved."""
    for name in PLAIN:
        if name in values:
            field = Article._meta.get_field(name)
            target = field.target_field if field.is_relation else field
            setattr(article, field.attname, target.to_python(values[name]))


@transaction.atomic(savepoint=False)
def apply(article, values, is_asked=False):
    """Save a snapshot, or a part of one, into the article. Tags that are gone come back, other things are left out.

    Of what is published the gates are asked, as `Article.save()` says.
    """
    values = without_what_is_gone(values)
    put(article, values)
    if article.status == Status.PUBLISHED and not article.is_issued() and article.published_at:
        article.first_published_at = article.published_at  # nobody has seen the address yet, so it moves along
    article.save(is_asked=is_asked)
    if "categories" in values:
        article.categories.set(values["categories"])
    if "tags" in values:
        article.tags.set(values["tags"])
    if "bylines" in values:
        _arrange(article.bylines, values["bylines"], ("author_id", "role"), Byline, article)
    if "related" in values:
        _arrange(
            article.related_choices, [[other] for other in values["related"]], ("other_id",), RelatedChoice, article
        )


def without_what_is_gone(values):
    """Return a snapshot without the sections, people, pictures and stories that were deleted since."""
    values = dict(values)
    for name, model in _ROWS.items():
        if values.get(name) is not None and not model.objects.filter(pk=values[name]).exists():
            values[name] = None
    for name, model, of in (
        ("categories", Category, lambda entry: entry),
        ("bylines", Author, lambda entry: entry[0]),
        ("related", Article, lambda entry: entry),
    ):
        if values.get(name):
            there = set(model.objects.filter(pk__in={of(entry) for entry in values[name]}).values_list("pk", flat=True))
            values[name] = [entry for entry in values[name] if of(entry) in there]
    return values


def _arrange(rows, wanted, key, model, article):
    """Have exactly the wanted rows, in their order; those that are there already stay the same rows."""
    there = {tuple(getattr(row, name) for name in key): row for row in rows.all()}
    wanted = {tuple(entry): position for position, entry in enumerate(wanted)}
    if gone := [row.pk for entry, row in there.items() if entry not in wanted]:
        rows.filter(pk__in=gone).delete()
    for entry, position in wanted.items():
        row = there.get(entry)
        if row is None:
            model.objects.create(article=article, position=position, **dict(zip(key, entry, strict=True)))
        elif row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def take(article, values, by=None, note="", went_live_at=None):
    """Keep a snapshot as the next version of an article."""
    last = article.revisions.aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        article=article,
        number=last + 1,
        made_by=by,
        note=note.strip()[:300],
        snapshot=values,
        went_live_at=went_live_at,
    )


def record(article, by=None, note=""):
    """Return the version that says what is stored: the last one, or a new one where something differs from it."""
    values, last = snapshot(article), article.revisions.first()
    return last if last and last.snapshot == values else take(article, values, by, note)


def mark_live(article, by=None):
    """Note that what is stored is what readers get, now or from its moment on."""
    revision = record(article, by)
    forget_planned(article)
    revision.went_live_at = max(timezone.now(), article.published_at)
    revision.save(update_fields=["went_live_at"])
    return revision


def forget_planned(article):
    """No version that was to go out at a moment to come will: another does, or none."""
    article.revisions.filter(went_live_at__gt=timezone.now()).update(went_live_at=None)


def last_live(article):
    """The version that was published last among those that readers have got, or None."""
    return article.revisions.filter(went_live_at__lte=timezone.now()).order_by("-went_live_at", "-number").first()


def live(article):
    """Return the version that readers have; what was changed elsewhere, by an import say, is one of its own."""
    values, found = snapshot(article), last_live(article)
    if found and found.snapshot == values:
        return found
    return take(article, values, note="As it was live", went_live_at=timezone.now())
