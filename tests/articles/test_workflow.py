"""The steps of an article: who may take them, what the log says, and that nothing alters the log."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, connection, transaction
from django.utils import timezone

from articles import workflow
from articles.models import Article, SectionEditor, Transition
from articles.models.article import Status
from articles.standing import Standing, standing, with_standing
from tests.articles.desk_forms import buttons, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_category, make_user

LIST = "/desk/articles/article/"
ADD = f"{LIST}add/"


def change(article):
    return f"{LIST}{article.pk}/change/"


def history(client, article):
    return words(client.get(f"{LIST}{article.pk}/history/"))


@pytest.fixture
def own(walter):
    return make_article("Walter's draft", published=False, created_by=walter)


@pytest.fixture
def sport(db):
    return make_category("Sport")


@pytest.fixture
def sporty(sport):
    """Sam edits Sport."""
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=sport)
    return sam


# -- plans


def test_article_exists_as_a_plan_before_it_has_a_text(as_alice, alice):
    due = timezone.localtime() + timedelta(days=1)
    send(
        as_alice, ADD, slugline="flood-minutes", assignee=alice.pk,
        due_at_0=f"{due:%Y-%m-%d}", due_at_1=f"{due:%H:%M}",
    )  # fmt: skip
    plan = Article.objects.get()
    assert standing(plan) == Standing.PLANNED
    assert list(with_standing(Article.objects.all(), Standing.PLANNED)) == [plan]
    assert not with_standing(Article.objects.all(), Standing.DRAFT).exists()
    for page in (as_alice.get(LIST), as_alice.get("/desk/"), as_alice.get(change(plan))):
        assert "flood-minutes" in words(page) or "flood-minutes" in page.content.decode()
    assert "It is a plan still." in words(send(as_alice, change(plan), press="_send_to_review"))
    assert "headline" in words(send(as_alice, change(plan), press="_publish"))
    send(as_alice, change(plan), headline="The minutes of the flood")
    plan.refresh_from_db()
    assert standing(plan) == Standing.DRAFT


def test_article_without_any_name_is_refused(as_alice):
    assert "Give it a headline" in words(send(as_alice, ADD))
    assert not Article.objects.exists()


# -- back and forth


def test_review_goes_back_with_a_note_to_whoever_sent_it(as_walter, as_alice, walter, own):
    send(as_walter, change(own), press="_send_to_review", note="The figures are checked.")
    assert "The figures are checked." in words(as_alice.get(change(own)))
    assert "Walter" in words(as_alice.get("/desk/"))
    response = send(as_alice, change(own), press="_request_changes")
    assert "Say what should change." in words(response)
    send(as_alice, change(own), press="_request_changes", note="Who said so in the second paragraph?")
    own.refresh_from_db()
    assert own.status == Status.CHANGES
    assert own.assignee == walter
    assert "Who said so in the second paragraph?" in words(as_walter.get(change(own)))
    home = words(as_walter.get("/desk/"))
    assert "Waiting for me" in home
    send(as_walter, change(own), press="_send_to_review", note="The inspector.")
    own.refresh_from_db()
    assert own.status == Status.REVIEW
    assert own.assignee is None
    told = history(as_alice, own)
    for phrase in ("Sent to review.", "Asked for changes.", "The figures are checked.", "The inspector."):
        assert phrase in told
    assert told.index("The inspector.") < told.index("The figures are checked.")


def test_giving_it_to_somebody_is_in_the_history_and_on_their_desk(as_alice, as_walter, walter):
    article = make_article("Found in a box", published=False)
    assert as_walter.get(change(article)).status_code in (302, 403)
    send(
        as_alice,
        change(article),
        assignee=walter.pk,
        due_at_0="2020-01-01",
        due_at_1="09:00",
        note="By Friday, can you?",
    )
    assert "Given to Walter, due Wednesday 1 January 2020, 09:00." in history(as_alice, article)
    assert "By Friday, can you?" in words(as_walter.get(change(article)))
    assert "late" in words(as_walter.get("/desk/"))
    assert "Overdue" in words(as_alice.get("/desk/"))
    for query in ("?due=late", "?whose=waiting"):
        client = as_walter if "whose" in query else as_alice
        assert [row.pk for row in client.get(LIST + query).context["cl"].result_list] == [article.pk]


def test_archived_article_is_put_away_and_can_come_back(as_alice, own):
    send(as_alice, change(own), press="_archive")
    own.refresh_from_db()
    assert standing(own) == Standing.ARCHIVED
    assert own not in Article.objects.unfinished()
    assert "_return_to_draft" in buttons(as_alice.get(change(own)))
    send(as_alice, change(own), press="_return_to_draft")
    own.refresh_from_db()
    assert own.status == Status.DRAFT


# -- sections


def test_editor_of_a_section_publishes_there_and_below_and_nowhere_else(sporty, sport, alice):
    client = signed_in(sporty)
    below = make_category("Rowing", parent=sport)
    ours = [make_article("Ours", published=False, category=category) for category in (sport, below)]
    theirs = make_article("Theirs", published=False, category=make_category("Politics"))
    for article in ours:
        send(client, change(article), press="_publish")
        article.refresh_from_db()
        assert article.is_public()
    assert "_publish" not in buttons(client.get(change(theirs)))
    assert "is not among your sections" in words(send(client, change(theirs), press="_publish"))
    # Nor by filing it under one's own section in the same press.
    assert "is not among" in words(send(client, change(theirs), press="_publish", category=sport.pk))
    client.post(LIST, {"action": "publish", "index": "0", "_selected_action": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.status == Status.DRAFT
    with pytest.raises(PermissionDenied, match="not among your sections"):
        workflow.take("publish", theirs, sporty)


def test_refusal_names_who_may(sport, sporty):
    tess = make_user("tess", "Editors")
    SectionEditor.objects.create(user=tess, category=make_category("Politics"))
    article = make_article("Ours", published=False, category=sport)
    with pytest.raises(PermissionDenied, match="Ask Sam"):
        workflow.take("publish", article, tess)


def test_scheduled_article_of_another_section_is_read_only(sporty):
    article = make_article("Theirs", at=timezone.now() + timedelta(days=1), category=make_category("Politics"))
    assert "_save" not in buttons(signed_in(sporty).get(change(article)))


def test_waiting_for_me_keeps_to_my_sections(sporty, sport):
    make_article("Ours in review", status=Status.REVIEW, category=sport)
    make_article("Theirs in review", status=Status.REVIEW, category=make_category("Politics"))
    waiting = workflow.waiting_for(sporty, Article.objects.all())
    assert [article.headline for article in waiting] == ["Ours in review"]


def test_administrator_says_whose_section_it_is(sport, alice):
    adam = signed_in(make_user("adam", "Administrators"))
    response = send(
        adam, f"/desk/auth/user/{alice.pk}/change/", "user_form",
        **{"edited_sections-TOTAL_FORMS": 1, "edited_sections-0-category": sport.pk, "edited_sections-0-id": "",
           "edited_sections-0-user": alice.pk},
    )  # fmt: skip
    assert response.status_code == 302
    assert workflow.sections_of(User.objects.get(pk=alice.pk)) == {sport.pk}


# -- the log


def test_every_step_is_in_the_log_whichever_way_it_is_taken(as_alice, alice, own):
    workflow.take("send_to_review", own)
    workflow.take("approve", own, alice)
    as_alice.post(LIST, {"action": "publish", "index": "0", "_selected_action": [own.pk]})
    send(as_alice, change(own), press="_take_down")
    steps = list(Transition.objects.filter(article=own).order_by("id").values_list("step", "source", "target"))
    assert steps == [
        ("send_to_review", "draft", "review"),
        ("approve", "review", "approved"),
        ("publish", "approved", "live"),
        ("take_down", "live", "withdrawn"),
    ]
    told = history(as_alice, own)
    assert "the newsroom Sent to review." in told
    assert told.count("Published.") == 1


def test_step_taken_by_somebody_else_meanwhile_is_told(own, alice):
    late = Article.objects.get(pk=own.pk)
    workflow.take("approve", own, alice)
    with pytest.raises(ValidationError, match="Look again"):
        workflow.take("send_to_review", late, alice)


def test_log_is_not_altered_nor_deleted(own, alice):
    workflow.take("publish", own, alice)
    entry = Transition.objects.get()
    with pytest.raises(ValidationError):
        entry.save()
    for alter in (
        lambda: Transition.objects.update(words="Nothing happened"),
        lambda: Transition.objects.update(note="Another"),
        lambda: Transition.objects.all().delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            alter()
    alice.delete()
    entry.refresh_from_db()
    assert entry.made_by is None


def test_log_of_a_draft_is_deleted_with_it_alone(own):
    entry = workflow.take("send_to_review", own)
    for delete in (entry.delete, own.transitions.all().delete, Transition.objects.all().delete):
        with pytest.raises(Error, match="What was done stays"), transaction.atomic():
            delete()
    assert own.transitions.count() == 1
    own.delete()
    assert not Transition.objects.exists()


def test_database_itself_keeps_the_log_of_a_draft_for_as_long_as_the_draft(own):
    workflow.take("send_to_review", own)
    other = workflow.take("send_to_review", make_article("Another", published=False))
    with connection.cursor() as cursor:
        for statement in ("DELETE FROM articles_transition", "UPDATE articles_transition SET article_id = 0"):
            with pytest.raises(Error, match="What was done stays"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("DELETE FROM articles_article WHERE id = %s", [own.pk])
    assert list(Transition.objects.all()) == [other]


def test_database_deletes_no_article_whose_log_readers_know_of(own, alice):
    workflow.take("publish", own, alice)
    with pytest.raises(Error, match="What was done stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_article")
    assert own.transitions.count() == 1


def test_draft_that_nobody_knows_goes_with_its_log(as_alice, own):
    workflow.take("send_to_review", own)
    as_alice.post(f"{LIST}{own.pk}/delete/", {"post": "yes"})
    assert not Article.objects.exists()
