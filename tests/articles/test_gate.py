"""No way to readers goes round the checks, and each leaves its row in the log: desk, shell, import and clock alike."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from articles import going_out, notes, planning, revisions, tokens, workflow, working_copies
from articles.checks import Finding, Severity, links
from articles.models import Article, BulkChange, Transition, WorkingCopy
from articles.models.article import Status
from articles.standing import Standing
from tests.articles.desk_forms import send, words
from tests.articles.wordpress_exports import author, item, run
from tests.factories import make_article, make_picture

LIST = "/desk/articles/article/"
HOUR = timedelta(hours=1)
TK = "<p>He said TK.</p>"


@pytest.fixture(autouse=True)
def _looks_at_the_clock(db, _caches_of_ones_own):
    cache.delete(working_copies.NEXT)


@pytest.fixture
def draft():
    return make_article("Half done", published=False, body=TK, standfirst="So.")


@pytest.fixture
def changed():
    """A story that readers have, with a change that a check objects to."""
    story = make_article("Old", body="<p>Right.</p>", standfirst="So.")
    working_copies.keep(story, working_copies.working_values(story) | {"body": TK})
    return Article.objects.get(pk=story.pk)


def anew(article):
    return Article.objects.get(pk=article.pk)


def log_of(article):
    return [entry.words for entry in article.transitions.all()]


def scheduled(at, **fields):
    article = make_article(**{"headline": "Goes out by itself", "published": False, "standfirst": "So.", **fields})
    article.published_at = at
    article.save()
    workflow.take("publish", article)
    return anew(article)


# -- every way


def by_form(article, client):
    send(client, f"{LIST}{article.pk}/change/", press="_publish")


def by_list(article, client):
    client.post(LIST, {"action": "publish", "index": "0", "_selected_action": [article.pk]})


def by_board(article, client):
    planning.step_into(Standing.SCHEDULED, article)


def by_calendar(article, client):
    workflow.reschedule(article, timezone.now() + HOUR)
    workflow.take("publish", anew(article))


def by_verb(article, client):
    workflow.take("publish", article)


def by_verb_at_once(article, client):
    workflow.take("publish_now", article)


def by_its_own_verb(article, client):
    article.publish()


def by_its_own_verb_for_later(article, client):
    article.publish(timezone.now() + HOUR)


def by_api(article, client):
    token = tokens.make(User.objects.get(username="alice"), "Bridge", 30)
    headers = {"Authorization": f"Bearer {token}"}
    for verb, sent in (("publish", {}), ("schedule", {"at": (timezone.now() + HOUR).isoformat()})):
        address = f"/api/articles/{article.pk}/{verb}/"
        Client().post(address, sent, content_type="application/json", headers=headers)


def by_save(article, client):
    article.status, article.published_at = Status.PUBLISHED, timezone.now()
    article.first_published_at = article.published_at
    article.save()


def by_save_of_the_fields(article, client):
    now = timezone.now()
    article.status, article.published_at, article.first_published_at, article.slug = "published", now, now, "slug"
    article.save(update_fields=["status", "published_at", "first_published_at", "slug"])


def by_update(article, client):
    now = timezone.now()
    Article.objects.filter(pk=article.pk).update(
        status="published", slug="half-done", published_at=now, first_published_at=now
    )


def by_bulk_update(article, client):
    now = timezone.now()
    article.status, article.published_at, article.first_published_at, article.slug = "published", now, now, "slug"
    Article.objects.bulk_update([article], ["status", "published_at", "first_published_at", "slug"])


def by_insert(article, client):
    now = timezone.now()
    Article.objects.bulk_create(
        [
            Article(
                headline="Another", body=TK, status="published", published_at=now, first_published_at=now, slug="other",
                category=article.category,
            )
        ]
    )  # fmt: skip


def by_creating(article, client):
    Article.objects.create(headline="Another", body=TK, status="published", category=article.category)


WAYS = [
    by_form, by_list, by_board, by_calendar, by_verb, by_verb_at_once, by_its_own_verb, by_its_own_verb_for_later,
    by_api, by_save, by_save_of_the_fields, by_update, by_bulk_update, by_insert, by_creating,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_way_makes_public_what_a_check_objects_to(as_alice, draft, way):
    refusal = IntegrityError if way in (by_update, by_bulk_update, by_insert) else ValidationError
    with suppress(refusal), transaction.atomic():
        way(draft, as_alice)
    assert not Article.objects.filter(status=Status.PUBLISHED).exists()
    assert anew(draft).status == Status.DRAFT


@pytest.mark.parametrize("way", [by_form, by_list, by_verb, by_verb_at_once, by_its_own_verb, by_api])
def test_every_way_that_leads_to_readers_leaves_its_row_in_the_log(as_alice, draft, way):
    draft.body = "<p>He said so.</p>"
    draft.save()
    way(draft, as_alice)
    article = anew(draft)
    assert article.is_public()
    assert article.release == article.transitions.get(source=Standing.DRAFT, target=Standing.LIVE)


def test_no_status_changes_without_its_row_in_the_log(draft):
    for status in (Status.REVIEW, Status.APPROVED, Status.ARCHIVED, Status.WITHDRAWN):
        draft.status = status
        with pytest.raises(ValidationError, match="A status is not set"):
            draft.save()
    draft = anew(draft)
    draft.send_to_review()
    draft.approve()
    draft.return_to_draft()
    draft.archive()
    assert [entry.target for entry in draft.transitions.all()] == ["archived", "draft", "approved", "review"]


def test_what_was_taken_down_does_not_come_back_by_its_old_row():
    story = make_article()
    story.take_down()
    assert anew(story).release is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=story.pk).update(status="published")
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=make_article().pk).update(status="withdrawn")


def test_draft_that_was_scheduled_is_deleted_with_its_log():
    article = scheduled(timezone.now() + HOUR)
    article.delete()
    assert not Transition.objects.exists()


# -- changes of what readers have


@pytest.mark.parametrize(
    "way",
    [
        working_copies.publish,
        lambda story: working_copies.schedule(story, timezone.now() + HOUR),
        lambda story: workflow.take("update", story),
        lambda story: workflow.take("schedule_update", story, at=timezone.now() + HOUR),
    ],
)
def test_no_way_gives_readers_a_change_that_a_check_objects_to(changed, way):
    with pytest.raises(ValidationError, match="TK"):
        way(changed)
    assert anew(changed).body == "<p>Right.</p>"
    assert WorkingCopy.objects.get().goes_live_at is None


def test_changes_given_to_readers_by_their_own_verb_are_in_the_log(changed, alice):
    working_copies.keep(changed, working_copies.working_values(changed) | {"body": "<p>Better.</p>"})
    working_copies.publish(changed, alice)
    assert anew(changed).body == "<p>Better.</p>"
    entry = changed.transitions.first()
    assert (entry.words, entry.made_by) == ("Published changes", alice)


def test_no_version_that_a_check_objects_to_is_put_back_into_what_goes_out_by_itself(draft):
    first = revisions.record(draft)
    working_copies.keep(draft, working_copies.working_values(draft) | {"body": "<p>Done.</p>"})
    workflow.take("publish", _at(draft, timezone.now() + HOUR))
    with pytest.raises(ValidationError, match="TK"):
        working_copies.restore(anew(draft), first)


def _at(article, moment):
    article.published_at = moment
    article.save()
    return anew(article)


# -- words of what readers have, written past the desk


@pytest.fixture
def story():
    return make_article("Out", body="<p>Right.</p>", standfirst="So.")


def save_words(story):
    story.body = TK
    story.save()


def save_one_field(story):
    story.standfirst = "TK"
    story.save(update_fields=["standfirst"])


def save_without_a_headline(story):
    story.headline = " "
    story.save()


def apply_a_snapshot(story):
    revisions.apply(story, {"kicker": "TK"})


def update_words(story):
    Article.objects.filter(pk=story.pk).update(body=TK)


def update_many(story):
    story.lead_alt = "TK"
    Article.objects.bulk_update([story], ["lead_alt"])


def update_the_picture(story):
    Article.objects.update(lead_picture_id=make_picture().pk)


@pytest.mark.parametrize(
    "way",
    [
        save_words, save_one_field, save_without_a_headline, apply_a_snapshot, update_words, update_many,
        update_the_picture,
    ],
)  # fmt: skip
def test_no_program_writes_into_what_is_published_what_a_check_objects_to(story, way):
    later = scheduled(timezone.now() + HOUR)
    before = [revisions.snapshot(anew(each)) for each in (story, later)]
    for each in (story, later):
        with pytest.raises(ValidationError), transaction.atomic():
            way(each)
    assert [revisions.snapshot(anew(each)) for each in (story, later)] == before


def test_program_corrects_what_is_published_where_no_check_objects(story, alice):
    notes.add(story, "Look at the second paragraph.", alice)  # at the desk, and no matter of the program's
    story.body = "<p>Better.</p>"
    story.save()
    assert anew(story).body == "<p>Better.</p>"


def test_old_slip_keeps_no_program_from_correcting_the_rest():
    story = make_article("Out", body=TK, standfirst="So.")
    story.standfirst = "So it was."
    story.save()
    assert anew(story).standfirst == "So it was."


def test_draft_is_written_without_asking(draft, django_assert_max_num_queries):
    draft.headline = "Half done TK"
    with django_assert_max_num_queries(7):
        draft.save()
    Article.objects.filter(pk=draft.pk).update(body="<p>TK again.</p>")
    assert anew(draft).body == "<p>TK again.</p>"


def test_label_that_keeps_a_story_within_the_rules_is_not_taken_away_for_many(as_alice):
    story = make_article("Sea salt", body="<p>This is a paid partnership.</p>", standfirst="So.", tags=["Sea"])
    chosen = {"index": "0", "_selected_action": [story.pk], "action": "add_tag", "asked": "1", "tags": "Sponsored"}
    as_alice.post(LIST, chosen)
    assert {*anew(story).tags.names()} == {"Sea", "Sponsored"}
    page = words(as_alice.post(f"{LIST}bulk/{BulkChange.objects.get().pk}/undo/", follow=True))
    assert "“Sea salt” was left alone. “paid partnership”: what is paid for needs a label." in page
    assert {*anew(story).tags.names()} == {"Sea", "Sponsored"}


def test_tag_that_is_added_to_many_is_asked_about(as_alice, monkeypatch, story):
    def refuses_rain(subject):
        if "Rain" in subject.tags:
            yield Finding("rain", Severity.ERROR, "No rain today.")

    monkeypatch.setattr(links, "check", refuses_rain)
    draft = make_article("Draft", published=False)
    chosen = {"index": "0", "_selected_action": [story.pk, draft.pk], "action": "add_tag", "asked": "1", "tags": "Rain"}
    page = words(as_alice.post(LIST, chosen, follow=True))
    assert "“Out” was left alone. No rain today." in page
    assert not anew(story).tags.exists()
    assert [*anew(draft).tags.names()] == ["Rain"]


# -- what comes from elsewhere


def test_archive_comes_in_by_a_named_override_in_the_log(tmp_path):
    run(tmp_path, author(), item("An old story", body="<p>TK since 2011.</p>"))
    article = Article.objects.get()
    assert article.is_public()
    entry = article.release
    assert (entry.step, entry.words) == ("import", "Taken over as it was published elsewhere")
    assert entry.override == "It was published elsewhere before, so the checks were not asked."


def test_what_was_to_go_out_elsewhere_is_asked_at_its_moment_here(tmp_path, client, time_machine_at):
    moment = timezone.now() + HOUR
    run(
        tmp_path, author(),
        item("To come", status="future", body="<p>TK</p>", post_date_gmt=f"{moment:%Y-%m-%d %H:%M:%S}"),
    )  # fmt: skip
    assert Article.objects.get().is_scheduled
    time_machine_at(moment + HOUR)
    client.get("/")
    assert Article.objects.get().status == Status.APPROVED


# -- the moment comes


def test_what_was_scheduled_goes_out_and_the_log_says_so(client, time_machine_at):
    at = timezone.now() + HOUR
    article = scheduled(at)
    time_machine_at(at + timedelta(seconds=1))
    assert "Goes out by itself" in words(client.get("/"))
    article = anew(article)
    assert article.release == article.transitions.first()
    assert article.release.words == "Went out as scheduled"
    assert (article.release.source, article.release.target) == ("scheduled", "live")
    assert going_out.go_out() == 0


def test_what_a_check_objects_to_since_is_held_back_at_its_moment(as_alice, alice, client, time_machine_at):
    at = timezone.now() + HOUR
    article = scheduled(at)
    notes.add(article, "The lawyer says no.", alice)
    time_machine_at(at + timedelta(minutes=5))
    assert "Goes out by itself" not in words(client.get("/"))
    assert client.get(article.get_absolute_url()).status_code == 404
    article = anew(article)
    assert article.status == Status.APPROVED
    assert article.first_published_at is None
    assert not article.past_publications.exists()
    entry = article.transitions.first()
    assert (entry.words, entry.note) == ("Held back at its moment", "A note is open: “The lawyer says no.”")
    home = words(as_alice.get("/desk/"))
    assert "Held back at its moment" in home
    assert "A note is open: “The lawyer says no.”" in home
    notes.resolve(notes.Note.objects.get(), alice)
    workflow.take("publish", anew(article), alice)
    assert anew(article).published_at >= at
    assert "Goes out by itself" in words(client.get("/"))


def test_what_was_out_before_and_is_held_back_stays_taken_down(alice, client, time_machine_at):
    story = make_article("Comes again", standfirst="So.")
    story.take_down()
    at = timezone.now() + HOUR
    workflow.take("publish", _at(story, at))
    notes.add(story, "Not yet.", alice)
    time_machine_at(at + HOUR)
    assert client.get(story.get_absolute_url()).status_code == 410
    assert anew(story).status == Status.WITHDRAWN


def test_what_an_editor_answered_for_goes_out(alice, client, time_machine_at, draft):
    at = timezone.now() + HOUR
    workflow.take("publish", _at(draft, at), alice, override="TK is his name")
    time_machine_at(at + HOUR)
    client.get("/")
    assert anew(draft).is_public()
    assert log_of(draft)[0] == "Went out as scheduled"


def test_rights_that_end_between_hold_it_back_with_whoever_scheduled_it(alice, client, time_machine_at):
    at, picture = timezone.now() + HOUR, make_picture()
    article = make_article("With a picture", published=False, lead_picture=picture, standfirst="So.")
    workflow.take("publish", _at(article, at), alice)
    picture.usable_until = at - timedelta(minutes=10)
    picture.save()
    time_machine_at(at + HOUR)
    client.get("/")
    assert anew(article).status == Status.APPROVED
    assert anew(article).assignee == alice


def test_check_that_fails_at_the_moment_holds_nothing_back_and_is_named(client, time_machine_at, monkeypatch):
    at = timezone.now() + HOUR
    article = scheduled(at)

    def broken(subject):
        raise RuntimeError

    monkeypatch.setattr(links, "check", broken)
    time_machine_at(at + HOUR)
    client.get("/")
    assert anew(article).is_public()
    assert "Could not check: links." in anew(article).release.note


def test_check_on_which_the_database_fails_blocks_and_is_answered_for(as_alice, monkeypatch):
    def broken(subject):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(links, "check", broken)
    draft = make_article("Half done", published=False, body="<p>He said so, TK.</p>", standfirst="So.")
    form = f"{LIST}{draft.pk}/change/"
    page = words(send(as_alice, form, press="_publish"))
    assert "Could not check: links." in page
    assert "TK is still to come" in page
    assert anew(draft).status == Status.DRAFT
    assert "Could not check: links." in words(as_alice.get(f"{LIST}{draft.pk}/checks/"))
    send(as_alice, form, press="_publish", override="Read by two people")
    assert anew(draft).is_public()
    history = words(as_alice.get(f"{LIST}{draft.pk}/history/"))
    assert "Read by two people" in history
    assert "Changed override" not in history


def test_scheduled_changes_that_a_check_objects_to_since_do_not_go_live(alice, client, time_machine_at):
    other = make_article("Linked")
    story = make_article("Old", body="<p>Right.</p>", standfirst="So.")
    body = f'<p>See <a href="{other.get_absolute_url()}">what was found</a>.</p>'
    working_copies.keep(story, working_copies.working_values(story) | {"body": body})
    at = timezone.now() + HOUR
    workflow.take("schedule_update", anew(story), alice, at=at)
    other.take_down()
    time_machine_at(at + HOUR)
    assert "Right." in words(client.get(story.get_absolute_url()))
    entry = story.transitions.first()
    assert entry.words == "The changes could not go live"
    assert "leads to a story that readers cannot get" in entry.note
    assert WorkingCopy.objects.get().goes_live_at is None


def test_scheduled_changes_answered_for_go_live(changed, alice, client, time_machine_at):
    at = timezone.now() + HOUR
    workflow.take("schedule_update", changed, alice, at=at, override="TK is his name")
    time_machine_at(at + HOUR)
    assert "He said TK." in words(client.get(changed.get_absolute_url()))


def test_what_will_be_held_back_is_told_days_before(as_alice, alice, changed):
    article = scheduled(timezone.now() + timedelta(days=6))
    assert "Would not go out" not in words(as_alice.get("/desk/"))
    notes.add(article, "Ask again.", alice)
    assert "A note is open: “Ask again.”" in words(as_alice.get("/desk/"))
    workflow.take("schedule_update", changed, alice, at=timezone.now() + HOUR, override="TK is his name")
    assert "TK is still to come" not in words(as_alice.get("/desk/"))
    notes.add(changed, "Not these.", alice)
    assert "A note is open: “Not these.”" in words(as_alice.get("/desk/"))


def test_asking_at_the_moment_costs_readers_no_query_in_between(client, django_assert_num_queries):
    scheduled(timezone.now() + HOUR)
    going_out.next_moment()
    with django_assert_num_queries(0):
        going_out.go_out()


def test_triggers_of_the_database_outlive_the_making_of_the_constraint():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone makes tables anew")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = {name for (name,) in cursor.fetchall()}
    assert {
        "articles_search_update",
        "articles_desk_words_update",
        "articles_transition_stays",
        "articles_transition_goes",
        "articles_article_counted_month",
    } <= names
