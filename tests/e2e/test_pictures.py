"""The library of pictures, used with a mouse, a keyboard and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_image

LIBRARY = "/desk/articles/picture/"


def file(name, content):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def picture(color, **options):
    return make_image(1200, 800, color=color, **options)


def tray_item(page, name):
    return page.locator("[data-tray-files] li", has_text=name)


DROP = """files => {
    const transfer = new DataTransfer()
    for (const { name, content } of files) {
        transfer.items.add(new File([new Uint8Array(content)], name, { type: "image/jpeg" }))
    }
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer })
        document.querySelector("#content").dispatchEvent(event)
    }
}"""  # fmt: skip


def drop(page, *files):
    page.evaluate(DROP, [{"name": name, "content": list(content)} for name, content in files])


def test_dropped_files_are_taken_in_each_for_itself(open_page):
    page = open_page(LIBRARY, role="editor")
    drop(
        page, ("quay.jpg", picture("slategray")), ("scan_final_v2.tif", b"II*\0" + b"\0" * 60),
        ("again.jpg", picture("slategray")), ("barrier.jpg", picture("darkkhaki")),
    )  # fmt: skip
    expect(tray_item(page, "barrier.jpg")).to_contain_text("Added. No credit yet.")
    expect(tray_item(page, "scan_final_v2.tif")).to_contain_text("TIFF is not accepted.")
    duplicates = page.locator("[data-tray-files] li.there")
    expect(duplicates).to_have_count(1)
    expect(duplicates).to_contain_text("In the library already:")
    expect(page.locator("[data-tray-title]")).to_have_text("Upload pictures")
    expect(page.locator("[data-tray-status]")).to_have_text("2 added, 1 in the library already, 1 refused.")
    expect(page.locator("[data-tray-status]")).to_be_visible()
    expect(page.locator("[data-tray-files] li").first).to_contain_text("scan_final_v2.tif")
    expect(page.locator("[data-tray-files] progress:visible")).to_have_count(0)
    expect(page.get_by_role("link", name="Show the new pictures in the list")).to_be_visible()

    page.get_by_role("button", name="Dismiss scan_final_v2.tif").click()
    expect(tray_item(page, "scan_final_v2.tif")).to_have_count(0)

    page.get_by_role("link", name="Describe it: barrier.jpg").click()
    page.fill("#id_alt", "A barrier at dusk")
    page.fill("#id_credit", "Ilse Marr")
    page.click("[name=_continue]")
    expect(page.locator("#id_alt")).to_have_value("A barrier at dusk")


def test_a_failed_connection_can_be_retried(open_page):
    page = open_page(LIBRARY, role="editor", guest=True)
    page.route("**/upload/", lambda route: route.abort())
    page.set_input_files("#id_files", file("late.jpg", picture("indigo")))
    item = tray_item(page, "late.jpg")
    expect(item).to_contain_text("Not sent: the connection failed.")
    page.unroute("**/upload/")
    page.get_by_role("button", name="Try again: late.jpg").click()
    expect(item).to_contain_text("Added.")


def test_the_panel_opens_beside_the_list_and_the_keyboard_moves_the_focal_point(open_page):
    page = open_page(f"{LIBRARY}?view=grid", role="editor", width=1440)
    card = page.locator("[data-picture]").nth(2)
    card.focus()
    page.keyboard.press("Enter")
    panel = page.locator("[data-panel]")
    expect(panel).to_be_focused()
    assert f"picture={card.get_attribute('data-picture')}" in page.url

    point = panel.locator(".focal-point")
    square = panel.locator("svg[aria-label='1:1']")
    panel.locator("[name=focal_x]").fill("50")
    before = square.get_attribute("viewBox")
    point.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(panel.locator("[name=focal_x]")).to_have_value("61")
    assert square.get_attribute("viewBox") != before
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".panel-saved")).to_have_text("Saved")

    page.reload()
    expect(page.locator("[data-panel] [name=focal_x]")).to_have_value("61")
    page.locator("[data-panel] [name=focal_x]").press("Escape")
    expect(page.locator("[data-panel]")).to_have_count(0)
    expect(card).to_be_focused()
    assert "picture=" not in page.url
    page.go_back()
    expect(page.locator("[data-panel]")).to_be_visible()


def test_the_crop_is_drawn_moved_by_keys_and_saved(open_page):
    page = open_page(LIBRARY, role="editor", width=900)
    page.locator("[data-picture]").nth(4).click()
    page.wait_for_url("**/change/**")
    corner = page.get_by_role("button", name="Bottom right corner")
    corner.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    for field, value in (("crop_width", "90"), ("crop_height", "99"), ("crop_x", "0")):
        expect(page.locator(f"#id_{field}")).to_have_value(value)
    grip = page.get_by_role("button", name="Whole frame")
    box = grip.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(page.locator("#id_crop_x")).to_have_value("10")
    page.click("[name=_continue]")
    expect(page.locator("#id_crop_x")).to_have_value("10")
    page.get_by_role("button", name="Show the whole picture").click()
    expect(page.locator("#id_crop_width")).to_have_value("100")
    page.click("[name=_save]")
    page.wait_for_url(f"**{LIBRARY}**")


def test_crops_of_the_fallback_stay_as_the_focal_point_moves(open_page):
    page = open_page(LIBRARY, role="editor", width=900)
    page.locator("[data-picture]").nth(4).click()
    page.wait_for_url("**/change/**")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Choose…").click()
    opened.value.get_by_role("link", name="tower").first.click()
    expect(opened.value.get_by_role("button", name="Use picture")).to_be_visible()
    opened.value.wait_for_load_state()  # its script closes the window
    with opened.value.expect_event("close"):
        opened.value.get_by_role("button", name="Use picture").click()
    square = page.locator(".picture-shown svg[aria-label='1:1']")
    before = square.get_attribute("viewBox")
    page.get_by_role("button", name="Focal point").press("Shift+ArrowRight")
    assert square.get_attribute("viewBox") == before


@pytest.mark.parametrize("javascript", [True, False])
def test_several_pictures_are_changed_at_once(open_page, javascript):
    page = open_page(f"{LIBRARY}?view=grid", role="editor", javascript=javascript)
    for number in (5, 6):
        page.locator(".action-select").nth(number).check()
    if javascript:
        expect(page.locator(".action-counter")).to_have_text("2 of 48 chosen")
    page.get_by_role("button", name="Change…").click()
    place = f"Nordbild {'with' if javascript else 'without'} script"
    page.fill("#id_source_name", place)
    page.locator("#bulk_form").get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_text("Changed: Source of 2 pictures.")).to_be_visible()
    page.goto(f"{LIBRARY}?q={place.replace(' ', '+')}")
    expect(page.locator("[data-picture]")).to_have_count(2)


def test_without_a_script_files_are_sent_by_a_form_and_a_picture_is_replaced(open_page):
    page = open_page(LIBRARY, role="editor", javascript=False)
    page.set_input_files("#id_files", [file("plain.jpg", picture("olive")), file("words.jpg", b"Just words")])
    page.locator("#tray").get_by_role("button", name="Upload").click()
    expect(page.locator(".uploaded li")).to_have_count(2)
    expect(page.locator(".uploaded .refused")).to_contain_text("This is a text, not a picture.")
    page.get_by_role("link", name="Describe it").click()
    page.get_by_role("link", name="Replace file…").click()
    page.set_input_files("#id_file", file("new.jpg", make_image(600, 900, color="crimson")))
    page.get_by_role("button", name="Replace the file").click()
    expect(page.get_by_text("has a new file")).to_be_visible()
    expect(page.get_by_text("600 × 900")).to_be_visible()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_url(f"**{LIBRARY}**")


@pytest.mark.parametrize("width", [1440, 320])
def test_the_pages_of_the_library_are_accessible_and_fit(open_page, audit, width):
    page = open_page(f"{LIBRARY}?view=grid", role="editor", width=width, guest=True)
    number = page.locator("[data-picture]").first.get_attribute("data-picture")
    findings = []
    for address in (
        f"?picture={number}", "?view=list", "?view=grid&work=unused", f"{number}/change/", f"{number}/replace/",
        f"{number}/delete/", "add/", "bulk", "/desk/articles/collection/",
    ):  # fmt: skip
        if address == "bulk":
            page.goto(LIBRARY)
            page.locator(".action-select").first.check()
            page.get_by_role("button", name="Change…").click()
            page.wait_for_selector("#bulk_form")
        else:
            page.goto(address if address.startswith("/") else LIBRARY + address)
        if address.startswith("?picture="):
            page.wait_for_selector("[data-panel]")
        findings += [f"{address}: {finding}" for finding in audit(page)]
    assert not findings, "\n".join(findings)
