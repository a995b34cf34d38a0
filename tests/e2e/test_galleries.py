"""Galleries, as readers page through them and as editors put them together."""

import re

import pytest
from playwright.sync_api import expect

STORY = "orange-suit-goes-on-show"  # has a gallery of four


@pytest.fixture(scope="module")
def story(newsroom):
    return newsroom.article(STORY)


def test_a_reader_pages_by_button_and_by_key(open_page, story):
    page = open_page(story[1], width=320)
    gallery = page.locator(".gallery")
    place, strip = gallery.locator("[data-place]"), gallery.get_by_role("region", name="Gallery: 4 pictures")
    expect(place).to_have_text("1 of 4")
    gallery.get_by_role("button", name="Next picture").click()
    expect(place).to_have_text("2 of 4")
    expect(strip.locator("figure").nth(1)).to_be_in_viewport(ratio=0.7)
    strip.focus()
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("3 of 4")
    page.keyboard.press("End")
    expect(place).to_have_text("4 of 4")
    expect(gallery.get_by_role("button", name="Next picture")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(place).to_have_text("3 of 4")


def test_a_reader_swipes(browser, newsroom, story):
    context = browser.new_context(
        base_url=newsroom.url, viewport={"width": 375, "height": 760}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(story[1])
    page.evaluate("document.querySelector('.gallery').scrollIntoView({ block: 'center' })")
    touch = context.new_cdp_session(page)
    for place in ("2 of 4", "3 of 4", "4 of 4"):
        strip = page.locator("[data-strip]").bounding_box()
        for step in range(14):
            finger = {"x": strip["x"] + 300 - 20 * step, "y": strip["y"] + 100}
            kind = "touchStart" if step == 0 else "touchMove"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [finger]})
            page.wait_for_timeout(16)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(page.locator("[data-place]")).to_have_text(place)
        page.wait_for_timeout(500)  # until it has come to rest
    context.close()


def test_the_keys_follow_the_direction_of_the_text(open_page, story):
    page = open_page(story[1])
    page.evaluate("document.querySelector('article').dir = 'rtl'")
    page.locator("[data-strip]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-place]")).to_have_text("2 of 4")


def test_a_gallery_is_whole_without_script_and_on_paper(open_page, story):
    page = open_page(story[1], javascript=False)
    gallery = page.locator(".gallery")
    expect(gallery.get_by_text("4 pictures")).to_be_visible()
    expect(gallery.get_by_role("button")).to_have_count(0)
    last = gallery.locator("figure").last
    last.scroll_into_view_if_needed()
    expect(last.locator("img")).to_be_in_viewport()
    page.emulate_media(media="print")
    tops = [box["y"] for box in (figure.bounding_box() for figure in gallery.locator("figure").all())]
    assert tops == sorted(set(tops))


def test_an_editor_orders_parts_and_joins_pictures(open_page, story):
    desk = open_page(f"/desk/articles/article/{story[0]}/change/", role="editor")
    body, editor = desk.locator("#id_body"), desk.locator("#id_body_editor")
    bar = desk.get_by_role("toolbar", name="Formatting")

    def pictures():
        inside = re.search(r'<div class="gallery">(.*?)</div>', body.input_value(), re.S)
        return inside and re.findall(r'alt="(\w+ \w+)', inside[1])

    editor.locator(".gallery img").nth(0).click()
    bar.get_by_role("button", name="Move the picture one place later").click()
    assert pictures() == ["A space", "An astronaut", "A tall", "The Moon"]
    bar.get_by_role("button", name="Move the picture one place earlier").click()
    bar.get_by_role("button", name="Gallery: join").click()
    assert pictures() is None
    bar.get_by_role("button", name="Gallery: join").click()
    assert pictures() == ["An astronaut", "A space", "A tall", "The Moon"]


def test_an_editor_adds_pictures_from_the_window(open_page, story):
    desk = open_page(f"/desk/articles/article/{story[0]}/change/", role="editor")
    body, editor = desk.locator("#id_body"), desk.locator("#id_body_editor")
    editor.locator(".gallery img").first.click()
    with desk.expect_popup() as window:
        desk.get_by_role("button", name="Add pictures to the gallery").click()
    assert "several=1" in window.value.url
    chosen = [
        {"src": "/picture/a/", "alt": "A lamp", "caption": "Lit.", "decorative": False},
        {"src": "/picture/b/", "alt": "A border", "caption": "", "decorative": True},
    ]
    window.value.evaluate(
        "detail => opener.document.dispatchEvent(new CustomEvent('newsroom:pictures', { detail }))", chosen
    )
    expect(editor.locator(".gallery img")).to_have_count(6)
    added = body.input_value().partition('<img src="/picture/a/"')[2]
    assert added.startswith(' alt="A lamp"><figcaption>Lit.</figcaption></figure>')
    assert '<img src="/picture/b/" alt="" role="presentation"></figure></div>' in added


def test_one_picture_from_the_window_is_a_figure_after_the_paragraph(open_page, story):
    desk = open_page(f"/desk/articles/article/{story[0]}/change/", role="editor")
    body, editor = desk.locator("#id_body"), desk.locator("#id_body_editor")
    first = editor.locator("p").first
    first.click()
    with desk.expect_popup() as window:
        desk.get_by_role("button", name="figure", exact=True).click()
    chosen = [{"src": "/picture/a/", "alt": "A lamp", "caption": "", "decorative": False}]
    window.value.evaluate(
        "detail => opener.document.dispatchEvent(new CustomEvent('newsroom:pictures', { detail }))", chosen
    )
    expect(editor.locator("> figure")).to_have_count(1)
    assert f'{first.inner_text()[-20:]}</p><figure><img src="/picture/a/" alt="A lamp"></figure>' in body.input_value()
