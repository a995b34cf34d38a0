"""Who may do what at the desk, and what nobody can get by asking differently."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from articles.models import Article
from articles.models.article import Status
from tests.articles.desk_forms import buttons, read, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_user

LIST = "/desk/articles/article/"


def change(article):
    return f"{LIST}{article.pk}/change/"


@pytest.fixture
def others(alice):
    return make_article("Somebody else's draft", published=False, created_by=alice)


@pytest.fixture
def own(walter):
    return make_article("Walter's draft", published=False, created_by=walter)


@pytest.fixture
def adam(db):
    """Adam administers."""
    return make_user("adam", "Administrators")


@pytest.fixture
def as_adam(adam):
    return signed_in(adam)


# -- writers


def test_writer_sees_and_changes_only_own_articles(as_walter, others, own):
    page = words(as_walter.get(LIST))
    assert "Walter&#x27;s draft" in page or "Walter's draft" in page
    assert "Somebody else" not in page
    assert as_walter.get(change(own)).status_code == 200
    for address in (change(others), f"{LIST}{others.pk}/history/", f"{LIST}{others.pk}/delete/"):
        assert as_walter.get(address).status_code in (302, 403)
    assert as_walter.post(change(others), {"headline": "Taken over"}).status_code in (302, 403)
    others.refresh_from_db()
    assert others.headline == "Somebody else's draft"


def test_writer_named_in_the_bylines_changes_the_article(walter, as_walter, others):
    author = make_author("Walter Wright", user=walter)
    others.bylines.create(author=author)
    assert as_walter.get(change(others)).status_code == 200


def test_article_of_a_writer_starts_with_their_name(walter, as_walter):
    author = make_author("Walter Wright", user=walter)
    fields, _ = read(as_walter.get(f"{LIST}add/"))
    assert fields["bylines-0-author"] == [str(author.pk)]
    send(as_walter, f"{LIST}add/", headline="Mine")
    article = Article.objects.get()
    assert article.created_by == walter
    assert [byline.author for byline in article.bylines.all()] == [author]


@pytest.mark.parametrize("press", ["_publish", "_publish_now", "_approve", "_take_down"])
def test_writer_cannot_publish(as_walter, own, press):
    assert press not in buttons(as_walter.get(change(own)))
    assert send(as_walter, change(own), press=press).status_code == 403
    own.refresh_from_db()
    assert own.status == Status.DRAFT


def test_writer_sends_to_review_and_takes_back(as_walter, own):
    assert send(as_walter, change(own), press="_send_to_review").status_code == 302
    own.refresh_from_db()
    assert own.status == Status.REVIEW
    send(as_walter, change(own), press="_return_to_draft")
    own.refresh_from_db()
    assert own.status == Status.DRAFT


@pytest.mark.parametrize("status", [Status.APPROVED, Status.PUBLISHED, Status.WITHDRAWN])
def test_writer_only_reads_what_has_left_their_hands(walter, as_walter, status):
    article = make_article("Done", created_by=walter)
    if status != Status.PUBLISHED:
        Article.objects.update(status=status, release=None)
    page = as_walter.get(change(article))
    assert page.status_code == 200
    assert "_save" not in buttons(page)
    assert as_walter.post(change(article), {"headline": "Changed"}).status_code == 403


def test_bulk_actions_obey_the_same_rules(as_walter, others, own):
    for action in (
        "publish",
        "take_down",
        "move_to_section",
        "set_comments_policy",
        "delete_selected",
        "send_to_review",
    ):
        as_walter.post(LIST, {"action": action, "index": "0", "_selected_action": [others.pk, own.pk]})
    others.refresh_from_db()
    own.refresh_from_db()
    assert others.status == Status.DRAFT
    assert own.status == Status.REVIEW


def test_autocomplete_tells_writers_nothing_of_others(as_walter, others):
    query = "?app_label=articles&model_name=placement&field_name=article&term=Somebody"
    answer = as_walter.get("/desk/autocomplete/" + query)
    assert b"Somebody" not in answer.content


@pytest.mark.parametrize(
    "address",
    ["/desk/auth/user/", "/desk/auth/group/", "/desk/articles/sitesettings/", "/desk/articles/placement/",
     "/desk/articles/page/", "/desk/articles/formeraddress/", "/desk/auth/user/add/", "/desk/articles/category/add/"],
)  # fmt: skip
def test_writer_has_no_business_elsewhere(as_walter, address):
    assert as_walter.get(address).status_code in (302, 403)
    assert (
        "/1/change/" not in as_walter.get(address).get("Location", "")
        or as_walter.get(address, follow=True).status_code == 403
    )


def test_list_cannot_be_asked_about_passwords(as_alice, others):
    for query in ("created_by__password__startswith=p", "bylines__author__user__password__contains=a"):
        response = as_alice.get(f"{LIST}?{query}")
        assert response.status_code in (302, 400)


# -- moderators


def test_moderator_reads_articles_and_changes_none(as_bob, others):
    page = as_bob.get(change(others))
    assert page.status_code == 200
    assert "A text of some length." in words(page)
    assert not {"_save", "_publish", "_continue"} & set(buttons(page))
    assert as_bob.post(change(others), {"headline": "x"}).status_code == 403
    assert as_bob.get(f"{LIST}add/").status_code == 403
    as_bob.post(LIST, {"action": "publish", "index": "0", "_selected_action": [others.pk]})
    others.refresh_from_db()
    assert others.status == Status.DRAFT


def test_readers_are_asked_to_sign_in(charlie, others):
    client = signed_in(charlie)
    for address in ("/desk/", LIST, change(others), f"{LIST}{others.pk}/preview/", "/desk/articles/picture/choose/"):
        assert client.get(address).status_code == 302


# -- administrators


def test_administrator_manages_users(as_adam, bob):
    assert as_adam.get("/desk/auth/user/").status_code == 200
    response = as_adam.post(
        "/desk/auth/user/add/",
        {"username": "dora", "usable_password": "true", "password1": "a long secret", "password2": "a long secret"},
    )
    assert response.status_code == 302
    dora = User.objects.get(username="dora")
    editors = Group.objects.get(name="Editors")
    send(as_adam, f"/desk/auth/user/{dora.pk}/change/", "user_form", groups=[editors.pk], is_staff="on")
    assert list(dora.groups.all()) == [editors]


def test_administrator_makes_no_superuser(as_adam, bob, adam):
    for user in (bob, adam):
        send(as_adam, f"/desk/auth/user/{user.pk}/change/", "user_form", is_superuser="on")
        user.refresh_from_db()
        assert not user.is_superuser


def test_administrator_does_not_touch_superusers(as_adam):
    root = User.objects.create_superuser("root", password="a long secret")
    for view in ("change", "delete", "password"):
        assert as_adam.post(f"/desk/auth/user/{root.pk}/{view}/", {"post": "yes"}).status_code == 403
    as_adam.post("/desk/auth/user/", {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"})
    root.refresh_from_db()
    assert root.is_superuser


@pytest.mark.parametrize("is_active", [True, False])
def test_administrator_does_not_take_over_whoever_may_more(as_adam, is_active):
    mighty = make_user("mighty")
    mighty.user_permissions.add(Permission.objects.get(codename="delete_group"))
    User.objects.filter(pk=mighty.pk).update(is_active=is_active)
    address = f"/desk/auth/user/{mighty.pk}"
    assert as_adam.post(f"{address}/change/", {"username": "mighty"}).status_code == 403
    assert as_adam.post(f"{address}/password/", {"password1": "x", "password2": "x"}).status_code == 403


def test_nobody_grants_permissions_or_groups_they_lack(as_adam, adam, bob):
    beyond = Permission.objects.get(codename="add_group")
    mighty = Group.objects.create(name="Mighty")
    mighty.permissions.add(beyond)
    for user in (bob, adam):
        send(as_adam, f"/desk/auth/user/{user.pk}/change/", "user_form", user_permissions=[beyond.pk])
        send(as_adam, f"/desk/auth/user/{user.pk}/change/", "user_form", groups=[mighty.pk])
        assert not user.user_permissions.exists()
        assert mighty not in user.groups.all()


def test_group_keeper_cannot_widen_groups_beyond_their_own_power(db):
    keeper = make_user("keeper")
    keeper.user_permissions.set(Permission.objects.filter(codename__in=["change_group", "view_group", "view_tag"]))
    group = Group.objects.create(name="Few")
    client = signed_in(keeper)
    beyond = Permission.objects.get(codename="delete_user")
    client.post(f"/desk/auth/group/{group.pk}/change/", {"name": "Few", "permissions": [beyond.pk]})
    assert not group.permissions.exists()
    editors = Group.objects.get(name="Editors")
    assert client.post(f"/desk/auth/group/{editors.pk}/change/", {"name": "x"}).status_code == 403


def test_superuser_may_all_of_it(db, bob):
    client = signed_in(User.objects.create_superuser("root", password="a long secret"))
    send(client, f"/desk/auth/user/{bob.pk}/change/", "user_form", is_superuser="on")
    bob.refresh_from_db()
    assert bob.is_superuser


def test_editor_sees_no_list_of_logins(as_alice, walter):
    make_author("Walter Wright", user=walter)
    assert (
        as_alice.get("/desk/autocomplete/?app_label=articles&model_name=author&field_name=user&term=w").status_code
        == 403
    )
    assert as_alice.get("/desk/auth/user/").status_code == 403
