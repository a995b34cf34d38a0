"""The list of articles in a browser."""

from playwright.sync_api import expect

LIST = "/desk/articles/article/"


def test_rows_of_which_nobody_asked_are_asked_about_and_the_focus_stays(open_page):
    page = open_page("/desk/", role="editor")
    page.route("**/checks/?*", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.goto(f"{LIST}?status=draft")
    first = page.locator(".field-found a").first
    if first.get_attribute("data-unasked"):
        first.focus()
        expect(page.locator("[data-unasked]")).to_have_count(0)
        expect(first).to_be_focused()
    expect(first).to_contain_text("checks of")
    expect(page.get_by_text("Ask: checks")).to_have_count(0)
    first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checks")
