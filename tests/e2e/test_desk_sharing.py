"""Notes in the margin, the preview beside the form, and a draft that somebody outside the desk signs off."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.conftest import wait_until

SLUG, SCHEDULED = "the-waiting-room-at-night", "half-past-six-at-the-slip"
# What the bar at the foot covers just now is scrolled to; the checker takes it for too small.
UNCOVER = """() => document.querySelectorAll(".submit-row.bar").forEach(bar => { bar.style.position = "static" })"""
CHOOSE = """selector => {
  const text = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT).nextNode()
  const range = document.createRange()
  range.setStart(text, 0)
  range.setEnd(text, 20)
  getSelection().removeAllRanges()
  getSelection().addRange(range)
  return range.toString()
}"""


def test_outside_reader_notes_and_signs_off_and_an_edit_voids_it(newsroom, open_page, audit):
    number, public = newsroom.article(SLUG)
    form = f"/desk/articles/article/{number}/change/"
    editor = open_page(form.replace("change/", "share/"), role="editor")
    editor.locator("#id_recipient").fill("Ada Fenwick")
    editor.get_by_role("button", name="Make the link").click()
    link = editor.locator("#made-address").input_value().removeprefix(newsroom.url)

    # Somebody without an account reads it, notes on a passage and signs it off.
    reader = open_page(link)
    chosen = reader.evaluate(CHOOSE, ".article .prose p")
    expect(reader.locator("#draft_quote")).to_have_value(chosen.strip())
    reader.locator("#draft_text").fill("It was in March.")
    reader.get_by_role("button", name="Send the note").click()
    expect(reader.locator(".draft__notes")).to_contain_text("It was in March.")
    reader.get_by_role("button", name=re.compile("Sign off version")).click()
    expect(reader.locator("#draft")).to_contain_text("It has not been changed since.")
    assert not audit(open_page(link, guest=True), widths=[320])

    # The desk sees both; an edit voids the one, and the other is resolved.
    editor.goto(form)
    expect(editor.locator(".outside")).to_contain_text("Signed off version")
    expect(editor.locator("#notes")).to_contain_text("It was in March.")
    editor.locator("#id_standfirst").fill("Changed after the sign-off.")
    editor.locator("[name='_continue']").click()
    expect(editor.locator(".outside")).to_contain_text("void, the text was changed since")
    editor.get_by_role("tab", name="Notes").click()
    editor.get_by_role("button", name="Resolve").click()
    expect(editor.locator("#notes")).to_contain_text("1 resolved")
    reader.reload()
    expect(reader.locator("#draft")).to_contain_text("no longer counts")
    expect(reader.locator("#draft")).to_contain_text("Done.")

    # The link is taken back.
    editor.goto(form.replace("change/", "share/"))
    editor.get_by_role("button", name="Take the link back").click()
    expect(editor.locator(".readers")).to_contain_text("The link was taken back.")
    assert reader.goto(link).status == 410
    expect(reader.locator("h1")).to_have_text("This link has ended")
    assert "Changed after the sign-off." not in reader.request.get(public).text()
    assert link.split("/")[2] not in (newsroom.data_dir / "server.log").read_text()


def test_draft_is_noted_on_and_signed_off_without_script(newsroom, open_page):
    number, _ = newsroom.article(SLUG)
    address = f"/desk/articles/article/{number}"
    editor = open_page(f"{address}/share/", role="editor", javascript=False)
    editor.locator("#id_recipient").fill("Ben Adeyemi")
    editor.get_by_role("button", name="Make the link").click()
    reader = open_page(editor.locator("#made-address").input_value().removeprefix(newsroom.url), javascript=False)
    reader.locator("#draft_text").fill("Very good.")
    reader.get_by_role("button", name="Send the note").click()
    reader.get_by_role("button", name=re.compile("Sign off version")).click()
    expect(reader.locator("#draft")).to_contain_text("It has not been changed since.")
    # A note sent from the form loses nothing that was typed in it.
    editor.goto(f"{address}/change/")
    editor.locator("#id_standfirst").fill("Typed and not saved.")
    editor.locator(".new-note summary").click()
    editor.locator("#margin_text").fill("A note on all of it.")
    editor.get_by_role("button", name="Add the note").click()
    expect(editor.locator("#notes")).to_contain_text("A note on all of it.")
    expect(editor.locator("#id_standfirst")).to_have_value("Typed and not saved.")
    with editor.expect_popup() as popup:
        editor.locator(".submit-row .preview").click()
    expect(popup.value.locator(".standfirst").first).to_have_text("Typed and not saved.")


def test_note_is_marked_where_its_words_were_chosen(newsroom, open_page):
    number, _ = newsroom.article("the-last-buffet-on-the-branch")
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    page.locator("#id_body_editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("The lamp is lit. Then the lamp goes out.")
    for key in (*["ArrowLeft"] * 3, "Shift+ArrowLeft"):
        page.keyboard.press(f"Control+{key}")
    expect(page.locator("#margin_quote")).to_have_value("lamp")
    page.get_by_role("tab", name="Notes").click()
    page.locator(".new-note summary").click()
    page.locator("#margin_text").fill("Which of the two?")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes")).to_contain_text("Which of the two?")
    marked = "[...CSS.highlights.get('margin-note')].map(range => range.startOffset)"
    assert page.evaluate(marked) == [26]
    page.locator("#notes").get_by_role("link", name="Go to it").click()
    wait_until(page, "getSelection().toString() === 'lamp' && getSelection().getRangeAt(0).startOffset === 26")


def test_note_that_is_sent_signed_out_asks_for_the_password(newsroom, open_page):
    number, _ = newsroom.article("the-last-buffet-on-the-branch")
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("tab", name="Notes").click()
    page.locator(".new-note summary").click()
    page.locator("#margin_text").fill("Said while signed out.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".session-ended #again_name")).not_to_be_editable()
    page.locator("#again_password").fill(newsroom.passwords["editor"])
    page.get_by_role("button", name="Sign in and keep it").click()
    expect(page.locator(".session-ended")).to_have_count(0)
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes .note").filter(has_text="Said while signed out.")).to_be_visible()


def test_preview_follows_what_is_typed(newsroom, open_page):
    number, _ = newsroom.article(SLUG)
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor", width=1440)
    page.locator(".submit-row .preview").click()
    shown = page.frame_locator(".preview-frame iframe")
    expect(shown.locator("h1")).to_be_visible()
    page.locator("#id_headline").fill("Typed beside the preview")
    expect(shown.locator("h1")).to_have_text("Typed beside the preview")
    expect(page.locator("[data-title]")).to_contain_text("Typed beside the preview")
    page.get_by_label("Phone").check()
    assert page.locator(".preview-frame iframe").evaluate("frame => frame.clientWidth") == 375
    page.get_by_label("Dark").check()
    expect(shown.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("Escape")
    expect(page.locator(".preview-beside")).to_be_hidden()
    expect(page.locator(".submit-row .preview")).to_be_focused()
    page.locator("[data-save-state]").get_by_text("Kept").wait_for()


def test_scheduled_update_goes_live_with_nobody_at_work(newsroom, open_page):
    number, public = newsroom.article(SCHEDULED)
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    at = timezone.now() + timedelta(seconds=25)
    page.locator("#id_standfirst").fill("Gone live by itself.")
    page.locator("[name='update_at_0']").fill(f"{at:%Y-%m-%d}")
    page.locator("[name='update_at_1']").fill(f"{at:%H:%M:%S}")
    expect(page.locator(".split > .primary[type='submit']")).to_have_text("Schedule changes")
    page.locator(".split summary").click()
    page.get_by_role("button", name="Schedule changes").click()
    expect(page.locator(".alert.note").filter(has_text="Readers do not see")).to_contain_text("It goes live")
    assert "Gone live by itself." not in page.request.get(public).text()
    # Nothing but a reader comes: the server of these tests has a worker, which knows nothing of it.
    expect(page.locator("body")).to_be_visible()
    page.wait_for_timeout(max(0, (at - timezone.now()).total_seconds()) * 1000 + 2000)
    reader = open_page(public)
    expect(reader.locator(".standfirst").first).to_have_text("Gone live by itself.")
    page.goto(f"/desk/articles/article/{number}/history/")
    expect(page.locator(".history")).to_contain_text("Changes went live as scheduled")


def test_forms_of_the_desk_are_accessible(newsroom, open_page, audit):
    number, _ = newsroom.article(SLUG)
    page = open_page("/desk/", role="editor", width=1280, guest=True)
    for where in ("change", "notes", "share", "versions", "checks"):
        page.goto(f"/desk/articles/article/{number}/{where}/")
        page.evaluate(UNCOVER)
        assert not audit(page, widths=[320]), where
    page.goto(f"/desk/articles/article/{number}/change/")
    page.locator(".submit-row .preview").click()
    expect(page.frame_locator(".preview-frame iframe").locator("h1")).to_be_visible()
    page.evaluate(UNCOVER)
    assert not audit(page)
