"""A piece of a page is rendered once for what it is made of, and is never that of another thing or moment."""

from copy import copy
from datetime import timedelta

import pytest
from django.template import engines
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from articles.models import Article, Category
from articles.models.article import Kind
from newsroom import pieces
from newsroom.pagestore.remembering import FOUND_OUT
from tests.factories import make_article, make_author, make_picture

pytestmark = pytest.mark.django_db
CARD = "components/story.html"


@pytest.fixture
def made(monkeypatch):
    """The names of the templates that were rendered for pieces, one after the other."""
    names = []

    def counting(name, things, make):
        def noted():
            names.append(name)
            return make()

        return pieces.made_once(name, things, noted)

    monkeypatch.setattr("newsroom.templatetags.pieces.made_once", counting)
    return names


@pytest.fixture
def two_hours_later(monkeypatch):
    def go_on():
        later = timezone.now() + timedelta(hours=2)
        monkeypatch.setattr(timezone, "now", lambda: later)

    return go_on


def card(story, **things):
    source = "{% load pieces %}{% piece name story=story deck=deck %}"
    return engines["django"].from_string(source).render({"name": CARD, "story": story, "deck": False} | things)


def loaded(story):
    return Article.objects.for_cards().get(pk=story.pk)


def test_the_same_card_is_rendered_once(made):
    story = make_article(headline="Herons at dawn", authors=[make_author(name="Ada")])
    assert card(loaded(story)) == card(loaded(story))
    assert made == [CARD]


def test_another_way_to_show_it_is_another_piece(made):
    story = make_article(standfirst="They came early.")
    assert "They came early." not in card(loaded(story))
    assert "They came early." in card(loaded(story), deck=True)


def change_headline(story):
    Article._base_manager.filter(pk=story.pk).update(headline="Changed by a query")


def change_section(story):
    Category.objects.filter(pk=story.category_id).update(name="Changed by a query")


def change_author(story):
    story.authors.update(name="Changed by a query")


def change_picture(story):
    type(story.lead_picture).objects.filter(pk=story.lead_picture_id).update(version="changedbyone", width=641)


@pytest.mark.parametrize("change", [change_headline, change_section, change_author, change_picture])
def test_a_card_shows_whatever_changed_in_it(change):
    story = make_article(authors=[make_author(name="Ada")], lead_picture=make_picture())
    assert "hanged" not in card(loaded(story))
    change(story)
    assert "hanged" in card(loaded(story))


def test_a_card_loses_its_picture_when_the_rights_end(two_hours_later):
    picture = make_picture(usable_until=timezone.now() + timedelta(hours=1))
    story = make_article(lead_picture=picture)
    assert "<picture" in card(loaded(story))
    two_hours_later()
    assert "<picture" not in card(loaded(story))


def test_live_coverage_is_live_until_it_ends(two_hours_later):
    story = make_article(kind=Kind.LIVE, live_ended_at=timezone.now() + timedelta(hours=1))
    assert "kicker__live" in card(loaded(story))
    two_hours_later()
    assert "kicker__live" not in card(loaded(story))


def test_a_piece_is_kept_by_language():
    story = make_article(kind=Kind.FEATURE)
    with translation.override("de"):
        german = card(loaded(story))
    assert card(loaded(story)) != german


def test_what_is_escaped_and_what_is_not_are_two_pieces(made):
    template = engines["django"].from_string("{% load pieces %}{% piece name title=title %}")
    name = "components/block_head.html"
    assert "&lt;b&gt;" in template.render({"name": name, "title": "<b>"})
    assert "&lt;b&gt;" not in template.render({"name": name, "title": mark_safe("<b>")})


def test_what_asks_the_database_is_not_remembered(made):
    story = make_article(authors=[make_author(name="Ada")])
    bare = Article.objects.get(pk=story.pk)
    assert "Ada" in card(bare)
    story.authors.update(name="Grace")
    assert "Grace" in card(Article.objects.get(pk=story.pk))
    assert made == [CARD, CARD]


def test_a_remembered_row_that_holds_a_list_is_rendered_each_time():
    row = Category(name="Science")
    row.names, row.__dict__[FOUND_OUT] = ["Sci"], {"of": id(row)}
    made = [pieces.made_once("a", {"row": row}, lambda: row.names[0]) for _ in range(2)]
    row.names[0] = "Scientia"
    assert [*made, pieces.made_once("a", {"row": row}, lambda: row.names[0])] == ["Sci", "Sci", "Scientia"]


def test_a_copy_of_a_remembered_row_is_another_piece():
    row = Category(name="Science")
    row.__dict__[FOUND_OUT] = {"of": id(row)}
    assert pieces.made_once("a", {"row": row}, lambda: row.name) == "Science"
    other = copy(row)
    other.name = "Culture"
    assert pieces.made_once("a", {"row": other}, lambda: other.name) == "Culture"


def test_a_piece_sees_nothing_that_it_was_not_given():
    story = make_article(standfirst="They came early.")
    template = engines["django"].from_string("{% load pieces %}{% piece name story=story %}")
    assert "They came early." not in template.render({"name": CARD, "story": loaded(story), "deck": True})


def test_no_more_are_remembered_than_a_process_has_room_for(monkeypatch):
    monkeypatch.setattr(pieces, "MOST", 3)
    for number in range(5):
        pieces.made_once("number", {"number": number}, lambda: "made")
    assert len(pieces._made) == 3
