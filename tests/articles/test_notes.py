"""Notes in the margin: on a passage, answered, resolved, and found again whatever is edited around them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from articles import notes, workflow, working_copies
from articles.models import Article, EditingSession, Note, Transition
from tests.articles.desk_forms import read, send, words
from tests.factories import make_article

LIST = "/desk/articles/article/"
BODY = "<p>The gauge reads 4.1 metres. The gauge was built in 1911.</p><p>Nobody reads <em>the gauge</em> at night.</p>"


@pytest.fixture
def draft(db):
    return make_article("The barrier", published=False, body=BODY, standfirst="So.")


def address(article):
    return f"{LIST}{article.pk}/notes/"


def change(article):
    return f"{LIST}{article.pk}/change/"


def place(note, body, **fields):
    return notes.find(note, notes.texts_of(Article(body=body, **fields)))


def add(draft, quote, before="", text="Who says so?"):
    return notes.add(draft, text, quote=quote, before=before)


# -- the passage


def test_passage_is_found_when_the_text_around_it_changes(draft):
    note = add(draft, "built in 1911")
    found = place(note, "<h2>New</h2><p>Much before. The gauge, built in 1911, is old.</p><p>More.</p>")
    assert (found.words, found.is_changed) == ("built in 1911", False)


@pytest.mark.parametrize(("before", "start"), [("", 0), ("4.1 metres.The ", 28), ("1911.Nobody reads the\n", 70)])
def test_of_the_same_words_those_are_meant_that_stand_alike(draft, before, start):
    note = add(draft, "gauge", before=before)
    text = notes.texts_of(draft)["body"]
    assert notes.find(note, {"body": text}).start == text.index("gauge", start)
    longer = f"Quite new, and a gauge. {text}"
    assert notes.find(note, {"body": longer}).start == longer.index("gauge", start + 24)


def test_passage_that_was_changed_itself_is_found_between_its_neighbours(draft):
    note = add(draft, "reads 4.1 metres")
    found = place(note, BODY.replace("reads 4.1 metres", "read 3.8 metres at noon"))
    assert found.is_changed
    assert found.words == "read 3.8 metres at noon"


def test_passage_that_is_gone_is_said_to_be_gone(draft):
    note = add(draft, "reads 4.1 metres")
    assert place(note, "<p>Another story altogether.</p>") is None
    draft.body = "<p>Another story altogether.</p>"
    assert notes.threads(draft, notes.texts_of(draft))[0].is_lost


def test_passage_may_run_over_marks_and_paragraphs(draft):
    assert add(draft, "in 1911.\n\nNobody reads the   gauge").quote == "in 1911. Nobody reads the gauge"
    assert notes.find(add(draft, "barrier"), notes.texts_of(draft)).field == "headline"


def test_words_that_are_not_in_the_text_are_refused(draft):
    with pytest.raises(ValidationError, match="not in the text"):
        add(draft, "reads 9.9 metres")
    with pytest.raises(ValidationError, match="too long"):
        add(draft, "x" * 501)
    for text in ("", "   ", "x" * 2001, "a\x00b"):
        with pytest.raises(ValidationError):
            notes.add(draft, text)
    assert not Note.objects.exists()


def test_database_keeps_answers_below_their_note(draft):
    note = add(draft, "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(article=draft, parent=note, text="x", quote="gauge")


# -- at the desk


def test_note_is_written_answered_and_resolved_without_script(as_alice, as_bob, draft):
    as_alice.post(address(draft), {"margin": "add", "margin_quote": "built in 1911", "margin_text": "Says who?"})
    note = Note.objects.get()
    page = words(as_bob.get(address(draft)))
    assert "Says who?" in page
    assert "Alice" in page
    as_bob.post(address(draft), {"margin": f"reply:{note.pk}", f"reply_{note.pk}": "The archive."})
    assert "The archive." in words(as_alice.get(address(draft)))
    as_alice.post(address(draft), {"margin": f"resolve:{note.pk}"})
    page = words(as_alice.get(address(draft)))
    assert "1 resolved" in page
    assert "Resolved by Alice" in page
    as_alice.post(address(draft), {"margin": f"reopen:{note.pk}"})
    assert Note.objects.open().get() == note
    assert [entry.words for entry in Transition.objects.order_by("id")] == [
        "Resolved the note “Says who?”",
        "Opened the note “Says who?” again",
    ]


def test_what_was_not_taken_comes_back_as_it_was_written(as_alice, draft):
    sent = {"margin": "add", "margin_quote": "not there", "margin_text": "A long thought."}
    page = as_alice.post(address(draft), sent).content.decode()
    assert "not in the text" in page
    assert "A long thought." in page
    assert ">not there<" in page
    note = add(draft, "")
    assert "Write the note." in words(as_alice.post(address(draft), {"margin": f"reply:{note.pk}"}))


def test_note_sent_with_the_form_keeps_what_was_typed_in_it(as_alice, draft):
    fields, _ = read(as_alice.get(change(draft)))
    typed = {**fields, "body": "<p>The gauge is typed anew.</p>", "headline": "Unsaved"}
    answer = as_alice.post(
        address(draft), {**typed, "margin": "add", "margin_quote": "typed anew", "margin_text": "Good."}
    )
    assert answer["Location"] == f"{change(draft)}?window={fields['window'][0]}#notes"
    again, _ = read(as_alice.get(answer["Location"]))
    assert again["headline"] == ["Unsaved"]
    draft.refresh_from_db()
    assert draft.headline == "The barrier"
    assert Note.objects.get().quote == "typed anew"


def test_panel_alone_comes_back_for_the_script(as_alice, draft):
    answer = as_alice.post(address(draft), {"panel": "1", "margin": "add", "margin_text": "Short."})
    assert "<html" not in answer.content.decode()
    assert "Short." in words(answer)
    assert not EditingSession.objects.exists()


def test_notes_are_for_those_who_may_see_the_article(as_walter, as_alice, client, draft):
    note = add(make_article("Other", published=False), "")
    sent = {"margin": "add", "margin_text": "x"}
    assert as_walter.get(address(draft)).status_code == 403
    assert as_walter.post(address(draft), sent).status_code == 403
    assert client.post(address(draft), sent).status_code == 302
    assert as_alice.post(address(draft), {"margin": f"resolve:{note.pk}"}).status_code == 404
    for nonsense in ("", "resolve:x", "resolve:99999999999999999999", "x:1"):
        assert as_alice.post(address(draft), {"margin": nonsense}).status_code in (200, 302, 404)
    assert as_alice.get(f"{LIST}abc/notes/").status_code == 403
    assert as_alice.put(address(draft)).status_code == 405
    assert Note.objects.open().count() == 1


def test_notes_stand_beside_the_form_and_cost_three_queries(as_alice, alice, draft, django_assert_max_num_queries):
    for number in range(5):
        note = notes.add(draft, f"Note {number}", alice, quote="gauge")
        notes.reply(note, "Yes.", alice)
    assert "Note 4" in words(as_alice.get(change(draft)))
    with django_assert_max_num_queries(25):
        as_alice.get(change(draft))


# -- and publishing


def test_open_note_keeps_an_article_back_until_it_is_resolved(as_alice, alice, draft):
    note = notes.add(draft, "Says who?", alice, quote="built in 1911")
    assert "A note is open: “Says who?”" in words(send(as_alice, change(draft), press="_publish"))
    with pytest.raises(ValidationError, match="A note is open"):
        workflow.take("publish", draft, alice)
    notes.resolve(note, alice)
    assert send(as_alice, change(draft), press="_publish").status_code == 302
    draft.refresh_from_db()
    assert draft.is_public()


def test_notes_are_on_what_waits_in_the_working_copy(as_alice, alice):
    story = make_article("Live", body="<p>Old words.</p>")
    working_copies.keep(story, working_copies.working_values(story) | {"body": "<p>Newer words.</p>"})
    notes.add(story, "Nice.", alice, quote="Newer")
    assert notes.threads(story, notes.texts_at_the_desk(story))[0].place.words == "Newer"
