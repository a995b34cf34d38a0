"""What nobody types and somebody sends: the desk answers in words."""

import pytest
from django.contrib.contenttypes.models import ContentType

from articles.models import Article
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_user

pytestmark = pytest.mark.django_db
LISTS = ["article", "category", "tag", "author", "picture", "page", "breakingnews", "formeraddress"]


@pytest.mark.parametrize("key", ["abc", "", "%00", "1.5", "9" * 24])
@pytest.mark.parametrize("model", LISTS)
def test_choosing_what_cannot_exist_is_refused(as_alice, model, key):
    path = f"/desk/articles/{model}/"
    response = as_alice.post(path, {"action": "delete_selected", "_selected_action": key, "index": "0"})
    assert (response.status_code, response["Location"]) == (302, path)


@pytest.mark.parametrize(
    "query",
    [
        f"id__in={'9' * 24}", f"author={'9' * 20}", "body__regex=(", "headline__regex=[",
        "published_at__gte=0001-01-01", "published_at__lt=9999-12-31+23:59:59",
        "password__startswith=a", "slug__startswith=a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_lookups_that_are_not_offered_are_refused(as_alice, model, query, zone, settings):
    settings.TIME_ZONE = zone
    assert as_alice.get(f"/desk/articles/{model}/?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("field", ["categories", "category", "lead_picture", "bylines-0-author"])
def test_a_key_no_row_has_is_an_error_of_the_form(as_alice, field):
    make_category("News")
    form = {
        "headline": "Kept", "kind": "news", "language": "en", "bylines-TOTAL_FORMS": "1", "bylines-INITIAL_FORMS": "0",
        "bylines-0-role": "writer", "bylines-0-position": "0", field: "9" * 20,
    }  # fmt: skip
    response = as_alice.post("/desk/articles/article/add/", form)
    assert response.status_code == 200
    assert "Kept" in response.content.decode()


def test_users_take_no_key_a_group_cannot_have(db):
    ada, bea = make_user("ada", "Administrators"), make_user("bea", is_staff=True)
    response = signed_in(ada).post(f"/desk/auth/user/{bea.pk}/change/", {"username": "bea", "groups": "9" * 20})
    assert response.status_code == 200


def test_a_moment_in_the_address_prefills_nothing(as_alice):
    assert as_alice.get("/desk/articles/breakingnews/add/?starts_at=zz&text=top").status_code == 200


@pytest.mark.parametrize("who", ["Writers", "Moderators"])
def test_no_address_of_a_draft_is_told(who):
    draft = make_article("Secret", published=False, slug="secret-plan")
    kind = ContentType.objects.get_for_model(Article).pk
    response = signed_in(make_user("wim", who)).get(f"/desk/r/{kind}/{draft.pk}/")
    assert response.status_code == 404


def test_view_on_site_is_offered_for_what_is_there(as_alice):
    section, draft = make_category("World", slug="world"), make_article(published=False)
    assert "/section/world/" in as_alice.get(f"/desk/articles/category/{section.pk}/change/").content.decode()
    assert "View on site" not in as_alice.get(f"/desk/articles/article/{draft.pk}/change/").content.decode()


def test_a_form_that_is_not_known_gives_the_text_back(alice):
    client = signed_in(alice, enforce_csrf_checks=True)
    response = client.post("/desk/articles/article/add/", {"headline": "A <headline>", "body": "<p>Long work</p>"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "A &lt;headline&gt;" in page
    assert "&lt;p&gt;Long work&lt;/p&gt;" in page
    assert "no-store" in response["Cache-Control"]


def test_too_much_text_is_refused_in_words(as_alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1048576
    response = as_alice.post(
        "/desk/articles/article/add/", "body=" + "x" * 1100000, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400
    assert "At most 1 MB of text" in response.content.decode()


def test_a_name_no_file_can_have_is_not_found(client):
    assert client.get(f"/media/{'x' * 300}.jpg").status_code == 404
