"""The main ways through the newsroom, walked in Chromium."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.factories import make_image

PICTURE = {"name": "quay.jpg", "mimeType": "image/jpeg", "buffer": make_image(1600, 1000, color="slategray")}


def write_article(page, headline):
    """Fill in the form of a new article: text, section, three tags, two authors and an uploaded picture."""
    page.goto("/desk/articles/article/add/")
    page.fill("#id_headline", headline)
    page.fill("#id_standfirst", "A standfirst that makes one read on.")
    editor = page.locator("#id_body_editor")
    editor.click()
    page.keyboard.type("The first paragraph, typed in the editor.")
    page.keyboard.press("Enter")
    page.keyboard.type("The second paragraph with a rare word: quaysidewards.")
    choose(page, "#id_category", "Transport")
    for tag in ("Ferries", "Night", "A new tag"):
        page.fill("#id_tags_field", tag)
        page.press("#id_tags_field", "Enter")
    for number, name in enumerate(("Desta Alemu", "Noor Vaswani")):
        if number:
            page.locator("#bylines-group .add-row a, #bylines-group a.add-row").first.click()
        page.locator(f"#id_bylines-{number}-author + .select2 .select2-selection").click()
        page.locator(".select2-search__field").last.fill(name)
        page.locator(".select2-results__option", has_text=name).click()
    page.set_input_files("[data-picture-field] input[type=file]", PICTURE)
    expect(page.locator("#id_lead_picture")).not_to_have_value("")
    page.fill("#id_lead_alt", "A grey quay")


def choose(page, select, words):
    option = page.locator(f"{select} option", has_text=words).first
    page.locator(select).select_option(value=option.get_attribute("value"))


def test_an_editor_writes_previews_and_publishes_and_a_reader_finds_it(open_page):
    headline = f"The ferry at night {datetime.now(UTC):%H%M%S}"
    desk = open_page("/desk/", role="editor")
    write_article(desk, headline)
    desk.click("[name=_continue]")
    desk.wait_for_url("**/change/")
    expect(desk.locator("#id_headline")).to_have_value(headline)

    preview = open_page("/", role="editor")
    response = preview.goto(desk.url.replace("/change/", "/preview/"))
    assert "no-store" in response.headers["cache-control"]
    expect(preview.locator("h1")).to_have_text(headline)
    reader = open_page("/search/?q=quaysidewards")
    expect(reader.get_by_text(headline)).to_have_count(0)

    with desk.expect_navigation():  # the form asks first whether one is still signed in
        desk.click("[name=_publish]")
    expect(desk.get_by_text("Live", exact=True).first).to_be_visible()

    reader.reload()
    reader.get_by_role("link", name=headline).first.click()
    expect(reader.locator("h1")).to_have_text(headline)
    expect(reader.get_by_text("The second paragraph with a rare word")).to_be_visible()
    for name in ("Desta Alemu", "Noor Vaswani"):
        expect(reader.get_by_role("link", name=name).first).to_be_visible()
    for tag in ("Ferries", "Night", "A new tag"):
        expect(reader.get_by_role("link", name=tag, exact=True)).to_be_visible()
    picture = reader.get_by_role("img", name="A grey quay").first
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300
    front = open_page("/")
    expect(front.get_by_text(headline).first).to_be_visible()


def test_a_scheduled_article_stays_back(open_page):
    desk = open_page("/desk/articles/article/add/", role="editor")
    desk.fill("#id_headline", "Not before its time")
    desk.locator("#id_body_editor").click()
    desk.keyboard.type("Embargoed text.")
    choose(desk, "#id_category", "Energy")
    desk.fill("#id_published_at_0", "2031-05-06")
    desk.fill("#id_published_at_1", "07:08")
    desk.click("[name=_publish]")
    expect(desk.get_by_text("Scheduled").first).to_be_visible()
    reader = open_page("/search/?q=embargoed")
    expect(reader.get_by_text("Not before its time")).to_have_count(0)


def test_a_mistake_loses_no_text(open_page):
    desk = open_page("/desk/articles/article/add/", role="editor")
    desk.fill("#id_headline", "A story without a section")
    desk.locator("#id_body_editor").click()
    desk.keyboard.type("What was written stays.")
    desk.click("[name=_publish]")
    expect(desk.get_by_text("A published article needs a section.").first).to_be_visible()
    expect(desk.locator("#id_headline")).to_have_value("A story without a section")
    expect(desk.locator("#id_body_editor")).to_contain_text("What was written stays.")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_comments_a_moderator_approves_and_it_shows(open_page, newsroom, javascript):
    said = f"The boats were painted twice, {'with' if javascript else 'without'} primer."
    number, path = newsroom.article("ferry-four-gets-its-bell-back")
    policy = f"from articles.models import Article; Article.objects.filter(pk={number}).update(comments_policy='pre')"
    newsroom.manage("shell", "-v0", "-c", policy)
    reader = open_page(path, javascript=javascript)
    reader.locator("[data-write-place]").get_by_role("link", name="Write a comment").click()
    reader.locator("#comment_body").fill(said)
    reader.locator("#comment_name").fill("Charlie")
    reader.locator("#comment_email").fill("charlie@example.org")
    reader.wait_for_timeout(2100)  # faster than that looks like a machine
    reader.get_by_role("button", name="Post comment").click()
    expect(reader.get_by_text("moderator", exact=False).first).to_be_visible()
    assert said not in open_page(path).content()

    desk = open_page(f"/desk/comments/comment/queue/?article={number}", role="moderator", javascript=javascript)
    desk.locator("[data-card]", has_text=said).get_by_role("button", name="Approve", exact=True).click()
    expect(desk.get_by_text(re.compile("You approved|Approved")).first).to_be_visible()

    expect(open_page(path).get_by_text(said)).to_be_visible()


def test_a_writer_cannot_publish(open_page):
    desk = open_page("/desk/articles/article/add/", role="writer")
    expect(desk.locator("[name=_publish]")).to_have_count(0)
    expect(desk.locator("[name=_send_to_review]")).to_have_count(1)
