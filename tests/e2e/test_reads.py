"""A story that was read appears among the most read; looking at it again by reloading does not."""

from playwright.sync_api import expect

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


def test_reading_a_story_counts_and_reloading_does_not(open_page, newsroom):
    number, path = newsroom.article("what-a-dandelion-knows")
    page = open_page("/")
    page.set_extra_http_headers({"User-Agent": AGENT})  # the browser of the tests says that it is headless
    told = []
    page.on("request", lambda request: told.append(request.url) if "/read/" in request.url else None)

    def hurried(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("data-read=", 'data-read-after="0.2" data-read='))

    page.route(f"**{path}", hurried)
    with page.expect_response(f"**/read/{number}/") as response:
        page.goto(path)
    assert response.value.status == 204
    page.reload()
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 600))")  # three times as long as it took before
    assert len(told) == 1

    count = "from django.db.models import Sum; from articles.models import ReadCount; import time; time.sleep(3);"
    count += f" print(ReadCount.objects.filter(article={number}).aggregate(Sum('number'))['number__sum'])"
    assert newsroom.manage("shell", "-v0", "-c", count).strip() == "1"
    page.goto("/most-read/?period=week&section=life")
    assert page.locator(".ranks--ten a", has_text="dandelion").count() == 1


def test_recommending_in_place_and_taking_it_back(open_page, newsroom):
    _, path = newsroom.article("a-river-measured-twice")
    page = open_page("/")
    page.set_extra_http_headers({"User-Agent": AGENT})
    page.goto(path)
    button, words = page.locator("#recommend button").first, page.locator("#recommend [data-words]")
    button.click()
    expect(words).to_have_text("1 reader recommends this.")
    assert button.get_attribute("aria-pressed") == "true"
    page.reload()
    assert button.get_attribute("aria-pressed") == "true"
    expect(words).to_have_text("1 reader recommends this.")
    button.click()
    expect(words).to_contain_text("Worth another")
    assert button.get_attribute("aria-pressed") == "false"
