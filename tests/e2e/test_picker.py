"""Pictures in a story: chosen, uploaded in place, described, cropped by keyboard, and asked for when one publishes."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import make_image

ADD = "/desk/articles/article/add/"


def file(name, color, width=900, height=600):
    return {"name": name, "mimeType": "image/jpeg", "buffer": make_image(width, height, color=color, comment=name)}


def new_story(open_page, headline, **window):
    page = open_page(ADD, role="editor", **window)
    page.fill("#id_headline", headline)
    page.locator("#id_body_editor").click()
    page.keyboard.type("A paragraph.")
    option = page.locator("#id_category option", has_text="Transport").first
    page.locator("#id_category").select_option(value=option.get_attribute("value"))
    return page


def window_of(page, press):
    with page.expect_popup() as opened:
        press()
    window = opened.value
    window.wait_for_load_state()
    return window


def test_lead_picture_is_chosen_described_and_its_focal_point_moved_by_keyboard(open_page):
    page = new_story(open_page, "A tower by keyboard")
    window = window_of(page, lambda: page.get_by_role("link", name="Choose…").press("Enter"))
    window.fill("[name=q]", "tower")
    window.keyboard.press("Enter")
    window.get_by_role("link", name="tower").first.press("Enter")
    expect(window.get_by_label("Description")).to_have_value(re.compile("^A spired glass tower"))
    before = window.locator("svg[data-ratio]").last.get_attribute("viewBox")
    point = window.get_by_role("button", name="Focal point")
    point.focus()
    for _ in range(3):
        window.keyboard.press("Shift+ArrowRight")
    assert window.locator("svg[data-ratio]").last.get_attribute("viewBox") != before
    window.get_by_role("button", name="Bottom right corner").press("Shift+ArrowLeft")
    window.get_by_label("Description").fill("A tower, for this story")
    with window.expect_event("close"):
        window.get_by_role("button", name="Use picture").press("Enter")
    expect(page.get_by_label("Description", exact=True)).to_have_value("A tower, for this story")
    expect(page.locator(".picture-shown")).to_contain_text("tower")
    page.click("[name=_continue]")
    expect(page.get_by_label("Description", exact=True)).to_have_value("A tower, for this story")
    again = window_of(page, page.get_by_role("button", name="Crop…").click)
    expect(again.locator("[name$=crop_width]")).to_have_value("90")
    expect(again.get_by_label("Description")).to_have_value("A tower, for this story")


def test_lead_picture_is_uploaded_in_place_and_publishing_asks_for_its_description(open_page):
    page = new_story(open_page, "A quay without words")
    page.set_input_files("[data-picture-field] input[type=file]", file("lone quay.jpg", "slategray"))
    expect(page.locator(".picture-shown")).to_contain_text("No credit")
    expect(page.get_by_label("Description", exact=True)).to_be_focused()
    page.click("[name=_publish]")
    problem = page.locator("#problems")
    expect(problem).to_contain_text("has no description")
    problem.get_by_role("link", name="Description").click()
    expect(page.get_by_label("Description", exact=True)).to_be_focused()
    page.get_by_label("Decoration only").check()
    page.click("[name=_publish]")
    expect(page.get_by_text("is live.")).to_be_visible()


def test_what_is_no_picture_is_refused_beside_the_field(open_page):
    page = open_page(ADD, role="editor")
    page.set_input_files(
        "[data-picture-field] input[type=file]", {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"Words"}
    )
    expect(page.locator("[data-picture-field] [data-status]")).to_contain_text("notes.jpg")
    expect(page.locator("[data-picture-field] .bad")).to_be_visible()
    expect(page.locator("#id_lead_picture")).to_have_value("")


def test_several_files_are_uploaded_in_the_window_and_one_of_them_is_there_already(open_page):
    page = new_story(open_page, "Several at once")
    window = window_of(page, page.get_by_role("link", name="Choose…").click)
    files = [file("first.jpg", "navy"), file("second.jpg", "olive"), file("first again.jpg", "navy")]
    files[2]["buffer"] = files[0]["buffer"]
    broken = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"Words"}
    window.set_input_files("input[type=file]", [*files, broken])
    tray = window.locator("[data-tray]")
    expect(tray.locator("li").nth(1)).to_contain_text("Uploaded")
    expect(tray.locator("li").nth(2)).to_contain_text("in the library already")
    expect(tray.locator("li.bad")).to_have_count(1)
    window.locator("[data-choice]").first.press("Enter")
    window.get_by_label("Decoration only").check()
    with window.expect_event("close"):
        window.get_by_role("button", name="Use picture").click()
    expect(page.get_by_label("Decoration only")).to_be_checked()
    expect(page.locator("#id_lead_picture")).not_to_have_value("")
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator("#id_lead_picture")).to_have_value("")


def test_arrow_keys_walk_through_the_window(open_page):
    page = open_page("/desk/articles/picture/choose/?for=lead", role="editor")
    choices = page.locator("[data-choice]")
    choices.first.focus()
    page.keyboard.press("ArrowRight")
    expect(choices.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(choices.first).not_to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(choices.first).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_window_asks_for_words_with_and_without_javascript(open_page, javascript):
    page = open_page("/desk/articles/picture/choose/?for=lead&q=tower", role="editor", javascript=javascript)
    page.get_by_role("link", name="tower").first.click()
    page.get_by_label("Description", exact=True).fill("")
    page.get_by_role("button", name="Use picture").click()
    expect(page.get_by_text("Describe what is seen, or mark it as decoration only.")).to_be_visible()
    page.get_by_label("Description", exact=True).fill("A tower")
    page.get_by_role("button", name="Use picture").click()
    expect(page.get_by_text("is number")).to_be_visible()


def test_picture_in_the_text_says_how_it_is_described_and_is_described_again_by_keyboard(open_page):
    page = new_story(open_page, "Saturn in the text")
    window = window_of(page, page.get_by_role("button", name="figure", exact=True).click)
    window.fill("[name=q]", "saturn")
    window.keyboard.press("Enter")
    window.get_by_role("link", name="saturn").first.click()
    window.get_by_label("Decoration only").check()
    with window.expect_event("close"):
        window.get_by_role("button", name="Use picture").click()
    body, dialog = page.locator("#id_body"), page.get_by_role("dialog")
    words = page.locator("#id_body_editor figure button")
    expect(words).to_have_text("Decoration only")
    assert 'alt="" role="presentation"' in body.input_value()

    words.press("Enter")
    dialog.get_by_label("Decoration only").uncheck()
    dialog.get_by_role("button", name="Update").click()
    expect(words).to_have_text("No description")
    assert 'alt="">' in body.input_value()
    words.press("Enter")
    dialog.get_by_label("Description").fill("Saturn, lit from behind")
    dialog.get_by_label("Caption").fill("Seen by Cassini")
    dialog.get_by_role("button", name="Update").press("Enter")
    expect(words).to_have_text("Saturn, lit from behind")
    assert 'alt="Saturn, lit from behind"><figcaption>Seen by Cassini</figcaption>' in body.input_value()

    words.click()
    other = window_of(page, dialog.get_by_role("button", name="Choose another…").click)
    other.get_by_role("link", name="tower").first.click()
    other.get_by_label("Description").fill("A tower instead")
    with other.expect_event("close"):
        other.get_by_role("button", name="Use picture").click()
    expect(words).to_have_text("A tower instead")
    page.click("[name=_publish]")
    expect(page.get_by_text("is live.")).to_be_visible()
    expect(words).to_have_text("A tower instead")


def test_caption_with_a_link_is_left_as_it_is(open_page):
    page = new_story(open_page, "A caption with a link")
    page.get_by_role("button", name="HTML").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill(
        '<figure><img src="/picture/abc/" alt=""><figcaption>Seen <a href="/about/">here</a></figcaption></figure>'
    )
    dialog.get_by_role("button", name="Update").click()
    page.locator("#id_body_editor figure button").click()
    expect(dialog.get_by_label("Caption")).to_have_count(0)
    dialog.get_by_label("Description").fill("Words")
    dialog.get_by_role("button", name="Update").click()
    assert (
        'alt="Words"><figcaption>Seen <a href="/about/">here</a></figcaption>' in page.locator("#id_body").input_value()
    )


def test_portrait_is_chosen_without_words(open_page):
    page = open_page("/desk/articles/author/add/", role="editor")
    window = window_of(page, page.get_by_role("link", name="Choose…").click)
    window.get_by_role("link", name="tower").first.click()
    expect(window.get_by_role("button", name="Use picture")).to_be_visible()
    window.wait_for_load_state()  # its script closes the window
    expect(window.get_by_label("Description")).to_have_count(0)
    with window.expect_event("close"):
        window.get_by_role("button", name="Use picture").click()
    expect(page.locator(".picture-shown")).to_contain_text("tower")
    expect(page.locator("#id_picture")).not_to_have_value("")


def test_pictures_uploaded_for_a_gallery_keep_the_order_in_which_they_were_sent(open_page):
    page = new_story(open_page, "Three of a morning")
    window = window_of(page, page.get_by_role("button", name="Gallery: join").click)
    files = [file("dawn.jpg", "plum"), file("morning.jpg", "khaki"), file("noon.jpg", "gold")]
    window.set_input_files("input[type=file]", files)
    expect(window.locator("[data-count]")).to_have_text("3 chosen")
    expect(window.locator(".choice strong").nth(0)).to_have_text("dawn")
    expect(window.locator(".choice strong").nth(1)).to_have_text("morning")
    expect(window.locator(".choice strong").nth(2)).to_have_text("noon")


def test_logo_is_uploaded_in_place(open_page):
    page = open_page("/desk/articles/sitesettings/1/change/", role="admin")
    page.set_input_files("[data-picture-field] input[type=file]", file("logo.jpg", "maroon"))
    expect(page.locator(".picture-shown")).to_contain_text("No credit")
    expect(page.locator("#id_logo")).not_to_have_value("")
