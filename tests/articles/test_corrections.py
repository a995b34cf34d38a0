"""What was wrong is said in public, and stays said."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.corrections import correct
from articles.merging import merge_authors, merge_tags
from articles.models import Article, Correction, Tag
from tests.articles.desk_forms import words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_page, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return make_article("The bridge", slug="the-bridge")


@pytest.fixture
def correction(article):
    return correct(article, "We gave the span as 40 metres. It is 44.")


@pytest.fixture
def corrections_page():
    return make_page("Corrections", purpose="corrections")


def refused(change):
    with pytest.raises((DatabaseError, ValidationError, ProtectedError)), transaction.atomic():
        change()
    assert Correction.objects.get().text == "We gave the span as 40 metres. It is 44."


# -- it stays


def test_saving_a_changed_correction_is_refused(correction):
    correction.text = "Nothing was wrong."
    refused(correction.save)


def test_no_correction_is_deleted(correction):
    refused(correction.delete)
    refused(Correction.objects.all().delete)
    refused(lambda: Correction.objects.all()._raw_delete("default"))


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other"},
        {"is_material": True},
        {"made_at": timezone.now() - timedelta(days=9)},
        {"text": "Other", "made_by": None},
    ],
)
def test_no_column_is_updated(correction, change):
    refused(lambda: Correction.objects.update(**change))


def test_a_correction_does_not_move_to_another_article(correction):
    other = make_article("Another")
    refused(lambda: Correction.objects.update(article=other))


def test_bulk_update_and_upsert_are_refused(correction):
    correction.text = "Other"
    refused(lambda: Correction.objects.bulk_update([correction], ["text"]))
    refused(
        lambda: Correction.objects.bulk_create(
            [correction], update_conflicts=True, update_fields=["text"], unique_fields=["id"]
        )
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM articles_correction",
        "UPDATE articles_correction SET text = 'Nothing was wrong.'",
        "DELETE FROM articles_correction WHERE article_id IN (SELECT id FROM articles_article)",
    ],
)
def test_statements_past_the_models_are_refused(correction, statement):
    def run():
        with connection.cursor() as cursor:
            cursor.execute(statement)

    refused(run)


def test_an_article_with_corrections_is_not_deleted(article, correction):
    refused(article.delete)
    refused(Article.objects.all().delete)


def test_the_name_of_who_wrote_it_may_go(article, alice):
    correct(article, "It is 44 metres.", by=alice)
    alice.delete()
    assert Correction.objects.get().made_by is None


def test_taking_down_republishing_and_merging_keep_it(article, correction, client, corrections_page):
    keep, gone = make_author("Ann"), make_author("A. Nother")
    article.bylines.create(author=gone)
    article.tags.set(["Bridges", "Bridge"])
    merge_authors(keep, [gone])
    merge_tags(Tag.objects.get(name="Bridges"), [Tag.objects.get(name="Bridge")])
    article.take_down()
    page = words(client.get("/corrections/"))
    assert "It is 44." in page
    assert "The bridge" in page
    article.publish()
    assert "It is 44." in words(client.get(article.get_absolute_url()))


def test_deleting_at_the_desk_is_refused_in_words(as_alice, article, correction):
    # One that was never public and has a correction all the same, as only a program can make it.
    Article.objects.filter(pk=article.pk).update(status="draft", release=None, first_published_at=None)
    page = words(as_alice.post(f"/desk/articles/article/{article.pk}/delete/", {"post": "yes"}))
    assert "protected" in page
    chosen = {"action": "delete_selected", "_selected_action": [article.pk], "post": "yes"}
    assert "protected" in words(as_alice.post("/desk/articles/article/", chosen))
    assert Correction.objects.exists()


def test_deleting_a_published_article_at_the_desk_says_to_take_it_down(as_alice, article, correction):
    page = words(as_alice.post(f"/desk/articles/article/{article.pk}/delete/", {"post": "yes"}, follow=True))
    assert "Take it down instead" in page
    assert Correction.objects.exists()


# -- at the desk


def add(client, article, **fields):
    fields = {"text": "We gave the span as 40 metres. It is 44.", "is_final": "on"} | fields
    return client.post(f"/desk/articles/article/{article.pk}/correct/", fields, follow=True)


def test_an_editor_adds_a_correction_for_ever(as_alice, alice, article):
    before = timezone.now()
    assert "stands under the article" in words(add(as_alice, article, is_material="on"))
    correction = Correction.objects.get()
    assert (correction.article, correction.made_by, correction.is_material) == (article, alice, True)
    article.refresh_from_db()
    assert before <= article.updated_at == correction.made_at
    assert "correction" in words(as_alice.get(f"/desk/articles/article/{article.pk}/history/"))


def test_the_editor_confirms_that_it_stays(as_alice, article):
    page = words(add(as_alice, article, is_final=""))
    assert "Read it once more and tick this" in page
    assert "It is 44." in page
    assert not Correction.objects.exists()


def test_an_empty_or_endless_correction_is_refused_with_its_text(as_alice, article):
    assert "Say what was wrong" in words(add(as_alice, article, text="   "))
    assert "xxxxxx" in words(add(as_alice, article, text="x" * 2001))
    assert "at most 2000 characters" in words(add(as_alice, article, text="x" * 2001))
    assert not Correction.objects.exists()


def test_what_nobody_has_read_is_not_corrected(as_alice):
    for article in (make_article(published=False), make_article(at=timezone.now() + timedelta(days=1))):
        assert "Add a correction" not in words(as_alice.get(f"/desk/articles/article/{article.pk}/correct/"))
        add(as_alice, article)
        with pytest.raises(ValidationError, match="Nobody has read it yet"):
            correct(article, "Wrong.")
    assert not Correction.objects.exists()


def test_what_was_public_once_can_still_be_corrected(as_alice, article):
    article.take_down()
    add(as_alice, article)
    assert Correction.objects.exists()


def test_a_later_update_is_kept(article):
    ahead = timezone.now() + timedelta(hours=1)
    Article.objects.update(updated_at=ahead)
    correct(article, "It is 44 metres.")
    assert article.updated_at == ahead


def test_writers_read_the_corrections_of_their_stories_and_add_none(as_walter, walter, article):
    Article.objects.update(created_by=walter)
    correct(article, "It is 44 metres.")
    page = as_walter.get(f"/desk/articles/article/{article.pk}/correct/")
    assert "It is 44 metres." in words(page)
    assert b"<textarea" not in page.content
    assert add(as_walter, article).status_code == 403
    assert "It is 44 metres." in words(as_walter.get("/desk/articles/correction/"))


def test_nobody_sees_corrections_of_stories_that_are_not_theirs(as_walter, as_bob, correction, article):
    assert as_walter.get(f"/desk/articles/article/{article.pk}/correct/").status_code == 403
    assert as_bob.get(f"/desk/articles/article/{article.pk}/correct/").status_code == 403
    assert "It is 44." not in words(as_walter.get("/desk/articles/correction/"))


def test_the_desks_list_is_for_reading(as_alice, correction):
    page = as_alice.get("/desk/articles/correction/")
    assert "It is 44." in words(page)
    assert as_alice.get("/desk/articles/correction/add/").status_code == 403
    change = f"/desk/articles/correction/{correction.pk}/change/"
    assert as_alice.get(change).status_code == 200
    assert as_alice.post(change, {"text": "Other"}).status_code == 403
    assert as_alice.post(f"/desk/articles/correction/{correction.pk}/delete/", {"post": "yes"}).status_code == 403
    root = make_user("root")
    root.is_superuser = True
    root.save()
    as_root = signed_in(root)
    assert as_root.post(f"/desk/articles/correction/{correction.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Correction.objects.get().text == correction.text


def test_the_desks_list_costs_the_same_however_long(as_alice, article, django_assert_max_num_queries):
    for number in range(12):
        correct(make_article(), f"Number {number} was wrong.")
    as_alice.get("/desk/articles/correction/")
    with django_assert_max_num_queries(14):
        as_alice.get("/desk/articles/correction/")


# -- for readers


def test_stands_after_the_text_and_under_the_byline_if_it_matters(client, article):
    correct(article, "A name was misspelt.")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "A name was misspelt." in page
    assert "what was wrong" not in page
    correction = correct(article, "The vote was lost, not won.", is_material=True)
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.index(f'href="#correction-{correction.pk}"') < page.index(f'id="correction-{correction.pk}"')
    assert "Updated" in page


@pytest.mark.parametrize("kind", ["photo_essay", "opinion", "feature"])
def test_stands_in_every_layout(client, kind):
    article = make_article(kind=kind, authors=[make_author()])
    correction = correct(article, "The vote was lost, not won.", is_material=True)
    page = client.get(article.get_absolute_url()).content.decode()
    assert f'href="#correction-{correction.pk}"' in page
    assert "lost, not won" in page


def test_words_are_words(client, article, corrections_page):
    correct(article, "<script>alert(1)</script> & so on")
    for path in (article.get_absolute_url(), "/corrections/", "/corrections/rss/", "/corrections/atom/"):
        assert b"<script>alert" not in client.get(path).content


def test_the_page_lists_all_newest_first_and_only_what_was_public(client, corrections_page):
    now = timezone.now()
    first, second = make_article("First story", at=now - timedelta(days=9)), make_article("Second story")
    correct(first, "An old slip.", at=now - timedelta(days=3))
    correct(second, "A new slip.")
    secret = make_article("A secret plan", published=False)
    Correction.objects.create(article=secret, text="The plan was wrong.")
    embargo = make_article("An embargo", at=now + timedelta(days=1))
    Correction.objects.create(article=embargo, text="The embargo was wrong.")
    for path in ("/corrections/", "/corrections/rss/", "/corrections/atom/"):
        page = client.get(path).content.decode()
        assert page.index("A new slip.") < page.index("An old slip.")
        assert "secret" not in page
        assert "embargo" not in page


def test_a_story_that_is_gone_keeps_its_headline_without_a_link(client, article, correction, corrections_page):
    address = article.get_absolute_url()
    assert address in client.get("/corrections/").content.decode()
    article.take_down()
    for path in ("/corrections/", "/corrections/rss/"):
        page = client.get(path).content.decode()
        assert "The bridge" in page
        assert "It is 44." in page
        assert address not in page


def test_the_page_has_pages(client, corrections_page, django_assert_max_num_queries):
    article = make_article()
    for number in range(25):
        correct(article, f"Slip number {number}.", at=timezone.now() - timedelta(minutes=number))
    with django_assert_max_num_queries(8):
        page = words(client.get("/corrections/"))
    assert "Slip number 19." in page
    assert "Slip number 20." not in page
    assert "Slip number 24." in words(client.get("/corrections/?page=2"))
    assert client.get("/corrections/?page=9").status_code == 404
    assert client.get("/corrections/?page=x").status_code == 404


@pytest.mark.parametrize("format", ["rss", "atom"])
def test_the_feed_stands_below_the_page_whatever_its_address(client, correction, format):
    assert client.get(f"/corrections/{format}/").status_code == 404
    page = make_page("What we got wrong", slug="errata", purpose="corrections")
    response = client.get(f"/errata/{format}/")
    assert f"application/{format}+xml" in response["Content-Type"]
    ElementTree.fromstring(response.content)
    assert f"/errata/{format}/" in client.get("/errata/").content.decode()
    page.is_published = False
    page.save()
    assert client.get(f"/errata/{format}/").status_code == 404


def test_no_other_page_has_a_feed(client):
    make_page("About", purpose="about")
    assert client.get("/about/rss/").status_code == 404


def test_article_pages_with_corrections_cost_one_query_more_at_most(client, article, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as without:
        client.get(article.get_absolute_url())
    for _ in range(3):
        correct(article, "Wrong.", is_material=True)
    with django_assert_max_num_queries(len(without) + 1):
        client.get(article.get_absolute_url())
