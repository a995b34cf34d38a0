"""Series, packages and topics: their pages, lists, feeds and former addresses."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Dossier, Part, Tag
from tests.articles.desk_forms import send
from tests.factories import make_article, make_category, make_picture

pytestmark = pytest.mark.django_db


def make_dossier(title="The river", articles=(), form="series", **fields):
    dossier = Dossier.objects.create(title=title, form=form, **fields)
    for position, article in enumerate(articles):
        Part.objects.create(dossier=dossier, article=article, position=position)
    return dossier


def ago(hours):
    return timezone.now() - timedelta(hours=hours)


def headlines(page):
    return re.findall(r'<h2 class="headline[^"]*"><a [^>]*>([^<]*)</a></h2>', page)


def test_a_series_shows_its_public_parts_numbered_and_in_their_order(client):
    parts = [make_article("Third", at=ago(3)), make_article("First", at=ago(1)), make_article("Second", at=ago(2))]
    order = [parts[1], make_article("Hidden", published=False), parts[2], parts[0]]
    make_dossier("The river", order, description="From the source.", picture=make_picture())
    page = client.get("/series/the-river/").content.decode()
    assert headlines(page) == ["First", "Second", "Third"]
    assert re.findall(r"Part (\d+)<", page) == ["1", "2", "3"]
    assert "From the source." in page
    assert "Series" in page
    assert "3 parts" in page
    assert "Hidden" not in page
    assert page.count("<h1") == 1


def test_a_package_shows_its_first_story_large(client):
    make_dossier("The flood", [make_article("Main"), make_article("Beside")], form="package")
    page = client.get("/series/the-flood/").content.decode()
    assert re.search(r'headline--xxl"><a [^>]*>Main<', page)
    assert headlines(page) == ["Main", "Beside"]


def test_a_topic_shows_what_was_chosen_then_the_newest_of_its_tags_each_once(client):
    chosen = make_article("Chosen", at=ago(90), tags=["Water"])
    for number in range(30):
        make_article(f"Tagged {number}", at=ago(number + 1), tags=["Water", "Rivers"])
    make_article("Elsewhere", tags=["Air"])
    topic = make_dossier("Water", [chosen], form="topic")
    topic.tags.set(Tag.objects.filter(name__in=["Water", "Rivers"]))
    first, second = (client.get(f"/series/water/?page={number}").content.decode() for number in (1, 2))
    assert headlines(first) == ["Chosen", *(f"Tagged {number}" for number in range(19))]
    assert headlines(second) == [f"Tagged {number}" for number in range(19, 30)]
    assert "31 stories" in first
    for number in ("3", "0", "x", "9" * 30):
        assert client.get(f"/series/water/?page={number}").status_code == 404


def test_tags_bring_nothing_to_a_series(client):
    make_article("Tagged", tags=["Water"])
    series = make_dossier("Parts", [make_article("Part one")])
    series.tags.set(Tag.objects.all())
    assert headlines(client.get("/series/parts/").content.decode()) == ["Part one"]


@pytest.mark.parametrize("form", ["series", "package", "topic"])
def test_gives_no_name_of_a_plan_away(client, form):
    make_article("Out")
    planned = make_article("Planned", at=timezone.now() + timedelta(days=1), tags=["Secret"])
    dossier = make_dossier("The secret", [planned], form=form)
    dossier.tags.set(Tag.objects.filter(name="Secret"))
    for path in ("/series/the-secret/", "/series/the-secret/rss/"):
        assert client.get(path).status_code == 404
    for path in ("/series/", "/sitemap-pages.xml"):
        assert b"secret" not in client.get(path).content.lower()


def test_keeps_answering_once_something_of_it_was_public(client):
    story = make_article("Taken back")
    make_dossier("The river", [story])
    story.take_down()
    response = client.get("/series/the-river/")
    assert response.status_code == 200
    assert b"Taken back" not in response.content
    assert b"the-river" not in client.get("/series/").content


def test_one_that_is_not_published_answers_404(client):
    make_dossier("The river", [make_article()], is_published=False)
    assert client.get("/series/the-river/").status_code == 404
    assert client.get("/series/the-river/atom/").status_code == 404


def test_lists_all_that_have_something_to_read(client):
    story = make_article(tags=["Water"])
    make_dossier("A series", [story, make_article(), make_article(published=False)])
    make_dossier("A package", [story], form="package")
    make_dossier("A topic", form="topic").tags.set(Tag.objects.all())
    make_dossier("An empty one")
    make_dossier("A hidden one", [story], is_published=False)
    page = client.get("/series/").content.decode()
    assert headlines(page) == ["A package", "A series", "A topic"]
    assert "2 parts" in page
    assert "1 story" in page


def test_a_former_address_leads_to_the_present_one(client):
    dossier = make_dossier("The river", [make_article()])
    dossier.slug = "the-kessel"
    dossier.save()
    response = client.get("/series/the-river/")
    assert (response.status_code, response["Location"]) == (301, "/series/the-kessel/")


def test_a_former_address_of_a_plan_leads_nowhere(client):
    dossier = make_dossier("The river", [make_article(published=False)])
    dossier.slug = "the-secret"
    dossier.save()
    assert client.get("/series/the-river/").status_code == 404


def test_a_deleted_one_is_gone(client):
    make_dossier("The river", [make_article()]).delete()
    assert client.get("/series/the-river/").status_code == 410


@pytest.mark.parametrize("format", ["rss", "atom"])
def test_has_a_feed_of_its_public_stories(client, format):
    tagged = make_article("Tagged", tags=["Water"])
    topic = make_dossier(
        "Water", [make_article("Chosen"), tagged, make_article("Draft", published=False)], form="topic"
    )
    topic.tags.set(Tag.objects.all())
    feed = client.get(f"/series/water/{format}/").content.decode()
    assert feed.count(">Tagged</title>") == 1
    assert feed.count(">Chosen</title>") == 1
    assert "Draft" not in feed
    assert f'href="/series/water/{format}/"' in client.get("/series/water/").content.decode()


def test_stands_in_the_sitemap(client):
    make_dossier("The river", [make_article()])
    assert b"/series/the-river/" in client.get("/sitemap-pages.xml").content


@pytest.mark.parametrize("form", ["series", "package", "topic"])
def test_costs_the_same_however_many_stories(client, form, django_assert_max_num_queries):
    picture = make_picture()
    stories = [make_article(lead_picture=picture, tags=["Water"]) for _ in range(30)]
    make_dossier("The river", stories, form=form, picture=picture).tags.set(Tag.objects.all())
    with django_assert_max_num_queries(13):
        client.get("/series/the-river/")
    with django_assert_max_num_queries(8):
        client.get("/series/")


@pytest.mark.parametrize("path", ["/series/", "/series/the-river/", "/saved/"])
def test_pages_are_the_same_for_everybody(client, as_alice, path):
    make_dossier("The river", [make_article()])
    response = client.get(path)
    assert not response.cookies
    assert response["Cache-Control"].startswith("public")
    assert as_alice.get(path).content == response.content
    assert client.post(path).status_code == 405


def test_a_story_says_which_part_it_is_and_what_comes_before_and_after(client):
    parts = [make_article(f"Leg {number}", slug=f"leg-{number}") for number in range(1, 5)]
    make_dossier("The river", [parts[0], make_article("Hidden", published=False), *parts[1:]])
    page = client.get(parts[1].get_absolute_url()).content.decode()
    assert "Part 2 of 4" in page
    box = page.partition('<nav class="place"')[2].partition("</nav>")[0]
    assert 'href="/series/the-river/"' in box
    assert re.findall(r'rel="(\w+)" href="[^"]*/([^"/]*)/"', box) == [("prev", "leg-1"), ("next", "leg-3")]
    assert '<span aria-current="page">Leg 2</span>' in box
    assert "Hidden" not in page
    first = client.get(parts[0].get_absolute_url()).content.decode()
    assert "Previous part" not in first
    assert "Next part" in first


def test_a_story_of_a_package_names_the_others(client):
    stories = [make_article("Main"), make_article("Beside")]
    make_dossier("The flood", stories, form="package")
    box = client.get(stories[1].get_absolute_url()).content.decode().partition('<nav class="place"')[2]
    assert ">Main<" in box.partition("</nav>")[0]
    assert "Next part" not in box


def test_a_box_names_twelve_parts_around_the_story(client):
    parts = [make_article(f"Leg {number}.") for number in range(1, 31)]
    make_dossier("The river", parts)
    box = client.get(parts[19].get_absolute_url()).content.decode().partition('<nav class="place"')[2]
    box = box.partition("</nav>")[0].partition('<div class="place__steps">')[0]
    assert 'start="14"' in box
    assert re.findall(r">(Leg \d+)\.<", box) == [f"Leg {number}" for number in range(14, 26)]
    assert "All 30 parts" in box


def test_a_story_is_silent_about_what_is_not_published(client):
    story = make_article()
    make_dossier("The secret", [story], is_published=False)
    assert "The secret" not in client.get(story.get_absolute_url()).content.decode()


def test_editors_order_the_parts_by_number(as_alice, client):
    make_category("News")
    one, two = make_article("One"), make_article("Two")
    response = as_alice.post(
        "/desk/articles/dossier/add/",
        {
            "title": "The river", "form": "series", "description": "", "is_published": "on",
            "parts-TOTAL_FORMS": "2", "parts-INITIAL_FORMS": "0",
            "parts-0-article": one.pk, "parts-0-position": "2",
            "parts-1-article": two.pk, "parts-1-position": "1",
        },
    )  # fmt: skip
    assert response.status_code == 302
    assert headlines(client.get("/series/the-river/").content.decode()) == ["Two", "One"]


def test_editors_take_a_story_out_again(as_alice):
    dossier = make_dossier("The river", [make_article("One"), make_article("Two")])
    address = f"/desk/articles/dossier/{dossier.pk}/change/"
    page = as_alice.get(address).content.decode()
    assert 'name="parts-1-DELETE"' in page
    assert 'name="parts-2-DELETE"' not in page
    send(as_alice, address, "dossier_form", **{"parts-1-DELETE": "on"})
    assert [part.article.headline for part in dossier.parts.all()] == ["One"]


def test_the_desk_lists_them_with_how_many_stories_they_hold(as_alice, django_assert_max_num_queries):
    for number in range(20):
        make_dossier(f"Series {number}", [make_article()])
    with django_assert_max_num_queries(12):
        page = as_alice.get("/desk/articles/dossier/").content.decode()
    assert "Series 19" in page


@pytest.mark.parametrize("article", ["", "x", "9" * 30, "-1"])
def test_refuses_a_part_that_does_not_exist_in_words(as_alice, article):
    response = as_alice.post(
        "/desk/articles/dossier/add/",
        {
            "title": "The river", "form": "series", "is_published": "on",
            "parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0",
            "parts-0-article": article, "parts-0-position": "1",
        },
    )  # fmt: skip
    assert response.status_code == 200
    assert not Dossier.objects.exists()


def test_refuses_the_same_story_twice_in_words(as_alice):
    story = make_article()
    response = as_alice.post(
        "/desk/articles/dossier/add/",
        {
            "title": "The river", "form": "series", "is_published": "on",
            "parts-TOTAL_FORMS": "2", "parts-INITIAL_FORMS": "0",
            "parts-0-article": story.pk, "parts-0-position": "1",
            "parts-1-article": story.pk, "parts-1-position": "2",
        },
    )  # fmt: skip
    assert response.status_code == 200
    assert b"duplicate" in response.content.lower()
