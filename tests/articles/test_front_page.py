from datetime import timedelta

import pytest
from django.utils import timezone

from articles.frontpage import compose
from articles.models import Category
from tests.factories import make_article, make_category, make_picture, make_placement

pytestmark = pytest.mark.django_db


def everything_on(front):
    return front.stories


@pytest.fixture
def stories(db):
    picture = make_picture()
    sections = [make_category(name) for name in ("World", "Money", "Food")]
    return [
        make_article(
            category=sections[number % 3],
            lead_picture=picture if number % 2 else None,
            kind=["news", "opinion", "feature", "photo_essay"][number % 4],
            at=timezone.now() - timedelta(hours=number + 1),
        )
        for number in range(40)
    ]


def test_an_empty_site_has_a_front(db):
    assert everything_on(compose()) == []


def test_shows_no_story_twice(stories):
    shown = [story.pk for story in everything_on(compose())]
    assert len(shown) == len(set(shown)) > 20


def test_leads_with_the_newest_that_has_a_picture(stories):
    newest = make_article(lead_picture=make_picture(), at=timezone.now())
    assert compose().lead == newest


def test_leads_with_what_was_placed(stories):
    make_placement(stories[30], "lead")
    make_placement(stories[31], "top", position=1)
    front = compose()
    assert front.lead == stories[30]
    assert front.top[0] == stories[31]


def test_a_placement_holds_for_its_time(stories):
    now = timezone.now()
    make_placement(stories[30], "lead", starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    assert compose().lead != stories[30]
    assert compose(at=now + timedelta(minutes=90)).lead == stories[30]
    assert compose(at=now + timedelta(hours=2)).lead != stories[30]


def test_a_placed_story_that_is_not_out_is_not_shown(stories):
    draft = make_article("Secret", published=False)
    make_placement(draft, "lead")
    assert draft not in everything_on(compose())


def test_is_what_it_was_at_an_earlier_moment(stories):
    then = timezone.now() - timedelta(hours=20)
    assert all(story.published_at <= then for story in everything_on(compose(at=then)))


def test_every_section_has_its_block(stories):
    assert [block.section.name for block in compose().blocks] == ["World", "Money", "Food"]


def test_a_section_that_is_not_in_the_menu_has_no_block(stories, client):
    Category.objects.filter(name="Money").update(is_in_menu=False)
    assert [block.section.name for block in compose().blocks] == ["World", "Food"]
    assert [section.name for section in client.get("/").context["sections"]] == ["World", "Food"]


def test_the_menu_holds_twelve(stories):
    for number in range(20):
        make_article(category=make_category(f"Section {number}"))
    assert len(compose().blocks) == len(Category.objects.in_menu()) == 12


def test_takes_as_many_queries_for_more_sections(stories, django_assert_max_num_queries):
    for number in range(12):
        make_article(category=make_category(f"Section {number}"))
    with django_assert_max_num_queries(9):
        compose()
