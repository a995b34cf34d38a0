"""What must hold on every page of the desk: accessible and within the window. It runs beside the pages of readers."""

import pytest
from playwright.sync_api import expect

from tests.e2e.test_every_page import DESK, check, paths  # noqa: F401  (paths is a fixture)
from tests.factories import make_image


@pytest.mark.parametrize("width", [1280, 320])
def test_the_desk_is_accessible_and_fits(open_page, audit, paths, width):  # noqa: F811
    page = open_page("/desk/", role="admin", width=width, guest=True)
    check(page, {kind: paths[kind] for kind in DESK}, lambda: audit(page))


MANY = """
from django.contrib.auth.models import User
from articles import tokens
from articles.models import Category, Dossier, SectionEditor
user = User.objects.get(username="editor")
for section in Category.objects.all()[:2]:
    SectionEditor.objects.get_or_create(user=user, category=section)
tokens.make(user, "The bridge from the agency's wire", 30)
print(user.pk, Dossier.objects.filter(tags__isnull=False).first().pk)
"""
FEW = """
from articles.models import SectionEditor
SectionEditor.objects.filter(user__username="editor").delete()
"""


@pytest.mark.parametrize("width", [1280, 320])
def test_forms_with_rows_and_long_lists_of_choices_are_accessible_and_fit(open_page, audit, newsroom, width):
    user, topic = newsroom.manage("shell", "-v0", "-c", MANY).split()
    page = open_page("/desk/", role="admin", width=width, guest=True)
    forms = {
        "user": f"/desk/auth/user/{user}/change/", "new user": "/desk/auth/user/add/",
        "new group": "/desk/auth/group/add/", "topic": f"/desk/articles/dossier/{topic}/change/",
        "deleting": f"/desk/articles/dossier/{topic}/delete/", "former address": "/desk/articles/formeraddress/add/",
    }  # fmt: skip
    check(page, forms, lambda: audit(page))
    page.goto(forms["user"])
    page.get_by_role("checkbox", name="Moderators").check()
    page.get_by_role("checkbox", name="Delete").last.check()
    page.get_by_role("button", name="Save and continue").click()
    assert page.get_by_role("checkbox", name="Moderators").is_checked()
    assert not page.get_by_text("from the agency's wire").count()
    newsroom.manage("shell", "-v0", "-c", FEW)  # others publish as the same editor


def test_fields_on_a_phone_are_large_enough_and_beside_their_labels(open_page, newsroom):
    number, _ = newsroom.article("in-defence-of-the-queue")
    page = open_page("/desk/articles/article/", role="editor", width=360)
    size = "field => parseFloat(getComputedStyle(field).fontSize)"
    for field in ("#desk-search", "#searchbar"):
        if page.locator(field).count():
            assert page.locator(field).evaluate(size) >= 16, field  # less, and the phone zooms into the page
    page.goto(f"/desk/articles/article/{number}/change/")
    for field in ("#desk-search", "#id_kicker", "#id_headline", "#id_standfirst", "#id_slugline"):
        assert page.locator(field).evaluate(size) >= 16, field
    assert page.locator("#id_categories input").first.bounding_box()["width"] < 30


def test_stories_of_a_series_are_put_in_order_by_buttons(open_page):
    page = open_page("/desk/articles/dossier/?form=series", role="editor")
    page.locator("#result_list .field-title a").first.click()
    rows = page.locator("#parts-group .byline:not(.empty-form)")
    rows.first.wait_for()
    chosen = "rows => rows.map(row => row.querySelector('select').selectedOptions[0]?.text).filter(Boolean)"
    first, second, *others = rows.evaluate_all(chosen)
    rows.nth(1).get_by_label("Move up").click()
    expect(rows.first.get_by_label("Move up")).to_be_focused()
    page.locator("[name='_continue']").click()
    page.locator(".messagelist").wait_for()
    assert rows.evaluate_all(chosen) == [second, first, *others]
    # One that is added comes last.
    rows.last.locator(".select2-selection").click()
    page.locator(".select2-results__option[aria-selected='false']").first.click()
    page.locator("[name='_continue']").click()
    page.locator(".messagelist").wait_for()
    assert rows.evaluate_all(chosen)[:-1] == [second, first, *others]


def test_picture_that_is_still_on_its_way_is_saved_with_the_form(open_page):
    page = open_page("/desk/profile/", role="admin", guest=True)  # its console will complain of what is refused
    held = []
    page.route("**/choose/upload/", lambda route: held.append(route))
    files, save = page.locator("input[type='file']").first, page.get_by_role("button", name="Save")
    portrait = {"name": "portrait.jpg", "mimeType": "image/jpeg", "buffer": make_image(600, 600, color="olive")}
    with page.expect_request("**/choose/upload/"):
        files.set_input_files(portrait)
    save.click()
    save.click()
    held.pop().continue_()
    expect(page.locator(".messagelist")).to_contain_text("Your profile is saved.")
    expect(page.locator(".account .avatar img")).to_be_visible()
    # What is refused keeps the form, so that it is read.
    with page.expect_request("**/choose/upload/"):
        files.set_input_files({"name": "notes.txt", "mimeType": "image/jpeg", "buffer": b"No picture"})
    page.locator("#id_role").fill("Night editor")
    save.click()
    held.pop().continue_()
    expect(page.locator("[data-status]")).to_contain_text("Use JPEG")
    expect(page.locator("#id_role")).to_have_value("Night editor")
