"""Each list of readers is read from the end of an index: however many stories there are, none is looked through."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles import frontpage, related
from articles.models import Article
from tests.factories import make_article, make_category

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


def is_sorted(step):
    return "TEMP B-TREE FOR ORDER BY" in step or step.strip(" ->") == "Sort"


@pytest.fixture
def section(db):
    section = make_category("Science")
    for _ in range(5):
        make_article(category=section)
    return section


def ids(articles):
    return articles.newest_first().values_list("pk", flat=True)


LISTS = {
    "latest": lambda section: ids(Article.objects.published())[:20],
    "its page 500": lambda section: ids(Article.objects.published())[9980:10000],
    "section": lambda section: ids(Article.objects.published().in_sections([section]))[:20],
    "page 500 of a section": lambda section: ids(Article.objects.published().in_sections([section]))[9980:10000],
    "kind": lambda section: ids(Article.objects.published().filter(kind="news"))[:20],
    "one section's newest": lambda section: ids(Article.objects.published().filter(category=section))[:20],
    "archive": lambda section: (
        Article.objects.published().order_by("-first_published_at", "-id").values_list("pk")[:20]
    ),
    "desk": lambda section: Article.objects.order_by("-modified_at").values_list("pk")[:50],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_neither_walked_through_nor_sorted(name, section):
    steps = plan(*LISTS[name](section).query.sql_with_params())
    assert not [step for step in steps if is_walked(step) or is_sorted(step)], "\n".join(steps)


def test_a_front_reads_the_ends_of_indexes(section):
    frontpage.compose()
    sections = frontpage.every_section()
    now = timezone.now()
    sql, params = frontpage._written.sql(
        False, False, (("feature", 11),), at=now, now=now, family=[], named=[1], sections=[sections[0].pk]
    )
    steps = plan(sql, params)
    assert not [step for step in steps if is_walked(step) or is_sorted(step)], "\n".join(steps)


def test_what_stands_beside_a_story_is_read_from_the_ends_of_indexes(section):
    steps = plan(*related.candidates_sql(make_article(tags=["Herons"])))
    assert not [step for step in steps if is_walked(step)], "\n".join(steps)
