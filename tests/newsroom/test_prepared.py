"""A prepared query is written once, and finds what the ORM would find with the same values."""

from datetime import timedelta

import pytest
from django.db.models import Exists, OuterRef
from django.utils import timezone

from articles.models import Article
from newsroom import prepared
from newsroom.prepared import Prepared
from tests.factories import make_article, make_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    return []


@pytest.fixture
def newest(written):
    def write(number, *, among, at):
        written.append(number)
        return Article.objects.published(at).filter(pk__in=among).newest_first().values_list("pk")[:number]

    return Prepared(write, moments=("at",))


def test_finds_what_it_is_asked_for_each_time(newest, written):
    now = timezone.now()
    first, second, third = (make_article(at=now - timedelta(hours=hours)) for hours in (3, 2, 1))
    assert newest(9, among=[first.pk, third.pk], at=now) == [(third.pk,), (first.pk,)]
    assert newest(9, among=[second.pk, first.pk], at=now) == [(second.pk,), (first.pk,)]
    assert newest(9, among=[second.pk, first.pk], at=now - timedelta(hours=2.5)) == [(first.pk,)]
    assert written == [9]


def test_is_written_anew_for_another_form_and_another_number_of_values(newest, written):
    now = timezone.now()
    stories = [make_article().pk for _ in range(3)]
    assert len(newest(9, among=stories, at=now)) == 3
    assert len(newest(2, among=stories, at=now)) == 2
    assert len(newest(2, among=stories[:1], at=now)) == 1
    assert written == [9, 2, 2]


def test_no_values_find_nothing_to_ask(newest):
    make_article()
    assert newest(9, among=[], at=timezone.now()) == []


def test_several_are_asked_at_once_each_to_its_limit():
    stories = [make_article().pk for _ in range(3)]
    both = Prepared(
        lambda story: [
            Article.objects.filter(pk=story).values_list("pk"),
            Article.objects.exclude(pk=story).order_by("pk").values_list("pk")[:1],
        ]
    )
    assert both(story=stories[2]) == [(stories[2],), (stories[0],)]


def test_rows_are_those_of_the_orm_with_all_that_it_loads(django_assert_num_queries):
    story = make_article("River", tags=["Water"], authors=[make_author("Ada")])
    make_article("Other")
    found = Prepared(
        lambda slug: (
            Article.objects.filter(slug=slug)
            .select_related("category")
            .defer("body_text")
            .prefetch_related("tags", "bylines__author")
            .annotate(is_old=Exists(Article.objects.filter(pk=OuterRef("pk"), published_at__year=1999)))
        )
    )
    for _ in range(2):
        with django_assert_num_queries(4):
            [row] = found.rows(slug=story.slug)
            assert (row, row.headline, row.category, row.is_old) == (story, "River", story.category, False)
            assert [tag.name for tag in row.tags.all()] == ["Water"]
            assert [byline.author.name for byline in row.bylines.all()] == ["Ada"]
        assert row.get_deferred_fields() == {"body_text"}
    assert found.rows(slug="nothing") == []


def test_rows_of_no_values_ask_nothing(django_assert_num_queries):
    make_article()
    with django_assert_num_queries(0):
        assert Prepared(lambda ids: Article.objects.filter(pk__in=ids)).rows(ids=[]) == []


def test_only_so_many_forms_are_remembered(newest, written, monkeypatch):
    monkeypatch.setattr(prepared, "MOST", 2)
    for number in (1, 2, 3, 4):
        newest(number, among=[1], at=timezone.now())
    assert len(newest._written) <= 2
