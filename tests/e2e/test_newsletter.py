"""Signing up for the newsletter without JavaScript, from below a story to the list."""


def test_a_reader_signs_up_confirms_and_leaves_without_javascript(open_page, newsroom):
    _, story = newsroom.article("the-snow-that-stays")
    page = open_page(story, width=320, javascript=False)
    strip = page.get_by_role("region", name="Northlight by letter")
    strip.get_by_label("Your email address").fill("carol@reader.example")
    strip.get_by_role("button", name="Sign up").click()
    assert page.locator("h1").inner_text() == "Look into your mailbox"
    code = "print(subscriptions.confirm_address(Subscriber.objects.get()))"
    imports = "from articles import subscriptions; from articles.models import Subscriber"
    page.goto(newsroom.manage("shell", "-v0", "-c", f"{imports}; {code}").strip())
    page.get_by_role("button", name="Yes, send me the newsletter").click()
    assert page.locator("h1").inner_text() == "You are on the list"
    page.get_by_role("link", name="Leave the list").click()
    page.get_by_role("button", name="Leave the list").click()
    assert page.locator("h1").inner_text() == "You have left"
