"""Live coverage and breaking news in a browser."""

STORY = "a-whole-day-of-counting-birds"


def test_an_update_appears_without_loading_the_page_again(newsroom, open_page):
    number, path = newsroom.article(STORY)
    page = open_page("/search/")
    page.clock.install()
    page.goto(path)
    page.evaluate("window.wasHere = true")
    first = page.locator("[data-live-updates] article").first.get_attribute("id")
    code = f"LiveUpdate.objects.create(article_id={number}, headline='A kingfisher, at last', body='<p>Blue.</p>')"
    newsroom.manage("shell", "-v0", "-c", f"from articles.models import LiveUpdate; {code}")
    page.clock.fast_forward(16_000)
    button = page.get_by_role("status").get_by_role("button", name="1 new update")
    button.wait_for()
    assert page.locator("[data-live-updates] article").first.get_attribute("id") == first
    button.click()
    assert "A kingfisher, at last" in page.locator("[data-live-updates] article").first.inner_text()
    code = "live.withdraw(LiveUpdate.objects.get(headline='A kingfisher, at last'))"
    imports = "from articles import live; from articles.models import LiveUpdate"
    newsroom.manage("shell", "-v0", "-c", f"{imports}; {code}")
    page.clock.fast_forward(31_000)
    page.get_by_text("A kingfisher, at last").wait_for(state="detached")
    assert "withdrawn" in page.locator("[data-live-updates] article").first.inner_text()
    assert page.evaluate("window.wasHere")


def test_breaking_news_is_put_away_for_the_session(open_page):
    page = open_page("/")
    bar = page.get_by_role("complementary", name="Breaking news")
    assert bar.is_visible()
    bar.get_by_role("button", name="Put this away").click()
    assert not bar.is_visible()
    page.goto("/search/")
    assert page.locator("[data-breaking]").count() == 1
    assert not page.locator("[data-breaking]").is_visible()
    assert open_page("/").get_by_role("complementary", name="Breaking news").is_visible()
