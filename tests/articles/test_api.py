"""The API for readers' programs: what it tells, how one pages through it, and how it refuses."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles import corrections
from articles.models import Dossier, LiveUpdate, Part, Tag
from tests.factories import make_article, make_author, make_category, make_comment, make_picture

pytestmark = pytest.mark.django_db


def get(address, status=200, **headers):
    response = Client().get(address, headers=headers)
    assert response.status_code == status, response.content
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response["Content-Type"] == kind
    return json.loads(response.content)


def headlines(address):
    return [article["headline"] for article in get(address)["articles"]]


@pytest.fixture
def story():
    picture = make_picture(width=1600, height=900, caption="At dusk", source_url="https://example.org/weir")
    article = make_article(
        "Is 5 < 4 & </script>?", standfirst="A <b>short</b> answer.", kicker="Numbers", tags=["Rivers"],
        category=make_category("World", slug="world"), authors=[make_author("Ann", slug="ann")],
        lead_picture=picture, lead_alt="A weir", kind="review", reviewed="A book", rating="3.5",
        source_title="El río", source_url="https://example.org/rio", original_language="es",
        body=f'<p>The <a href="/about/">text</a>.</p><figure><img src="/picture/{picture.key}/" alt="Seen"></figure>',
    )  # fmt: skip
    corrections.correct(article, "It was another one.", is_material=True)
    make_comment(article)
    make_comment(article, status="pending")
    return article


def test_a_story_is_told_whole(story):
    told = get(f"/api/articles/{story.pk}/")
    assert (told["id"], told["url"]) == (story.pk, f"http://testserver{story.get_absolute_url()}")
    assert told["headline"] == "Is 5 < 4 & </script>?"
    assert (told["standfirst"], told["kicker"], told["kind"]) == ("A <b>short</b> answer.", "Numbers", "review")
    assert told["section"] == {"slug": "world", "name": "World", "url": "http://testserver/section/world/"}
    assert told["tags"] == [{"slug": "rivers", "name": "Rivers", "url": "http://testserver/tag/rivers/"}]
    assert told["bylines"] == [{"slug": "ann", "name": "Ann", "url": "http://testserver/author/ann/", "role": "writer"}]
    assert (told["reviewed"], told["rating"]) == ("A book", 3.5)
    assert told["source"]["title"] == "El río"
    assert 'href="http://testserver/about/"' in told["body"]
    assert 'src="http://testserver/media/pictures/' in told["body"]
    assert [(one["text"], one["is_material"]) for one in told["corrections"]] == [("It was another one.", True)]
    assert told["comments"]["count"] == 1
    assert told["comments"]["url"] == f"http://testserver{story.get_absolute_url()}#comments"
    assert datetime.fromisoformat(told["published_at"]) == story.published_at.replace(microsecond=0)
    assert told["updated_at"] is not None


def test_the_lead_picture_comes_with_its_words_its_rights_and_its_files(story):
    picture = get(f"/api/articles/{story.pk}/")["picture"]
    assert (picture["alt"], picture["caption"], picture["credit"]) == ("A weir", "At dusk", "Erin Example")
    assert (picture["licence"], picture["source_url"]) == ("CC BY 4.0", "https://example.org/weir")
    assert picture["licence_url"] == "https://creativecommons.org/licenses/by/4.0/"
    shapes = {rendition["shape"] for rendition in picture["renditions"]}
    assert shapes == {"whole", "4x3", "1x1", "card"}  # it has the shape of 16:9 as it is
    assert {rendition["type"] for rendition in picture["renditions"]} == {"image/avif", "image/webp", "image/jpeg"}
    smallest = min(picture["renditions"], key=lambda rendition: rendition["width"])
    assert (smallest["width"], smallest["height"]) == (64, 36)
    path = smallest["url"].removeprefix("http://testserver")
    assert Client().get(path)["Content-Type"] == "image/avif"


def test_what_stands_in_for_a_picture_is_told_with_its_own_words(story):
    stand_in = make_picture(alt="The stand-in")
    story.lead_picture.fallback, story.lead_picture.usable_until = stand_in, timezone.now()
    story.lead_picture.save()
    for told in (get(f"/api/articles/{story.pk}/"), get("/api/articles/")["articles"][0]):
        assert (told["picture"]["alt"], told["picture"]["caption"]) == ("The stand-in", "")
        assert stand_in.key in told["picture"]["url"]
        assert story.lead_picture.key not in json.dumps(told)


def test_live_coverage_tells_its_updates():
    ticker = make_article("Ticker", kind="live", live_summary="<p>In short.</p>")
    now = timezone.now()
    LiveUpdate.objects.create(article=ticker, headline="It begins", body="<p>Now.</p>", published_at=now)
    LiveUpdate.objects.create(article=ticker, headline="CANARY", published_at=now + timedelta(hours=1))
    LiveUpdate.objects.create(article=ticker, headline="CANARY", published_at=now, is_withdrawn=True)
    told = get(f"/api/articles/{ticker.pk}/")["live"]
    assert (told["is_running"], told["summary"]) == (True, "<p>In short.</p>")
    assert [(one["headline"], one["body"]) for one in told["updates"]] == [("It begins", "<p>Now.</p>")]


def test_lists_are_filtered_by_what_a_story_is_filed_under():
    world, europe = make_category("World", slug="world"), None
    europe = make_category("Europe", slug="europe", parent=world)
    ann = make_author("Ann", slug="ann")
    hour = timedelta(hours=1)
    make_article("Old", category=europe, tags=["Rivers"], at=timezone.now() - 900 * hour)
    make_article("View", category=make_category("Culture", slug="culture"), kind="opinion", authors=[ann])
    make_article("New", category=world, authors=[ann], tags=["Rivers"], at=timezone.now() - hour / 2)
    assert headlines("/api/articles/") == ["New", "View", "Old"]
    assert headlines("/api/articles/?section=world") == ["New", "Old"]
    assert headlines("/api/articles/?section=europe") == ["Old"]
    assert headlines("/api/articles/?tag=rivers") == ["New", "Old"]
    assert headlines("/api/articles/?author=ann") == ["New", "View"]
    assert headlines("/api/articles/?kind=opinion") == ["View"]
    assert headlines("/api/articles/?tag=rivers&author=ann&section=world&kind=news") == ["New"]
    day = f"{timezone.now() - 48 * hour:%Y-%m-%d}"
    for since in (day, f"{day}T00:00:00Z", f"{day}T02:00:00%2B02:00"):
        assert headlines(f"/api/articles/?since={since}") == ["New", "View"]
    assert headlines("/api/articles/?section=culture&tag=rivers&utm_source=letter") == []


def test_pages_follow_each_other_though_stories_come_and_share_their_moment():
    moment = timezone.now() - timedelta(days=1)
    expected = [make_article(f"Story {number}", at=moment).headline for number in range(45)][::-1]
    first = get("/api/articles/?section=news")
    make_article("Meanwhile")
    found, address = [article["headline"] for article in first["articles"]], first["next"]
    while address:
        assert "section=news" in address
        page = get(address.removeprefix("http://testserver"))
        found, address = found + [article["headline"] for article in page["articles"]], page["next"]
    assert found == expected


def test_pages_lead_past_1970():
    began = datetime(1965, 1, 1, tzinfo=UTC)
    expected = [make_article(f"Story {day}", at=began + timedelta(days=day)).headline for day in range(25)][::-1]
    first = get("/api/articles/")
    assert "cursor=-" in first["next"]
    second = get(first["next"].removeprefix("http://testserver"))
    assert [one["headline"] for one in first["articles"] + second["articles"]] == expected
    assert second["next"] is None


def test_a_fault_of_ours_is_a_problem_too(monkeypatch):
    def fail(*arguments):
        raise RuntimeError("CANARY")

    monkeypatch.setattr("articles.api.stories.asked", fail)
    response = Client(raise_request_exception=False).get("/api/sections/")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "CANARY" not in response.content.decode()


def test_sections_tags_and_authors_are_listed(story, django_assert_max_num_queries):
    make_category("Europe", slug="europe", parent=story.category)
    Tag.objects.create(name="Plans")
    make_author("A guest to come")
    with django_assert_max_num_queries(2):
        sections = get("/api/sections/")["sections"]
    assert [(one["slug"], one["parent"]) for one in sections] == [("world", None), ("europe", "world")]
    assert headlines(sections[0]["articles_url"].removeprefix("http://testserver")) == [story.headline]
    with django_assert_max_num_queries(2):
        assert [one["name"] for one in get("/api/tags/")["tags"]] == ["Rivers"]
    with django_assert_max_num_queries(2):
        assert [one["name"] for one in get("/api/authors/")["authors"]] == ["Ann"]
    index = get("/api/")
    assert get(index["tags_url"].removeprefix("http://testserver"))["next"] is None


def test_many_tags_come_in_parts():
    article = make_article(tags=[f"Tag {number:03}" for number in range(130)])
    first = get("/api/tags/")
    second = get(first["next"].removeprefix("http://testserver"))
    names = [one["name"] for one in first["tags"] + second["tags"]]
    assert (names, second["next"]) == (sorted(article.tags.values_list("name", flat=True)), None)


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("sektion=world", "sektion", "There is no parameter “sektion”. Known are: section, tag, author, kind"),
        ("section=nowhere", "section", "There is no section “nowhere”."),
        ("section=%ff", "section", "There is no section"),
        ("tag=plans", "tag", "There is no tag “plans”."),
        ("author=nobody", "author", "There is no author “nobody”."),
        ("kind=poem", "kind", "There is no kind “poem”. Known are news,"),
        ("since=yesterday", "since", "“yesterday” is no moment."),
        ("since=2026-11-27T10:00:00", "since", "Write it with its zone"),
        ("since=0001-01-01T00:00:00%2B14:00", "since", "is no moment"),
        ("cursor=first", "cursor", "none of our cursors"),
        ("cursor=999999999999999999-1", "cursor", "beyond any calendar"),
        (f"cursor=1-{'9' * 30}", "cursor", "cursors"),
        ("tag=rivers&tag=lakes", "tag", "is there 2 times"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(story, query, parameter, words):
    Tag.objects.create(name="Plans", slug="plans")
    told = get(f"/api/articles/?{query}", 400)
    assert (told["status"], told["title"], told["parameter"]) == (400, "Bad Request", parameter)
    assert words in told["detail"]


def test_other_lists_refuse_what_they_do_not_know(story):
    for address in ("/api/", f"/api/articles/{story.pk}/", "/api/sections/"):
        assert "There is no parameter “page”" in get(f"{address}?page=2", 400)["detail"]
        get(f"{address}?utm_source=x")


def test_what_readers_may_not_read_is_told_nowhere():
    now = timezone.now()
    draft = make_article("CANARY draft", published=False, tags=["Canary plan"], authors=[make_author("Canary author")])
    embargoed = make_article("CANARY embargo", at=now + timedelta(hours=1))
    gone = make_article("CANARY gone")
    gone.take_down()
    expired = make_article("CANARY expired", at=now - timedelta(hours=2))
    expired.expires_at = now - timedelta(hours=1)
    expired.save()
    story = make_article("Open", translation_of=None)
    dossier = Dossier.objects.create(title="CANARY series", is_published=False)
    Part.objects.create(dossier=dossier, article=story)
    for address in ("/api/", "/api/articles/", f"/api/articles/{story.pk}/", "/api/tags/", "/api/authors/"):
        assert "CANARY" not in json.dumps(get(address)).upper(), address
    for article in (draft, embargoed):
        assert get(f"/api/articles/{article.pk}/", 404)["detail"] == f"There is no story {article.pk}."
    for article in (gone, expired):
        assert get(f"/api/articles/{article.pk}/", 410)["detail"] == "This story was taken off the site."
    get(f"/api/articles/{10**18}/", 404)
    get(f"/api/articles/{10**30}/", 404)


def test_an_address_that_is_none_says_so():
    assert get("/api/nothing/", 404)["detail"] == "There is nothing at this address."
    assert "end in a slash" in get("/api/articles", 404)["detail"]
    assert get("/api/articles/\x00/", 400)["detail"] == "There is a null character in the address."
    assert "null" in get("/api/articles/?tag=%00", 400)["detail"]


def test_answers_the_methods_that_read_alone(story):
    address = f"/api/articles/{story.pk}/"
    first = Client().get(address)
    assert Client().head(address).content == b""
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert "Authorization" in {name.strip() for name in first["Vary"].split(",")}
    for answer in (first, Client().get("/api/articles/?kind=poem"), Client().get("/api/nowhere/")):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["X-Robots-Tag"] == "noindex"
    response = Client().delete("/api/sections/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert json.loads(response.content)["detail"].startswith("This address answers GET, HEAD")


def test_costs_no_more_with_more_stories(django_assert_max_num_queries):
    for number in range(25):
        make_article(
            f"Story {number}", authors=[make_author(f"A{number}", slug=f"a-{number}")], tags=["Rivers", f"T {number}"],
            lead_picture=make_picture(),
        )  # fmt: skip
    with django_assert_max_num_queries(4):
        get("/api/articles/")
    with django_assert_max_num_queries(7):
        get("/api/articles/?section=news&tag=rivers&author=a-3")


def test_a_story_has_a_budget_of_queries(story, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        get(f"/api/articles/{story.pk}/")
