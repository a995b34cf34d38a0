"""The page behind a link is there before it is pressed, and the page before is there when one goes back."""

import pytest

from tests.e2e.conftest import CHROMIUM, FLAGS, wait_until


@pytest.fixture
def page(browser, newsroom):
    """A page of a browser that keeps pages for going back, as browsers of readers do and those of tests do not."""
    keeping = browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = keeping.new_page(base_url=newsroom.url, viewport={"width": 1280, "height": 900})
    yield page
    keeping.close()


def test_a_page_is_fetched_while_the_pointer_rests_on_its_link_and_is_not_counted_as_read(page):
    told = []
    page.on("request", lambda request: told.append(request.url) if "/read/" in request.url else None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Preload.enable")
    states = []
    devtools.on("Preload.prefetchStatusUpdated", lambda event: states.append(event["status"]))
    page.goto("/")
    link = page.locator("main h2.headline a").first
    link.hover()
    for _ in range(100):
        if "Ready" in states:
            break
        page.wait_for_timeout(100)
    assert "Ready" in states
    assert told == []
    link.click()
    page.wait_for_load_state()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType") == "navigational-prefetch"


def test_going_back_finds_the_page_as_it_was_left(page):
    page.goto("/")
    page.evaluate("addEventListener('pageshow', (event) => { window.isAsItWas = event.persisted })")
    page.locator("main h2.headline a").first.click()
    page.wait_for_url("**/20*/**")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")  # which the page before had asked for
    page.evaluate("history.back()")
    wait_until(page, "window.isAsItWas === true")
