"""Which pages a change is seen on: whatever saves or deletes one of our rows, here its page keys are purged.

This listens to Django's own signals, for this one purpose: a save comes from the desk's forms and their inlines, from
verbs, importers and the shell, and a page that a forgotten call leaves behind is a page that lies. What changes rows
without saving them (update(), bulk_create()) calls `touch` or pagestore.purge() itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils import timezone

from articles import page_keys
from articles.models import (
    Article,
    ArticleTag,
    Attachment,
    Author,
    BreakingNews,
    Byline,
    Category,
    Correction,
    Document,
    Dossier,
    LiveUpdate,
    Page,
    Part,
    Picture,
    Placement,
    Recording,
    RelatedChoice,
    SiteLink,
    SiteSettings,
    Tag,
    ZoneRule,
)
from articles.models.article import Status
from newsroom import pagestore
from newsroom.clock import site_time
from newsroom.prepared import Prepared, alike

# Of a story's row: what is on its own page alone, and what readers never see.
ONLY_THERE = {
    "body", "live_summary", "comments_policy", "original_language", "source_title", "source_author",
    "source_publisher", "source_url", "source_licence", "source_note", "search_title", "search_description",
    "share_title",
}  # fmt: skip
UNSEEN = {
    "body_text", "body_descriptions", "word_count", "modified_at", "created_by_id", "public_since", "expires_at",
    "created_at", "slugline", "assignee_id", "due_at", "headline_ideas", "release_id",
}  # fmt: skip
# What decides in which lists it stands, and where in them.
LISTED_BY = (
    "status", "published_at", "first_published_at", "expires_at", "kind", "category_id", "lead_picture_id", "language",
    "translation_of_id",
)  # fmt: skip


# -- stories


@dataclass(frozen=True)
class Story:
    """All about a published story that a page may follow from."""

    row: dict
    authors: tuple  # with their roles and order
    categories: frozenset[int]  # further ones
    tags: frozenset[int]
    sections: frozenset[int]  # those it stands in and all above them
    dossiers: frozenset[int]
    parts: frozenset[int]  # of those, what it was chosen for
    fronts: frozenset
    holds: frozenset[str]
    beside: frozenset[int]  # the stories on whose pages it stands by choice or as a translation
    is_breaking: bool

    @property
    def pk(self):
        return self.row["id"]

    def is_public(self, at):
        return self.row["published_at"] <= at and not (self.row["expires_at"] and self.row["expires_at"] <= at)

    @property
    def standing(self):
        """What decides in which lists it stands."""
        return [self.row[name] for name in LISTED_BY], self.authors, self.categories, self.tags, self.parts

    @property
    def card(self):
        left_out = ONLY_THERE | UNSEEN
        minutes = Article(word_count=self.row["word_count"]).reading_minutes
        return {name: value for name, value in self.row.items() if name not in left_out}, minutes, self.authors

    @property
    def page(self):
        return {name: value for name, value in self.row.items() if name not in UNSEEN}, self.authors, self.tags

    @property
    def address(self):
        return self.row["slug"], self.row["first_published_at"], self.row["updated_at"]

    @property
    def told_as_news(self):
        return self.row["headline"], self.row["slug"], self.row["first_published_at"]

    @property
    def lists(self) -> set[str]:
        """The keys of all lists in which it stands while it is public."""
        keys = {
            page_keys.LATEST,
            page_keys.SITEMAPS,
            page_keys.SITEMAP_OF_PAGES,
            page_keys.sitemap_of(self.row["first_published_at"]),
            *page_keys.sitemap_of_news(self.row["first_published_at"]),
            page_keys.beside_section(self.row["category_id"]),
            *page_keys.archive(self.row["first_published_at"]),
            *map(page_keys.in_section, self.sections),
            *map(page_keys.in_tag, self.tags),
            *(page_keys.by_author(author) for author, *_ in self.authors),
            *map(page_keys.in_dossier, self.dossiers),
            *map(page_keys.front, self.fronts),
            *map(page_keys.holding, self.holds),
            *map(page_keys.story, self.beside),
        }
        if self.dossiers:
            keys.add(page_keys.DOSSIERS)
        if self.is_breaking:
            keys.add("layout")
        return keys

    @property
    def own(self) -> set[str]:
        return {f"article-{self.pk}", page_keys.story(self.pk)}


def stories(pks: Iterable[int]) -> dict[int, Story]:
    """Return what is published, now or later, among these articles; a fixed number of queries."""
    found = _published.rows(pks=sorted(pks))
    if not found:
        return {}
    rows = {story.pk: {name: story.__dict__[name] for name in _COLUMNS} for story in found}
    filed = defaultdict(list)
    for sort, story, number, place, word in _filed(stories=list(rows), now=timezone.now()):
        filed[sort, story].append((number, place, word))

    def numbers(sort, story):
        return frozenset(number for number, *_ in filed[sort, story])

    parents = dict(_parents())
    families = _families(rows.values())
    found = {}
    for pk, row in rows.items():
        further, parts = numbers(FURTHER, pk), frozenset((dossier, place) for dossier, place, _ in filed[PART, pk])
        found[pk] = Story(
            row=row,
            authors=tuple(sorted(filed[AUTHOR, pk], key=lambda byline: byline[1])),
            categories=further,
            tags=numbers(TAG, pk),
            sections=frozenset(above(parents, {row["category_id"], *further})),
            dossiers=numbers(TOPIC, pk) | {dossier for dossier, _ in parts},
            parts=parts,
            fronts=numbers(FRONT, pk),
            holds=frozenset(key for *_, key in filed[HELD, pk]),
            beside=numbers(CHOSEN, pk) | families[pk],
            is_breaking=bool(filed[BREAKING, pk]),
        )
    return found


_COLUMNS = [field.attname for field in Article._meta.concrete_fields]
_published = Prepared(lambda pks: Article.objects.filter(pk__in=pks, status=Status.PUBLISHED))
_parents = Prepared(lambda: Category.objects.order_by().values_list("pk", "parent_id"))


AUTHOR, FURTHER, TAG, TOPIC, PART, FRONT, HELD, CHOSEN, BREAKING = range(9)
NO_WORD = Value("", CharField())


def _each_filed(stories, now):
    """Yield what is filed of some stories: of what sort, of which story, two numbers and a word."""

    def rows(sort, model, story, number=0, place=0, word=NO_WORD, **condition):
        return alike(model.objects.filter(In(F(story), stories), **condition), sort, story, number, place, word)

    yield rows(AUTHOR, Byline, "article_id", "author_id", "position", "role")
    yield rows(FURTHER, Article.categories.through, "article_id", "category_id")
    yield rows(TAG, ArticleTag, "content_object_id", "tag_id")
    yield rows(TOPIC, ArticleTag, "content_object_id", "tag__topics", tag__topics__isnull=False)
    yield rows(PART, Part, "article_id", "dossier_id", "position")
    yield rows(FRONT, Placement, "article_id", "section_id", ended_at=None)
    yield rows(HELD, Attachment, "article_id", word=Coalesce("recording__key", "document__key", NO_WORD))
    yield rows(CHOSEN, RelatedChoice, "other_id", "article_id")
    yield rows(BREAKING, BreakingNews, "article_id", ends_at__gt=now)


_filed = Prepared(lambda **about: list(_each_filed(**about)), moments=("now",))


def _families(rows):
    """The other languages of each story, on whose pages it is named."""
    roots = {row["id"]: row["translation_of_id"] or row["id"] for row in rows}
    families = defaultdict(set)
    if not roots:
        return families
    by_root = defaultdict(set)
    for pk, original, further in _relatives(originals=sorted(set(roots.values()))):
        for root in (pk, original, further):
            by_root[root].add(pk)
    for pk, root in roots.items():
        families[pk] = by_root[root] - {pk}
    return families


def _each_related(originals):
    # Each by its own index: an OR of the three would read every article.
    for lookup in ("pk", "translation_of", "translation_of__translation_of"):
        yield Article.objects.filter(In(F(lookup), originals)).values_list(
            "pk", "translation_of_id", "translation_of__translation_of_id"
        )


_relatives = Prepared(lambda **among: list(_each_related(**among)))


def above(parents: dict[int, int | None], sections: Iterable[int]) -> set[int]:
    """These sections and all above them."""
    found = set()
    for section in sections:
        while section is not None and section not in found:
            found.add(section)
            section = parents.get(section)
    return found


def of_story(before: Story | None, after: Story | None) -> set[str]:
    """The keys of what differs when a story was one thing and is another now; None where it was not published."""
    now = timezone.now()
    lives = [story for story in (before, after) if story and not _is_over(story, now)]
    if not lives:
        return set()
    keys = set()
    if len(lives) < 2 or before.standing != after.standing:
        for story in lives:
            keys |= story.lists | story.own
        for story in lives:
            if not _others_on(story):
                keys.add(page_keys.days())
        return keys
    if not any(story.is_public(now) for story in lives):
        return set()
    if before.card != after.card:
        keys |= after.own
    elif before.page != after.page:
        keys.add(page_keys.story(after.pk))
    if before.address != after.address:
        keys |= {page_keys.sitemap_of(after.row["first_published_at"]), page_keys.SITEMAPS}
        if after.is_breaking:
            keys.add("layout")
    if before.told_as_news != after.told_as_news:
        keys |= page_keys.sitemap_of_news(after.row["first_published_at"])
    if before.fronts != after.fronts:
        keys.update(map(page_keys.front, before.fronts ^ after.fronts))
    if before.holds != after.holds:
        keys.update(map(page_keys.holding, before.holds ^ after.holds))
    return keys


def _is_over(story, now):
    return story.row["expires_at"] is not None and story.row["expires_at"] <= now and story.row["published_at"] <= now


def _others_on(story):
    """Whether anything else that is public came out on the same day."""
    day = site_time(story.row["first_published_at"]).replace(hour=0, minute=0, second=0, microsecond=0)
    others = Article.objects.published().filter(first_published_at__gte=day).exclude(pk=story.pk)
    return others.filter(first_published_at__lt=day + timedelta(days=1)).exists()


def touch(*pks: int) -> Callable[[], None]:
    """Purge what will have changed of these articles once the transaction is committed; call it before the change.

    Outside of a transaction, call what it returns after the change.
    """
    done = [pagestore.compare(("article", pk), partial(_story, pk), of_story) for pk in pks if pk is not None]
    return lambda: [end() for end in done] and None


def _story(pk):
    return stories([pk]).get(pk)


# -- everything else: what a row was, as a dict, and what it is, None where it is not; the keys that follow


def of_section(before, after):
    pk = (after or before)["id"]
    keys = {f"section-{pk}"} if before else set()
    rows = [row for row in (before, after) if row]
    if before and after and before["parent_id"] != after["parent_id"]:
        parents = dict(Category.objects.values_list("pk", "parent_id"))
        ways = [above(parents | {pk: row["parent_id"]}, [pk]) for row in rows]
        keys |= {page_keys.LATEST, *map(page_keys.in_section, ways[0] ^ ways[1])}
    if not before or _differ(before, after, "parent_id", "position", "is_in_menu", "name", "slug", "colour"):
        keys |= {f"section-{row['parent_id']}" for row in rows if row["parent_id"]}
        if any(row["parent_id"] is None and row["is_in_menu"] for row in rows):
            keys.add("layout")
    if not before or _differ(before, after, "slug"):
        keys.add(page_keys.SITEMAP_OF_PAGES)
    if not before or _differ(before, after, "parent_id", "position"):
        keys.add(page_keys.SECTIONS)
    if after is None and before["has_further"]:  # stories of others, which leave the lists above with it
        keys |= set(map(page_keys.in_section, above(dict(_parents()), [before["parent_id"]])))
    return keys


def of_author(before, after):
    pk = (after or before)["id"]
    keys = {page_keys.profile(pk)} if before else set()
    if before and _differ(before, after, "name", "slug"):
        keys.add(f"author-{pk}")
    if before and _differ(before, after, "slug"):
        keys |= {page_keys.SITEMAP_OF_PAGES, page_keys.AUTHORS}
    if any(row and row["is_on_masthead"] for row in (before, after)):
        keys.add(page_keys.MASTHEAD)
    return keys


def of_tag(before, after):
    if before is None:
        return set()
    pk = before["id"]
    keys = {f"tag-{pk}"}
    if _differ(before, after, "slug"):
        keys |= {page_keys.SITEMAP_OF_PAGES, page_keys.TAGS}
    if after is None:
        keys |= {page_keys.in_tag(pk), page_keys.DOSSIERS, *map(page_keys.in_dossier, before["topics"])}
    return keys


def of_page(before, after):
    pk = (after or before)["id"]
    if not any(row and row["is_published"] for row in (before, after)):
        return set()
    keys = {f"page-{pk}", page_keys.SITEMAP_OF_PAGES}
    in_footer = [row if row and row["is_published"] and row["is_in_footer"] else None for row in (before, after)]
    if any(in_footer) and (not all(in_footer) or _differ(*in_footer, "title", "slug", "position", "purpose")):
        keys.add("layout")
    return keys


def of_dossier(before, after):
    if not any(row and row["is_published"] for row in (before, after)):
        return set()
    pk = (after or before)["id"]
    keys = {f"dossier-{pk}", page_keys.DOSSIERS}
    if not (before and after) or _differ(before, after, "is_published", "slug", "form"):
        keys |= {page_keys.in_dossier(pk), page_keys.SITEMAP_OF_PAGES}
    return keys


def of_breaking(before, after):
    now = timezone.now()
    return {"layout"} if any(row and row["ends_at"] > now for row in (before, after)) else set()


def of_placed(before, after):
    return {page_keys.front(row["section_id"]) for row in (before, after) if row}


def of_live_update(before, after):
    return {page_keys.live(row["article_id"]) for row in (before, after) if row}


def of_choice(before, after):
    return {page_keys.story(row["article_id"]) for row in (before, after) if row}


def of_correction(before, after):
    return {page_keys.CORRECTIONS, page_keys.story(after["article_id"])} if after else set()


def of_site(before, after):
    return {"site"}


def of_picture(before, after):
    if before is None:
        return set()
    picture = before["id"]
    keys = {f"picture-{before['key']}"}
    # Pages name in their texts what it stands in for, or what shows it.
    keys |= {f"picture-{key}" for key in Picture.objects.filter(fallback=picture).values_list("key", flat=True)}
    keys |= {f"recording-{key}" for key in Recording.objects.filter(poster=picture).values_list("key", flat=True)}
    keys |= {f"document-{key}" for key in Document.objects.filter(cover=picture).values_list("key", flat=True)}
    if SiteSettings.objects.filter(Q(logo=picture) | Q(logo__fallback=picture)).exists():
        keys.add("site")
    if _differ(
        before, after, "usable_from", "usable_until", "fallback_id", "width", "height", "crop_width", "crop_height"
    ):
        keys |= lists_led_by([picture])
    return keys


def lists_led_by(pictures) -> set[str]:
    """The lists of public stories led by these pictures: where one stands may follow from whether it has a picture."""
    led = Article.objects.published().filter(Q(lead_picture__in=pictures) | Q(lead_picture__fallback__in=pictures))
    sections = set(led.order_by().values_list("category_id", flat=True).distinct())
    if not sections:
        return set()
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    return {page_keys.LATEST, *map(page_keys.in_section, above(parents, sections))}


def of_kept(kind, before, after):
    return {f"{kind}-{before['key']}"} if before else set()


def of_rights(model, row):
    """The keys of what changes when the right to show something begins or ends."""
    keys = RULES[model](row, row)
    return keys | lists_led_by([row["id"]]) if model is Picture else keys


def _differ(before, after, *names):
    return after is None or any(before[name] != after[name] for name in names)


RULES = {
    Category: of_section,
    Author: of_author,
    Tag: of_tag,
    Page: of_page,
    Dossier: of_dossier,
    BreakingNews: of_breaking,
    Placement: of_placed,
    ZoneRule: of_placed,
    LiveUpdate: of_live_update,
    RelatedChoice: of_choice,
    Correction: of_correction,
    SiteSettings: of_site,
    SiteLink: of_site,
    Picture: of_picture,
    Recording: partial(of_kept, "recording"),
    Document: partial(of_kept, "document"),
}
# Which of their fields names a story that changes with them.
PARTS_OF_STORIES = {
    Article: "id",
    Byline: "article_id",
    ArticleTag: "content_object_id",
    Part: "article_id",
    Attachment: "article_id",
    Correction: "article_id",
    RelatedChoice: "other_id",
    Placement: "article_id",
}
# What changes with each save and shows nowhere.
NEVER_SEEN = {
    Picture: {"title", "uploaded_by_id", "original", "size"},
    Author: {"user_id"},
}


# -- what listens


def _row(model, pk):
    if pk is None:
        return None
    row = model._base_manager.filter(pk=pk).values().first()
    # What nobody can ask any more once it is deleted.
    if row and model is Tag:
        row["topics"] = sorted(Dossier.tags.through.objects.filter(tag=pk).values_list("dossier_id", flat=True))
    if row and model is Category:
        row["has_further"] = Article.categories.through.objects.filter(category=pk).exists()
    return row


def _tell(rule, unseen, before, after):
    if before == after:
        return set()
    if before and after and all(before[name] == after[name] for name in before.keys() - unseen):
        return set()
    return rule(before, after)


def _begin(model, instance):
    """What is to be called after the change that is about to be made to a row."""
    done = []
    if field := PARTS_OF_STORIES.get(model):
        done.append(touch(getattr(instance, field)))
    if model is Part and instance.dossier_id:
        keys = {page_keys.in_dossier(instance.dossier_id), page_keys.DOSSIERS}
        keys.add(page_keys.story(instance.article_id))
        done.append(partial(pagestore.purge, *keys))
    if rule := RULES.get(model):
        unseen = NEVER_SEEN.get(model, set())
        if instance.pk is not None:
            name = (model._meta.label, instance.pk)
            done.append(pagestore.compare(name, partial(_row, model, instance.pk), partial(_tell, rule, unseen)))
        else:  # its number is only known afterwards
            done.append(lambda: pagestore.purge(*_tell(rule, unseen, None, _row(model, instance.pk))))
    return lambda: [end() for end in done]


def _before(sender, instance, raw=False, **kwargs):
    if pagestore.is_used():
        instance._after_change = _begin(sender, instance)


def _after(sender, instance, **kwargs):
    if end := instance.__dict__.pop("_after_change", None):
        end()


def _related(sender, instance, action, reverse, pk_set, model, **kwargs):
    """A story's further sections, or the tags of a topic, have changed or are about to."""
    if not pagestore.is_used() or action not in (
        "pre_add",
        "pre_remove",
        "pre_clear",
        "post_add",
        "post_remove",
        "post_clear",
    ):
        return
    if sender is Dossier.tags.through:
        if action.startswith("post"):
            dossiers = [instance.pk] if not reverse else pk_set or ()
            keys = {key for pk in dossiers for key in (f"dossier-{pk}", page_keys.in_dossier(pk))}
            pagestore.purge(*keys, page_keys.DOSSIERS)
        return
    if action.startswith("pre"):
        instance._after_relating = touch(*([instance.pk] if not reverse else pk_set or ()))
    elif end := instance.__dict__.pop("_after_relating", None):
        end()


def listen():
    for model in {*RULES, *PARTS_OF_STORIES}:
        for signal in (pre_save, pre_delete):
            signal.connect(_before, model, dispatch_uid="changes")
        for signal in (post_save, post_delete):
            signal.connect(_after, model, dispatch_uid="changes")
    for through in (Article.categories.through, Dossier.tags.through):
        m2m_changed.connect(_related, through, dispatch_uid="changes")
