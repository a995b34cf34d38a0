"""What readers keep on their device: stories for later, and the size of the text."""


def test_saved_stories_and_the_size_of_the_text_survive_a_reload(newsroom, open_page):
    _, address = newsroom.article("the-snow-that-stays")
    page = open_page(address)
    size = "document.querySelector('.prose').computedStyleMap().get('font-size').value"
    before = page.evaluate(size)
    page.locator(".article__margin [data-save]").click()
    page.locator(".article__margin [data-text-size]").click()
    page.reload()
    assert page.evaluate(size) > before
    assert page.locator(".article__margin [data-save]").get_attribute("aria-pressed") == "true"
    page.goto("/saved/")
    page.get_by_role("link", name="The snow that stays").wait_for()
    page.get_by_role("button", name="Remove: The snow that stays").click()
    page.reload()
    page.get_by_text("Nothing is saved yet.").wait_for()
