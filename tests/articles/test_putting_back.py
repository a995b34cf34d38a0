"""A comparison puts single changes back, takes notes on them and publishes what it shows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import notes, workflow, working_copies
from articles.models import Article, Note, Revision, SectionEditor, WorkingCopy
from tests.articles.desk_forms import send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_category, make_picture, make_user

LIST = "/desk/articles/article/"
BODY = "<p>The gauge reads 4.1 metres.</p><ul><li>Nobody looks at night</li></ul><p>It was built in 1911.</p>"
CHANGED = "<p>The gauge reads 3.8 metres.</p><p>Quite new.</p><p>It was built in 1911.</p>"


@pytest.fixture
def story(db, as_alice):
    """What readers have, with changes in version 2 that they do not see."""
    story = make_article("Storm season", body=BODY, tags=["Estuary"], authors=[make_author("Ada Fenwick")])
    send(as_alice, f"{LIST}{story.pk}/change/", body=CHANGED)
    return story


def versions(story, query=""):
    return f"{LIST}{story.pk}/versions/{query}"


def press(client, story, query="?old=1&new=2", **sent):
    return client.post(versions(story, query), sent, follow=True)


def at_the_desk(story):
    return working_copies.working_values(Article.objects.get(pk=story.pk))


def test_each_changed_passage_is_put_back_alone(as_alice, client, story):
    page = as_alice.get(versions(story))
    assert page.content.decode().count('name="put_back"') == 3
    page = press(as_alice, story, put_back="body:0")
    assert "It is put back at the desk." in words(page)
    assert at_the_desk(story)["body"] == CHANGED.replace("3.8", "4.1")
    assert "3.8" in Revision.objects.get(number=2).snapshot["body"]
    assert "Put back from version 1: Body, one passage" in words(as_alice.get(versions(story)))
    assert "Put back from version 1: Body, one passage" in words(as_alice.get(f"{LIST}{story.pk}/history/"))
    assert "Quite new." not in words(client.get(story.get_absolute_url()))


def test_what_was_dropped_comes_back_to_its_place_and_what_was_added_goes(as_alice, story):
    press(as_alice, story, put_back="body:1")
    list_and_new = "<ul><li>Nobody looks at night</li></ul><p>Quite new.</p>"
    assert at_the_desk(story)["body"] == CHANGED.replace("<p>Quite new.</p>", list_and_new)
    press(as_alice, story, put_back="body:2")
    assert at_the_desk(story)["body"] == BODY.replace("4.1", "3.8")


def test_every_field_is_put_back_as_a_whole(as_alice, story):
    picture, section = make_picture(), make_category("Sport")
    begun = at_the_desk(story)
    ben = make_author("Ben Adeyemi")
    rows = {"bylines-TOTAL_FORMS": 2, "bylines-0-author": ben.pk, "bylines-0-role": "writer", "bylines-0-position": 0}
    send(
        as_alice, f"{LIST}{story.pk}/change/", headline="Anew", tags="Flood", lead_picture=picture.pk,
        category=section.pk, categories=[section.pk], **rows,
    )  # fmt: skip
    for name in ("headline", "tags", "lead_picture", "category", "categories", "bylines"):
        assert at_the_desk(story)[name] != begun[name]
        assert f'name="put_back" value="{name}"' in as_alice.get(versions(story)).content.decode()
        press(as_alice, story, "?old=1&new=3", put_back=name)
        assert at_the_desk(story)[name] == begun[name]
    assert at_the_desk(story)["body"] == CHANGED


def test_what_was_changed_meanwhile_is_not_taken_back_unseen(as_alice, story):
    send(as_alice, f"{LIST}{story.pk}/change/", body=CHANGED.replace("3.8", "3.9"), headline="Anew")
    send(as_alice, f"{LIST}{story.pk}/change/", headline="Anew again")
    page = press(as_alice, story, put_back="body:0")
    assert "That has been changed again meanwhile." in words(page)
    assert "3.9" in at_the_desk(story)["body"]
    assert "changed again meanwhile" in words(press(as_alice, story, "?old=1&new=3", put_back="headline"))
    assert at_the_desk(story)["headline"] == "Anew again"
    # Another passage of the same text is as it was.
    press(as_alice, story, put_back="body:2")
    assert at_the_desk(story)["body"] == CHANGED.replace("3.8", "3.9").replace("<p>Quite new.</p>", "")


def test_pressed_twice_it_is_put_back_once(as_alice, story):
    for _ in range(2):
        press(as_alice, story, put_back="body:0")
    assert Revision.objects.count() == 3


def test_address_and_dates_are_not_put_back(as_alice, story):
    send(as_alice, f"{LIST}{story.pk}/change/", slug="another")
    page = as_alice.get(versions(story)).content.decode()
    assert 'id="change-slug"' in page
    assert 'value="slug"' not in page
    for nonsense in ("slug", "status", "body", "body:9", "body:3", "kicker", "body:x", ""):
        assert as_alice.post(versions(story, "?old=1&new=3"), {"put_back": nonsense}).status_code == 404


def test_changes_that_go_live_by_themselves_stay_as_they_were_approved(as_alice, alice, story):
    workflow.take("schedule_update", story, alice, at=timezone.now() + timedelta(hours=2))
    assert "Take them off the schedule first." in words(press(as_alice, story, put_back="body:0"))
    assert at_the_desk(story)["body"] == CHANGED


def test_what_goes_out_by_itself_is_put_back_into_no_section_of_others(as_alice, db):
    sport, world = make_category("Sport"), make_category("World")
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=sport)
    match = make_article("Match", category=sport, at=timezone.now() + timedelta(hours=3))
    send(as_alice, f"{LIST}{match.pk}/change/", category=world.pk)
    send(as_alice, f"{LIST}{match.pk}/change/", category=sport.pk)
    page = press(signed_in(sam), match, "?old=2&new=3", put_back="category")
    assert "“World” is not among your sections" in words(page)
    match.refresh_from_db()
    assert match.category == sport


def test_nobody_puts_back_or_publishes_what_they_may_not_change(as_bob, as_walter, story):
    page = as_bob.get(versions(story)).content.decode()
    assert "put_back" not in page
    assert "_update" not in page
    for sent in ({"put_back": "body:0"}, {"_update": "1"}):
        assert as_bob.post(versions(story), sent).status_code == 403
        assert as_walter.post(versions(story), sent).status_code == 403
    assert at_the_desk(story)["body"] == CHANGED


# -- notes


def test_note_is_left_on_a_change(as_alice, story):
    page = press(as_alice, story, note="body:0", text="Who measured?")
    assert "The note stands beside the text." in words(page)
    assert Note.objects.get().quote == "The gauge reads 3.8 metres."
    press(as_alice, story, note="body:1", text="Why did it go?")
    page = words(as_alice.get(f"{LIST}{story.pk}/notes/"))
    assert "Nobody looks at night" in page
    assert "This passage is no longer in the text." in page


def test_note_is_on_the_passage_meant_and_on_as_much_as_can_be_quoted(as_alice, db):
    long = f"<p>{'So it is. ' * 80}</p>"
    draft = make_article("The barrier", published=False, body="<p>Twice.</p><p>Between.</p><p>Once.</p>")
    send(as_alice, f"{LIST}{draft.pk}/change/", body=f"<p>Twice.</p><p>Between.</p><p>Twice.</p>{long}")
    page = as_alice.get(versions(draft)).content.decode()
    for place in (2, 3):
        assert f'name="note" value="body:{place}"' in page
        press(as_alice, draft, note=f"body:{place}", text="Again?")
    draft.refresh_from_db()
    first, second = notes.threads(draft, notes.texts_at_the_desk(draft))
    assert first.place.start == len("Twice. Between. ")
    assert 480 < len(second.note.quote) <= 500


def test_note_that_is_not_taken_comes_back_as_it_was_written(as_alice, story):
    page = press(as_alice, story, note="body:0", text="x" * 2001)
    assert "At most 2,000 characters." in words(page)
    assert "x" * 2001 in page.content.decode()
    send(as_alice, f"{LIST}{story.pk}/change/", body=CHANGED.replace("3.8", "3.9"))
    assert "changed again meanwhile" in words(press(as_alice, story, note="body:0", text="Who measured?"))
    assert not Note.objects.exists()
    assert as_alice.post(versions(story, "?old=1&new=2"), {"note": "tags", "text": "x"}).status_code == 404


def test_whoever_may_only_read_leaves_notes(as_bob, story):
    press(as_bob, story, note="body:0", text="Who measured?")
    assert Note.objects.get().made_by.username == "bob"


# -- publishing


def test_changes_are_published_from_where_they_are_compared(as_alice, client, story):
    assert "Publish changes" in words(as_alice.get(versions(story)))
    assert "Publish changes" not in words(as_alice.get(versions(story, "?old=2&new=1")))
    page = press(as_alice, story, _update="1")
    assert "The changes to “Storm season” are live." in words(page)
    assert "Publish changes" not in words(page)
    assert "3.8 metres" in words(client.get(story.get_absolute_url()))
    assert not WorkingCopy.objects.exists()
    assert "Published changes" in words(as_alice.get(f"{LIST}{story.pk}/history/"))


def test_what_the_gate_objects_to_is_said_with_the_way_to_it(as_alice, story):
    send(as_alice, f"{LIST}{story.pk}/change/", body="", standfirst="TK")
    page = press(as_alice, story, "", _update="1")
    assert "needs a text" in words(page)
    assert f'href="{LIST}{story.pk}/change/#id_body"' in page.content.decode()
    assert WorkingCopy.objects.exists()


def test_nothing_is_published_that_was_not_compared(as_alice, story):
    send(as_alice, f"{LIST}{story.pk}/change/", headline="Quite another")
    assert "changed again meanwhile" in words(press(as_alice, story, _update="1"))
    assert WorkingCopy.objects.exists()


def test_who_may_not_publish_in_the_section_is_told_who_may(as_alice, story):
    sam = make_user("sam", "Editors")
    SectionEditor.objects.create(user=sam, category=make_category("Sport"))
    page = press(signed_in(sam), story, _update="1")
    assert "is not among your sections" in words(page)
    assert WorkingCopy.objects.exists()
