"""The preview shows the page as readers would get it, with what is being written, and stores nothing of it."""

import pytest

from articles import working_copies
from articles.models import Article, EditingSession, Revision, WorkingCopy
from tests.articles.desk_forms import read, words
from tests.factories import make_article, make_author, make_category, make_picture, make_user

LIST = "/desk/articles/article/"


@pytest.fixture
def draft(db):
    return make_article("The barrier", published=False, body="<p>First.</p>", tags=["Estuary", "Flood"])


def form(client, article):
    return read(client.get(f"{LIST}{article.pk}/change/"))[0]


def test_shows_what_is_being_written(as_alice, draft):
    ben, picture, other = make_author("Ben Adeyemi"), make_picture(), make_article("Chosen to stand beside")
    typed = {
        **form(as_alice, draft), "headline": "Not saved", "body": "<p>Typed <script>x</script>anew.</p>",
        "tags": "Flood", "lead_picture": picture.pk, "lead_alt": "A wall",
        "bylines-TOTAL_FORMS": 1, "bylines-0-author": ben.pk, "bylines-0-role": "writer", "bylines-0-position": 0,
        "related_choices-TOTAL_FORMS": 1, "related_choices-0-other": other.pk, "related_choices-0-position": 0,
    }  # fmt: skip
    response = as_alice.post(f"{LIST}{draft.pk}/preview/", typed)
    page = response.content.decode()
    for phrase in ("Not saved", "Typed", "anew.", "Ben Adeyemi", "A wall", "Chosen to stand beside"):
        assert phrase in page
    for phrase in ("Estuary", "First.", "<script>x"):
        assert phrase not in page
    assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert response["X-Robots-Tag"].startswith("noindex")
    draft.refresh_from_db()
    assert draft.headline == "The barrier"
    assert not draft.bylines.exists()
    for model in (Revision, WorkingCopy, EditingSession):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"headline": "", "slugline": ""},
        {"published_at_0": "nonsense"},
        {"category": "999"},
        {"body": "x" * 600_000},
        {"bylines-TOTAL_FORMS": "x"},
        {"lead_picture": "abc"},
        {"tags": "y" * 300},
    ],
)
def test_shows_the_rest_where_something_is_wrong(as_alice, draft, wrong):
    typed = {**form(as_alice, draft), "standfirst": "Still shown.", **wrong}
    response = as_alice.post(f"{LIST}{draft.pk}/preview/", typed)
    assert response.status_code == 200
    assert "Still shown." in words(response)


def test_what_waits_is_shown_and_the_database_is_only_read(as_alice, client):
    story, sport = make_article("Live", body="<p>Old words.</p>"), make_category("Sport")
    changes = {"body": "<p>Newer words.</p>", "category": sport.pk, "tags": ["Brand new"]}
    working_copies.keep(story, working_copies.working_values(story) | changes)
    assert "Newer words." in words(as_alice.get(f"{LIST}{story.pk}/preview/"))
    assert "Newer" not in words(client.get(story.get_absolute_url()))
    sport.delete()
    assert as_alice.get(f"{LIST}{story.pk}/preview/").status_code == 200


def test_is_for_those_who_may_write_there(as_alice, as_walter, as_bob, client, draft):
    typed = form(as_alice, draft)
    assert as_walter.post(f"{LIST}{draft.pk}/preview/", typed).status_code == 403
    assert as_bob.post(f"{LIST}{draft.pk}/preview/", typed).status_code == 403
    assert client.post(f"{LIST}{draft.pk}/preview/", typed).status_code == 302
    assert as_alice.put(f"{LIST}{draft.pk}/preview/").status_code == 405
    assert as_alice.get(f"{LIST}abc/preview/").status_code == 403


def test_form_shows_search_result_and_share_card_as_stored(as_alice, draft):
    draft.lead_picture = make_picture()
    draft.save()
    page = as_alice.get(f"{LIST}{draft.pk}/change/").content.decode()
    assert "As a search result" in page
    assert f'formaction="{LIST}{draft.pk}/preview/"' in page
    assert "/media/pictures/" in page


def test_other_peoples_stories_cannot_be_read_by_naming_them(as_walter, walter, draft):
    own = make_article("Mine", published=False, created_by=walter)
    secret = make_article("Secret plan", published=False, created_by=make_user("jonas", "Editors"))
    typed = {
        **form(as_walter, own),
        "related_choices-TOTAL_FORMS": 1, "related_choices-0-other": secret.pk, "related_choices-0-position": 0,
    }  # fmt: skip
    assert "Secret plan" not in words(as_walter.post(f"{LIST}{own.pk}/preview/", typed))


@pytest.mark.parametrize("kind", ["news", "live"])
def test_shows_a_live_story_whose_date_is_half_typed(as_alice, db, kind):
    article = make_article("Out", kind=kind)
    for typed in ("", "2026-1"):
        response = as_alice.post(
            f"{LIST}{article.pk}/preview/", {**form(as_alice, article), "published_at_0": typed, "published_at_1": ""}
        )
        assert response.status_code == 200


def test_new_article_is_shown_before_it_was_ever_saved(as_alice, as_bob, db):
    picture, section = make_picture(), make_category("Science")
    page = as_alice.get(f"{LIST}add/")
    assert "data-card-title" in page.content.decode()
    assert f'formaction="{LIST}preview/"' in page.content.decode()
    typed = {
        **read(page)[0], "headline": "Nobody has saved this", "body": "<p>Not yet.</p>", "category": section.pk,
        "lead_picture": picture.pk,
    }  # fmt: skip
    shown = as_alice.post(f"{LIST}preview/", typed)
    assert "Nobody has saved this" in words(shown)
    assert "Science" in words(shown)
    assert picture.alt in shown.content.decode()
    assert shown["X-Robots-Tag"].startswith("noindex")
    assert as_alice.post(f"{LIST}preview/", {"headline": "", "body": ""}).status_code == 200
    assert not Article.objects.exists()
    assert as_alice.get(f"{LIST}preview/").status_code == 405
    assert as_bob.post(f"{LIST}preview/", typed).status_code in (302, 403)
