"""The board and the calendar: what they show to whom, and what may be moved on them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles import notes, workflow, working_copies
from articles.models import Article, SectionEditor
from articles.models.article import Status
from articles.standing import Standing, standing
from tests.articles.desk_forms import words
from tests.conftest import queries_of, signed_in
from tests.factories import make_article, make_category, make_picture, make_user

BOARD = "/desk/articles/article/board/"
CALENDAR = "/desk/articles/article/calendar/"


def plan(article):
    return f"/desk/articles/article/{article.pk}/plan/"


@pytest.fixture
def tomorrow():
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


def columns(response):
    return {column.standing: [str(card.article) for card in column.cards] for column in response.context["columns"]}


def on_days(response):
    return {
        f"{day.date}": [(entry.what, str(entry.card.article)) for entry in day.entries]
        for day in response.context["days"]
        if day.entries
    }


# -- the board


def test_board_shows_what_is_in_hand_by_where_it_stands(as_alice, tomorrow):
    Article.objects.create(slugline="flood-minutes")
    make_article("Being written", published=False)
    make_article("In review", status=Status.REVIEW)
    make_article("Sent back", status=Status.CHANGES)
    make_article("Ready", status=Status.APPROVED)
    make_article("Tomorrow's", at=tomorrow)
    make_article("Out already")
    assert columns(as_alice.get(BOARD)) == {
        "planned": ["flood-minutes"], "draft": ["Being written"], "review": ["In review"], "changes": ["Sent back"],
        "approved": ["Ready"], "scheduled": ["Tomorrow's"],
    }  # fmt: skip


def test_card_says_whose_it_is_and_that_it_is_late(as_alice, alice):
    sport = make_category("Sport")
    make_article("Relay", published=False, slugline="relay-final", category=sport, assignee=alice,
                 due_at=timezone.now() - timedelta(hours=2))  # fmt: skip
    make_article("No hurry", published=False)
    response = as_alice.get(BOARD)
    for phrase in ("relay-final", "Sport", "Alice", "2 h late"):
        assert phrase in words(response)
    assert columns(response)["draft"] == ["Relay", "No hurry"]


def test_board_is_narrowed_to_a_section_and_a_person(as_alice, alice):
    sport = make_category("Sport")
    make_article("Hers", published=False, category=sport, assignee=alice)
    make_article("Of sport", published=False, category=sport)
    make_article("Of news", published=False, category=make_category("News"))
    assert columns(as_alice.get(f"{BOARD}?section={sport.pk}"))["draft"] == ["Hers", "Of sport"]
    assert columns(as_alice.get(f"{BOARD}?person={alice.pk}"))["draft"] == ["Hers"]
    assert len(columns(as_alice.get(f"{BOARD}?section=x&person=99999999999999999999"))["draft"]) == 3


def test_writer_sees_and_moves_only_their_own(as_walter, walter):
    own = make_article("Mine", published=False, created_by=walter)
    other = make_article("Theirs", published=False)
    response = as_walter.get(BOARD)
    assert columns(response)["draft"] == ["Mine"]
    assert [step.name for step in response.context["columns"][1].cards[0].steps] == ["send_to_review"]
    as_walter.post(plan(own), {"to": "review"})
    assert as_walter.post(plan(other), {"to": "review"}).status_code == 403
    assert "Only editors can do this" in words(as_walter.post(plan(own), {"to": "approved"}))
    assert [Article.objects.get(pk=one.pk).status for one in (own, other)] == ["review", "draft"]


def test_card_moves_from_column_to_column(as_alice, tomorrow):
    article = make_article("On its way", published=False)
    for column, status in (("review", "review"), ("approved", "approved"), ("draft", "draft")):
        response = as_alice.post(plan(article), {"to": column, "next": f"{BOARD}?section="})
        assert response.headers["Location"] == f"{BOARD}?section="
        article.refresh_from_db()
        assert article.status == status
    assert "Say first when it goes out" in words(as_alice.post(plan(article), {"to": "scheduled"}))
    Article.objects.filter(pk=article.pk).update(published_at=tomorrow)
    as_alice.post(plan(article), {"to": "scheduled"})
    article.refresh_from_db()
    assert standing(article) == Standing.SCHEDULED
    assert [one.step for one in article.transitions.all()] == [
        "publish",
        "return_to_draft",
        "approve",
        "send_to_review",
    ]
    as_alice.post(plan(article), {"to": "draft"})
    article.refresh_from_db()
    assert article.status == Status.DRAFT


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"to": "changes", "note": ""}, "Say what should change."),
        ({"to": "planned"}, "no plan any more"),
        ({"to": "nonsense"}, "There is no such column."),
        ({"step": "nonsense"}, "Say what should become of it."),
        ({"step": "take_down"}, "is in review. Look again."),
        ({"move": "update", "at_0": "2030-01-01", "at_1": "12:00"}, "Look again."),
        ({"move": "hand"}, "Look again."),
        ({"move": "due", "at_0": "2030-01-01", "at_1": ""}, "Give a time with the date."),
        ({"move": "due", "at_0": "1066-10-14", "at_1": "09:00"}, "The year is too early"),
        ({"hand": "1", "assignee": "99999999999999999999"}, "Select a valid choice"),
        ({}, "Say what should become of it."),
    ],
)
def test_what_is_refused_comes_back_with_the_reason(as_alice, sent, reason):
    article = make_article("Held", status=Status.REVIEW)
    response = as_alice.post(plan(article), {**sent, "next": "https://evil.example/"})
    assert response.status_code == 200
    assert reason in words(response)
    assert "evil.example" not in response.content.decode()
    article.refresh_from_db()
    assert article.status == Status.REVIEW


def test_note_that_was_typed_is_not_lost(as_alice):
    article = make_article("Out", published=False)
    assert "Two sources" in as_alice.post(plan(article), {"step": "take_down", "note": "Two sources"}).content.decode()


def test_editor_of_a_section_moves_nothing_elsewhere(as_alice):
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    article = make_article("Of news", status=Status.REVIEW, category=make_category("News"))
    assert "not among your sections" in words(signed_in(sam).post(plan(article), {"to": "approved"}))
    article.refresh_from_db()
    assert article.status == Status.REVIEW


def test_giving_and_setting_when_it_is_due_is_in_the_history(as_alice, walter):
    article = make_article("Given", published=False)
    as_alice.post(plan(article), {"move": "due", "at_0": "2030-01-01", "at_1": "12:00"})
    as_alice.post(plan(article), {"hand": "1", "assignee": walter.pk})
    article.refresh_from_db()
    assert (article.assignee, article.due_at) == (walter, datetime(2030, 1, 1, 12, tzinfo=UTC))
    assert [str(one) for one in article.transitions.all()][0] == "Given to Walter, due Tuesday 1 January 2030, 12:00"


# -- the calendar


def test_calendar_shows_every_kind_of_moment_on_its_day(as_alice, alice, tomorrow):
    day = f"{tomorrow:%Y-%m-%d}"
    make_article("Meant", published=False, published_at=tomorrow)
    make_article("Scheduled", at=tomorrow)
    make_article("Wanted", published=False, due_at=tomorrow)
    live = make_article("Leaves")
    Article.objects.filter(pk=live.pk).update(expires_at=tomorrow)
    changed = make_article("Amended")
    working_copies.keep(changed, working_copies.working_values(changed) | {"headline": "Amended again"}, alice)
    working_copies.schedule(changed, tomorrow, alice)
    make_article("Put away", status=Status.ARCHIVED, published_at=tomorrow)
    entries = on_days(as_alice.get(f"{CALENDAR}?day={day}"))[day]
    assert sorted(entries) == [
        ("due", "Wanted"), ("expires", "Leaves"), ("goes_out", "Meant"), ("goes_out", "Scheduled"),
        ("update", "Amended"),
    ]  # fmt: skip


def test_calendar_names_the_weeks_that_a_month_touches(as_alice):
    response = as_alice.get(f"{CALENDAR}?view=month&day=2026-02-10")
    days = [day.date for day in response.context["days"]]
    assert (f"{days[0]}", f"{days[-1]}", len(days)) == ("2026-01-26", "2026-03-01", 35)
    assert "February 2026" in words(response)
    week = as_alice.get(f"{CALENDAR}?day=2026-02-10")
    assert [f"{day.date}" for day in week.context["days"]][::6] == ["2026-02-09", "2026-02-15"]


@pytest.mark.parametrize("query", ["day=x", "day=0001-01-01", "day=9999-12-31", "section=x&person=y", "view=year"])
def test_hand_written_address_of_the_calendar_breaks_nothing(as_alice, query):
    assert as_alice.get(f"{CALENDAR}?{query}").status_code == 200


def test_day_with_very_many_articles_says_how_many_more(as_alice, tomorrow):
    section = make_category("News")
    for number in range(8):
        make_article(f"Row {number}", published=False, due_at=tomorrow, category=section)
    response = as_alice.get(f"{CALENDAR}?view=month&day={tomorrow:%Y-%m-%d}")
    day = next(day for day in response.context["days"] if day.entries)
    assert (len(day.entries), day.number) == (5, 8)
    assert "3 more" in words(response)


def test_day_is_grouped_by_section(as_alice, tomorrow):
    for number in range(4):
        name = "Sport" if number % 2 else "Arts"
        section = make_category(name) if number < 2 else Article.objects.filter(category__name=name).first().category
        make_article(f"{name} {number}", published=False, due_at=tomorrow + timedelta(minutes=number), category=section)
    response = as_alice.get(f"{CALENDAR}?by=section&day={tomorrow:%Y-%m-%d}")
    assert [name for _, name in on_days(response)[f"{tomorrow:%Y-%m-%d}"]] == ["Arts 0", "Arts 2", "Sport 1", "Sport 3"]


def test_moving_to_another_moment_is_logged_and_leaves_the_rest_alone(as_alice, tomorrow):
    article = make_article("Scheduled", at=tomorrow)
    later = tomorrow + timedelta(days=2)
    as_alice.post(plan(article), {"move": "goes_out", "at_0": f"{later:%Y-%m-%d}", "at_1": f"{later:%H:%M}"})
    article.refresh_from_db()
    assert article.published_at == article.first_published_at == later
    assert str(article.transitions.first()).startswith("Moved to ")
    assert article.revisions.first().went_live_at == later


@pytest.mark.parametrize(
    ("hours", "fields", "reason"),
    [
        (-48, {}, "lies ahead"),
        (96, {"expires_at": timezone.now() + timedelta(days=3)}, "It expires on"),
    ],
)
def test_scheduled_article_is_not_moved_where_it_cannot_go_out(as_alice, tomorrow, hours, fields, reason):
    article = make_article("Scheduled", at=tomorrow, **fields)
    when = timezone.now() + timedelta(hours=hours)
    response = as_alice.post(plan(article), {"move": "goes_out", "at_0": f"{when:%Y-%m-%d}", "at_1": f"{when:%H:%M}"})
    assert reason in words(response)
    article.refresh_from_db()
    assert article.published_at == tomorrow


def test_scheduled_article_is_not_moved_beyond_the_rights_of_its_picture(as_alice, tomorrow):
    picture = make_picture(usable_until=tomorrow + timedelta(days=1))
    article = make_article("Scheduled", at=tomorrow, lead_picture=picture)
    when = tomorrow + timedelta(days=3)
    sent = {"move": "goes_out", "at_0": f"{when:%Y-%m-%d}", "at_1": f"{when:%H:%M}"}
    assert "Nothing was moved" in words(as_alice.post(plan(article), sent))
    article.refresh_from_db()
    assert article.published_at == tomorrow


def test_writer_moves_no_scheduled_article(as_walter, walter, tomorrow):
    article = make_article("Scheduled", at=tomorrow, created_by=walter)
    assert as_walter.get(plan(article)).status_code == 403
    assert as_walter.post(plan(article), {"move": "goes_out", "at_0": "2030-01-01", "at_1": "09:00"}).status_code == 403


def test_day_that_a_card_was_dropped_on_is_filled_in(as_alice, tomorrow):
    article = make_article("Dropped", published=False, due_at=tomorrow)
    page = as_alice.get(f"{plan(article)}?move=due&day=2030-05-04").content.decode()
    assert 'value="2030-05-04"' in page
    assert f'value="{tomorrow:%H:%M}"' in page
    page = as_alice.get("/desk/articles/article/add/?due_at=2030-05-04").content.decode()
    assert 'value="2030-05-04"' in page


@pytest.mark.parametrize("address", [BOARD, CALENDAR, f"{CALENDAR}?view=month"])
def test_is_closed_to_strangers_and_stays_within_its_query_budget(
    as_alice, as_walter, client, charlie, walter, alice, tomorrow, address, django_assert_max_num_queries
):
    assert client.get(address).status_code == 302
    assert signed_in(charlie).get(address).status_code == 302
    assert signed_in(make_user("dan")).get(address).status_code == 403
    for number in range(40):
        for status in (Status.DRAFT, Status.REVIEW, Status.CHANGES, Status.APPROVED):
            make_article(f"{status} {number}", status=status, assignee=alice, due_at=tomorrow, created_by=walter)
        make_article(f"Ahead {number}", at=tomorrow)
    for person in (as_alice, as_walter):
        with django_assert_max_num_queries(20):
            assert person.get(address).status_code == 200


# -- leaving the site, and what is to fix


def test_when_a_live_story_leaves_the_site_is_moved_on_the_calendar(as_alice, alice, tomorrow):
    story = make_article("Leaves")
    working_copies.keep(story, working_copies.working_values(story) | {"headline": "Leaves, changed"}, alice)
    workflow.expire(story, tomorrow, alice)
    page = as_alice.get(f"{CALENDAR}?day={tomorrow:%Y-%m-%d}").content.decode()
    assert 'data-what="expires"' in page
    assert 'name="move" value="expires"' in page
    later = tomorrow + timedelta(days=1)
    as_alice.post(plan(story), {"move": "expires", "at_0": f"{later:%Y-%m-%d}", "at_1": f"{later:%H:%M}"})
    story.refresh_from_db()
    assert story.expires_at == later.replace(second=0, microsecond=0)
    assert story.headline == "Leaves"
    assert working_copies.working_values(story)["expires_at"] == story.expires_at.isoformat()
    assert "Leaves the site on" in str(story.transitions.first())
    workflow.take("update", story, alice)
    assert Article.objects.get(pk=story.pk).expires_at == story.expires_at
    as_alice.post(plan(story), {"move": "expires", "at_0": "", "at_1": ""})
    story.refresh_from_db()
    assert story.expires_at is None
    assert str(story.transitions.first()) == "Stays on the site"


def test_nobody_else_moves_when_a_story_leaves_the_site(as_alice, tomorrow):
    sam, story = make_user("sam", "Editors"), make_article("Leaves", category=make_category("News"))
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    sent = {"move": "expires", "at_0": f"{tomorrow:%Y-%m-%d}", "at_1": "12:00"}
    assert "not among your sections" in words(signed_in(sam).post(plan(story), sent))
    assert "Give a moment that lies ahead" in words(as_alice.post(plan(story), sent | {"at_0": "2020-01-01"}))
    draft = make_article("Draft", published=False)
    assert "Look again." in words(as_alice.post(plan(draft), sent))
    assert not Article.objects.exclude(expires_at=None).exists()


def test_cards_of_the_board_have_a_picture_and_say_how_much_is_to_fix(as_alice, alice):
    picture = make_picture()
    article = make_article("Half done", published=False, body="<p>TK and TK.</p>", lead_picture=picture)
    make_article("Whole", published=False)
    page = as_alice.get(BOARD)
    assert picture.thumbnail_url in page.content.decode()
    assert words(page).count("to fix") == 1
    assert "2 to fix" in words(page)
    notes.add(article, "Who said so?", alice)
    assert "3 to fix" in words(as_alice.get(BOARD))
    for number in range(20):
        make_article(f"Another {number}", published=False, body="<p>TK</p>")
    as_alice.get(BOARD)
    as_alice.get(BOARD)
    assert words(as_alice.get(BOARD)).count("to fix") == 21
    assert len(queries_of(as_alice, BOARD)) <= 16
