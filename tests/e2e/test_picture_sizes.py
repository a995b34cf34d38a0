"""Browsers load little more than they show, and nothing jumps when it arrives."""

import io

import pytest
from PIL import Image

MEASURE = """() => [...document.images].filter(image => image.naturalWidth && image.clientWidth).map(image => {
  const ratio = image.naturalWidth / image.naturalHeight;
  const cut = getComputedStyle(image).objectFit === "cover";
  const shown = cut ? Math.max(image.clientWidth, image.clientHeight * ratio) : image.clientWidth;
  const file = image.currentSrc.split("/").pop();
  return {file, place: image.closest("[class]:not(img)").className, loaded: +/-(\\d+)\\./.exec(file)[1],
    needed: shown * devicePixelRatio, jumps: !image.hasAttribute("width") || !image.hasAttribute("height")};
})"""
ARTICLE = "the-snow-that-stays"
ESSAY = "above-the-last-tree"
GALLERY = "at-arms-length"


@pytest.fixture
def see(browser, newsroom):
    """Return a function that opens a page at a width and a density, with every picture loaded."""
    contexts = []

    def seen(path, width, density):
        context = browser.new_context(
            base_url=newsroom.url, viewport={"width": width, "height": 800}, device_scale_factor=density
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        page.wait_for_load_state("networkidle")
        return page

    yield seen
    for context in contexts:
        context.close()


@pytest.mark.parametrize("density", [1, 2])
def test_no_picture_is_much_larger_than_it_is_shown(see, newsroom, density):
    paths = ["/", "/section/science/", "/search/?q=water", newsroom.article(ARTICLE)[1], newsroom.article(ESSAY)[1]]
    paths.append(newsroom.article(GALLERY)[1])
    wasteful = []
    for path in paths:
        for width in (360, 768, 1024, 1280):
            for image in see(path, width, density).evaluate(MEASURE):
                assert not image["jumps"], image
                if image["loaded"] > 1.5 * image["needed"]:
                    wasteful.append((path, width, image))
    assert not wasteful


@pytest.mark.parametrize("density", [1, 2, 3])
def test_the_lead_picture_of_an_article_is_light_on_a_phone(see, newsroom, density):
    page = see(newsroom.article(ARTICLE)[1], 360, density)
    lead = page.locator(".article__figure img")
    address = lead.evaluate("image => image.currentSrc")
    response = page.request.get(address)
    assert response.headers["content-type"] == "image/avif"
    assert len(response.body()) <= 55_000
    assert lead.get_attribute("fetchpriority") == "high"
    with Image.open(io.BytesIO(response.body())) as image:
        assert image.width >= 360 * min(density, 2)
