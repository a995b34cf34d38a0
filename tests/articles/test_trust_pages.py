"""The pages by which readers judge a newsroom: started, finished, published, and found in the footer."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import translation

from articles import demonstration, trust
from articles.models import Page, SiteSettings
from articles.models.page import Purpose
from tests.articles.desk_forms import send, words
from tests.factories import make_article, make_author, make_page, make_picture

pytestmark = pytest.mark.django_db


def make_all(**fields):
    for purpose in Purpose:
        make_page(purpose.label, **{"purpose": purpose, "body": "<p>Words.</p>", **fields})


@pytest.mark.parametrize(
    ("passage", "found"),
    [
        ("Write to [your address] please", "[your address]"),
        ("TODO: ask the editor", "TODO"),
        ("The fee is TBC", "TBC"),
        ("Lorem ipsum dolor sit amet", "Lorem ipsum"),
        ("desk@example.com", "desk@example.com"),
        ("Call XX or XXX-XXX", "XX"),
        ("within 20XX", "20XX"),
        ("Hello {{ name }}", "{{ name }}"),
        ('<a href="https://www.example.org/us">us</a>', "www.example.org"),
    ],
)
def test_finds_what_is_still_to_be_written(passage, found):
    assert found in trust.placeholders("A title", f"<p>{passage}</p>")
    assert trust.placeholders(f"{found} title" if "<" not in passage else found, "<p>Words.</p>")


@pytest.mark.parametrize(
    "passage",
    [
        "He said that they [sic] knew", "“We […] go”", "A note [1] and [23]", "todo el mundo", "el siglo XX",
        "Pope John XXIII", "desk@northlight.example", "an example.", "Mexico, Texas, TEXXON", "",
    ],
)  # fmt: skip
def test_leaves_ordinary_words_alone(passage):
    assert not trust.placeholders("About us", f"<p>{passage}</p>")


def test_lists_what_is_missing_hidden_empty_or_unfinished(django_assert_num_queries):
    make_page("About", purpose="about", body="<p>We are [who].</p>")
    make_page("Ethics", purpose="ethics", body="<p>Rules.</p>", is_published=False)
    make_page("Contact", purpose="contact")
    make_page("Privacy", purpose="privacy", body="<p>Nothing is kept.</p>")
    with django_assert_num_queries(1):
        found = {concern.purpose: concern.words for concern in trust.concerns()}
    assert "“[who]”" in found["about"]
    assert "not published" in found["ethics"]
    assert "no text" in found["contact"]
    assert "no such page" in found["masthead"]
    assert "privacy" not in found


def test_the_desk_shows_it_to_those_who_may_mend_it(as_alice, as_walter, as_bob):
    page = words(as_alice.get("/desk/"))
    assert "Pages that readers judge you by" in page
    assert "Start this page" in page
    for client in (as_walter, as_bob):
        assert "readers judge you by" not in words(client.get("/desk/"))


def test_the_desk_is_silent_when_all_is_well(as_alice):
    make_all()
    assert "readers judge you by" not in words(as_alice.get("/desk/"))


@pytest.mark.parametrize("purpose", Purpose.values)
def test_starting_makes_a_draft_that_says_what_belongs_there(as_alice, client, purpose):
    SiteSettings(name="The <Tide>").save()
    response = as_alice.post("/desk/articles/page/start/", {"purpose": purpose}, follow=True)
    page = Page.objects.get()
    assert response.redirect_chain[-1][0] == f"/desk/articles/page/{page.pk}/change/"
    assert (page.purpose, page.is_published) == (purpose, False)
    assert trust.placeholders(page.title, page.body)
    assert "<Tide>" not in page.body
    assert client.get(page.get_absolute_url()).status_code == 404


def test_starting_all_leaves_what_is_there(as_alice):
    mine = make_page("We", purpose="about", body="<p>Ours.</p>")
    page = words(as_alice.post("/desk/articles/page/start/", follow=True))
    assert "Started as drafts" in page
    assert Page.objects.count() == len(Purpose)
    as_alice.post("/desk/articles/page/start/", {"purpose": "about"})
    as_alice.post("/desk/articles/page/start/", {"purpose": "nonsense"})
    assert Page.objects.count() == len(Purpose)
    mine.refresh_from_db()
    assert mine.body == "<p>Ours.</p>"


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_page_begins_in_the_language_of_the_site_with_the_same_gaps(language):
    SiteSettings(name="The Tide").save()
    for purpose in Purpose:
        english = trust.start(purpose)
        Page.objects.all().delete()
        with translation.override(language):
            page = trust.start(purpose)
        assert page.body != english.body
        assert len(trust.placeholders("", page.body)) == len(trust.placeholders("", english.body)), page.body


def test_starting_is_for_those_who_may_and_never_by_a_link(as_alice, as_walter, client):
    assert as_alice.get("/desk/articles/page/start/").status_code == 405
    assert as_walter.post("/desk/articles/page/start/").status_code == 403
    assert client.post("/desk/articles/page/start/").status_code == 302
    assert not Page.objects.exists()


def test_an_unfinished_page_is_saved_and_not_published(as_alice):
    page = trust.start(Purpose.CONTACT)
    address = f"/desk/articles/page/{page.pk}/change/"
    response = send(as_alice, address, "page_form", is_published="on")
    assert response.status_code == 200
    assert "Not fit for readers yet" in words(response)
    assert "a safe way to reach you" in words(response)
    assert send(as_alice, address, "page_form", title="Reach us").status_code == 302
    page.refresh_from_db()
    assert (page.title, page.is_published) == ("Reach us", False)
    done = {"body": "<p>Come in.</p>", "is_published": "on"}
    assert send(as_alice, address, "page_form", **done).status_code == 302
    page.refresh_from_db()
    assert page.is_published


def test_a_page_of_no_purpose_may_say_what_it_likes(as_alice):
    fields = {"title": "Puzzle", "body": "<p>Fill in [this].</p>", "is_published": "on"}
    assert send(as_alice, "/desk/articles/page/add/", "page_form", **fields).status_code == 302


def test_two_pages_of_one_purpose_are_refused_in_words(as_alice):
    make_page("About", purpose="about")
    response = send(as_alice, "/desk/articles/page/add/", "page_form", title="Also", purpose="about")
    assert "Another page has this purpose." in words(response)


# -- check --deploy


def test_the_check_names_what_is_missing_and_warns_of_nothing():
    make_page("About", purpose="about", body="<p>TBC</p>")
    found = run_checks(tags=["trust"], include_deployment_checks=True)
    assert {message.id for message in found} == {"articles.I001", "articles.I002"}
    assert "“TBC”" in next(message.msg for message in found if message.id == "articles.I002")
    call_command("check", deploy=True, tags=["trust"], fail_level="WARNING")


def test_the_check_is_silent_when_all_is_well_or_not_deploying():
    assert not run_checks(tags=["trust"])
    make_all()
    assert not run_checks(tags=["trust"], include_deployment_checks=True)


def test_the_check_needs_no_database(monkeypatch):
    def unreachable():
        raise DatabaseError

    monkeypatch.setattr(trust, "concerns", unreachable)
    assert not run_checks(tags=["trust"], include_deployment_checks=True)


# -- for readers


def test_the_masthead_names_who_is_on_it(client, django_assert_max_num_queries):
    make_page("Masthead", purpose="masthead", body="<p>Edited by us.</p>")
    ann = make_author("Ann", role="Editor", is_on_masthead=True, picture=make_picture())
    make_author("Ben", role="Secret plans", is_on_masthead=True)
    make_author("Cleo", role="Guest")
    make_article(authors=[ann])
    with django_assert_max_num_queries(8):
        page = client.get("/masthead/").content.decode()
    assert "Editor" in page
    assert ann.get_absolute_url() in page
    assert "<img" in page
    assert "Ben" in page
    assert "/author/ben/" not in page
    assert "Cleo" not in page


def test_the_masthead_shows_no_picture_whose_rights_have_ended(client):
    make_page("Masthead", purpose="masthead")
    picture = make_picture()
    make_author("Ann", is_on_masthead=True, picture=picture)
    type(picture).objects.update(usable_until="2020-01-01T00:00Z")
    assert b"<img" not in client.get("/masthead/").content


def test_contact_says_how_to_reach_the_desk(client):
    make_page("Contact", purpose="contact")
    assert "How to reach us" not in words(client.get("/contact/"))
    SiteSettings(email="desk@tide.test", address="1 Quay\nPort").save()
    page = client.get("/contact/").content.decode()
    assert "mailto:desk@tide.test" in page
    assert "1 Quay<br>Port" in page


def test_an_author_gets_on_the_masthead_at_the_desk(as_alice):
    author = make_author("Ann")
    send(as_alice, f"/desk/articles/author/{author.pk}/change/", "author_form", is_on_masthead="on")
    author.refresh_from_db()
    assert author.is_on_masthead


def test_the_footer_keeps_them_apart(client, django_assert_max_num_queries):
    make_page("Ethics", purpose="ethics", body="<p>Rules.</p>")
    make_page("Imprint")
    with django_assert_max_num_queries(8):
        page = client.get("/imprint/").content.decode()
    footer = page[page.index("<footer") :]
    assert footer.index("About us") < footer.index("/ethics/") < footer.index("More") < footer.index("/imprint/")


def test_the_demonstration_has_them_all_fit_for_print(client):
    demonstration.load()
    assert not trust.concerns()
    for page in Page.objects.all():
        assert client.get(page.get_absolute_url()).status_code == 200
    corrections = words(client.get("/corrections/"))
    assert "Library ends its fines" in corrections
    assert "twenty-two" in corrections
    assert "Marit Solheim" in words(client.get("/masthead/"))
