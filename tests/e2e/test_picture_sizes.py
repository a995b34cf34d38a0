"""Browsers load little more than they show, and nothing jumps when it arrives."""

import io
import re
from datetime import UTC, datetime

import pytest
from PIL import Image

LOAD = """() => Promise.all([...document.images].map(image => {
  image.loading = "eager";
  return image.complete || new Promise(done => { image.onload = image.onerror = done; });
}))"""
# How wide a picture is shown, in pixels of the layout, and how wide its place announces it.
SHOWN = """
const shown = image => {
  const source = [...image.parentElement.querySelectorAll("source[width]")].find(one => matchMedia(one.media).matches);
  const {width, height} = source || image;
  const cut = getComputedStyle(image).objectFit === "cover";
  return cut ? Math.max(image.clientWidth, image.clientHeight * width / height) : image.clientWidth;
};
const announced = image => {
  const source = [...image.parentElement.querySelectorAll("source")].find(one => matchMedia(one.media).matches);
  for (const size of (source || image).sizes.split(", ")) {
    const [, condition, length] = /^((?:\\([^)]*\\)(?: and )?)*) ?(.+)$/.exec(size);
    if (matchMedia(condition).matches) {
      probe.style.width = length;
      return probe.getBoundingClientRect().width;
    }
  }
};
"""
LOADED = f"""() => {{
  {SHOWN}
  return [...document.images].filter(image => image.naturalWidth && image.clientWidth).map(image => ({{
    file: image.currentSrc,
    place: image.closest("[class]:not(img)").className,
    needed: shown(image) * devicePixelRatio,
    jumps: !image.hasAttribute("width") || !image.hasAttribute("height"),
  }}));
}}"""
PROMISES = f"""() => {{
  {SHOWN}
  const isWhole = image => image.clientWidth === +image.getAttribute("width");  // there is no larger file of it
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.position = "absolute";
  const found = [...document.images].filter(image => image.clientWidth && image.closest("picture")).map(image => {{
    const around = image.closest("article, section, aside, figure")?.parentElement;
    const place = [around, image.closest("[class]:not(img)")].map(one => one?.className);
    const promised = isWhole(image) ? shown(image) : announced(image);
    return {{place: place.join(" > "), announced: promised, shown: shown(image)}};
  }});
  probe.remove();
  return found;
}}"""
# Each story takes the words of the next: other lengths, other languages, no byline where there was one.
SHUFFLE = """() => {
  const texts = [...document.querySelectorAll(".story__text")];
  const words = texts.map(text => text.innerHTML);
  texts.forEach((text, number) => { text.innerHTML = words[(number + 1) % words.length]; });
}"""
# On both sides of each step of the layout.
WIDTHS = (320, 360, 480, 576, 631, 632, 767, 768, 900, 991, 992, 1100, 1199, 1200, 1343, 1344, 1399, 1400, 1440)
SECTIONS = ("science", "climate", "culture", "cities", "food", "ideas", "travel", "sport")
ARTICLE = "the-snow-that-stays"
ESSAY = "above-the-last-tree"
GALLERY = "at-arms-length"
OPINION = "let-the-bus-stop-have-a-bench"
NOVEL = "a-novel-that-keeps-the-tide-tables"  # has a document


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
        page.evaluate(LOAD)
        return page

    yield seen
    for context in contexts:
        context.close()


def test_every_picture_is_announced_as_wide_as_it_is_shown(open_page, newsroom):
    page = open_page("/")
    paths = ["/", *(f"/section/{name}/" for name in SECTIONS), "/search/?q=water", "/tag/walking/"]
    paths += ["/author/ines-larrauri/", f"/{datetime.now(UTC):%Y}/"]
    paths += [newsroom.article(slug)[1] for slug in (ARTICLE, ESSAY, OPINION, NOVEL)]
    wrong = {}
    for path in paths:
        page.goto(path)
        for _ in range(2):
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                for image in page.evaluate(PROMISES):
                    if not 0.95 <= image["announced"] / image["shown"] <= 1.06:
                        wrong[path, image["place"], width] = image
            page.evaluate(SHUFFLE)
    assert not wrong


@pytest.mark.parametrize("density", [1, 2])
def test_no_picture_is_much_larger_than_it_is_shown(see, newsroom, density):
    paths = ["/", "/section/science/", "/search/?q=water", newsroom.article(ARTICLE)[1], newsroom.article(ESSAY)[1]]
    paths.append(newsroom.article(GALLERY)[1])
    wasteful = []
    for path in paths:
        for width in (360, 768, 1024, 1280):
            images = see(path, width, density).evaluate(LOADED)
            # A file that is there already for a larger place is taken for a smaller one, too, and costs nothing.
            needed = {}
            for image in images:
                assert not image["jumps"], image
                needed[image["file"]] = max(image["needed"], needed.get(image["file"], 0))
            wasteful += [
                (path, width, image)
                for image in images
                if int(re.search(r"-(\d+)\.\w+$", image["file"])[1]) > 1.5 * needed[image["file"]]
            ]
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
