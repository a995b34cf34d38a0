"""Letters about comments, from the box that asks for them to the press that ends them, by the links they carry."""

import re
import time

import pytest
from playwright.sync_api import expect

QUEUE = "/desk/comments/comment/queue/"
READER = "dora@reader.example"

# Hours that a reader would wait: what was asked for, said, decided and sent just now is older, and what is due is sent.
HURRY = """
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from comments import outbox
from comments.models import Comment, Mailbox, Outbox, Subscription
just_now, long = timezone.now() - timedelta(minutes=30), timedelta(hours=2)
for model, name in [
    (Subscription, "created_at"), (Comment, "created_at"), (Comment, "decided_at"),
    (Mailbox, "sent_at"), (Outbox, "sent_at"), (Outbox, "due_at"),
]:
    model.objects.filter(**{f"{name}__gt": just_now}).update(**{name: F(name) - long})
outbox.deliver()
"""


def words_of(letter):
    return letter.get_body(("plain",)).get_content()


@pytest.fixture
def arrived(newsroom):
    """Return a function that waits for the next letter to the reader, and returns it with the links of its text."""
    read = []

    def waited(hurry=True):
        if hurry:
            newsroom.manage("shell", "-v0", "-c", HURRY)
        for _ in range(60):
            if len(letters := newsroom.letters(READER)) > len(read):
                read.append(letters[len(read)])
                assert "<html" in read[-1].get_body(("html",)).get_content()
                return read[-1], re.findall(r"http://localhost:\d+/\S+", words_of(read[-1]))
            time.sleep(0.5)
        pytest.fail("No letter came.")

    return waited


def write(page, name, address, words):
    page.locator("[name=body]").fill(words)
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(address)
    page.get_by_label("Email me when someone replies").set_checked(address == READER)
    page.wait_for_timeout(2100)  # who sends a form at once is no reader
    page.locator(".comment-form button[type=submit]").click()


def decide(desk, name, *keys):
    """Go to somebody's comment with the keyboard, and decide."""
    for _ in range(25):
        if desk.locator(".is-current .queue-author b").inner_text() == name:
            break
        desk.keyboard.press("j")
    for key in keys:
        desk.keyboard.press(key)
    desk.locator("[data-undo-made]").wait_for(state="hidden")


def test_a_reader_confirms_hears_of_a_reply_appeals_and_leaves_without_javascript(open_page, newsroom, arrived):
    _, story = newsroom.article("the-snow-that-stays")
    page = open_page(story, width=360, javascript=False)
    page.get_by_role("link", name="Write a comment").first.click()
    write(page, "Dora", READER, "We measured the same field in March. It was under water.")
    letter, links = arrived(hurry=False)
    assert letter["Subject"] == "Confirm that you want mail about comments at Northlight"
    page.goto(next(link for link in links if "/confirm/" in link))
    page.get_by_role("button", name="Yes, write to me").click()
    expect(page.locator("h1")).to_have_text("We will write to you")

    other = open_page(story, javascript=False)
    said = other.locator(".comment", has_text="the same field in March").last
    said.get_by_role("link", name="Reply to Dora").click()
    write(other, "Emil", "emil@reader.example", "Which March, and how deep did it stand?")
    expect(other.locator("h1")).to_have_text("Your comment is published")
    letter, links = arrived()
    assert letter["Subject"] == "1 new reply at Northlight"
    page.goto(links[0])
    expect(page.locator(":target")).to_contain_text("how deep did it stand")

    page.goto(story)
    page.get_by_role("link", name="Write a comment").first.click()
    write(page, "Dora", READER, "I sell the poles for such measuring at factory price.")
    expect(page.locator("h1")).to_have_text("Thank you")
    decide(open_page(QUEUE, role="moderator"), "Dora", "d", "1")
    letter, links = arrived()
    assert letter["Subject"] == "About your comment at Northlight"
    page.goto(links[0])
    page.locator("textarea").fill("I give them away, to be honest.")
    page.get_by_role("button", name="Ask for a second look").click()
    expect(page.locator("h1")).to_have_text("Your appeal is with us")
    decide(open_page(f"{QUEUE}?tab=second", role="admin"), "Dora", "f")
    letter, _ = arrived()
    assert "Your appeal was looked at by another moderator: your comment is published." in words_of(letter)

    # What a mail program sends when its own button is pressed; then the page that letters lead to.
    address = re.search("<(.+)>", letter["List-Unsubscribe"]).group(1)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert page.request.post(address, form={"List-Unsubscribe": "One-Click"}).ok
    page.goto(address)
    expect(page.locator("main")).to_contain_text("You get no letters, as you asked.")
    page.get_by_role("button", name="Once a day at most").click()
    expect(page.locator("h1")).to_have_text("Saved")
    page.goto(address)
    page.get_by_role("button", name="Never").click()
    expect(page.locator("h1")).to_have_text("No more mail about comments")
