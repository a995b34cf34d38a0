"""Lists that are kept say what counting anew would say, whatever is changed and however it is written."""

import random
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles.generation import make_published
from articles.models import Article, ArticleTag, Author, Byline, Category, Dossier, Listing, Month, Tag
from articles.models.listing import by_author, in_section, in_topic, with_tag
from tests.factories import make_article, make_author, make_category

pytestmark = pytest.mark.django_db
COLUMNS = "article_id, kind, number, published_at, expires_at"


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {COLUMNS} FROM {table} ORDER BY article_id, kind, number")  # noqa: S608
        return cursor.fetchall()


def lists():
    """All lists, worked out by the ORM from the articles themselves."""
    published = Article.objects.filter(status="published")
    for kind, things, articles_of in (
        (1, Category.objects.all(), lambda one: published.in_sections(one.descendants(include_self=True))),
        (2, Tag.objects.all(), lambda one: published.filter(pk__in=one.tagged.values("content_object"))),
        (3, Author.objects.all(), lambda one: published.filter(pk__in=one.bylines.values("article"))),
        (4, Dossier.objects.all(), lambda one: published.filter(tagged__tag__topics=one).distinct()),
    ):
        for thing in things:
            for article in articles_of(thing):
                yield article.pk, kind, thing.pk, article.published_at, article.expires_at


def months():
    found = {}
    for first, updated in Article.objects.filter(status="published").values_list("first_published_at", "updated_at"):
        number, changed_at = found.get(f"{first.astimezone(UTC):%Y-%m}", (0, first))
        found[f"{first.astimezone(UTC):%Y-%m}"] = number + 1, max(changed_at, first, updated or first)
    return found


def assert_right():
    kept = set(Listing.objects.values_list("article", "kind", "number", "published_at", "expires_at"))
    assert kept == set(lists())
    assert rows("articles_listing") == rows("articles_listing_source")
    counted = {month: number for month, (number, _) in months().items()}
    assert dict(Month.objects.exclude(number=0).values_list("month", "number")) == counted
    for month, (_, changed_at) in months().items():
        assert Month.objects.get(pk=month).changed_at >= changed_at


class Newsroom:
    """Changes anything that decides in which list a story stands, in all the ways in which rows are written."""

    def __init__(self, chance):
        self.chance = chance
        self.now = timezone.now()
        self.sections = [make_category() for _ in range(4)]
        self.authors = [make_author() for _ in range(3)]
        self.tags = [Tag.objects.create(name=name) for name in ("Herons", "Ferries", "Bread")]
        self.topics = [Dossier.objects.create(title=title, form="topic") for title in ("Water", "Food")]
        for _ in range(5):
            self.write()

    def moment(self):
        return self.now + timedelta(days=self.chance.randint(-90, 40), microseconds=self.chance.randint(0, 3))

    def article(self):
        return self.chance.choice(Article.objects.order_by("pk")) if Article.objects.exists() else self.write()

    def write(self):
        return make_article(
            at=self.moment(), published=self.chance.random() < 0.8, category=self.chance.choice(self.sections),
            tags=self.chance.sample(["Herons", "Ferries", "Bread"], self.chance.randint(0, 2)),
            authors=self.chance.sample(self.authors, self.chance.randint(0, 2)),
        )  # fmt: skip

    def write_many(self):
        stamp = self.chance.getrandbits(60)
        section = self.chance.choice(self.sections)
        fields = {"category": section, "headline": "One of many", "body": "<p>A</p>"}
        made = [
            Article(**fields, slug=f"s-{stamp}-{number}", published_at=moment, first_published_at=moment)
            for number, moment in enumerate([self.moment(), self.moment()])
        ]
        make_published(made)
        ArticleTag.objects.bulk_create(
            [ArticleTag(content_object=article, tag=tag) for article in made for tag in self.tags[:2]]
        )
        Byline.objects.bulk_create([Byline(article=article, author=self.authors[0]) for article in made])

    def publish(self):
        article = self.article()
        article.expires_at = None
        article.publish(self.moment())

    def take_down(self):
        self.article().take_down()

    def delete(self):
        article = self.article()
        if not article.transitions.filter(is_issued=True).exists():  # what readers knew stays, and its log
            article.delete()

    def expire(self):
        article = self.article()
        base = article.published_at or self.now
        Article.objects.filter(pk=article.pk).update(expires_at=base + timedelta(days=self.chance.randint(1, 9)))

    def update_dates(self):
        article = self.article()
        Article.objects.filter(pk=article.pk, status="published").update(updated_at=self.moment())

    def refile(self):
        Article.objects.filter(pk=self.article().pk).update(category=self.chance.choice(self.sections))

    def file_further(self):
        self.article().categories.set(self.chance.sample(self.sections, self.chance.randint(0, 3)))

    def tag(self):
        self.article().tags.set(self.chance.sample(["Herons", "Ferries", "Bread"], self.chance.randint(0, 3)))

    def name(self):
        Byline.objects.get_or_create(
            article=self.article(), author=self.chance.choice(self.authors),
            role=self.chance.choice(["writer", "editor"]),
        )  # fmt: skip

    def unname(self):
        if byline := Byline.objects.order_by("?").first():
            byline.delete()

    def hand_over(self):
        named = Byline.objects.filter(author=self.authors[0]).values("article")
        Byline.objects.filter(author=self.authors[1]).exclude(article__in=named).update(author=self.authors[0])

    def move_section(self):
        one, other = self.chance.sample(self.sections, 2)
        if one not in other.ancestors(include_self=True):
            one.parent = other if self.chance.random() < 0.7 else None
            one.save()

    def retag_topic(self):
        self.chance.choice(self.topics).tags.set(self.chance.sample(self.tags, self.chance.randint(0, 3)))


VERBS = [name for name in vars(Newsroom) if not name.startswith("_") and name not in ("article", "moment")]


@pytest.mark.parametrize("seed", range(6))
def test_lists_are_what_counting_anew_gives(seed):
    chance = random.Random(seed)  # noqa: S311
    newsroom = Newsroom(chance)
    assert_right()
    for _ in range(40):
        verb = chance.choice(VERBS)
        getattr(newsroom, verb)()
        assert_right()


def test_a_list_holds_what_is_public_now():
    section, author = make_category(), make_author()
    shown = make_article(category=section, authors=[author], tags=["Herons"])
    make_article(category=section, authors=[author], tags=["Herons"], at=timezone.now() + timedelta(hours=1))
    make_article(category=section, authors=[author], tags=["Herons"], published=False)
    ended = make_article(category=section, authors=[author], tags=["Herons"], at=timezone.now() - timedelta(hours=3))
    Article.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    topic = Dossier.objects.create(title="Water", form="topic")
    topic.tags.set(Tag.objects.all())
    for found in (in_section(section), by_author(author), with_tag(Tag.objects.get()), in_topic(topic)):
        assert list(found.ids()) == [shown.pk]
