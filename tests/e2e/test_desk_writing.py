"""Writing at the desk: two at once lose no word, and an expired session loses none either."""

from playwright.sync_api import expect

SLUG = "above-the-last-tree"


def wait_until_kept(page):
    expect(page.locator("[data-save-state]")).to_contain_text("Kept")


def test_two_editors_collide_and_a_session_expires_mid_sentence(newsroom, open_page):
    number, public = newsroom.article(SLUG)
    address = f"/desk/articles/article/{number}/change/"
    editor, admin = open_page(address, role="editor"), open_page(address, role="admin")
    # Each is told of the other.
    editor.locator("#id_standfirst").fill("The editor wrote this.")
    wait_until_kept(editor)
    admin.locator("#id_headline").fill("Admin wrote the headline")
    admin.locator("#id_standfirst").fill("Admin wrote this.")
    wait_until_kept(admin)
    expect(admin.locator("[data-others]")).to_contain_text("Also open on another desk")
    # The first saves; the second is told, and loses nothing.
    editor.locator("[name='_save']").click()
    editor.wait_for_url("**/desk/articles/article/")
    admin.locator("[name='_save']").click()
    expect(admin.locator("#problems")).to_contain_text("while you wrote")
    expect(admin.locator("#id_standfirst")).to_have_value("Admin wrote this.")
    admin.locator("[name='_keep_mine']").click()
    expect(admin.locator("#problems")).to_have_count(0)
    expect(admin.locator("#id_standfirst")).to_have_value("Admin wrote this.")
    admin.goto(f"/desk/articles/article/{number}/versions/")
    admin.get_by_role("link", name="2", exact=False).first.wait_for()
    versions = admin.content()
    assert "wrote" in versions
    assert "wrote the headline" not in admin.request.get(public).text()

    # The session ends in the middle of a sentence.
    writer = open_page("/desk/articles/article/add/", role="writer")
    writer.locator("#id_headline").fill("Half a")
    wait_until_kept(writer)
    session = [cookie for cookie in writer.context.cookies() if cookie["name"] == "sessionid"]
    assert session
    writer.context.clear_cookies(name="sessionid")
    writer.locator("#id_headline").fill("Half a sentence, and the rest")
    dialog = writer.locator(".session-ended")
    expect(dialog).to_contain_text("You have been signed out")
    dialog.locator("#again_password").fill("wrong")
    dialog.get_by_role("button", name="Sign in and keep it").click()
    expect(dialog).to_contain_text("do not fit")
    dialog.locator("#again_password").fill(newsroom.passwords["writer"])
    dialog.get_by_role("button", name="Sign in and keep it").click()
    expect(dialog).to_have_count(0)
    expect(writer.locator("#id_headline")).to_be_focused()
    wait_until_kept(writer)
    writer.reload()
    writer.get_by_role("link", name="Take it up").click()
    expect(writer.locator("#id_headline")).to_have_value("Half a sentence, and the rest")
    writer.locator("[name='_save']").click()
    writer.wait_for_url("**/desk/articles/article/")
    expect(writer.get_by_role("link", name="Half a sentence, and the rest", exact=True)).to_be_visible()


def test_two_editors_of_different_paragraphs_keep_both_changes(newsroom, open_page):
    number, _ = newsroom.article("ferry-four-gets-its-bell-back")
    address = f"/desk/articles/article/{number}/change/"
    editor, admin = open_page(address, role="editor"), open_page(address, role="admin")
    for page, place in ((editor, 0), (admin, 1)):
        page.locator(".ProseMirror > p").nth(place).click()
        page.keyboard.type(f" Typed in paragraph {place + 1}. ")
    editor.locator("[name='_save']").click()
    editor.wait_for_url("**/desk/articles/article/")
    admin.locator("[name='_save']").click()
    expect(admin.locator("#problems")).to_contain_text("Changed there: Body (“")
    admin.get_by_role("button", name="Keep both changes").click()
    expect(admin.locator(".messagelist")).to_contain_text("Taken in from Marit Solheim: Body (“")
    for place in (1, 2):
        expect(admin.locator(".ProseMirror")).to_contain_text(f"Typed in paragraph {place}.")


def test_step_pressed_after_the_session_ended_goes_on_once_signed_in(newsroom, open_page):
    number, public = newsroom.article("a-river-measured-twice")
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    page.locator("#id_standfirst").fill("Measured a third time.")
    wait_until_kept(page)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Publish changes").click()
    dialog = page.locator(".session-ended")
    expect(dialog).to_contain_text("Sign in, and “Publish changes” goes on.")
    dialog.locator("#again_password").fill(newsroom.passwords["editor"])
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(page.locator(".messagelist")).to_contain_text("are live.")
    assert "Measured a third time." in page.request.get(public).text()


def test_what_is_typed_before_the_editor_stands_is_where_it_was_typed(open_page):
    def opened_slowly():
        page, held = open_page("/desk/", role="editor"), []
        page.route("**/django_prose_editor/editor*.js", lambda route: held.append(route))
        with page.expect_response("**/moving-on*.js"):
            page.goto("/desk/articles/article/add/", wait_until="commit")
        page.locator("#keys").wait_for(state="attached")
        return page, held[0].continue_

    page, go_on = opened_slowly()
    body = page.locator("#id_body")
    page.locator("#id_headline").click()
    page.keyboard.type("A headline\n\nThe body & its first words\nThe ")
    expect(body).to_be_focused()
    go_on()
    expect(page.locator("#id_body_editor")).to_be_focused()
    page.keyboard.type("second paragraph")
    expect(body).to_have_value("<p>The body &amp; its first words</p><p>The second paragraph</p>")
    expect(page.locator("#id_headline")).to_have_value("A headline")
    expect(page.locator("#id_standfirst")).to_have_value("")
    page.keyboard.press("Control+z")
    assert "\ue000" not in body.input_value()

    page, go_on = opened_slowly()
    page.locator("#id_headline").fill("Quick")
    page.locator("#id_body").fill("And left")
    page.locator("#id_standfirst").click()
    go_on()
    wait_until_kept(page)
    expect(page.locator("#id_body")).to_have_value("<p>And left</p>")
    expect(page.locator("#id_standfirst")).to_be_focused()


def test_what_is_chosen_is_kept_like_what_is_typed(newsroom, open_page):
    number, _ = newsroom.article("the-last-buffet-on-the-branch")
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")

    def kept():
        return page.expect_request(lambda request: "autosave" in request.url and "typed" in request.post_data)

    rows = page.locator("#bylines-group .byline:not(.empty-form)")
    first = rows.first.locator("select[name$='-author']").evaluate("select => select.selectedOptions[0].text")
    with kept():
        rows.last.locator(".select2-selection").click()
        page.locator(".select2-results__option[aria-selected]").filter(has_not_text=first).first.click()
    second = rows.nth(1).locator("select[name$='-author']").evaluate("select => select.selectedOptions[0].text")
    with kept():
        rows.nth(1).get_by_label("Move up").click()
    with kept():
        page.locator(".tag-chips button").first.click()
    wait_until_kept(page)
    page.goto("about:blank")
    page.goto(f"/desk/articles/article/{number}/change/")
    page.get_by_role("link", name="Take it up").click()
    # In the order given, whichever they had when the form was opened.
    for place, name in enumerate([second, first]):
        expect(rows.nth(place).locator("select[name$='-author'] option:checked")).to_have_text(name)


def test_form_pressed_twice_or_without_connection_is_not_gone(newsroom, open_page):
    page = open_page("/desk/articles/article/add/", role="editor", guest=True)  # its console will complain
    page.locator("#id_headline").fill("Pressed twice")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/add/") else None)
    page.locator("button[name='_save']").dblclick()
    page.wait_for_url("**/desk/articles/article/")
    assert [request.method for request in sent] == ["POST"]

    number, _ = newsroom.article("in-defence-of-the-queue")
    page.goto(f"/desk/articles/article/{number}/change/")
    page.route("**/autosave/", lambda route: route.abort())
    page.locator("#id_headline").fill("Nothing answers")
    page.locator("button[name='_save']").click()
    expect(page.locator("[data-save-state]")).to_contain_text("No connection: not sent. Kept in this browser.")
    page.unroute("**/autosave/")
    expect(page.locator("#id_headline")).to_have_value("Nothing answers")
    page.locator("button[name='_save']").click()
    page.wait_for_url("**/desk/articles/article/")
    expect(page.get_by_role("link", name="Nothing answers", exact=True)).to_be_visible()


def test_f6_goes_between_text_panel_and_bar_and_back_to_where_one_was(open_page, newsroom):
    page = open_page(f"/desk/articles/article/{newsroom.article(SLUG)[0]}/change/", role="editor")
    page.keyboard.press("F6")
    expect(page.locator("#id_headline")).to_be_focused()
    page.locator("#id_standfirst").focus()
    page.keyboard.press("F6")
    assert page.evaluate("document.activeElement.closest('.article-side') !== null")
    page.keyboard.press("F6")
    assert page.evaluate("document.activeElement.closest('.submit-row') !== null")
    page.keyboard.press("Shift+F6")
    page.keyboard.press("Shift+F6")
    expect(page.locator("#id_standfirst")).to_be_focused()


def test_words_beside_a_moment_know_the_days_on_which_clocks_change(newsroom, open_page):
    number, _ = newsroom.article("in-defence-of-the-queue")
    page = open_page("/desk/", role="editor", guest=True)  # whose clock is set by a script, in the preview too

    def in_berlin(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-zone="UTC"', 'data-zone="Europe/Berlin"'))

    page.route("**/change/", in_berlin)
    page.goto(f"/desk/articles/article/{number}/change/")
    page.clock.set_fixed_time("2027-03-28T00:00:00Z")
    date, time = (page.locator(f"[name='published_at_{part}']") for part in (0, 1))
    said = page.locator(".field-published_at .moment-words")
    for day, clock, words in [
        ("2027-03-28", "01:30", "in 30 min."),
        ("2027-03-28", "02:30", "There is no 02:30 then: the clocks go forward."),
        ("2027-03-28", "03:30", "in 1 h 30 min."),
        ("2027-10-31", "02:30", "it comes twice, and the first is meant."),
    ]:
        date.fill(day)
        time.fill(clock)
        expect(said).to_contain_text(words)


def test_reason_that_is_given_with_enter_publishes(newsroom, open_page):
    number, _ = newsroom.article("museum-opens-its-drawers")
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    page.locator("#id_standfirst").fill("TK is to come.")
    page.locator("[data-step='publish']").click()
    page.locator("#id_override").fill("It comes tonight")
    page.locator("#id_override").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("is live.")


def test_buttons_and_keys_go_from_change_to_change(open_page, newsroom):
    number = newsroom.article("in-defence-of-the-queue")[0]
    page = open_page(f"/desk/articles/article/{number}/change/", role="admin")
    page.locator("#id_standfirst").fill("Quite another standfirst.")
    page.locator("#id_kicker").fill("Elsewhere")
    page.locator("[name='_continue']").click()
    page.locator(".messagelist").wait_for()
    page.goto(f"/desk/articles/article/{number}/versions/")
    changes = page.locator("[data-change]")
    page.get_by_role("button", name="Next").click()
    expect(changes.first).to_be_focused()
    page.keyboard.press("j")
    expect(changes.nth(1)).to_be_focused()
    page.get_by_role("button", name="Previous").click()
    expect(changes.first).to_be_focused()
    page.evaluate("document.body.classList.add('keys-off')")
    page.keyboard.press("j")
    expect(changes.first).to_be_focused()
    expect(page.locator("#nav-sidebar .destinations a").first).to_be_visible()


def test_change_is_put_back_by_its_key_and_noted_on_without_script(newsroom, open_page, audit):
    number, _ = newsroom.article("slow-tea-on-a-small-hill")
    versions = f"/desk/articles/article/{number}/versions/"
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    begun = page.locator("#id_standfirst").input_value()
    page.locator("#id_standfirst").fill("Quite another standfirst.")
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("Home")
    page.keyboard.type("Begun anew. ")
    page.locator("[name='_continue']").click()
    page.locator(".messagelist").wait_for()

    seen = open_page(versions, role="editor", guest=True)
    seen.locator(".change-buttons summary").last.click()
    assert not audit(seen, widths=(390, 320))

    page.goto(versions)
    page.keyboard.press("r")  # nothing is in hand yet
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".messagelist")).to_contain_text("It is put back at the desk.")
    expect(page.locator("#change-standfirst")).to_have_count(0)
    page.goto(f"/desk/articles/article/{number}/change/")
    expect(page.locator("#id_standfirst")).to_have_value(begun)

    plain = open_page(versions, role="editor", javascript=False)
    plain.locator(".change-buttons summary").click()
    plain.get_by_label("Note on this passage").fill("Is that so?")
    plain.get_by_role("button", name="Add the note").click()
    expect(plain.locator(".messagelist")).to_contain_text("The note stands beside the text.")
    plain.get_by_role("button", name="Publish changes").click()
    expect(plain.locator("#problems")).to_contain_text("A note is open: “Is that so?”")
    plain.get_by_role("button", name="Put back").click()
    expect(plain.locator(".comparison")).to_contain_text("These two say the same.")


def test_panel_beside_the_text_has_tabs_that_open_for_what_is_looked_for(newsroom, open_page):
    number, _ = newsroom.article(SLUG)
    page = open_page(f"/desk/articles/article/{number}/change/", role="editor")
    story, share = (page.get_by_role("tab", name=name) for name in ("Story", "Share"))
    expect(page.get_by_label("Slug line")).to_be_visible()
    expect(page.locator("#id_search_description")).to_be_hidden()
    story.focus()
    page.keyboard.press("End")
    expect(share).to_be_focused()
    expect(page.locator("#id_search_description")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(story).to_have_attribute("aria-selected", "true")
    # A link to a field, as the checks have them, opens the tab that holds it.
    page.goto("/desk/")
    page.goto(f"/desk/articles/article/{number}/change/#id_slug")
    expect(share).to_have_attribute("aria-selected", "true")
    expect(page.locator("#id_slug")).to_be_visible()
    # Without script, its parts stand one below the other.
    plain = open_page(f"/desk/articles/article/{number}/change/", role="editor", javascript=False)
    expect(plain.locator("#notes")).to_be_visible()
    expect(plain.locator("#checks")).to_be_visible()
