"""What to offer beside a story: what an editor chose, then what shares its series, its rare tags, its section.

Two steps, so that it costs the same however many stories there are: one query brings ids from the ends of indexes,
each of its parts with a limit; Python weighs them, and only the best are read, of which most are remembered.
"""

from collections import defaultdict
from math import log

from django.db.models import F, IntegerField, Value
from django.utils import timezone

from articles.models import Article, RelatedChoice
from articles.models.listing import Listing
from articles.paging import voices
from newsroom.prepared import Prepared

SHOWN = 7  # three beside the text, four below it
TAGS = 8  # tags of the story that count
COUNTED = 200  # uses of a tag that are looked at, the newest; one used more often counts as if it were used so often
FROM_SECTION = 12
LANGUAGES = 50
READ = 24  # candidates whose dates are read
CHOSEN, TRANSLATION, SECTION, TAG = range(4)

SAME_SERIES = 1.0
SAME_SECTION = 0.25
NEW = 0.3  # for a story of today; half of it after a quarter of a year
QUARTER = 91


def beside(article, places=(), also=()):
    """Return the related stories, best first, the public translations, and those of the ids `also`; with bylines and
    their faces.

    `places` is where it stands in series (articles.dossiers). Other pages have the same rows: change nothing in them.
    """
    candidates = _candidates(article)
    chosen = [pk for _, pk in candidates[CHOSEN]]
    chosen = getattr(article, "chosen_stories", chosen)[:SHOWN]  # those of a preview are not stored yet
    translations = [pk for _, pk in candidates[TRANSLATION]]
    scores = _scores(article, candidates, places)
    family = {article.pk, *translations, *chosen}
    # Ids grow with time, so of equals the newer are read.
    best = sorted(scores.keys() - family, key=lambda pk: (scores[pk], pk), reverse=True)[:READ]
    now, today = timezone.now(), timezone.localdate()
    # Asked for by id alone: with the rule of published() beside it, SQLite would walk all that is published.
    stories = voices(list(dict.fromkeys([*chosen, *translations, *best, *also])))
    found = {story.pk: story for story in stories if story.is_public(now)}

    def rank(pk):
        days = max(0, (today - timezone.localdate(found[pk].published_at)).days)  # so that midnight alone changes it
        return scores[pk] + NEW / (1 + days / QUARTER), pk

    ranked = sorted((pk for pk in best if pk in found), key=rank, reverse=True)
    related = [found[pk] for pk in [*chosen, *ranked] if pk in found]
    others = ([found[pk] for pk in ids if pk in found] for ids in (translations, also))
    return related[:SHOWN], *others


def _scores(article, candidates, places):
    scores = defaultdict(float)
    for uses in _by_tag(candidates[TAG]).values():
        weight = 1 / log(1 + len(uses))
        for pk in uses:
            scores[pk] += weight
    for _, pk in candidates[SECTION]:
        scores[pk] += SAME_SECTION
    for place in places:
        for story in place.parts:
            scores[story.pk] += SAME_SERIES
    return scores


def _by_tag(rows):
    uses = defaultdict(list)
    for tag, pk in rows:
        uses[tag].append(pk)
    return uses


def _candidates(article):
    """Return (key, id) pairs by where they come from: one query, every part of which ends at a limit."""
    found = defaultdict(list)
    for source, key, pk in _asked(**_about(article)):
        found[source].append((key, pk))
    return found


def candidates_sql(article):
    """Return the query for candidates and its parameters."""
    return _asked.sql(**_about(article))


def _about(article):
    root = article.pk
    if article.translation_of_id:
        root = article.translation_of.translation_of_id or article.translation_of_id
    return {
        "article": article.pk,
        "root": root,
        "sections": [article.category_id] if article.category_id else [],
        "tags": sorted(tag.pk for tag in article.tags.all())[:TAGS],
        "at": timezone.now(),
    }


def _parts(article, root, sections, tags, at):
    yield _rows(RelatedChoice.objects.filter(article=article), CHOSEN, "position", "other_id").order_by(
        "position", "pk"
    )[:SHOWN]
    # The other languages of a story, whichever is the original, and translations made of a translation. Each its own
    # query: an OR of the three would read every article.
    for lookup in ("pk", "translation_of", "translation_of__translation_of"):
        family = Article.objects.filter(**{lookup: root}).exclude(pk=article)
        yield _rows(family, TRANSLATION, "pk", "pk").order_by("pk")[:LANGUAGES]
    for section in sections:
        newest = Article.objects.published(at).filter(category=section).newest_first()
        yield _rows(newest, SECTION, "category_id", "pk")[:FROM_SECTION]
    for tag in tags:
        # Of what is public alone: a draft that takes a tag changes nothing that readers see.
        uses = Listing.objects.filter(kind=Listing.Kind.TAG, number=tag).public(at).newest_first()
        yield _rows(uses, TAG, "number", "article_id")[:COUNTED]


def _rows(queryset, source, key, pk):
    return queryset.annotate(source=Value(source, IntegerField()), key=F(key), found=F(pk)).values_list(
        "source", "key", "found"
    )


_asked = Prepared(lambda **about: list(_parts(**about)), moments=("at",))
