"""A published article is changed without readers' seeing it, until the changes are published or their moment comes."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from articles import revisions, workflow, working_copies
from articles.corrections import correct
from articles.models import Article, Revision, SectionEditor, WorkingCopy
from articles.standing import Standing, standing
from tests.articles.desk_forms import buttons, read, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_category, make_picture, make_user

LIST = "/desk/articles/article/"


def change(article):
    return f"{LIST}{article.pk}/change/"


@pytest.fixture
def story(db):
    ada = make_author("Ada Fenwick")
    return make_article("Storm season", body="<p>The gauge reads 4.1 metres.</p>", tags=["Estuary"], authors=[ada])


def reader_sees(client, article):
    return words(client.get(Article.objects.get(pk=article.pk).get_absolute_url()))


def test_saving_what_readers_have_changes_nothing_for_them(as_alice, client, story):
    picture, ben = make_picture(), make_author("Ben Adeyemi")
    response = send(
        as_alice, change(story), headline="Storm season, explained", tags="Estuary, Flood", lead_picture=picture.pk,
        body="<p>The gauge reads 3.8 metres.</p>",
        **{"bylines-TOTAL_FORMS": 2, "bylines-0-author": ben.pk, "bylines-0-role": "writer", "bylines-0-position": 0},
    )  # fmt: skip
    assert response.status_code == 302
    page = reader_sees(client, story)
    assert "4.1 metres" in page
    assert "Ada Fenwick" in page
    for phrase in ("explained", "3.8", "Ben Adeyemi"):
        assert phrase not in page
    story.refresh_from_db()
    assert list(story.tags.names()) == ["Estuary"]
    fields, _ = read(as_alice.get(change(story)))
    assert fields["headline"] == ["Storm season, explained"]
    assert fields["tags"] == ["Estuary, Flood"]
    assert fields["lead_picture"] == [str(picture.pk)]
    assert fields["bylines-0-author"] == [str(ben.pk)]
    assert "Readers do not see this text yet." in words(as_alice.get(change(story)))
    assert "explained" in words(as_alice.get(f"{LIST}{story.pk}/preview/"))
    assert "explained" not in reader_sees(client, story)


def test_words_that_are_counted_are_those_that_wait(as_alice, story):
    assert "5 words" in words(as_alice.get(change(story)))
    send(as_alice, change(story), body="<p>The gauge reads 3.8 metres at noon.</p>")
    assert "7 words" in words(as_alice.get(change(story)))


def test_incomplete_changes_are_saved_and_not_published(as_alice, story):
    assert send(as_alice, change(story), body="", headline="Half done").status_code == 302
    assert "needs a text" in words(send(as_alice, change(story), press="_update"))
    story.refresh_from_db()
    assert story.headline == "Storm season"


def test_publishing_the_changes_gives_them_to_readers(as_alice, client, story):
    send(as_alice, change(story), body="<p>The gauge reads 3.8 metres.</p>")
    send(as_alice, change(story), press="_update", standfirst="Mended.")
    page = reader_sees(client, story)
    assert "3.8 metres" in page
    assert "Mended." in page
    assert not WorkingCopy.objects.exists()
    assert "Published changes." in words(as_alice.get(f"{LIST}{story.pk}/history/"))
    assert standing(Article.objects.get(pk=story.pk)) == Standing.LIVE


def test_changes_are_dropped_and_stay_among_the_versions(as_alice, client, story):
    send(as_alice, change(story), headline="Regretted")
    assert "_drop_changes" in buttons(as_alice.get(change(story)))
    send(as_alice, change(story), press="_drop_changes")
    assert "Regretted" not in read(as_alice.get(change(story)))[0]["headline"]
    assert Revision.objects.filter(snapshot__headline="Regretted").exists()


def test_draft_that_came_back_to_what_is_live_says_so(as_alice, story):
    send(as_alice, change(story), headline="Regretted")
    response = as_alice.post(f"{LIST}{story.pk}/versions/1/restore/", follow=True)
    assert "It says what readers see." in words(response)
    assert "Readers do not see this text yet." not in words(response)
    assert "As it is live" in words(as_alice.get(f"{LIST}{story.pk}/versions/"))
    send(as_alice, change(story), headline="Regretted")
    send(as_alice, change(story), headline="Storm season")
    assert "are saved. They come to what readers see." in words(as_alice.get(change(story)))


def test_scheduled_update_goes_live_by_itself_at_its_moment(as_alice, client, story, time_machine_at):
    at = timezone.localtime() + timedelta(hours=2)
    response = send(
        as_alice, change(story), press="_schedule_update", headline="Storm season, updated",
        update_at_0=f"{at:%Y-%m-%d}", update_at_1=f"{at:%H:%M:%S}",
    )  # fmt: skip
    assert response.status_code == 302
    assert "updated" not in reader_sees(client, story)
    assert "It goes live" in words(as_alice.get(change(story)))
    time_machine_at(at + timedelta(seconds=1))
    assert "Storm season, updated" in reader_sees(client, story)
    assert "Changes went live as scheduled" in words(as_alice.get(f"{LIST}{story.pk}/history/"))
    assert not WorkingCopy.objects.exists()


def test_each_step_with_changes_says_what_becomes_of_them(as_alice, story):
    def said(**sent):
        assert send(as_alice, change(story), **sent).status_code == 302
        return words(as_alice.get(change(story)))

    assert "are saved. Readers see them once they are published." in said(standfirst="Later.")
    page = said(press="_schedule_update", update_at_0="2031-05-01", update_at_1="09:00")
    assert "are on the schedule. They go live on Thursday 1 May 2031, 09:00" in page
    assert "are saved. They go live on Thursday 1 May 2031, 09:00" in said(standfirst="Later still.")
    assert "are off the schedule. Readers see them once they are published." in said(press="_unschedule_update")
    assert "are dropped. They stay among the versions." in said(press="_drop_changes")
    assert "The changes to “Storm season” are live." in said(press="_update", standfirst="Now.")


def test_changes_with_a_moment_to_come_are_not_published_at_once(as_alice, client, story):
    moment = {"update_at_0": "2031-05-01", "update_at_1": "09:00"}
    page = words(send(as_alice, change(story), press="_update", standfirst="Not yet.", **moment))
    assert "press “Schedule changes”, or empty it to publish them now" in page
    assert "Not yet." not in reader_sees(client, story)
    # What is on the schedule may go out before its time, for whoever leaves the moment as it was and says so.
    send(as_alice, change(story), press="_schedule_update", standfirst="Not yet.", **moment)
    send(as_alice, change(story), press="_update")
    assert "Not yet." in reader_sees(client, story)


def test_moment_that_has_passed_is_refused(as_alice, story):
    assert "Give a moment that lies ahead." in words(send(as_alice, change(story), press="_schedule_update"))
    past = {"update_at_0": "2020-01-01", "update_at_1": "09:00"}
    response = send(as_alice, change(story), press="_schedule_update", headline="Kept", **past)
    assert "Kept" in words(response)
    assert not WorkingCopy.objects.exists()


def test_scheduled_update_that_cannot_go_live_is_told_and_kept(as_alice, client, story, time_machine_at):
    send(as_alice, change(story), slug="contested")
    at = timezone.now() + timedelta(hours=1)
    workflow.take("schedule_update", Article.objects.get(pk=story.pk), at=at)
    make_article("Quicker", slug="contested")
    time_machine_at(at + timedelta(seconds=1))
    assert client.get(story.get_absolute_url()).status_code == 200
    assert WorkingCopy.objects.get().goes_live_at is None
    assert "could not go live" in words(as_alice.get(f"{LIST}{story.pk}/history/"))


def test_scheduled_update_into_a_section_that_is_gone_keeps_no_reader_from_the_site(
    as_alice, client, story, time_machine_at
):
    target = make_category("Sport")
    send(as_alice, change(story), category=target.pk)
    at = timezone.now() + timedelta(hours=1)
    workflow.take("schedule_update", Article.objects.get(pk=story.pk), at=at)
    target.delete()
    time_machine_at(at + timedelta(seconds=1))
    assert client.get("/").status_code == 200
    assert client.get(story.get_absolute_url()).status_code == 200
    assert WorkingCopy.objects.get().goes_live_at is None
    assert "could not go live" in words(as_alice.get(f"{LIST}{story.pk}/history/"))
    assert as_alice.get(f"{LIST}{story.pk}/preview/").status_code == 200


def test_no_version_is_put_back_into_what_goes_live_by_itself(as_alice, story):
    send(as_alice, change(story), headline="Changed at the desk")
    workflow.take("schedule_update", Article.objects.get(pk=story.pk), at=timezone.now() + timedelta(hours=1))
    response = as_alice.post(f"{LIST}{story.pk}/versions/1/restore/", follow=True)
    assert "Take them off the schedule first." in words(response)
    assert working_copies.as_article(WorkingCopy.objects.get()).headline == "Changed at the desk"


def test_what_was_corrected_meanwhile_stays(as_alice, alice, story):
    send(as_alice, change(story), headline="Changed at the desk")
    correct(Article.objects.get(pk=story.pk), "It was 3.8 metres.", by=alice)
    corrected = Article.objects.get(pk=story.pk).updated_at
    workflow.take("update", Article.objects.get(pk=story.pk), alice)
    story.refresh_from_db()
    assert story.headline == "Changed at the desk"
    assert story.updated_at == corrected


def test_moving_many_moves_what_waits_too(as_alice, story):
    send(as_alice, change(story), headline="Changed at the desk")
    target = make_category("Sport")
    chosen = {"action": "move_to_section", "index": "0", "_selected_action": [story.pk]}
    as_alice.post(LIST, {**chosen, "asked": "1", "category": target.pk})
    send(as_alice, change(story), press="_update")
    story.refresh_from_db()
    assert (story.category, story.headline) == (target, "Changed at the desk")


def test_tagging_many_adds_to_the_tags_that_wait(as_alice, story):
    send(as_alice, change(story), tags="Estuary, Flood")
    chosen = {"action": "add_tag", "index": "0", "_selected_action": [story.pk]}
    as_alice.post(LIST, {**chosen, "asked": "1", "tags": "Weather"})
    assert sorted(story.tags.names()) == ["Estuary", "Weather"]
    send(as_alice, change(story), press="_update")
    assert sorted(story.tags.names()) == ["Estuary", "Flood", "Weather"]


def test_moving_many_leaves_what_is_published_in_other_sections(story):
    sam, sport = make_user("sam", "Editors"), make_category("Sport")
    SectionEditor.objects.create(user=sam, category=sport)
    chosen = {"action": "move_to_section", "index": "0", "_selected_action": [story.pk]}
    response = signed_in(sam).post(LIST, {**chosen, "asked": "1", "category": sport.pk}, follow=True)
    assert "was left alone" in words(response)
    story.refresh_from_db()
    assert story.category != sport


def test_a_slug_taken_meanwhile_does_not_keep_a_story_from_being_taken_down(as_alice, story):
    send(as_alice, change(story), slug="contested", headline="Changed at the desk")
    make_article("Quicker", slug="contested")
    workflow.take("take_down", Article.objects.get(pk=story.pk))
    story.refresh_from_db()
    assert standing(story) == Standing.WITHDRAWN
    assert (story.slug, story.headline) == ("storm-season", "Changed at the desk")


def test_taking_down_puts_the_changes_into_the_article(as_alice, story):
    send(as_alice, change(story), headline="Changed at the desk")
    send(as_alice, change(story), press="_take_down")
    story.refresh_from_db()
    assert story.headline == "Changed at the desk"
    assert not WorkingCopy.objects.exists()


def test_editor_of_another_section_saves_changes_and_does_not_publish_them(story, client):
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    as_sam = signed_in(sam)
    assert send(as_sam, change(story), headline="By Sam").status_code == 302
    assert "_update" not in buttons(as_sam.get(change(story)))
    send(as_sam, change(story), press="_update")
    assert "By Sam" not in reader_sees(client, story)


def test_scheduled_changes_are_dropped_by_nobody_who_may_not_unschedule_them(story):
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    as_sam = signed_in(sam)
    send(as_sam, change(story), headline="By Sam")
    assert "_drop_changes" in buttons(as_sam.get(change(story)))
    workflow.take("schedule_update", Article.objects.get(pk=story.pk), at=timezone.now() + timedelta(hours=1))
    assert "_drop_changes" not in buttons(as_sam.get(change(story)))
    assert "is not among your sections" in words(send(as_sam, change(story), press="_drop_changes"))
    with pytest.raises(PermissionDenied):
        workflow.take("drop_changes", Article.objects.get(pk=story.pk), sam)
    assert WorkingCopy.objects.get().goes_live_at


# -- versions


def test_each_saving_is_a_version_with_author_and_note(as_alice, alice):
    article = make_article("First words", published=False)
    send(as_alice, change(article), headline="Second words", note="After the call")
    send(as_alice, change(article), headline="Third words", tags="Flood")
    send(as_alice, change(article))  # nothing new
    page = words(as_alice.get(f"{LIST}{article.pk}/versions/"))
    assert "Alice" in page
    assert "After the call" in page
    assert "Version 3 against version 2" in page
    assert "Third" in page
    assert "added: Flood" in page
    assert Revision.objects.count() == 3
    page = words(as_alice.get(f"{LIST}{article.pk}/versions/?old=1&new=3"))
    assert "removed: First" in page


def test_comparison_begins_against_what_is_live(as_alice, story):
    send(as_alice, change(story), body="<p>The gauge reads 3.8 metres.</p>")
    send(as_alice, change(story), standfirst="More.")
    page = words(as_alice.get(f"{LIST}{story.pk}/versions/"))
    assert "against live version 1" in page
    assert "removed: 4.1" in page
    assert "added: 3.8" in page
    assert "Add a correction?" in page


def test_earlier_version_is_put_back(as_alice, client, story):
    send(as_alice, change(story), headline="Second", tags="Flood", slug="second")
    send(as_alice, change(story), press="_update")
    first = Revision.objects.order_by("number").first()
    response = as_alice.post(f"{LIST}{story.pk}/versions/{first.number}/restore/", follow=True)
    assert "is put back" in words(response)
    assert "Second" in reader_sees(client, story)
    send(as_alice, change(story), press="_update")
    story.refresh_from_db()
    assert (story.headline, list(story.tags.names()), story.slug) == ("Storm season", ["Estuary"], "second")


def test_puts_no_version_back_that_takes_what_goes_out_by_itself_into_a_section_of_others(db):
    sport, world = make_category("Sport"), make_category("World")
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=sport)
    story = make_article("Match", category=world, at=timezone.now() + timedelta(hours=3))
    first = revisions.record(story)
    story.category = sport
    story.save()
    revisions.record(story)
    page = signed_in(sam).post(f"{LIST}{story.pk}/versions/{first.number}/restore/", follow=True)
    assert "“World” is not among your sections" in page.content.decode()
    story.refresh_from_db()
    assert story.category == sport


def test_version_with_things_gone_since_is_put_back_without_them(as_alice):
    author, section = make_author(), make_category("Going")
    article = make_article("Kept", published=False, authors=[author], category=make_category("Staying"))
    article.categories.add(section)
    send(as_alice, change(article), standfirst="Once.")
    version = Revision.objects.first()
    article.bylines.all().delete()
    author.delete()
    section.delete()
    assert as_alice.post(f"{LIST}{article.pk}/versions/{version.number}/restore/").status_code == 302


def test_versions_are_for_those_who_may_see_the_article(as_walter, as_bob, story):
    assert as_walter.get(f"{LIST}{story.pk}/versions/").status_code == 403
    assert as_bob.get(f"{LIST}{story.pk}/versions/").status_code == 200
    assert as_bob.post(f"{LIST}{story.pk}/versions/1/restore/").status_code == 403
    for query in ("?new=99", "?old=x", "?new=99999999999999999999"):
        assert as_bob.get(f"{LIST}{story.pk}/versions/{query}").status_code in (200, 404)


# -- whatever is done, readers have what was published last

STEP = st.one_of(
    st.tuples(st.just("save"), st.sampled_from(["One", "Two", "Three"]), st.sampled_from([[], ["A"], ["A", "B"]])),
    st.tuples(st.just("restore"), st.integers(0, 5)),
    st.tuples(st.sampled_from(["update", "drop_changes", "take_down", "publish", "schedule_update"])),
)


@of_hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=st.lists(STEP, max_size=8))
def test_live_text_is_the_version_published_last(transaction_undone, course):
    with transaction_undone():
        article = make_article("Zero", tags=["Z"])
        for what, *given_ in course:
            article = Article.objects.get(pk=article.pk)
            try:
                if what == "save":
                    headline, tags = given_
                    values = working_copies.working_values(article) | {"headline": headline, "tags": tags}
                    working_copies.keep(article, values)
                elif what == "restore":
                    versions = list(article.revisions.all())
                    if versions:
                        working_copies.restore(article, versions[given_[0] % len(versions)])
                elif what == "schedule_update":
                    workflow.take(what, article, at=timezone.now() + timedelta(hours=1))
                else:
                    workflow.take(what, article)
            except ValidationError:
                continue
            article = Article.objects.get(pk=article.pk)
            last = revisions.last_live(article)
            if article.is_public() and last:
                assert revisions.snapshot(article) == last.snapshot
            assert json.loads(json.dumps(revisions.snapshot(article))) == revisions.snapshot(article)
        cache.delete(working_copies.NEXT)
