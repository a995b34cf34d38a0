"""Live coverage at the desk: writing, withdrawing, correcting and ending, and who may."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from articles.merging import merge_authors
from articles.models import LiveUpdate
from tests.articles.desk_forms import read, send, words
from tests.factories import make_article, make_author, make_picture

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def coverage():
    return make_article("The regatta", kind="live")


def page(article):
    return f"/desk/articles/liveupdate/coverage/{article.pk}/"


def form(update):
    return f"/desk/articles/liveupdate/{update.pk}/change/"


def make_update(article, headline="They are off", **fields):
    fields.setdefault("published_at", timezone.now() - HOUR)
    return LiveUpdate.objects.create(article=article, headline=headline, **fields)


def write(client, article, **changes):
    return send(client, page(article), "live_form", "_write", **changes)


class TestWriting:
    def test_puts_an_update_out_at_once_in_ones_own_name(self, as_alice, alice, client, coverage):
        author = make_author("Alice Ayre", user=alice)
        assert write(as_alice, coverage, headline=" They are\noff ", is_key_point="on").status_code == 302
        update = LiveUpdate.objects.get()
        assert (update.headline, update.author, update.made_by, update.is_key_point) == (
            "They are off", author, alice, True,
        )  # fmt: skip
        assert abs(update.published_at - timezone.now()) < timedelta(seconds=5)
        assert "They are off" in client.get(coverage.get_absolute_url()).content.decode()

    def test_can_wait_for_its_time(self, as_alice, client, coverage):
        later = timezone.localtime() + HOUR
        write(as_alice, coverage, headline="Later", published_at_0=f"{later:%Y-%m-%d}", published_at_1=f"{later:%H:%M}")
        assert LiveUpdate.objects.get().published_at > timezone.now()
        assert "Later" not in client.get(coverage.get_absolute_url()).content.decode()

    def test_needs_words(self, as_alice, coverage):
        response = write(as_alice, coverage)
        assert response.status_code == 200
        assert "An update has a headline or a text." in words(response)
        assert not LiveUpdate.objects.exists()

    @pytest.mark.parametrize(
        ("alt", "usable_until", "says"), [("", None, "no description"), ("A", -HOUR, "Choose another")]
    )
    def test_refuses_a_picture_that_may_not_be_shown_or_says_nothing(self, as_alice, coverage, alt, usable_until, says):
        picture = make_picture(alt=alt, usable_until=usable_until and timezone.now() + usable_until)
        response = write(
            as_alice, coverage, body=f'<figure><img src="{picture.get_absolute_url()}" alt="{alt}"></figure>'
        )
        assert says in words(response)
        assert not LiveUpdate.objects.exists()

    def test_ends_with_the_coverage(self, as_alice, coverage):
        address, fields = page(coverage), read(as_alice.get(page(coverage)), "live_form")[0]
        coverage.live_ended_at = timezone.now()
        coverage.save()
        response = as_alice.post(address, {**fields, "headline": "Late", "_write": "1"}, follow=True)
        assert "The coverage has ended." in words(response)
        assert not LiveUpdate.objects.exists()


class TestUpdates:
    def test_are_withdrawn_shown_again_and_made_key_points(self, as_alice, coverage):
        update = make_update(coverage)
        states = []
        for button in ("_withdraw", "_restore", "_key", "_no_key"):
            before = LiveUpdate.objects.get().modified_at
            assert as_alice.post(page(coverage), {button: update.pk}).status_code == 302
            update.refresh_from_db()
            assert update.modified_at > before
            states.append((update.is_withdrawn, update.is_key_point))
        assert states == [(True, False), (False, False), (False, True), (False, False)]
        assert LogEntry.objects.count() == 4

    @pytest.mark.parametrize("key", ["", "x", "0", "9" * 40])
    def test_that_do_not_exist_are_refused_in_words(self, as_alice, coverage, key):
        response = as_alice.post(page(coverage), {"_withdraw": key}, follow=True)
        assert "There is no such update." in words(response)

    def test_of_other_coverage_are_left_alone(self, as_alice, coverage):
        other = make_update(make_article("Another", kind="live"))
        as_alice.post(page(coverage), {"_withdraw": other.pk})
        assert not LiveUpdate.objects.get().is_withdrawn

    def test_keep_their_moment_when_their_words_change(self, as_alice, coverage):
        update = make_update(coverage)
        response = send(as_alice, form(update), "liveupdate_form", headline="They were off")
        assert response["Location"] == page(coverage)
        changed = LiveUpdate.objects.get()
        assert changed.headline == "They were off"
        assert changed.published_at == update.published_at
        assert changed.corrected_at is None

    def test_get_the_time_of_their_correction(self, as_alice, coverage):
        update = make_update(coverage)
        send(as_alice, form(update), "liveupdate_form", correction="Nine boats, not eight.")
        corrected_at = LiveUpdate.objects.get().corrected_at
        assert abs(corrected_at - timezone.now()) < timedelta(seconds=5)
        send(as_alice, form(update), "liveupdate_form", headline="Other words")
        assert LiveUpdate.objects.get().corrected_at == corrected_at
        send(as_alice, form(update), "liveupdate_form", correction="")
        assert LiveUpdate.objects.get().corrected_at is None

    def test_that_are_out_are_withdrawn_not_sent_back_or_deleted(self, as_alice, coverage):
        update = make_update(coverage)
        response = send(as_alice, form(update), "liveupdate_form", published_at_0="2998-01-01", published_at_1="10:00")
        assert "Withdraw it instead." in words(response)
        assert as_alice.post(f"/desk/articles/liveupdate/{update.pk}/delete/", {"post": "yes"}).status_code == 403
        later = make_update(coverage, "Later", published_at=timezone.now() + HOUR)
        assert as_alice.post(f"/desk/articles/liveupdate/{later.pk}/delete/", {"post": "yes"}).status_code == 302
        assert LiveUpdate.objects.get() == update

    def test_cost_the_same_however_many(self, as_alice, coverage, django_assert_max_num_queries):
        for number in range(30):
            make_update(coverage, f"Number {number}", author=make_author())
        with django_assert_max_num_queries(14):
            as_alice.get(page(coverage))
        with django_assert_max_num_queries(10):
            as_alice.get("/desk/articles/liveupdate/")


class TestEnding:
    def test_puts_the_summary_first_until_it_goes_on(self, as_alice, client, coverage):
        make_update(coverage)
        send(as_alice, page(coverage), "end_form", "_end", live_summary="<p>Boat 4 won.</p>")
        coverage.refresh_from_db()
        assert coverage.live_ended_at <= timezone.now()
        assert "Boat 4 won." in client.get(coverage.get_absolute_url()).content.decode()
        assert "_write" not in read(as_alice.get(page(coverage)), "live_form")[1]
        send(as_alice, page(coverage), "end_form", "_resume")
        assert "Boat 4 won." not in client.get(coverage.get_absolute_url()).content.decode()

    def test_is_in_the_form_of_the_story(self, as_alice, coverage):
        address = f"/desk/articles/article/{coverage.pk}/change/"
        response = as_alice.get(address)
        assert page(coverage) in response.content.decode()
        over = {"live_ended_at_0": "2020-01-01", "live_ended_at_1": "10:00", "live_summary": "<p>Over.</p>"}
        send(as_alice, address, press="_update", **over)
        coverage.refresh_from_db()
        assert coverage.live_summary == "<p>Over.</p>"
        assert coverage.live_ended_at.year == 2020

    def test_is_not_in_the_form_of_other_stories(self, as_alice):
        response = as_alice.get(f"/desk/articles/article/{make_article().pk}/change/")
        assert "live_summary" not in response.content.decode()
        assert "liveupdate" not in read(response)[0]


class TestWriters:
    def test_write_on_what_they_are_named_for(self, as_walter, walter, coverage):
        assert as_walter.get(page(coverage)).status_code == 403
        coverage.bylines.create(author=make_author("Walter", user=walter))
        assert write(as_walter, coverage, headline="From the pier").status_code == 302
        update = LiveUpdate.objects.get()
        assert as_walter.post(page(coverage), {"_withdraw": update.pk}).status_code == 302
        assert send(as_walter, form(update), "liveupdate_form", headline="From the quay").status_code == 302

    def test_write_on_their_own_drafts(self, as_walter, walter):
        draft = make_article("The regatta", kind="live", published=False, created_by=walter)
        assert write(as_walter, draft, headline="Soon").status_code == 302

    def test_do_not_end_what_is_public(self, as_walter, walter, coverage):
        coverage.bylines.create(author=make_author("Walter", user=walter))
        assert "_end" not in as_walter.get(page(coverage)).content.decode()
        as_walter.post(page(coverage), {"_end": "1", "live_summary": "<p>Over.</p>"})
        coverage.refresh_from_db()
        assert coverage.live_ended_at is None

    def test_neither_see_nor_change_updates_of_others(self, as_walter, coverage):
        update = make_update(coverage, "Secret")
        assert "Secret" not in words(as_walter.get("/desk/articles/liveupdate/"))
        assert as_walter.get(form(update), follow=True).redirect_chain
        assert as_walter.post(page(coverage), {"_withdraw": update.pk}).status_code == 403


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_coverage_that_does_not_exist_is_refused(as_alice, number):
    assert as_alice.get(f"/desk/articles/liveupdate/coverage/{number}/").status_code == 403


def test_other_stories_have_no_such_page(as_alice):
    assert as_alice.get(page(make_article())).status_code == 403


def test_moderators_and_readers_write_nothing(as_bob, client, coverage):
    assert as_bob.get(page(coverage)).status_code == 403
    assert client.get(page(coverage)).status_code == 302


def test_updates_stay_with_whoever_their_author_is_merged_into(coverage):
    ada, gone = make_author("Ada"), make_author("A. Lovelace")
    update = make_update(coverage, author=gone)
    merge_authors(ada, [gone])
    assert LiveUpdate.objects.get(pk=update.pk).author == ada
