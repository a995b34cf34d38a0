"""What a browser does with recordings and documents."""

import re

from playwright.sync_api import expect

FERRY, NOVEL = "ferry-four-gets-its-bell-back", "a-novel-that-keeps-the-tide-tables"


def test_a_sound_plays_from_the_site_after_a_press(newsroom, open_page):
    page = open_page("/robots.txt")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(newsroom.article(FERRY)[1])
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/media/recordings/" in url]
    assert all(url.startswith((newsroom.url, "data:")) for url in asked)
    heard = page.evaluate(
        """async () => {
            const audio = document.querySelector(".player audio")
            audio.muted = true
            await audio.play()
            while (audio.currentTime < 0.5) await new Promise((resolve) => setTimeout(resolve, 100))
            audio.currentTime = 15  // which asks for a part of the file
            await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }))
            const [track] = audio.textTracks
            return { at: audio.currentTime, length: audio.duration, track: [track.kind, track.label, track.language] }
        }"""
    )
    assert heard["at"] >= 15
    assert round(heard["length"]) == 22
    assert heard["track"] == ["captions", "English", "en"]


def test_captions_of_a_sound_are_read_below_it_while_it_plays(newsroom, open_page):
    page = open_page("/robots.txt")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(newsroom.article(FERRY)[1])
    captions = page.locator(".player__captions")
    expect(captions).to_have_count(0)
    page.evaluate("() => { const audio = document.querySelector('.player audio'); audio.muted = true; audio.play() }")
    expect(captions).to_have_text(re.compile("water|bell", re.IGNORECASE))
    assert captions.get_attribute("lang") == "en"
    assert any("/media/captions/" in url for url in asked)


def test_a_transcript_opens_without_script(newsroom, open_page):
    page = open_page(newsroom.article(FERRY)[1], javascript=False, width=320)
    words = page.locator(".player__transcript > div")
    assert not words.is_visible()
    page.locator(".player__transcript summary").click()
    assert "struck twice" in words.inner_text()
    assert page.locator(".player a[download]").get_attribute("href").startswith("/media/recordings/")


def test_a_document_opens_in_the_browser(newsroom, open_page):
    page = open_page(newsroom.article(NOVEL)[1])
    page.locator(".document-card__title a").click()
    page.wait_for_url("**/document/*/")
    address = page.locator("text=Open the PDF").get_attribute("href")
    response = page.request.get(address)
    assert response.headers["content-type"] == "application/pdf"
    assert response.body().startswith(b"%PDF-")
    assert "sandbox" not in response.headers["content-security-policy"]  # in which browsers open no PDF


def test_an_editor_puts_a_document_into_a_story(newsroom, open_page):
    page = open_page("/desk/articles/document/", role="editor")
    page.locator("#result_list tbody th a").first.click()
    address = page.locator("[data-copy]").get_attribute("data-copy")
    page.goto("/desk/articles/article/add/")
    page.fill("#id_headline", "A list to take away")
    page.locator(".ProseMirror").click()
    page.keyboard.type("Here it is.")
    page.locator("[title*='a recording or a document']").click()
    page.fill("dialog [name=href]", address)
    page.fill("dialog [name=title]", "The list")
    page.press("dialog [name=title]", "Enter")
    page.locator("[name=_continue]").click()
    page.wait_for_url("**/change/")
    assert "The list" in page.locator(".ProseMirror .embed").inner_text()
    page.goto(page.locator(".submit-row .preview").get_attribute("formaction"))
    assert page.locator(".document-card__title a").get_attribute("href") == address
