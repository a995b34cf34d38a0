"""What the page of a story shows, by its kind and with what belongs to it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Byline, Dossier, Part
from tests.articles.desk_forms import read
from tests.factories import make_article, make_author, make_picture

pytestmark = pytest.mark.django_db


def page_of(client, article, query=""):
    return client.get(article.get_absolute_url() + query).content.decode()


def test_a_full_page_needs_eight_queries_of_its_own(client):
    picture = make_picture()
    author = make_author(picture=picture)
    fields = {"authors": [author], "tags": ["A", "B"], "lead_picture": picture}
    parts = [make_article(**fields) for _ in range(12)]
    story = make_article(
        body=f'<p>Text.</p><figure><img src="{picture.get_absolute_url()}" alt="Seen"></figure>', **fields
    )
    make_article(language="es", translation_of=story, **fields)
    series = Dossier.objects.create(title="Series")
    for part in [*parts, story]:
        Part.objects.create(dossier=series, article=part)
    with CaptureQueriesContext(connection) as captured:
        page = page_of(client, story)
    assert "Part 13 of 13" in page
    assert "español" in page
    # The frame has its own budget, and so have comments, recommendations and what is most read.
    others = (
        "_sitesettings", "_sitelink", "_page", "_breakingnews", "_recommendation", "comments_comment", "_readcount",
        "LIMIT 12",  # the menu
    )  # fmt: skip
    own = [query["sql"] for query in captured.captured_queries if not any(name in query["sql"] for name in others)]
    assert len(own) <= 8, "\n".join(own)


def test_says_when_it_first_came_out_in_the_sites_zone_by_name(client, settings):
    settings.TIME_ZONE = "Europe/Madrid"
    article = make_article(at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC))
    article.published_at = datetime(2026, 1, 6, 9, 30, tzinfo=UTC)
    article.updated_at = datetime(2026, 1, 7, 9, 30, tzinfo=UTC)
    article.save()
    moments = re.findall(r'<time class="nowrap" datetime="([^"]*)" data-moment>([^<]*)<', page_of(client, article))
    assert moments == [
        ("2026-01-05T10:30:00+0100", "5 January 2026, 10:30 CET"),
        ("2026-01-07T10:30:00+0100", "7 January 2026, 10:30 CET"),
    ]


def test_names_everybody_with_their_role(client):
    article = make_article(authors=[make_author("Ann")])
    Byline.objects.create(article=article, author=make_author("Tim"), role="translator", position=1)
    page = page_of(client, article)
    assert re.search(r"By\s+<a [^>]*>Ann</a>", page)
    assert re.search(r"Translation: <a [^>]*>Tim</a>", page)


@pytest.mark.parametrize(
    ("rating", "words", "stars"),
    [("4", "4 out of 5", [4, 0, 1]), ("3.5", "3.5 out of 5", [3, 1, 1]), ("0", "0 out of 5", [0, 0, 5])],
)
def test_a_review_says_what_it_is_about_and_how_many_stars_it_gives(client, rating, words, stars):
    article = make_article(kind="review", reviewed="A book, by somebody", rating=Decimal(rating))
    page = page_of(client, article)
    assert words in page
    assert "A book, by somebody" in page
    assert [page.count(f"#star-{name}") for name in ("full", "half", "empty")] == stars


def test_other_kinds_show_no_rating(client):
    assert "out of 5" not in page_of(client, make_article(kind="news", rating=Decimal(4)))


def test_an_interview_sets_its_questions_off(client):
    body = (
        "<p><strong>Why?</strong></p><p><strong>Ann:</strong> Because.</p><p>A <strong>bold</strong> word.</p>"
        "<p><strong>One</strong> and <strong>two</strong></p>"
    )
    article = make_article(kind="interview", body=body, authors=[make_author("Ann")])
    page = page_of(client, article)
    assert re.findall(r'<p class="question"[^>]*><strong>([^<]*)<', page) == ["Why?"]
    assert '<b class="speaker">Ann:</b> Because.' in page
    assert re.search(r"Interview by\s+<a", page)
    assert 'class="question"' not in page_of(client, make_article(body=body))


def test_translations_lead_to_each_other_and_say_so_to_search_engines(client):
    original = make_article("Story", slug="story")
    spanish = make_article("Cuento", slug="cuento", language="es", translation_of=original)
    german = make_article("Erzählung", slug="erzaehlung", language="de", translation_of=spanish)
    make_article("Recit", slug="recit", language="fr", translation_of=original, published=False)
    every = {}
    for article in (original, spanish, german):
        page = page_of(client, article)
        every[article.language] = sorted(re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]*)"', page))
        assert f'rel="canonical" href="http://testserver{article.get_absolute_url()}"' in page
        assert "recit" not in page
    assert [language for language, _ in every["en"]] == ["de", "en", "es"]
    assert every["en"] == every["es"] == every["de"]
    assert re.search(r'<a href="[^"]*/cuento/" hreflang="es" lang="es"[^>]*>español</a>', page_of(client, original))


def test_a_story_in_one_language_names_no_alternates(client):
    assert "hreflang" not in page_of(client, make_article())


def test_a_long_text_says_what_is_in_it(client):
    body = "".join(f"<h2>Chapter {number}</h2><p>Text.</p>" for number in range(3))
    page = page_of(client, make_article(kind="feature", body=body))
    assert '<details class="contents"' in page
    assert page.count(">Chapter 1</a>") == 2  # in the margin and before the text
    assert "contents" not in page_of(client, make_article(body="<h2>One</h2><p>Text.</p>"))


def test_tools_that_need_script_are_hidden_without_it(client):
    page = page_of(client, make_article("Story & more"))
    tools = re.findall(r'<button class="tool" type="button" data-(send|copy|save|print|text-size)[^>]*>', page)
    assert {"send", "copy", "save", "print", "text-size"} == set(tools)
    for tag in re.findall(r'<button class="tool" type="button" data-[^>]*>', page):
        assert " hidden" in tag
    assert 'data-title="Story &amp; more"' in page


def test_the_reading_view_shows_the_story_and_nothing_else(client, django_assert_max_num_queries):
    story = make_article("Story", standfirst="In short.", authors=[make_author("Ann")], tags=["A"])
    make_article("Another", tags=["A"])
    page = page_of(client, story, "?view=reading")
    assert "In short." in page
    assert "A text of some length." in page
    assert "Another" not in page
    assert '<meta name="robots" content="noindex' in page
    assert f'rel="canonical" href="http://testserver{story.get_absolute_url()}"' in page
    assert "<footer" not in page
    assert "<nav" not in page
    assert page.count("<h1") == 1
    assert 'href="?view=reading"' in page_of(client, story)


def test_the_reading_view_shows_nothing_that_is_not_out(client):
    draft = make_article(at=timezone.now() + timedelta(days=1))
    assert client.get(draft.get_absolute_url() + "?view=reading").status_code == 404


def test_the_list_of_saved_stories_explains_itself_without_script(client):
    page = client.get("/saved/").content.decode()
    assert "kept in this browser" in page
    assert "<noscript>" in page
    assert "noindex" in page


def test_the_form_takes_a_rating_in_halves_and_the_original(as_alice):
    original, article = make_article("Original"), make_article("Cuento", language="es", kind="review")
    address = f"/desk/articles/article/{article.pk}/change/"
    fields, _ = read(as_alice.get(address))
    fields |= {"rating": "3.5", "reviewed": "A book", "translation_of": original.pk}
    assert as_alice.post(address, fields | {"_update": "1"}).status_code == 302
    article.refresh_from_db()
    assert (article.rating, article.reviewed, article.translation_of) == (Decimal("3.5"), "A book", original)
    for rating in ("3.3", "6", "-1", "x", "nan"):
        assert as_alice.post(address, fields | {"rating": rating}).status_code == 200


def test_the_form_refuses_what_is_no_original(as_alice):
    original = make_article("Original")
    spanish = make_article("Cuento", language="es", translation_of=original)
    german = make_article("Erzählung", language="de")
    english = make_article("English too")
    for article, chosen, words in (
        (german, spanish, "is a translation itself"),
        (original, german, "has translations"),
        (english, original, "in the same language"),
    ):
        address = f"/desk/articles/article/{article.pk}/change/"
        fields, _ = read(as_alice.get(address))
        response = as_alice.post(address, fields | {"translation_of": chosen.pk})
        assert words in response.content.decode()
    assert Article.objects.get(pk=german.pk).translation_of is None


def test_a_writer_learns_nothing_of_others_drafts_by_their_number(as_walter):
    secret = make_article("A secret plan", published=False)
    response = as_walter.post(
        "/desk/articles/article/add/",
        {
            "headline": "Mine", "kind": "news", "language": "es", "translation_of": secret.pk,
            "bylines-TOTAL_FORMS": "0", "bylines-INITIAL_FORMS": "0",
            "related_choices-TOTAL_FORMS": "1", "related_choices-INITIAL_FORMS": "0",
            "related_choices-0-other": secret.pk, "related_choices-0-position": "0",
        },
    )  # fmt: skip
    assert response.status_code == 200
    assert "A secret plan" not in response.content.decode()
