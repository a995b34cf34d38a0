"""Live coverage as readers get it: its page, and what is new while they read."""

import re
from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.live import Cursor, out
from articles.models import LiveUpdate
from tests.factories import make_article, make_author, make_picture

pytestmark = pytest.mark.django_db
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def coverage():
    return make_article("The regatta", kind="live", body="<p>What it is about.</p>")


def make_update(article, headline="", *, ago=MINUTE, saved_ago=None, **fields):
    """Make an update that went out so long ago, and was saved then unless told otherwise."""
    now = timezone.now()
    if not headline and "body" not in fields:
        fields["body"] = "<p>Something.</p>"
    update = LiveUpdate.objects.create(article=article, headline=headline, published_at=now - ago, **fields)
    saved(update, now - (max(ago, timedelta()) if saved_ago is None else saved_ago))
    return update


def saved(update, moment):
    LiveUpdate.objects.filter(pk=update.pk).update(modified_at=moment)
    update.refresh_from_db()


def page_of(client, article, query=""):
    response = client.get(f"{article.get_absolute_url()}{query}")
    assert response.status_code == 200
    return response.content.decode()


def numbers(page):
    return [int(number) for number in re.findall(r'id="update-(\d+)"', page)]


def cursor_of(page):
    return re.search(r'data-cursor="([^"]*)"', page)[1]


def ask(client, article, since):
    return client.get(f"/live/{article.pk}/?since={since}")


class TestPage:
    def test_shows_updates_newest_first_with_time_author_and_text(self, client, coverage):
        first = make_update(coverage, "They are off", ago=3 * MINUTE)
        second = make_update(coverage, body="<p>A <em>close</em> race.</p>", author=make_author("Ada Example"))
        page = page_of(client, coverage)
        assert numbers(page) == [second.pk, first.pk]
        assert "A <em>close</em> race." in page
        assert "Ada Example" in page
        assert page.index("What it is about.") < page.index("A <em>close</em> race.")
        assert page.count("<h1") == 1

    def test_turns_around_with_a_link(self, client, coverage):
        first, second = make_update(coverage, ago=3 * MINUTE), make_update(coverage)
        page = page_of(client, coverage, "?order=oldest")
        assert numbers(page) == [first.pk, second.pk]
        assert f'<link rel="canonical" href="http://testserver{coverage.get_absolute_url()}">' in page

    def test_pins_key_points_above(self, client, coverage):
        point = make_update(coverage, "Boat 4 leads", is_key_point=True)
        make_update(coverage, "Not so important")
        page = page_of(client, coverage)
        assert page.count("Boat 4 leads") == 2
        assert f'href="#update-{point.pk}"' in page
        assert page.count("Not so important") == 1

    def test_leaves_a_line_where_an_update_was_withdrawn(self, client, coverage):
        update = make_update(coverage, "Wrong", body="<p>Very wrong.</p>", is_key_point=True, correction="Oh.")
        update.is_withdrawn = True
        update.save()
        page = page_of(client, coverage)
        assert "This update was withdrawn." in page
        assert numbers(page) == [update.pk]
        assert not any(words in page for words in ("Wrong", "Very wrong.", "Oh."))

    def test_says_nothing_of_what_is_not_out(self, client, coverage):
        make_update(coverage, "Secret", ago=-HOUR, is_key_point=True)
        make_update(coverage, "Never out", ago=-SECOND, is_withdrawn=True)
        page = page_of(client, coverage)
        assert "Secret" not in page
        assert "withdrawn" not in page
        assert numbers(page) == []

    def test_shows_a_correction_with_its_time(self, client, coverage):
        make_update(coverage, "Eight boats", correction="There are nine.", corrected_at=timezone.now())
        page = page_of(client, coverage)
        assert "There are nine." in page
        assert page.count("note--correction") == 1

    def test_is_paged_and_every_update_has_an_address(self, client, coverage):
        made = [make_update(coverage, f"Number {number}", ago=number * MINUTE) for number in range(60)]
        assert numbers(page_of(client, coverage)) == [update.pk for update in made[:50]]
        assert numbers(page_of(client, coverage, "?page=2")) == [update.pk for update in made[50:]]
        assert made[55].pk in numbers(page_of(client, coverage, f"?update={made[55].pk}"))
        assert made[55].pk in numbers(page_of(client, coverage, f"?order=oldest&update={made[55].pk}"))
        assert made[3].pk in numbers(page_of(client, coverage, f"?order=oldest&update={made[3].pk}"))
        assert client.get(f"{coverage.get_absolute_url()}?page=3").status_code == 404

    @pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "%00", "٣", ""])
    def test_takes_any_number_of_an_update(self, client, coverage, number):
        make_update(coverage)
        response = client.get(f"{coverage.get_absolute_url()}?update={number}")
        assert response.status_code == (400 if number == "%00" else 200)

    def test_says_when_it_has_ended_with_the_summary_first(self, client, coverage):
        make_update(coverage, "Boat 4 wins")
        coverage.live_summary = "<p>Boat 4 won by a length.</p>"
        coverage.save()
        page = page_of(client, coverage)
        assert "Boat 4 won by a length." not in page
        assert "kicker__live" in page
        assert "data-cursor" in page
        coverage.live_ended_at = timezone.now()
        coverage.save()
        page = page_of(client, coverage)
        assert "Coverage ended" in page
        assert page.index("Boat 4 won by a length.") < page.index("What it is about.") < page.index("Boat 4 wins")
        assert "kicker__live" not in page
        assert "data-cursor" not in page

    def test_cards_say_live_while_it_goes_on(self, client, coverage):
        assert "kicker__live" in client.get("/").content.decode()
        coverage.live_ended_at = timezone.now() - MINUTE
        coverage.save()
        page = client.get("/").content.decode()
        assert "The regatta" in page
        assert "kicker__live" not in page

    def test_costs_the_same_however_many_updates_with_pictures(self, client, coverage, django_assert_max_num_queries):
        make_update(coverage, body=f'<figure><img src="{make_picture().get_absolute_url()}" alt="A"></figure>')
        with django_assert_max_num_queries(40) as few:
            page_of(client, coverage)
        for number in range(12):
            picture = make_picture(alt=f"Picture {number}")
            body = f'<figure><img src="{picture.get_absolute_url()}" alt="A"></figure><p>Words.</p>'
            make_update(coverage, body=body, author=make_author(), is_key_point=True)
        with django_assert_max_num_queries(len(few.captured_queries)):
            page_of(client, coverage)

    def test_names_of_notes_and_headings_do_not_collide(self, client, coverage):
        body = '<h2>Part</h2><p>Text<span class="footnote">A note.</span></p>'
        for headline in ("With", "With too", ""):
            make_update(coverage, headline, body=body)
        page = page_of(client, coverage)
        names = re.findall(r' id="([^"]*)"', page)
        assert len(names) == len(set(names))
        assert page.count("<h4>Part</h4>") == 2
        assert page.count("<h3>Part</h3>") == 1

    def test_survives_the_deletion_of_a_picture(self, client, coverage):
        picture = make_picture()
        make_update(coverage, body=f'<p>Look.</p><figure><img src="{picture.get_absolute_url()}" alt="A"></figure>')
        since = cursor_of(page_of(client, coverage))
        assert "/media/pictures/" in page_of(client, coverage)
        with pytest.raises(ProtectedError):
            picture.delete()
        coverage.illustrations.all().delete()
        picture.delete()
        assert "/media/pictures/" not in page_of(client, coverage)
        assert ask(client, coverage, "0-0123456789abcdef").status_code == 200
        assert ask(client, coverage, since).status_code == 204

    def test_shows_no_picture_whose_rights_have_ended(self, client, coverage):
        picture = make_picture(alt="A teal thing")
        make_update(coverage, body=f'<figure><img src="{picture.get_absolute_url()}" alt="A"></figure><p>Words.</p>')
        picture.usable_until = timezone.now() - HOUR
        picture.save()
        page = page_of(client, coverage)
        assert picture.key not in page
        assert "Words." in page

    def test_preview_shows_it_to_the_desk_and_asks_for_nothing(self, as_alice, client):
        draft = make_article("The regatta", kind="live", published=False)
        make_update(draft, "They are off")
        page = as_alice.get(f"/desk/articles/article/{draft.pk}/preview/").content.decode()
        assert "They are off" in page
        assert "data-cursor" not in page


class TestNews:
    def test_is_nothing_when_nothing_is_new(self, client, coverage, django_assert_max_num_queries):
        for number in range(5):
            make_update(coverage, ago=number * MINUTE)
        since = cursor_of(page_of(client, coverage))
        with django_assert_max_num_queries(3):
            response = ask(client, coverage, since)
        assert response.status_code == 204
        assert response["Cache-Control"] == "public, max-age=5"
        assert not response.cookies

    def test_is_the_same_question_for_all_who_know_the_same(self, client, coverage):
        make_update(coverage, ago=HOUR)
        assert cursor_of(page_of(client, coverage)) == cursor_of(page_of(client, coverage))

    def test_brings_what_is_new_changed_and_withdrawn(self, client, coverage):
        changed, withdrawn = make_update(coverage, "One", ago=HOUR), make_update(coverage, "Two", ago=HOUR)
        same = make_update(coverage, "Three", ago=2 * HOUR)
        since = cursor_of(page_of(client, coverage))
        changed.headline = "One, mended"
        changed.save()
        withdrawn.is_withdrawn = True
        withdrawn.save()
        new = make_update(coverage, "Four", is_key_point=True, ago=timedelta())
        page = ask(client, coverage, since).content.decode()
        assert set(numbers(page)) == {changed.pk, withdrawn.pk, new.pk}
        assert "One, mended" in page
        assert "Two" not in page
        assert page.count("Four") == 2
        assert same.headline not in page
        assert ask(client, coverage, re.search('data-live-news="([^"]*)"', page)[1]).status_code == 204

    def test_brings_what_comes_due(self, coverage):
        make_update(coverage, ago=MINUTE)
        later = make_update(coverage, "Later", ago=-HOUR)
        now = timezone.now()
        cursor = Cursor.of(coverage, now)
        assert cursor.news(coverage, now + HOUR / 2)[0] == []
        found, cursor = cursor.news(coverage, now + 2 * HOUR)
        assert found == [later.pk]
        assert cursor.news(coverage, now + 2 * HOUR)[0] == []

    def test_brings_what_was_saved_before_and_seen_after(self, coverage):
        make_update(coverage, ago=MINUTE)
        cursor = Cursor.of(coverage, timezone.now())
        late = make_update(coverage, ago=MINUTE + 30 * SECOND)
        assert late.pk in cursor.news(coverage, timezone.now())[0]

    def test_says_that_the_coverage_has_ended(self, client, coverage):
        make_update(coverage, ago=HOUR)
        since = cursor_of(page_of(client, coverage))
        coverage.live_ended_at = timezone.now()
        coverage.save()
        page = ask(client, coverage, since).content.decode()
        assert "data-ended" in page
        assert numbers(page) == []

    def test_asks_for_a_new_page_after_too_much(self, client, coverage):
        since = cursor_of(page_of(client, coverage))
        for number in range(51):
            make_update(coverage, f"Number {number}")
        page = ask(client, coverage, since).content.decode()
        assert "data-too-much" in page
        assert numbers(page) == []

    @pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn", "expired", "news"])
    def test_is_of_public_coverage_alone(self, client, state):
        article = make_article(
            "Secret",
            kind="news" if state == "news" else "live",
            published=state != "draft",
            at=timezone.now() + (HOUR if state == "scheduled" else -2 * HOUR),
        )
        make_update(article, "Hush")
        if state == "withdrawn":
            article.take_down()
        elif state == "expired":
            article.expires_at = timezone.now() - HOUR
            article.save()
        response = ask(client, article, "0-0123456789abcdef")
        assert response.status_code == 404
        assert "Hush" not in response.content.decode()

    def test_says_nothing_of_what_is_not_out(self, client, coverage):
        make_update(coverage, "Secret", ago=-HOUR)
        assert ask(client, coverage, cursor_of(page_of(client, coverage))).status_code == 204
        page = ask(client, coverage, "0-0123456789abcdef")
        assert "Secret" not in page.content.decode()

    @pytest.mark.parametrize("since", ["", "x", "1", "1-2", "-1-0123456789abcdef", f"{'9' * 18}-0123456789abcdef"])
    def test_refuses_in_words_what_is_no_cursor(self, client, coverage, since):
        response = ask(client, coverage, since)
        assert response.status_code == 400
        assert "since when" in response.content.decode()

    @pytest.mark.parametrize("since", [f"{'9' * 17}-0123456789abcdef", "0-0000000000000000"])
    def test_answers_any_cursor(self, client, coverage, since):
        make_update(coverage)
        assert ask(client, coverage, since).status_code in (200, 204)

    @pytest.mark.parametrize("number", ["0", "9" * 30])
    def test_of_no_article_is_not_found(self, client, number):
        assert client.get(f"/live/{number}/?since=0-0123456789abcdef").status_code == 404

    def test_is_only_read(self, client, coverage):
        assert client.post(f"/live/{coverage.pk}/").status_code == 405


steps = st.lists(
    st.tuples(
        st.integers(0, 200),  # seconds that pass before
        st.sampled_from(["add", "schedule", "edit", "withdraw", "restore", "move", "slow", "ask", "ask"]),
        st.integers(0, 5),  # which update
        st.integers(0, 59),  # seconds, of whatever needs some
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_who_asks_at_any_moments_ends_with_what_a_fresh_page_shows(coverage, steps):
    LiveUpdate.objects.all().delete()
    now = timezone.now().replace(microsecond=0)
    cursor, known = Cursor.of(coverage, now), {}

    def versions(wanted):
        return {update.pk: update.modified_at for update in out(coverage, now) if update.pk in wanted}

    for seconds, what, which, some in steps:
        now += seconds * SECOND
        seen = list(LiveUpdate.objects.filter(published_at__lte=now).order_by("pk"))
        chosen = seen[which % len(seen)] if seen else None
        if what in ("add", "schedule", "slow"):
            update = LiveUpdate.objects.create(article=coverage, headline="A", published_at=now)
            # What was saved in a slow transaction is seen later than it says.
            moment = now - (some * SECOND if what == "slow" else timedelta())
            due = now + 3 * some * SECOND if what == "schedule" else moment
            LiveUpdate.objects.filter(pk=update.pk).update(modified_at=moment, published_at=due)
        elif what == "ask":
            found, cursor = cursor.news(coverage, now)
            known |= versions(found)
        elif chosen and chosen.modified_at < now:
            change = {
                "edit": {"headline": "B"},
                "withdraw": {"is_withdrawn": True},
                "restore": {"is_withdrawn": False},
                "move": {"published_at": chosen.published_at - some * SECOND},
            }[what]
            LiveUpdate.objects.filter(pk=chosen.pk).update(modified_at=now, **change)
    now += 61 * SECOND
    found, cursor = cursor.news(coverage, now)
    known |= versions(found)
    assert known == versions(out(coverage, now).values_list("pk", flat=True))
    assert cursor.news(coverage, now)[0] == []


def test_pictures_of_updates_and_of_the_summary_are_among_the_uses():
    picture, other = make_picture(), make_picture()
    article = make_article(kind="live", live_summary=f'<figure><img src="{other.get_absolute_url()}" alt=""></figure>')
    LiveUpdate.objects.create(article=article, body=f'<figure><img src="{picture.get_absolute_url()}" alt=""></figure>')
    assert set(article.illustrations.values_list("picture", flat=True)) == {picture.pk, other.pk}
    article.save()
    assert article.illustrations.count() == 2
