"""A moderator who never touches the mouse."""

import re

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


def test_two_moderators_share_the_queue(desk, open_page):
    mine = current(desk)
    expect(desk.locator(".is-current [data-mine]")).to_be_visible()
    other = open_page(QUEUE, role="admin")
    expect(other.locator(".is-claimed").first).to_contain_text("Bruno is on it.")
    theirs = current(other)
    assert theirs != mine
    other.keyboard.press("f")
    expect(other.locator("[data-announce]")).to_contain_text("You approved")
    expect(other.locator("[data-undo-made]")).to_have_count(0)
    press(desk, "j")
    expect(desk.locator(".queue-line-taken")).to_contain_text(f"{theirs}: Ada Reyes already decided: approved")
    assert current(desk) != theirs
    press(other, "z")
    expect(other.locator("[data-announce]")).to_have_text("Taken back.")


MAKE_SIXTY = """
from articles.models import Article
from comments.models import Comment
article = Article.objects.published().first()
for number in range(60):
    Comment.objects.create(article=article, name=f"Reader {number:02}", body="A thought.", status="pending")
"""


def test_decides_about_fifty_comments_without_the_mouse(newsroom, open_page):
    newsroom.manage("shell", "-v0", "-c", MAKE_SIXTY)
    desk = open_page(QUEUE, role="moderator")
    first, number = current(desk), waiting(desk)
    press(desk, "j")
    second = current(desk)
    assert second != first
    press(desk, "k")
    assert current(desk) == first
    press(desk, "f")
    expect(desk.locator("[data-announce]")).to_contain_text(f"You approved a comment by {first}")
    assert (current(desk), waiting(desk)) == (second, number - 1)
    in_navigation = desk.locator(".destinations [aria-current] .waiting").first
    expect(in_navigation).to_have_text(re.compile(rf"\b{number - 1}$"))
    in_navigation.evaluate("place => { place.lastChild.textContent = '5,000+' }")  # as where more wait
    press(desk, "z")
    expect(desk.locator("[data-announce]")).to_have_text("Taken back.")
    expect(in_navigation).to_have_text(re.compile(r"5,000\+$"))
    assert (current(desk), waiting(desk)) == (first, number)
    keys = {"f": ["f"], "d": ["d", "3"], "p": ["p"], "s": ["s"]}
    for turn in range(50):
        expect(desk.locator("[data-card].is-current")).to_be_visible()
        assert desk.evaluate("document.activeElement.matches('[data-card].is-current')"), turn
        press(desk, *keys["ffdfpfs"[turn % 7]])
        assert waiting(desk) == number - 1 - turn  # at once, whatever the newsroom answers
    expect(desk.locator("[data-undo-made]")).to_have_count(0)
    press(desk, "o")
    expect(desk.locator("[data-around]")).to_be_visible()
    press(desk, "Escape", "?")
    expect(desk.locator("[data-help]")).to_be_visible()
    desk.reload()
    assert waiting(desk) == number - 50


def test_is_whole_without_script(open_page):
    page = open_page(QUEUE, role="moderator", javascript=False)
    number = waiting(page)
    card = page.locator("[data-card]").first
    name = card.locator(".queue-author b").inner_text()
    card.locator("[data-key='f']").click()
    expect(page.locator("[data-line]").first).to_contain_text(f"You approved a comment by {name}")
    page.locator("[data-line]").first.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-waiting]")).to_have_text(str(number))
    page.locator("[data-reject] summary").first.click()
    page.locator("[data-reason]").first.click()
    expect(page.locator("[data-line]").first).to_contain_text("You rejected")
    page.locator("[data-line]").first.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-waiting]")).to_have_text(str(number))


def test_leaves_the_browsers_own_keys_alone(desk):
    number = waiting(desk)
    press(desk, "Control+f", "Alt+f", "Meta+f", "g", "f")
    desk.locator(".is-current [data-reject] summary").click()
    desk.locator(".is-current input[name=public_note]").first.type("fdpz")
    desk.wait_for_timeout(300)
    assert waiting(desk) == number
    assert desk.locator("[data-line]").count() <= 3


def test_is_quiet_once_keys_are_off(desk, open_page):
    number = waiting(desk)
    desk.locator(".queue-keys").get_by_role("button", name="Turn keys off").click()
    expect(desk.locator(".queue-keys").get_by_role("button", name="Turn keys on")).to_be_visible()
    press(desk, "f", "p")
    elsewhere = open_page(QUEUE, role="moderator")  # another browser of the same person
    press(elsewhere, "f")
    elsewhere.wait_for_timeout(300)
    assert waiting(elsewhere) == number
    expect(elsewhere.locator("[data-card] kbd").first).to_be_hidden()
    without = open_page(QUEUE, role="moderator", javascript=False)
    without.locator(".account summary").click()
    without.locator(".account").get_by_role("button", name="Turn keys on").click()
    expect(without.locator(".messagelist")).to_have_text("Single keys are on.")
    desk.reload()
    press(desk, "j")
    assert desk.evaluate("document.activeElement.matches('[data-card].is-current')")


def test_goes_on_to_what_is_still_being_fetched(newsroom, open_page):
    newsroom.manage("shell", "-v0", "-c", MAKE_SIXTY)
    desk = open_page(QUEUE, role="moderator")
    shown, open_ones = desk.locator("[data-card]").count(), desk.locator("[data-card]:not(.is-claimed)").count()
    held = []
    desk.route(re.compile(r"from=\d+"), lambda route: held.append(route))
    press(desk, *["j"] * open_ones)
    expect(desk.locator("[data-card]")).to_have_count(shown)
    held[0].continue_()
    expect(desk.locator("[data-card]").nth(shown)).to_have_attribute("aria-current", "true")


def test_the_button_stays_under_the_pointer_when_its_reasons_open(desk):
    button = desk.locator(".is-current [data-reject] summary")
    before = button.bounding_box()
    button.click()
    expect(desk.locator(".is-current [data-reason]").first).to_be_visible()
    assert button.bounding_box() == before
    button.click()
    expect(desk.locator(".is-current [data-reason]").first).to_be_hidden()
