"""What is typed survives crashes, expired sessions and other people's savings."""

import json
import uuid

import pytest

from articles import working_copies
from articles.models import Article, EditingSession, Revision
from tests.articles.desk_forms import buttons, read, send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_user

LIST = "/desk/articles/article/"


def change(article):
    return f"{LIST}{article.pk}/change/"


@pytest.fixture
def draft(db):
    return make_article("The barrier", published=False, body="<p>First.</p>")


@pytest.fixture
def as_jonas(db):
    return signed_in(make_user("jonas", "Editors"))


def keep(client, address, fields, **changes):
    where = address.removesuffix("change/").removesuffix("add/") + "autosave/"
    return client.post(where, {**fields, "typed": "1", **changes})


def test_what_is_typed_is_kept_and_touches_neither_article_nor_versions(as_alice, draft):
    fields, _ = read(as_alice.get(change(draft)))
    answer = keep(as_alice, change(draft), fields, headline="Half a sen")
    assert answer.status_code == 200
    assert json.loads(answer.content)["kept_at"]
    draft.refresh_from_db()
    assert draft.headline == "The barrier"
    assert not Revision.objects.exists()
    assert EditingSession.objects.get().fields["headline"] == ["Half a sen"]


def test_keeping_takes_fewer_than_five_queries(as_alice, draft, django_assert_max_num_queries):
    fields, _ = read(as_alice.get(change(draft)))
    keep(as_alice, change(draft), fields)
    with django_assert_max_num_queries(4):
        assert keep(as_alice, change(draft), fields, headline="More").status_code == 200


def test_after_a_crash_the_text_is_offered_and_taken_up(as_alice, draft):
    ben = make_author("Ben Adeyemi")
    fields, _ = read(as_alice.get(change(draft)))
    rows = {"bylines-TOTAL_FORMS": 2, "bylines-0-author": ben.pk, "bylines-0-role": "editor", "bylines-0-position": 0}
    keep(
        as_alice, change(draft), fields, headline="Never saved", tags="Flood, Estuary", body="<p>Typed.</p>",
        published_at_0="2031-05-01", published_at_1="09:00", **rows,
    )  # fmt: skip
    page = as_alice.get(change(draft))
    assert "is in no version" in words(page)
    assert read(page)[0]["headline"] == ["The barrier"]
    window = EditingSession.objects.get().window
    taken, _ = read(as_alice.get(f"{change(draft)}?window={window}"))
    assert taken["headline"] == ["Never saved"]
    assert taken["tags"] == ["Flood, Estuary"]
    assert taken["body"] == ["<p>Typed.</p>"]
    assert taken["published_at_0"] == ["2031-05-01"]
    assert taken["bylines-0-author"] == [str(ben.pk)]
    assert taken["bylines-0-role"] == ["editor"]
    assert taken["window"] == [str(window)]
    as_alice.post(change(draft), {**taken, "_save": "1"})
    draft.refresh_from_db()
    assert draft.headline == "Never saved"
    assert not EditingSession.objects.exists()


def test_text_of_a_new_article_survives_too(as_alice):
    fields, _ = read(as_alice.get(f"{LIST}add/"))
    keep(as_alice, f"{LIST}add/", fields, headline="Not yet an article")
    page = words(as_alice.get(f"{LIST}add/"))
    assert "is in no version" in page
    window = EditingSession.objects.get().window
    taken, _ = read(as_alice.get(f"{LIST}add/?window={window}"))
    assert taken["headline"] == ["Not yet an article"]
    as_alice.post(f"{LIST}add/", {**taken, "_save": "1"})
    assert Article.objects.get().headline == "Not yet an article"
    assert not EditingSession.objects.exists()


def test_home_leads_back_to_what_a_closed_window_left_behind(as_alice, as_jonas, draft):
    new, _ = read(as_alice.get(f"{LIST}add/"))
    keep(as_alice, f"{LIST}add/", new, headline="Half a thought")
    fields, _ = read(as_alice.get(change(draft)))
    keep(as_alice, change(draft), fields, headline="")
    assert "Written and not saved" not in words(as_alice.get("/desk/"))  # both are being written in
    for address, window in ((f"{LIST}add/", new["window"]), (change(draft), fields["window"])):
        as_alice.post(address.removesuffix("change/").removesuffix("add/") + "autosave/", {"window": window, "left": 1})
    page = as_alice.get("/desk/")
    assert "Written and not saved" in words(page)
    assert "Half a thought" in words(page)
    assert f'href="{LIST}add/?window={new["window"][0]}" aria-label="See: Half a thought"' in page.content.decode()
    assert "You wrote “Half a thought” here" in words(as_alice.get(f"{LIST}add/"))
    assert f'href="{change(draft)}" aria-label="See: The barrier"' in page.content.decode()
    assert "Written and not saved" not in words(as_jonas.get("/desk/"))


def test_text_that_nobody_wants_is_discarded_by_its_writer_alone(as_alice, as_jonas, draft):
    fields, _ = read(as_alice.get(change(draft)))
    keep(as_alice, change(draft), fields, headline="Mine")
    window = EditingSession.objects.get().window
    as_jonas.post(f"{LIST}autosave/discard/", {"window": window})
    assert EditingSession.objects.exists()
    assert "Mine" not in as_jonas.get(f"{change(draft)}?window={window}").content.decode()
    response = as_alice.post(f"{LIST}autosave/discard/", {"window": window})
    assert response["Location"] == change(draft)
    assert not EditingSession.objects.exists()


def test_nobody_keeps_text_at_what_they_may_not_change(as_walter, as_bob, client, draft):
    for person in (as_walter, as_bob):
        assert keep(person, change(draft), {"window": uuid.uuid4()}).status_code == 403
    assert keep(client, change(draft), {"window": uuid.uuid4()}).status_code == 302
    assert keep(as_walter, f"{LIST}99999/change/", {"window": uuid.uuid4()}).status_code == 403
    assert keep(as_walter, f"{LIST}abc/change/", {"window": uuid.uuid4()}).status_code == 403
    assert not EditingSession.objects.exists()


def test_window_of_somebody_else_is_not_written_into(as_alice, as_jonas, draft):
    fields, _ = read(as_alice.get(change(draft)))
    keep(as_alice, change(draft), fields, headline="Mine")
    assert keep(as_jonas, change(draft), fields, headline="Yours").status_code == 403
    assert EditingSession.objects.get().fields["headline"] == ["Mine"]


@pytest.mark.parametrize("sent", [{}, {"window": "x"}, {"window": str(uuid.uuid4()), "version": "9" * 30}])
def test_nonsense_is_answered_in_words_or_kept(as_alice, draft, sent):
    assert keep(as_alice, change(draft), sent).status_code in (200, 400)
    assert as_alice.get(f"{LIST}autosave/").status_code == 405
    assert as_alice.get(f"{change(draft)}?window=x").status_code == 200


# -- two at once


def test_others_at_the_same_article_are_named(as_alice, as_jonas, draft):
    fields, _ = read(as_jonas.get(change(draft)))
    keep(as_jonas, change(draft), fields, headline="Mine", part="headline")
    assert "Also open on another desk: Jonas." in words(as_alice.get(change(draft)))
    fields, _ = read(as_alice.get(change(draft)))
    told = json.loads(as_alice.post(change(draft).replace("change/", "autosave/"), fields).content)
    assert told["others"] == [{"name": "Jonas", "writes": True, "part": "headline"}]


def test_somebody_with_two_windows_is_named_once_and_not_after_leaving(as_alice, as_jonas, draft):
    reading, _ = read(as_jonas.get(change(draft)))
    writing, _ = read(as_jonas.get(change(draft)))
    keep(as_jonas, change(draft), writing, headline="Mine", part="headline")
    autosave = change(draft).replace("change/", "autosave/")
    as_jonas.post(autosave, reading)
    assert words(as_alice.get(change(draft))).count("Also open on another desk: Jonas.") == 1
    fields, _ = read(as_alice.get(change(draft)))
    told = json.loads(as_alice.post(autosave, fields).content)
    assert told["others"] == [{"name": "Jonas", "writes": True, "part": "headline"}]
    for left in (reading, writing):
        assert as_jonas.post(autosave, {"window": left["window"], "left": "1"}).status_code == 204
    assert json.loads(as_alice.post(autosave, fields).content)["others"] == []
    assert "Also open" not in words(as_alice.get(change(draft)))
    assert EditingSession.objects.get(kept_at__isnull=False).fields["headline"] == ["Mine"]


def test_window_that_is_left_once_saved_leaves_nothing_behind(as_alice, draft):
    fields, _ = read(as_alice.get(change(draft)))
    as_alice.post(change(draft).replace("change/", "autosave/"), {"window": fields["window"], "left": "1"})
    assert not EditingSession.objects.exists()


def test_changes_in_different_fields_are_both_kept(as_alice, as_jonas, draft):
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), standfirst="By Jonas.", tags="Flood")
    response = as_alice.post(change(draft), {**mine, "headline": "By Alice", "_save": "1"})
    page = words(response)
    assert "Jonas saved version" in page
    assert "Changed there: Standfirst, Tags." in page
    assert "Changed by both" not in page
    again, pressed = read(response)
    assert "_keep_both" in pressed
    assert again["headline"] == ["By Alice"]
    assert as_alice.post(change(draft), {**again, "_keep_both": "1"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.headline, draft.standfirst, list(draft.tags.names())) == ("By Alice", "By Jonas.", ["Flood"])


def test_changes_in_the_same_text_lose_neither(as_alice, as_jonas, draft):
    send(as_alice, change(draft), standfirst="Begun.")
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), body="<p>Jonas wrote this.</p>")
    response = as_alice.post(change(draft), {**mine, "body": "<p>Alice wrote that.</p>", "_save": "1"})
    assert "Changed by both of you: Body." in words(response)
    again, pressed = read(response)
    assert "_keep_both" not in pressed
    draft.refresh_from_db()
    assert draft.body == "<p>Jonas wrote this.</p>"
    as_alice.post(change(draft), {**again, "_keep_mine": "1"})
    draft.refresh_from_db()
    assert draft.body == "<p>Alice wrote that.</p>"
    texts = {revision.snapshot["body"] for revision in Revision.objects.all()}
    assert {"<p>Jonas wrote this.</p>", "<p>Alice wrote that.</p>"} <= texts


PASSAGES = "<p>The gauge reads 4.1 metres.</p><ul><li>Nobody looks at night</li></ul><p>It was built in 1911.</p>"


@pytest.mark.parametrize("is_live", [False, True])
def test_changes_in_different_passages_of_a_text_are_both_kept(as_alice, as_jonas, is_live):
    story = make_article("The barrier", published=is_live, body=PASSAGES)
    send(as_alice, change(story), standfirst="Begun.")
    mine, _ = read(as_alice.get(change(story)))
    theirs = PASSAGES.replace("1911", "1912").replace("<ul>", "<p>Jonas put this in between.</p><ul>")
    send(as_jonas, change(story), body=theirs)
    send(signed_in(make_user("ben", "Editors")), change(story), tags="Flood")
    response = as_alice.post(change(story), {**mine, "body": PASSAGES.replace("4.1", "3.8"), "_save": "1"})
    page = words(response)
    assert "Changed there: Body (“Jonas put this in between.”, “It was built in 1912.”), Tags." in page
    assert "Changed by both" not in page
    again, _ = read(response)
    answer = as_alice.post(change(story), {**again, "_keep_both": "1"}, follow=True)
    told = "Taken in from Jonas and Ben: Body (“Jonas put this in between.”, “It was built in 1912.”); Tags."
    assert told in words(answer)
    values = working_copies.working_values(Article.objects.get(pk=story.pk))
    assert values["body"] == theirs.replace("4.1", "3.8")
    assert values["tags"] == ["Flood"]


def test_people_named_by_both_are_all_kept(as_alice, as_jonas, draft):
    ada, ben, cora, dora = (make_author(name) for name in ("Ada", "Ben", "Cora", "Dora"))

    def rows(*authors):
        sent = {"bylines-TOTAL_FORMS": len(authors)}
        for index, author in enumerate(authors):
            row = {"author": author.pk, "role": "writer", "position": index}
            sent |= {f"bylines-{index}-{name}": value for name, value in row.items()}
        return sent

    send(as_alice, change(draft), **rows(ada, ben))
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), **rows(ben, cora))
    again, _ = read(as_alice.post(change(draft), {**mine, **rows(ada, ben, dora), "_save": "1"}))
    as_alice.post(change(draft), {**again, "_keep_both": "1"})
    assert [byline.author for byline in draft.bylines.all()] == [ben, dora, cora]


def test_what_is_changed_after_one_was_told_is_not_taken_for_another_passage(as_alice, as_jonas):
    draft = make_article("The barrier", published=False, body=PASSAGES)
    send(as_alice, change(draft), standfirst="Begun.")
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), body=PASSAGES.replace("1911", "1912"), kicker="By Jonas")
    again, _ = read(as_alice.post(change(draft), {**mine, "body": PASSAGES.replace("4.1", "3.8"), "_save": "1"}))
    for sent, both in (({"body": PASSAGES.replace("1911", "1913")}, "Body"), ({"kicker": "By Alice"}, "Kicker")):
        response = as_alice.post(change(draft), {**again, **sent, "_keep_both": "1"})
        assert f"Changed by both of you: {both}." in words(response)
        assert "_keep_both" not in buttons(response)
    draft.refresh_from_db()
    assert (draft.kicker, draft.body) == ("By Jonas", PASSAGES.replace("1911", "1912"))


def test_yet_another_version_meanwhile_is_told_again(as_alice, as_jonas, draft):
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), body="<p>One.</p>")
    again, _ = read(as_alice.post(change(draft), {**mine, "body": "<p>Mine.</p>", "_save": "1"}))
    send(as_jonas, change(draft), body="<p>Two.</p>")
    response = as_alice.post(change(draft), {**again, "_keep_mine": "1"})
    assert "Jonas saved version" in words(response)
    assert "_keep_mine" in buttons(response)


def test_conflict_stops_publishing_too(as_alice, as_jonas, draft):
    mine, _ = read(as_alice.get(change(draft)))
    send(as_jonas, change(draft), body="<p>One.</p>")
    assert "while you wrote" in words(as_alice.post(change(draft), {**mine, "_publish": "1"}))
    draft.refresh_from_db()
    assert draft.status == "draft"


# -- the story has moved on


def test_text_of_whom_the_story_was_taken_from_stays_within_reach(as_walter, walter):
    story = make_article("The barrier", published=False, body="<p>First.</p>", created_by=walter)
    fields, _ = read(as_walter.get(change(story)))
    keep(as_walter, change(story), fields, headline="Half a sentence", body="<p>Typed <em>late</em>.</p>")
    story.publish()
    page = as_walter.get(change(story))
    assert "the story has moved on since" in words(page)
    address = f"{LIST}autosave/{fields['window'][0]}/"
    assert f'href="{address}"' in page.content.decode()
    kept = as_walter.get(address)
    assert "Half a sentence" in words(kept)
    assert "<em>late</em>" in kept.content.decode()
    assert "Take it up" not in words(kept)
    assert "no-store" in kept["Cache-Control"]


def test_form_sent_too_late_is_kept_and_not_refused(as_walter, walter):
    story = make_article("The barrier", published=False, body="<p>First.</p>", created_by=walter)
    fields, _ = read(as_walter.get(change(story)))
    story.publish()
    answer = as_walter.post(change(story), {**fields, "body": "<p>Typed late.</p>", "_save": "1"}, follow=True)
    assert "What you wrote is kept" in words(answer)
    story.refresh_from_db()
    assert "late" not in story.body
    assert "Typed late." in words(as_walter.get(f"{LIST}autosave/{fields['window'][0]}/"))


def test_kept_text_is_for_its_writer_alone(as_alice, as_jonas, draft):
    fields, _ = read(as_alice.get(change(draft)))
    keep(as_alice, change(draft), fields, headline="Mine")
    address = f"{LIST}autosave/{fields['window'][0]}/"
    assert "Take it up in the form" in words(as_alice.get(address))
    assert as_jonas.get(address).status_code == 404


# -- who has it in hand


def test_old_form_takes_back_nothing_of_who_has_the_story(as_alice, as_jonas, walter, draft):
    old, _ = read(as_alice.get(change(draft)))
    due = {"due_at_0": "2031-05-01", "due_at_1": "09:00"}
    send(as_jonas, change(draft), assignee=walter.pk, slugline="barrier", **due)
    assert as_alice.post(change(draft), {**old, "slugline": "wall", "_save": "1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.assignee == walter
    assert draft.due_at is not None
    assert draft.slugline == "wall"
    send(as_alice, change(draft), assignee="", due_at_0="", due_at_1="")
    draft.refresh_from_db()
    assert (draft.assignee, draft.due_at) == (None, None)


def test_form_that_comes_back_with_errors_still_knows_what_it_showed(as_alice, as_jonas, walter, draft):
    old, _ = read(as_alice.get(change(draft)))
    again, _ = read(as_alice.post(change(draft), {**old, "headline": "", "slugline": "", "_save": "1"}))
    send(as_jonas, change(draft), assignee=walter.pk)
    as_alice.post(change(draft), {**again, "headline": "The barrier", "_save": "1"})
    draft.refresh_from_db()
    assert draft.assignee == walter
