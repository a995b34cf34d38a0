"""Without a connection: what was saved opens with its date, and nothing else pretends to be news."""

# Resolves once the story's cache holds more than `files`, or once there is none.
KEPT = """async ([path, files]) => {
  const name = "newsroom-saved:" + path
  const count = async () => ((await caches.has(name)) ? (await (await caches.open(name)).keys()).length : 0)
  const end = Date.now() + 20_000
  while (files ? (await count()) < files : await caches.has(name)) {
    if (Date.now() > end) throw new Error(`${await count()} files of ${name} after 20 s`)
    await new Promise((next) => setTimeout(next, 50))
  }
}"""


def test_a_saved_story_opens_offline_and_others_do_not(open_page, newsroom):
    saved, other = (newsroom.article(slug)[1] for slug in ("the-snow-that-stays", "let-the-bus-stop-have-a-bench"))
    page = open_page(saved)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.locator("[data-save]:visible").first.click()
    page.evaluate(KEPT, [saved, 4])  # the page, its styles, its script and the lead picture

    page.context.set_offline(True)
    page.goto(saved)
    assert page.locator(".offline-bar").inner_text().startswith("You are offline. This story was saved on")
    assert page.locator("h1").inner_text() == "The snow that stays"
    assert page.evaluate("document.fonts.ready.then((fonts) => fonts.check('500 20px Newsreader Display'))")
    assert page.evaluate("document.querySelector('.article__figure img').decode().then(() => true)")

    page.goto(other)
    assert page.locator("h1").inner_text() == "You are offline"
    page.get_by_role("link", name="The snow that stays").click()
    page.wait_for_url(f"**{saved}")
    assert page.locator("h1").inner_text() == "The snow that stays"

    page.context.set_offline(False)
    page.goto(saved)
    assert page.locator(".offline-bar").count() == 0
    page.locator("[data-save]:visible").first.click()
    page.evaluate(KEPT, [saved, 0])
