"""Sections, tags, authors, pages, placements, addresses and the site's settings at the desk."""

import re

import pytest

from articles.admin import tag
from articles.models import Author, Byline, Category, FormerAddress, Page, SiteSettings, Tag
from tests.articles.desk_forms import send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_category, make_page, make_user


@pytest.fixture
def as_adam(db):
    return signed_in(make_user("adam", "Administrators"))


@pytest.mark.parametrize("model", ["article", "author", "category", "tag", "picture", "page", "formeraddress"])
def test_every_list_and_form_opens(as_alice, model):
    make_article("A", tags=["x"], authors=[make_author()])
    make_page()
    FormerAddress.remember("/old/", article=make_article("C"))
    assert as_alice.get(f"/desk/articles/{model}/").status_code == 200
    assert as_alice.get(f"/desk/articles/{model}/add/").status_code == 200
    assert as_alice.get(f"/desk/articles/{model}/?q=a%22b&p=0").status_code == 200
    assert as_alice.get(f"/desk/articles/{model}/1/change/", follow=True).status_code == 200


def test_sections_show_as_a_tree(as_alice):
    culture = make_category("Culture")
    make_category("Sport")
    make_category("Music", parent=culture)
    page = words(as_alice.get("/desk/articles/category/"))
    assert page.index("Culture") < page.index("Music") < page.index("Sport")


def test_section_with_articles_is_not_deleted(as_alice):
    section = make_category("Culture")
    make_article("In it", category=section)
    page = words(as_alice.post(f"/desk/articles/category/{section.pk}/delete/", {"post": "yes"}))
    assert "protected" in page
    assert "In it" in page
    assert Category.objects.exists()


def test_section_is_not_put_below_itself(as_alice):
    culture = make_category("Culture")
    music = make_category("Music", parent=culture)
    for parent in (culture, music):
        response = send(as_alice, f"/desk/articles/category/{culture.pk}/change/", "category_form", parent=parent.pk)
        assert response.status_code == 200
        assert response.context["errors"]


@pytest.mark.parametrize(("model", "field"), [("category", "name"), ("tag", "name"), ("author", "name")])
def test_second_of_a_name_or_slug_is_an_error_in_words(as_alice, model, field):
    address = f"/desk/articles/{model}/add/"
    assert send(as_alice, address, f"{model}_form", **{field: "Same", "slug": "same"}).status_code == 302
    response = send(as_alice, address, f"{model}_form", **{field: "Same", "slug": "same"})
    assert response.status_code == 200
    assert response.context["errors"]


def test_tags_are_merged_and_the_old_address_leads_on(as_alice, client):
    make_article("A", tags=["Flood", "Water"])
    make_article("B", tags=["Flood"])
    keep, gone = Tag.objects.get(name="Water"), Tag.objects.get(name="Flood")
    old = gone.get_absolute_url()
    chosen = {"action": "merge", "index": "0", "_selected_action": [keep.pk, gone.pk]}
    assert "Merge tags" in words(as_alice.post("/desk/articles/tag/", chosen))
    as_alice.post("/desk/articles/tag/", {**chosen, "asked": "1", "target": keep.pk})
    assert list(Tag.objects.all()) == [keep]
    assert keep.tagged.count() == 2
    response = client.get(old)
    assert response.status_code in (301, 308)
    assert response["Location"].endswith(keep.get_absolute_url())


def test_authors_are_merged_with_bylines_login_and_address(as_alice, walter, client):
    keep, gone = make_author("Ada Fenwick"), make_author("A. Fenwick", user=walter, bio="Writes.")
    both, one = make_article("Both", authors=[keep, gone]), make_article("One", authors=[gone])
    old = gone.get_absolute_url()
    as_alice.post(
        "/desk/articles/author/",
        {"action": "merge", "index": "0", "_selected_action": [keep.pk, gone.pk], "asked": "1", "target": keep.pk},
    )
    keep.refresh_from_db()
    assert list(Author.objects.all()) == [keep]
    assert (keep.user, keep.bio) == (walter, "Writes.")
    assert both.bylines.count() == one.bylines.count() == 1
    assert client.get(old)["Location"].endswith(keep.get_absolute_url())


def test_author_with_bylines_is_not_deleted(as_alice):
    author = make_author("Ada")
    make_article("By Ada", authors=[author])
    assert "protected" in words(as_alice.post(f"/desk/articles/author/{author.pk}/delete/", {"post": "yes"}))
    assert Byline.objects.exists()


def test_site_settings_lead_straight_to_their_form(as_adam, as_alice):
    response = as_adam.get("/desk/articles/sitesettings/", follow=True)
    assert response.redirect_chain[-1][0].endswith("/1/change/")
    send(as_adam, "/desk/articles/sitesettings/1/change/", "sitesettings_form", name="The Lantern")
    assert SiteSettings.current().name == "The Lantern"
    assert "The Lantern" in words(as_adam.get("/desk/"))
    assert as_adam.get("/desk/articles/sitesettings/add/").status_code == 403
    assert as_adam.post("/desk/articles/sitesettings/1/delete/", {"post": "yes"}).status_code == 403
    assert as_alice.get("/desk/articles/sitesettings/1/change/").status_code == 403


def test_page_is_written_and_its_reserved_address_refused(as_alice, client):
    send(
        as_alice, "/desk/articles/page/add/", "page_form", title="Imprint", body="<p>Who we are.</p>", is_published="on"
    )
    page = Page.objects.get()
    assert "Who we are." in words(client.get(page.get_absolute_url()))
    response = send(as_alice, f"/desk/articles/page/{page.pk}/change/", "page_form", slug="desk")
    assert response.status_code == 200
    assert response.context["errors"]


def test_former_address_is_read_and_can_be_added(as_alice, client):
    article = make_article("Moved")
    send(as_alice, "/desk/articles/formeraddress/add/", "formeraddress_form", path="/old/moved/", article=article.pk)
    assert client.get("/old/moved/")["Location"].endswith(article.get_absolute_url())
    assert "Moved" in words(as_alice.get("/desk/articles/formeraddress/"))


def test_lists_count_the_articles_of_tags_and_authors_up_to_a_thousand(as_alice, monkeypatch):
    author = make_author("Ann")
    for number in range(3):
        make_article(tags=["Herons", "Ferries"][: number + 1], authors=[author])
    page = as_alice.get("/desk/articles/tag/").content.decode()
    assert re.findall(r'field-articles">([^<]*)<', page) == ["2", "3"]
    assert re.findall(r'field-stories">([^<]*)<', as_alice.get("/desk/articles/author/").content.decode()) == ["3"]
    monkeypatch.setattr(tag, "COUNTED", 2)
    page = as_alice.get("/desk/articles/tag/?o=-2").content.decode()
    assert re.findall(r'field-articles">([^<]*)<', page) == ["more than 2", "2"]
