"""A moderator who never touches the mouse."""

import pytest
from playwright.sync_api import expect

QUEUE = "/desk/comments/comment/queue/"


@pytest.fixture
def desk(open_page):
    return open_page(QUEUE, role="moderator")


def waiting(desk):
    return int(desk.locator("[data-waiting]").inner_text())


def current(desk):
    return desk.locator("[data-card].is-current .queue-author b").inner_text()


def press(desk, *keys):
    for key in keys:
        desk.keyboard.press(key)


def test_decides_and_undoes_by_keyboard(desk):
    first, number = current(desk), waiting(desk)
    press(desk, "j")
    second = current(desk)
    assert second != first
    press(desk, "k")
    assert current(desk) == first
    press(desk, "f")
    expect(desk.locator("[data-announce]")).to_contain_text(f"You approved a comment by {first}")
    assert (current(desk), waiting(desk)) == (second, number - 1)
    press(desk, "z")
    expect(desk.locator("[data-announce]")).to_have_text("Taken back.")
    assert (current(desk), waiting(desk)) == (first, number)
    press(desk, "d", "3")
    expect(desk.locator("[data-announce]")).to_contain_text("You rejected")
    assert waiting(desk) == number - 1
    assert desk.evaluate("document.activeElement.matches('[data-card].is-current')")
    press(desk, "z")
    expect(desk.locator("[data-announce]")).to_have_text("Taken back.")


def test_leaves_the_browsers_own_keys_alone(desk):
    number = waiting(desk)
    press(desk, "Control+f", "Alt+f", "Meta+f", "g", "f")
    desk.locator("[data-reject] summary").first.click()
    desk.locator("input[name=public_note]").first.type("fdpz")
    desk.wait_for_timeout(300)
    assert waiting(desk) == number
    assert desk.locator("[data-line]").count() <= 3


def test_is_quiet_once_keys_are_off(desk):
    number = waiting(desk)
    desk.get_by_role("button", name="Turn keys off").first.click()
    press(desk, "f", "p")
    desk.reload()
    press(desk, "f")
    desk.wait_for_timeout(300)
    assert waiting(desk) == number
    expect(desk.locator("[data-card] kbd").first).to_be_hidden()


def test_tells_that_somebody_was_quicker(desk, open_page):
    name = current(desk)
    other = open_page(QUEUE, role="admin")
    other.keyboard.press("f")
    expect(other.locator("[data-announce]")).to_contain_text("You approved")
    press(desk, "p")
    expect(desk.locator(".queue-line-taken")).to_contain_text(f"{name}: Ada Reyes already decided: approved")
    press(other, "z")
    expect(other.locator("[data-announce]")).to_have_text("Taken back.")
