"""A draft is shown to one named person by a link: to read, note on and sign off, and to nobody else."""

import logging
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from articles import checks, notes, sharing, workflow, working_copies
from articles.models import Article, DraftShare, Note, SignOff, Transition
from newsroom.logs import WithoutKeys
from tests.articles.desk_forms import send, words
from tests.factories import make_article

LIST = "/desk/articles/article/"
KEY = "abc-DEF_123-ghi-JKL_456-mno"


@pytest.fixture
def draft(db):
    return make_article("The barrier", published=False, body="<p>The gauge reads 4.1 metres.</p>", standfirst="So.")


@pytest.fixture
def link(draft, alice):
    share, token = sharing.make(draft, "Ada Fenwick", 7, alice)
    return f"/draft/{token}/"


def change(article):
    return f"{LIST}{article.pk}/change/"


def sign(client, address):
    page = client.get(address).content.decode()
    return client.post(address, {"do": re.search(r'value="(sign_off:\d+)"', page)[1]})


# -- the link


def test_link_is_made_at_the_desk_and_shown_once(as_alice, client, draft):
    page = as_alice.post(f"{LIST}{draft.pk}/share/", {"recipient": " Ada  Fenwick ", "days": "3"})
    address = re.search(r"/draft/[\w-]{40,}/", page.content.decode())[0]
    share = DraftShare.objects.get()
    assert share.recipient == "Ada Fenwick"
    assert share.expires_at - share.made_at == timedelta(days=3)
    assert address.split("/")[2] not in (share.digest, *[str(value) for value in vars(share).values()])
    assert address not in as_alice.get(f"{LIST}{draft.pk}/share/").content.decode()
    assert "The gauge reads 4.1 metres." in words(client.get(address))
    assert "Shared the draft with Ada Fenwick" in words(as_alice.get(f"{LIST}{draft.pk}/history/"))
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "sent", [{"recipient": "", "days": "7"}, {"recipient": "x" * 101, "days": "7"}, {"recipient": "Ada", "days": "999"}]
)
def test_link_for_nobody_or_for_ever_is_refused_in_words(as_alice, draft, sent):
    response = as_alice.post(f"{LIST}{draft.pk}/share/", sent)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not DraftShare.objects.exists()


def test_link_is_made_by_those_who_may_change_the_article(as_walter, as_bob, client, draft):
    for person, status in ((as_walter, 403), (as_bob, 403), (client, 302)):
        assert person.post(f"{LIST}{draft.pk}/share/", {"recipient": "x", "days": "7"}).status_code == status
    assert as_bob.get(f"{LIST}{draft.pk}/share/").status_code == 200
    assert not DraftShare.objects.exists()


def test_page_is_in_no_cache_no_index_and_no_referrer(client, link, settings, tmp_path):
    settings.PAGE_STORE = str(tmp_path / "pages")
    for response in (client.get(link), client.head(link), client.post(link, {"do": "note"})):
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"].startswith("noindex")
    page = client.get(link).content.decode()
    assert '<meta name="robots" content="noindex' in page
    assert 'rel="canonical"' not in page
    assert not client.cookies
    assert "/draft/" not in client.get("/sitemap.xml").content.decode()


def test_no_line_of_the_log_holds_the_key():
    record = logging.LogRecord("django.request", 40, "", 1, "Error: %s", (f"/draft/{KEY}/",), None)
    assert WithoutKeys().filter(record)
    assert record.getMessage() == "Error: /draft/…/"
    for where in ("/desk/calendar/{}.ics", "/comments/mail/{}/", "/comments/mail/erase/{}/", "/newsletter/leave/{}/"):
        record = logging.LogRecord("django.request", 40, "", 1, "Error: %s", (where.format(KEY),), None)
        WithoutKeys().filter(record)
        assert KEY not in record.getMessage()
    other = logging.LogRecord("x", 40, "", 1, "%s of %s", (1, 2), None)
    WithoutKeys().filter(other)
    assert other.getMessage() == "1 of 2"


def test_link_that_has_ended_says_so(client, link, time_machine_at):
    time_machine_at(timezone.now() + timedelta(days=8))
    response = client.get(link)
    assert response.status_code == 410
    assert "This link has ended" in words(response)
    assert "gauge" not in words(response)
    assert response["Cache-Control"] == "private, no-store"
    assert client.post(link, {"do": "sign_off:1"}).status_code == 410


def test_what_was_written_when_the_link_ended_is_given_back(client, link, time_machine_at):
    time_machine_at(timezone.now() + timedelta(days=8))
    response = client.post(link, {"do": "note", "quote": "gauge", "text": "Is <this> the right gauge?"})
    assert response.status_code == 410
    assert "What you wrote was not sent" in words(response)
    assert "Is &lt;this&gt; the right gauge?</textarea>" in response.content.decode()


def test_link_is_taken_back(as_alice, client, draft, link):
    share = DraftShare.objects.get()
    other = make_article("Other", published=False)
    assert as_alice.post(f"{LIST}{other.pk}/share/", {"revoke": share.pk}).status_code == 404
    assert as_alice.post(f"{LIST}{draft.pk}/share/", {"revoke": "x"}).status_code == 404
    assert client.get(link).status_code == 200
    as_alice.post(f"{LIST}{draft.pk}/share/", {"revoke": share.pk})
    assert client.get(link).status_code == 410
    assert "The link was taken back." in words(as_alice.get(f"{LIST}{draft.pk}/share/"))
    assert "Took back the link for Ada Fenwick" in words(as_alice.get(f"{LIST}{draft.pk}/history/"))


def test_story_that_is_put_away_is_shown_to_nobody(client, draft, link):
    workflow.take("archive", draft)
    assert client.get(link).status_code == 410
    workflow.take("return_to_draft", Article.objects.get(pk=draft.pk))
    assert client.get(link).status_code == 200


def test_guessed_link_leads_nowhere(client, link):
    for address in (
        "/draft/x/",
        f"{link[:-3]}xx/",
        "/draft/" + "a" * 500 + "/",
        f"/draft/{DraftShare.objects.get().digest}/",
    ):
        assert client.get(address).status_code == 404


# -- notes


def test_reader_notes_on_a_passage_and_answers_without_an_account(as_alice, client, draft, link):
    response = client.post(link, {"do": "note", "quote": "reads 4.1", "text": "It was 3.8, I think."})
    assert response.status_code == 303
    note = Note.objects.get()
    assert response["Location"] == f"{link}#note-{note.pk}"
    page = words(as_alice.get(change(draft)))
    assert "It was 3.8, I think." in page
    assert "Ada Fenwick , by link" in page or "Ada Fenwick, by link" in page
    as_alice.post(f"{LIST}{draft.pk}/notes/", {"margin": f"reply:{note.pk}", f"reply_{note.pk}": "You are right."})
    assert "You are right." in words(client.get(link))
    client.post(link, {"do": f"answer:{note.pk}", "text": "Thank you."})
    assert "Thank you." in words(as_alice.get(change(draft)))


def test_what_was_not_taken_comes_back_as_it_was_written(client, link):
    page = words(client.post(link, {"do": "note", "quote": "not there", "text": "My thought."}))
    assert "These words are not in the text." in page
    assert "My thought." in page
    assert "Write the note." in words(client.post(link, {"do": "note", "text": " "}))
    for sent in ({"text": "x" * 2001}, {"text": "a\x00b"}, {"quote": "x" * 501, "text": "y"}):
        response = client.post(link, {"do": "note", **sent})
        assert response.status_code == 200
        assert "field__error" in response.content.decode()
    assert not Note.objects.exists()


def test_reader_sees_and_answers_notes_of_their_own_alone(client, draft, link, alice):
    inside = notes.add(draft, "The lawyers fear him.", alice)
    other, _ = sharing.make(draft, "Ben Adeyemi", 7, alice)
    notes.add(draft, "Said by Ben.", share=other)
    page = words(client.get(link))
    assert "lawyers" not in page
    assert "Said by Ben" not in page
    assert client.post(link, {"do": f"answer:{inside.pk}", "text": "x"}).status_code == 404
    assert client.post(link, {"do": "answer:x", "text": "x"}).status_code == 404
    assert not inside.replies.exists()


def test_flood_is_stopped_in_words(client, link, monkeypatch):
    monkeypatch.setattr("articles.draft_pages.POSTS", 1)
    client.post(link, {"do": "note", "text": "One."})
    response = client.post(link, {"do": "note", "text": "Two."})
    assert response.status_code == 429
    assert "Two." in words(response)
    assert Note.objects.count() == 1


# -- signing off


def test_reader_signs_off_the_version_they_read(as_alice, client, draft, link):
    assert sign(client, link).status_code == 303
    assert "It has not been changed since." in words(client.get(link))
    assert "Signed off version 1" in words(as_alice.get(change(draft)))
    assert Transition.objects.get(step="sign_off").words == "Ada Fenwick signed off version 1"
    client.post(link, {"do": "sign_off:1"})
    assert SignOff.objects.count() == 1
    assert Transition.objects.filter(step="sign_off").count() == 1


def test_later_edit_voids_the_sign_off(as_alice, client, draft, link):
    sign(client, link)
    send(as_alice, change(draft), body="<p>The gauge reads 9 metres.</p>")
    assert "void, the text was changed since" in words(as_alice.get(change(draft)))
    history = words(as_alice.get(f"{LIST}{draft.pk}/history/"))
    assert "Ada Fenwick signed off version 1. Void: the text was changed since." in history
    draft.refresh_from_db()
    assert "sign-offs" in {one.check for one in checks.run(draft)}
    page = words(client.get(link))
    assert "no longer counts" in page
    assert "9 metres" in page
    sign(client, link)
    assert "Signed off version 2" in words(as_alice.get(change(draft)))


@pytest.mark.parametrize("sent", ["sign_off:1", "sign_off:0", "sign_off:x", "sign_off:99999999999999999999"])
def test_what_was_changed_while_it_was_read_is_not_signed_off(as_alice, client, draft, link, sent):
    send(as_alice, change(draft), body="<p>Changed.</p>")
    response = client.post(link, {"do": sent})
    assert "The text was changed while you read it" in words(response)
    assert not SignOff.objects.exists()


def test_changes_of_a_live_story_are_signed_off_and_dropping_them_voids_it(client, alice):
    story = make_article("Live", body="<p>Old.</p>")
    working_copies.keep(story, working_copies.working_values(story) | {"body": "<p>Newer.</p>"})
    _, token = sharing.make(story, "Ada", 7, alice)
    assert "Newer." in words(client.get(f"/draft/{token}/"))
    sign(client, f"/draft/{token}/")
    assert sharing.readers(story)[0].holds
    workflow.take("drop_changes", Article.objects.get(pk=story.pk))
    assert sharing.readers(story)[0].is_void


def test_publishing_alone_voids_nothing(as_alice, client, draft, link):
    sign(client, link)
    workflow.take("publish", Article.objects.get(pk=draft.pk))
    assert sharing.readers(Article.objects.get(pk=draft.pk))[0].holds


def test_text_changed_past_the_desk_is_not_signed_off_unread(client, draft, link):
    Article.objects.filter(pk=draft.pk).update(body="<p>By a script.</p>")
    with pytest.raises(ValidationError):
        sharing.sign_off(DraftShare.objects.get(), 1)
    assert "nothing was signed off" in words(client.post(link, {"do": "sign_off:1"}))
    sign(client, link)
    assert SignOff.objects.get().revision.snapshot["body"] == "<p>By a script.</p>"


def test_reading_changes_nothing_and_forms_need_no_cookie(link, django_assert_max_num_queries):
    strict = Client(enforce_csrf_checks=True)
    with django_assert_max_num_queries(40):
        strict.get(link)
    assert not SignOff.objects.exists()
    response = strict.post(link, {"do": "sign_off:1"}, headers={"origin": "null"})
    assert response.status_code == 303


def test_text_that_is_only_typed_counts_against_a_sign_off(as_alice, client, draft, link):
    sign(client, link)
    assert not [one for one in checks.run(draft) if one.check == "sign-offs"]
    draft.body = "<p>The gauge reads 9.9 metres.</p>"
    assert [one for one in checks.run(draft) if one.check == "sign-offs"]
