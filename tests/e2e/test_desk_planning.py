"""The board, the calendar and the keys of the desk, in a browser."""

from playwright.sync_api import expect

BOARD = "/desk/articles/article/board/"
CALENDAR = "/desk/articles/article/calendar/"


def cards(page, column):
    return page.locator(f"[data-column='{column}'] [data-card] h3")


def drag(page, card, target):
    """Press on a card, move, and let go over the target, as a hand does."""
    card.hover()
    box = target.bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.move(box["x"] + 44, box["y"] + 124)
    page.mouse.up()


def test_card_is_dragged_to_the_next_column_and_back_by_the_keyboard(open_page):
    page = open_page(BOARD, role="editor", width=1440)
    card = page.locator("[data-column='draft'] [data-card]").first
    name = card.locator("h3").inner_text()
    drag(page, card, page.locator("[data-column='review']"))
    expect(page.locator(".messagelist")).to_contain_text(f"Sent to review: “{name}”")
    expect(cards(page, "review").get_by_text(name)).to_be_visible()
    page.locator("[data-column='review'] [data-card]", has_text=name).locator("h3 a").focus()
    page.keyboard.press("m")
    page.locator("details[open].card-menu").get_by_role("button", name="Back to draft").press("Enter")
    expect(cards(page, "draft").get_by_text(name)).to_be_visible()


def test_asking_for_changes_by_dragging_wants_its_note_first(open_page):
    page = open_page(BOARD, role="editor", width=1440)
    card = page.locator("[data-column='review'] [data-card]").first
    name = card.locator("h3").inner_text()
    drag(page, card, page.locator("[data-column='changes']"))
    expect(card.get_by_label("What should change")).to_be_focused()
    page.keyboard.type("Two sources, please.")
    page.keyboard.press("Enter")
    expect(cards(page, "changes").get_by_text(name)).to_be_visible()


def test_move_that_is_not_open_is_refused_with_the_reason(open_page):
    page = open_page(BOARD, role="editor", width=1440)
    drag(page, page.locator("[data-column='draft'] [data-card]").first, page.locator("[data-column='scheduled']"))
    expect(page.get_by_role("alert")).to_contain_text("Say first when it goes out")


def test_entry_is_dragged_to_another_day_once_its_time_is_confirmed(open_page):
    page = open_page(CALENDAR, role="editor", width=1440)
    page.goto(f"{CALENDAR}?day=" + page.locator("[data-day]").last.get_attribute("data-day"))
    entry = page.locator(".tray [data-card]").first
    name = entry.locator("h3").inner_text()
    day = page.locator("[data-day]").last
    drag(page, entry, day)
    date = day.get_attribute("data-day")
    expect(entry.locator("[name='at_0']")).to_have_value(date)
    expect(entry.locator("[name='at_1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-day='{date}']").get_by_text(name)).to_be_visible()


def test_everything_is_moved_without_script(open_page):
    page = open_page(BOARD, role="editor", width=375, javascript=False)
    card = page.locator("[data-column='draft'] [data-card]").first
    name = card.locator("h3").inner_text()
    card.locator("summary").click()
    card.locator("[name='at_0']").fill("2030-05-04")
    card.locator("[name='at_1']").fill("09:30")
    card.get_by_role("button", name="Set").click()
    expect(page.locator(".messagelist")).to_contain_text("due Saturday 4 May 2030, 09:30")
    page.goto(f"{CALENDAR}?day=2030-05-04")
    expect(page.locator("[data-day='2030-05-04']").get_by_text(name)).to_be_visible()


def test_focus_goes_along_with_a_card_that_is_moved(open_page):
    page = open_page(BOARD, role="editor", width=1440)
    card = page.locator("[data-column='draft'] [data-card]").first
    name = card.locator("h3").inner_text()
    card.locator("h3 a").focus()
    page.keyboard.press("m")
    card.get_by_role("button", name="Send to review").press("Enter")
    expect(cards(page, "review").locator("a", has_text=name)).to_be_focused()
    page.keyboard.press("m")
    page.locator("details[open].card-menu").get_by_role("button", name="Back to draft").press("Enter")
    expect(cards(page, "draft").locator("a", has_text=name)).to_be_focused()


def test_menu_of_a_card_is_whole_on_a_phone(open_page):
    page = open_page(BOARD, role="editor", width=360)
    for card in page.locator("[data-column='draft'] [data-card]").all():
        card.locator("summary").click()
        menu, column = card.locator(".menu").bounding_box(), page.locator("[data-board]").bounding_box()
        assert column["x"] <= menu["x"]
        assert menu["x"] + menu["width"] <= column["x"] + column["width"]
        page.keyboard.press("Escape")


def test_keys_lead_everywhere_and_can_be_turned_off(open_page, newsroom):
    page = open_page("/desk/", role="editor")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url(f"**{CALENDAR}")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/desk/articles/article/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".action-select").nth(1)).to_be_checked()
    page.keyboard.press("/")
    page.keyboard.type("?gb")
    expect(page.locator("#searchbar")).to_have_value("?gb")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn keys off").click()
    expect(page.get_by_role("button", name="Turn keys on")).to_be_visible()  # the server keeps it
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    on = "from articles.models import DeskProfile; DeskProfile.objects.update(has_keys=True)"
    newsroom.manage("shell", "-v0", "-c", on)  # others press keys as the same editor
