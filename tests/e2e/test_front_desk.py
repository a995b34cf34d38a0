"""An editor moves stories on a front, by hand and by keys, and puts it live; readers get it."""

from playwright.sync_api import expect


def test_a_story_is_dragged_to_the_lead_and_put_live(open_page):
    desk = open_page("/desk/articles/placement/", role="editor", width=1440)
    row = desk.locator("#zone-top .front-row[data-article]").nth(1)
    headline = row.locator(".front-row__headline").inner_text()
    row.locator(".front-handle").hover()
    box = desk.locator("#zone-lead .front-row").first.bounding_box()
    desk.mouse.down()
    desk.mouse.move(box["x"] + 200, box["y"] + 30)
    desk.mouse.move(box["x"] + 200, box["y"] + 3)
    desk.mouse.up()
    lead = desk.locator("#zone-lead .front-row__headline").first
    expect(lead).to_have_text(headline)
    expect(open_page("/").locator(".lead h2")).not_to_have_text(headline)
    desk.get_by_role("button", name="Put front page live").click()
    expect(desk.locator("#front-state")).to_have_text("No changes")
    expect(open_page("/", javascript=False).locator(".lead h2")).to_have_text(headline)
    desk.get_by_role("button", name="Undo the last").click()
    expect(lead).not_to_have_text(headline)


def test_a_story_is_moved_and_pinned_by_keys_and_keeps_the_focus(open_page):
    desk = open_page("/desk/articles/placement/", role="editor", width=1440)
    rows, first = desk.locator("#zone-top .front-row__headline"), desk.locator("#zone-top .front-row").first
    second = rows.nth(1).inner_text()
    desk.keyboard.press("ArrowDown")
    for _ in range(2):
        desk.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    desk.keyboard.press("u")
    expect(rows.nth(0)).to_have_text(second)
    expect(first).to_be_focused()
    desk.keyboard.press("p")
    expect(desk.get_by_role("button", name=f"Unpin: {second}")).to_be_visible()
    expect(first).to_be_focused()
    desk.keyboard.press("m")
    expect(first.get_by_label("Move to")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_label(f"More for {second}")).to_be_focused()
    desk.get_by_role("button", name="Discard").click()
    expect(rows.nth(1)).to_have_text(second)
