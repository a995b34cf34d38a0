"""The bar of breaking news: what it says, when, and to whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import breaking
from articles.admin.breaking import LASTS
from articles.models import BreakingNews
from tests.articles.desk_forms import read, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_page, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def make_breaking(text="The bridge is closed", *, begins=-1, ends=1, **fields):
    """Make breaking news that shows from so many hours from now until so many."""
    now = timezone.now()
    return BreakingNews.objects.create(text=text, starts_at=now + begins * HOUR, ends_at=now + ends * HOUR, **fields)


class TestReaders:
    @pytest.mark.parametrize("path", ["/", "/search/", "/about/", "/no-such-page/", "/?p=%00", "story"])
    def test_see_it_on_every_page(self, client, path):
        make_page("About")
        story = make_article("A story")
        make_breaking()
        page = client.get(story.get_absolute_url() if path == "story" else path).content.decode()
        assert page.count("The bridge is closed") == 1
        assert page.index("</header>") < page.index("The bridge is closed") < page.index("<main")

    def test_see_it_where_a_story_was_taken_down(self, client):
        story = make_article("A story")
        story.take_down()
        make_breaking()
        response = client.get(story.get_absolute_url())
        assert response.status_code == 410
        assert "The bridge is closed" in response.content.decode()

    def test_see_it_beside_the_form_for_comments(self, client):
        make_breaking()
        assert "The bridge is closed" in client.get(f"/comments/{make_article().pk}/write/").content.decode()

    @pytest.mark.parametrize(("begins", "ends"), [(1, 2), (-2, -1)])
    def test_do_not_see_it_before_or_after(self, client, begins, ends):
        make_breaking(begins=begins, ends=ends)
        page = client.get("/").content.decode()
        assert "The bridge is closed" not in page
        assert " data-breaking=" not in page

    def test_see_one_at_a_time_the_latest(self, client):
        make_breaking("Earlier", begins=-3)
        make_breaking("Later", begins=-2)
        make_breaking("To come", begins=1, ends=2)
        page = client.get("/").content.decode()
        assert "Later" in page
        assert "Earlier" not in page
        assert "To come" not in page

    def test_are_led_to_the_story(self, client):
        story = make_article("A story")
        make_breaking(article=story)
        assert f'<a href="{story.get_absolute_url()}">The bridge is closed</a>' in client.get("/").content.decode()

    @pytest.mark.parametrize("state", ["draft", "scheduled", "expired", "withdrawn"])
    def test_are_told_nothing_of_a_story_that_is_not_public(self, client, state):
        story = make_article("Secret", published=state != "draft", at=timezone.now() - 5 * HOUR)
        if state == "scheduled":
            story = make_article("Secret too", at=timezone.now() + HOUR)
        elif state == "expired":
            story.expires_at = timezone.now() - HOUR
            story.save()
        elif state == "withdrawn":
            story.take_down()
        make_breaking("Another, of no story", begins=-2)
        make_breaking(article=story)
        page = client.get("/").content.decode()
        assert "The bridge is closed" not in page
        assert "Another, of no story" in page

    def test_see_it_come_and_go_with_the_clock(self):
        now = timezone.now()
        make_breaking(article=make_article(at=now - HOUR / 2), begins=-1, ends=1)
        shows = [bool(breaking.current(now + minutes * timedelta(minutes=1))) for minutes in (-62, -40, -29, 0, 59, 65)]
        assert shows == [False, False, True, True, True, False]

    def test_cannot_be_handed_markup(self, client):
        make_breaking("<script>alert(1)</script>", label="<b>")
        page = client.get("/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    def test_cost_one_query_more(self, client, django_assert_num_queries):
        with django_assert_num_queries(1):
            breaking.current()
        make_breaking(article=make_article())
        with django_assert_num_queries(1):
            assert breaking.current().article.get_absolute_url()


class TestTheDesk:
    def test_makes_one_that_ends_by_itself(self, as_alice, client, alice):
        form, _ = read(as_alice.get("/desk/articles/breakingnews/add/"), "breakingnews_form")
        assert form["ends_at_0"][0]
        response = send(
            as_alice, "/desk/articles/breakingnews/add/", "breakingnews_form", text=" The bridge\nis closed "
        )
        item = BreakingNews.objects.get()
        assert response.status_code == 302
        assert item.made_by == alice
        assert item.text == "The bridge is closed"
        assert abs(item.ends_at - item.starts_at - LASTS) < timedelta(minutes=1)
        assert "The bridge is closed" in client.get("/").content.decode()

    @pytest.mark.parametrize("changes", [{"ends_at_0": "", "ends_at_1": ""}, {"ends_at_0": "2001-01-01"}])
    def test_needs_an_end_after_the_beginning(self, as_alice, changes):
        response = send(as_alice, "/desk/articles/breakingnews/add/", "breakingnews_form", text="A", **changes)
        assert response.status_code == 200
        assert response.context["errors"]
        assert not BreakingNews.objects.exists()

    def test_list_says_where_each_stands(self, as_alice):
        make_breaking("One", begins=-2)
        make_breaking("Two", begins=1, ends=2)
        make_breaking("Three", begins=-2, ends=-1)
        page = words(as_alice.get("/desk/articles/breakingnews/"))
        assert all(state in page for state in ("Showing", "To come", "Ended"))
        for when, text in (("now", "One"), ("later", "Two"), ("ended", "Three")):
            found = as_alice.get(f"/desk/articles/breakingnews/?when={when}").context["cl"].queryset
            assert [item.text for item in found] == [text]

    def test_ends_at_once(self, as_alice, client):
        shown, later = make_breaking("One"), make_breaking("Two", begins=1, ends=2)
        response = as_alice.post(
            "/desk/articles/breakingnews/",
            {"action": "end_now", "_selected_action": [shown.pk, later.pk]},
            follow=True,
        )
        assert "Ended: 1." in words(response)
        assert "Not begun yet: 1." in words(response)
        assert " data-breaking=" not in client.get("/").content.decode()

    def test_is_told_that_the_story_is_not_public_yet(self, as_alice):
        draft = make_article("A draft", published=False)
        send(as_alice, "/desk/articles/breakingnews/add/", "breakingnews_form", text="Soon", article=draft.pk)
        assert "not public yet" in words(as_alice.get("/desk/articles/breakingnews/"))

    def test_lists_cost_the_same_however_many(self, as_alice, django_assert_max_num_queries):
        for number in range(12):
            make_breaking(f"Item {number}", article=make_article())
        with django_assert_max_num_queries(10):
            as_alice.get("/desk/articles/breakingnews/")

    def test_lets_editors_alone_do_this(self):
        writer = signed_in(make_user("wanda", "Writers"))
        assert writer.get("/desk/articles/breakingnews/").status_code == 403
        assert writer.get("/desk/articles/breakingnews/add/").status_code == 403
