"""Each list of readers is read from the end of an index: however many stories there are, none is looked through."""

import re
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import addresses, changes, corrections, dossiers, feeds, frontpage, moments, most_read, related, sitemaps
from articles.generation import generate
from articles.models import Article, Author, Dossier, ReadCount, Tag
from articles.models.article import ON_CARDS, Status
from articles.models.listing import by_author, in_section, in_topic, with_tag
from newsroom import keyset
from tests.articles.desk_forms import send
from tests.conftest import queries_of
from tests.factories import make_article, make_author, make_category, make_picture, make_user

pytestmark = pytest.mark.django_db


def plan(sql, params):
    """What the database would do, a line a step."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return [row[3] for row in cursor.fetchall()]
        # Tables of tests are small: only what no index serves is left to scanning and sorting.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
        return [row[0] for row in cursor.fetchall()]


def is_walked(step):
    return step == "SCAN articles_article" or "Seq Scan on articles_article" in step


def reads_all(step):
    """Whether it also goes through all that is published, by an index or not, where no order and limit end it."""
    return re.search(r"(SCAN|Seq Scan on) (articles|comments)_|\(status=\?\)$", step)


def is_sorted(step):
    return "TEMP B-TREE FOR ORDER BY" in step or step.strip(" ->") == "Sort"


@pytest.fixture
def section(db):
    section, author = make_category("Science"), make_author("Ann")
    for _ in range(5):
        make_article(category=section, authors=[author], tags=["Herons"])
    Dossier.objects.create(title="Water", form="topic").tags.set(Tag.objects.all())
    return section


def ids(articles):
    return articles.newest_first().values_list("pk", flat=True)


ORDER = ("-published_at", "-article")
LISTS = {
    "latest": lambda section: ids(Article.objects.published())[:20],
    "its page 500": lambda section: ids(Article.objects.published())[9980:10000],
    "section": lambda section: in_section(section).ids()[:20],
    "how many a section has": lambda section: in_section(section).ids()[:2001],
    "page 500 of a section": lambda section: in_section(section).ids()[9980:10041],
    "a section from a place on": lambda section: keyset.after(in_section(section).ids(), ORDER, [timezone.now(), 9])[
        :61
    ],
    "a section up to a place": lambda section: keyset.after(
        in_section(section).ids().order_by(*keyset.opposite(ORDER)), keyset.opposite(ORDER), [timezone.now(), 9]
    )[:40],
    "tag": lambda section: with_tag(Tag.objects.get()).ids()[:20],
    "page 500 of a tag": lambda section: with_tag(Tag.objects.get()).ids()[9980:10041],
    "author": lambda section: by_author(Author.objects.get()).ids()[:20],
    "topic": lambda section: in_topic(Dossier.objects.get()).ids()[:20],
    "kind": lambda section: ids(Article.objects.published().filter(kind="news"))[:20],
    "one section's newest": lambda section: ids(Article.objects.published().filter(category=section))[:20],
    "archive": lambda section: (
        Article.objects.published().order_by("-first_published_at", "-id").values_list("pk")[:20]
    ),
    "desk": lambda section: Article.objects.order_by("-modified_at", "-id").values_list("pk")[:50],
    "desk, one section": lambda section: (
        Article.objects.filter(category=section).order_by("-modified_at", "-id").values_list("pk")[:50]
    ),
}
# Where a few rows that an index found are put in order, or read by their numbers.
LOOKUPS = {
    "feed of the latest": lambda section: Article.objects.published().newest_first()[:30],
    "feed of a section": lambda section: feeds.newest(in_section(section)).newest_first()[:30],
    "feed of a tag": lambda section: feeds.newest(with_tag(Tag.objects.get())).newest_first()[:30],
    "feed of an author": lambda section: feeds.newest(by_author(Author.objects.get())).newest_first()[:30],
    "feed of a topic": lambda section: dossiers.newest(Dossier.objects.get(), 30).newest_first()[:30],
    "series": lambda section: dossiers.ids(Dossier.objects.create(title="Parts"))[:20],
    "all series": lambda section: dossiers.shown()[:20],
    "sitemap of a month": lambda section: sitemaps.stories_of(2026, 11).order_by("-first_published_at", "-id"),
    "sitemap of news": lambda section: (
        Article.objects.published().filter(first_published_at__gt=timezone.now()).order_by("-first_published_at", "-id")
    ),
    "sitemap of tags": lambda section: Tag.objects.filter(addresses.is_listed(2)),
    "cards": lambda section: Article.objects.filter(pk__in=[1, 2, 3]).for_readers(),
    "corrections": lambda section: corrections.listed()[:20],
    "one's own": lambda section: Article.objects.of(make_user()).order_by("-modified_at", "-id")[:50],
    "how many are one's own": lambda section: Article.objects.of(make_user()).values("pk")[:5001],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_neither_walked_through_nor_sorted(name, section):
    steps = plan(*LISTS[name](section).query.sql_with_params())
    assert not [step for step in steps if is_walked(step) or is_sorted(step)], "\n".join(steps)


def test_what_lists_show_stands_before_the_texts():
    # SQLite goes through a long text, page by page, to what stands behind it.
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, "articles_article")]
    shown = {Article._meta.get_field(name).column for name in (*ON_CARDS, "category", "lead_picture")}
    assert max(map(columns.index, shown)) < min(map(columns.index, ("body", "body_text", "body_descriptions")))


def test_a_place_is_found_in_the_index(section):
    steps = plan(*LISTS["a section from a place on"](section).query.sql_with_params())
    assert re.search(r"published_at<\?|published_at <= ", "\n".join(steps)), "\n".join(steps)


def test_a_front_reads_the_ends_of_indexes(section):
    frontpage.compose()
    sections = frontpage.every_section()
    now = timezone.now()
    sql, params = frontpage._written.sql(
        False, False, (("feature", 11),), at=now, now=now, family=[], named=[1], sections=[sections[0].pk]
    )
    steps = plan(sql, params)
    assert not [step for step in steps if is_walked(step) or is_sorted(step)], "\n".join(steps)


def test_the_front_of_a_section_finds_a_kind_that_is_rare_there(section):
    now = timezone.now()
    sql, params = frontpage._written.sql(
        True, False, (("feature", 11),), at=now, now=now, family=[section.pk], named=[], sections=[]
    )
    steps = plan(sql, params)
    assert not [step for step in steps if is_walked(step)], "\n".join(steps)
    assert [step for step in steps if "article_of_kind_in_section" in step], "\n".join(steps)


def test_what_stands_beside_a_story_is_read_from_the_ends_of_indexes(section):
    steps = plan(*related.candidates_sql(make_article(tags=["Herons"])))
    assert not [step for step in steps if is_walked(step)], "\n".join(steps)


def test_on_which_pages_a_story_stands_is_found_without_walking_through_any(section):
    original = make_article()
    story = make_article(translation_of=original, category=section)
    with CaptureQueriesContext(connection) as queries:
        changes.stories([story.pk])
    steps = [step for query in queries for step in plan(query["sql"], None)]
    assert not [step for step in steps if is_walked(step)], "\n".join(steps)


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_walks_through_no_articles(name, section):
    steps = plan(*LOOKUPS[name](section).query.sql_with_params())
    assert not [step for step in steps if is_walked(step)], "\n".join(steps)


def test_what_is_read_most_is_found_among_what_was_read_lately(section):
    now = timezone.now()
    ReadCount.objects.create(article=Article.objects.first(), hour=now, number=3)
    with CaptureQueriesContext(connection) as queries:
        most_read.ids("week", at=None, number=7)
    steps = plan(queries[0]["sql"], None)
    assert not [step for step in steps if reads_all(step)], "\n".join(steps)


def test_a_search_reads_the_last_of_what_it_finds(section):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses between two indexes by how common the words are.")
    steps = plan("SELECT rowid FROM articles_search WHERE articles_search MATCH %s ORDER BY rowid DESC LIMIT 9", ["a"])
    assert not [step for step in steps if is_sorted(step)], "\n".join(steps)


@contextmanager
def steps_taken():
    """Count, in hundreds, the steps that SQLite takes for whatever is asked within."""
    taken = []
    connection.connection.set_progress_handler(lambda: taken.append(1), 100)
    yield taken
    connection.connection.set_progress_handler(None, 0)


@pytest.fixture
def full_home(section, alice, as_alice):
    """An editor whose home has something in every panel about stories."""
    now, day = timezone.now(), timedelta(days=1)
    picture = make_picture(usable_until=now + day)
    author = make_author("Alice", user=alice)
    for status in (Status.DRAFT, Status.REVIEW, Status.APPROVED):
        make_article(status=status, authors=[author], lead_picture=picture, assignee=alice, due_at=now - day)
    make_article(status=Status.DRAFT, due_at=now - day)
    make_article(status=Status.APPROVED, published_at=now + day)
    make_article(at=now + 2 * day)
    make_article(expires_at=now + day, lead_picture=picture)
    make_article().take_down()
    return as_alice


def test_the_desks_home_walks_through_neither_articles_nor_their_log(full_home):
    for sql in queries_of(full_home, "/desk/"):
        steps = plan(sql, None)
        logged = [
            step for step in steps if step.replace("Seq Scan on", "SCAN").strip(" ->") == "SCAN articles_transition"
        ]
        assert not [step for step in steps if is_walked(step)] + logged, "\n".join([sql, *steps])


def reads_no_more_where_there_are_more_stories(ask, number):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL tells nobody how many steps it takes.")
    read = []
    for _ in range(2):
        generate(number, seed=1)
        cache.clear()
        ask()
        cache.clear()
        with steps_taken() as taken:
            ask()
        read.append(len(taken))
    return read[1] < 1.15 * read[0]


def test_the_desks_home_reads_no_more_where_there_are_more_stories(full_home):
    assert reads_no_more_where_there_are_more_stories(lambda: full_home.get("/desk/"), 300)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL always has statistics.")
@pytest.mark.parametrize("address", ["/desk/", "/desk/articles/article/", "/desk/articles/article/?whose=waiting"])
def test_with_statistics_no_panel_of_the_desk_reads_every_article(full_home, address):
    generate(300, seed=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for sql in queries_of(full_home, address):
        steps = plan(sql, None)
        assert not [step for step in steps if is_walked(step)], "\n".join([sql, *steps])


def test_publishing_and_the_first_pages_after_it_read_no_more_where_there_are_more_stories(
    as_alice, client, django_capture_on_commit_callbacks
):
    generate(1, seed=1)  # with the sections and tags among which those that follow are spread
    story = Article.objects.get()
    address = reverse("admin:articles_article_change", args=[story.pk])

    def publish_and_read():
        with django_capture_on_commit_callbacks(execute=True):
            response = send(as_alice, address, press="_update", headline=f"Herons after {uuid4()}")
        assert response.status_code == 302
        for path in ("/", story.category.get_absolute_url(), story.get_absolute_url(), "/feed/rss/"):
            assert client.get(path).status_code == 200

    assert reads_no_more_where_there_are_more_stories(publish_and_read, 1500)


def test_what_is_to_come_is_looked_for_at_the_ends_of_indexes():
    now = timezone.now()
    sql, params = moments._kinds_due.sql(after=now, until=now + timedelta(days=1))
    steps = plan(sql, params)
    assert not [step for step in steps if reads_all(step)], "\n".join(steps)
