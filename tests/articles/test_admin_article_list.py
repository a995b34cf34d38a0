import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import notes
from articles.models import Article, SectionEditor
from articles.models.article import Status
from tests.articles.desk_forms import words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_category, make_picture, make_user

LIST = "/desk/articles/article/"


@pytest.fixture
def newsroom(db):
    culture = make_category("Culture")
    music = make_category("Music", parent=culture)
    now = timezone.now()
    return {
        "draft": make_article("Half written", published=False, category=culture),
        "review": make_article("Waiting for eyes", status=Status.REVIEW, category=music, language="de"),
        "scheduled": make_article("Tomorrow's news", at=now + timedelta(days=1), category=culture),
        "live": make_article(
            "Out already", category=music, kind="review", lead_picture=make_picture(), tags=["Estuary"],
            authors=[make_author("Ada Fenwick")], source_publisher="The Tidal Review", body="<p>A heron stood.</p>",
        ),
        "expired": make_article("Long gone", at=now - timedelta(days=3), category=culture),
        "withdrawn": make_article("Taken back", category=culture),
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _settled(newsroom):
    Article.objects.filter(pk=newsroom["expired"].pk).update(expires_at=timezone.now() - timedelta(days=1))
    newsroom["withdrawn"].take_down()


def headlines(response):
    return sorted(article.headline for article in response.context["cl"].result_list)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=draft", ["Half written"]),
        ("status=review", ["Waiting for eyes"]),
        ("status=scheduled", ["Tomorrow's news"]),
        ("status=live", ["Out already"]),
        ("status=expired", ["Long gone"]),
        ("status=withdrawn", ["Taken back"]),
        ("status=nonsense&kind=review", ["Out already"]),
        ("language=de", ["Waiting for eyes"]),
        ("picture=yes", ["Out already"]),
        ("q=heron", ["Out already"]),
        ("q=Tidal", ["Out already"]),
        ("q=fenwick", ["Out already"]),
        ("q=estuary", ["Out already"]),
        ('q="%3Cscript', []),
        ("whose=mine", []),
    ],
)
def test_filters_and_search_find(as_alice, query, expected):
    assert headlines(as_alice.get(f"{LIST}?{query}")) == expected


def test_section_filter_takes_in_subsections(as_alice, newsroom):
    culture, music = newsroom["draft"].category, newsroom["live"].category
    assert len(headlines(as_alice.get(f"{LIST}?section={culture.pk}"))) == 6
    assert headlines(as_alice.get(f"{LIST}?section={music.pk}")) == ["Out already", "Waiting for eyes"]


@pytest.mark.parametrize(
    "query",
    [
        "section=abc", "section=99999999999999999999", "author=x", "p=abc", "p=99999999999", "o=abc", "status=",
        "published_at__gte=zzz", "published_at__gte=0000-00-00", "id__exact=abc",
    ],
)  # fmt: skip
def test_hand_written_address_breaks_nothing(as_alice, query):
    assert as_alice.get(f"{LIST}?{query}", follow=True).status_code == 200


def test_status_is_said_in_words(as_alice):
    page = words(as_alice.get(LIST))
    for word in ("Draft", "In review", "Scheduled", "Live", "Expired", "Taken down"):
        assert word in page


def test_tabs_count(as_alice):
    views = {view["label"]: view.get("count") for view in as_alice.get(LIST).context["views"]}
    assert views == {
        "All": 6, "Mine": 0, "Waiting for me": 1, "Drafts": 1, "In review": 1, "Scheduled": 1, "Live": 1,
        "Failing checks": None,
    }  # fmt: skip


def act(client, action, *articles, **fields):
    return client.post(
        LIST,
        {"action": action, "index": "0", "_selected_action": [article.pk for article in articles], **fields},
        follow=True,
    )


def test_bulk_publishing_reports_each_refusal(as_alice, newsroom):
    bare = Article.objects.create(headline="Nothing in it")
    page = words(act(as_alice, "publish", newsroom["draft"], newsroom["live"], bare))
    newsroom["draft"].refresh_from_db()
    assert newsroom["draft"].is_public()
    assert "Published: 1 article." in page
    assert "It is live." in page
    assert "A published article needs a section." in page


def test_bulk_actions_that_ask_first(as_alice, newsroom):
    draft, live = newsroom["draft"], newsroom["live"]
    target = make_category("Sport")
    page = act(as_alice, "move_to_section", draft, live)
    assert "Move to another section" in words(page)
    assert "2 chosen" in words(page)
    assert page.content.count(b" autofocus") == 2  # of the sheet of keys, too
    act(as_alice, "move_to_section", draft, live, asked="1", category=target.pk)
    act(as_alice, "add_tag", draft, live, asked="1", tags="Tide, Estuary")
    act(as_alice, "set_comments_policy", draft, asked="1", comments_policy="closed")
    draft.refresh_from_db()
    live.refresh_from_db()
    assert draft.category == live.category == target
    assert sorted(live.tags.names()) == ["Estuary", "Tide"]
    assert draft.comments_policy == "closed"
    assert "Select a valid choice" in words(act(as_alice, "move_to_section", draft, asked="1", category="abc"))


def test_bulk_deletion_spares_what_was_public(as_alice, newsroom):
    page = words(act(as_alice, "delete_selected", newsroom["draft"], newsroom["live"]))
    assert "taken down, not deleted" in page
    act(as_alice, "delete_selected", newsroom["draft"], newsroom["live"], post="yes")
    assert not Article.objects.filter(pk=newsroom["draft"].pk).exists()
    assert Article.objects.filter(pk=newsroom["live"].pk).exists()


# -- what the checks come to


def cells(response):
    rows = re.findall(r'<td class="field-found">(.*?)</td>', response.content.decode(), re.S)
    said = (" ".join(re.sub(r"<[^>]+>", "", row).split()) for row in rows)
    return {article.headline: words for article, words in zip(response.context["cl"].result_list, said, strict=True)}


def test_list_says_what_the_checks_come_to_once_they_were_asked(as_alice, newsroom, alice):
    draft, review = newsroom["draft"], newsroom["review"]
    Article.objects.filter(pk=draft.pk).update(body="<p>TK and TK.</p>", standfirst="It has one.")
    asked = f"{LIST}checks/?" + "&".join(f"of={one.pk}" for one in newsroom.values())
    assert cells(as_alice.get(LIST))["Half written"] == "Ask: checks of Half written"
    answer = as_alice.get(asked).json()
    assert {*answer["cells"]} == {str(newsroom[name].pk) for name in ("draft", "review", "scheduled")}
    shown = cells(as_alice.get(LIST))
    assert shown["Half written"] == "2 to fix: checks of Half written"
    assert shown["Waiting for eyes"] == "1 worth a look: checks of Waiting for eyes"
    assert shown["Out already"] == shown["Taken back"] == "–"
    Article.objects.filter(pk=review.pk).update(standfirst="It has one, too.")
    notes.add(review, "Who said so?", alice)
    assert cells(as_alice.get(LIST))["Waiting for eyes"].startswith("Ask")
    as_alice.get(asked)
    assert cells(as_alice.get(LIST))["Waiting for eyes"].startswith("1 to fix")
    notes.resolve(review.notes.get(), alice)
    assert as_alice.get(asked).status_code == 200
    assert cells(as_alice.get(LIST))["Waiting for eyes"].startswith("Pass")


def test_checks_are_asked_of_a_few_stories_that_one_may_see(as_alice, as_walter, walter):
    made = [make_article(f"Number {number}", published=False, created_by=walter) for number in range(14)]
    asked = f"{LIST}checks/?of=x&of=99999999999999999999&" + "&".join(f"of={one.pk}" for one in made)
    assert len(as_alice.get(asked).json()["cells"]) == 12
    other = make_article("Not his", published=False)
    assert as_walter.get(f"{LIST}checks/?of={other.pk}&of={made[0].pk}").json()["cells"].keys() == {str(made[0].pk)}
    assert as_alice.post(asked).status_code == 405
    assert signed_in(make_user("eve")).get(asked).status_code == 403


def test_tab_of_failing_checks_holds_what_would_not_go_out(as_alice, as_walter, newsroom):
    assert as_alice.get(f"{LIST}checks/").json() == {"cells": {}, "failing": 0}
    Article.objects.filter(pk=newsroom["scheduled"].pk).update(category=newsroom["review"].category)
    notes.add(newsroom["scheduled"], "Who said so?")
    assert headlines(as_alice.get(f"{LIST}?checks=failing")) == ["Tomorrow's news"]
    assert as_alice.get(f"{LIST}checks/").json()["failing"] == 1
    assert "Failing checks" not in words(as_walter.get(LIST))
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    assert headlines(signed_in(sam).get(f"{LIST}?checks=failing")) == []


def test_list_of_stories_in_hand_stays_within_its_query_budget(as_alice, alice, django_assert_max_num_queries):
    for number in range(50):
        make_article(f"Row {number}", published=False, assignee=alice)
    as_alice.get(f"{LIST}checks/?" + "&".join(f"of={one.pk}" for one in Article.objects.all()))
    with django_assert_max_num_queries(12) as asked:
        as_alice.get(LIST)
    counts = [query["sql"] for query in asked if query["sql"].startswith("SELECT COUNT(*) FROM (SELECT")]
    assert counts
    assert not [sql for sql in counts if "articles_note" in sql]


def test_list_stays_within_its_query_budget(as_alice, django_assert_max_num_queries):
    author, picture = make_author(), make_picture()
    for number in range(50):
        make_article(f"Row {number}", lead_picture=picture, authors=[author], tags=["Estuary"])
    with django_assert_max_num_queries(12):
        as_alice.get(LIST)
