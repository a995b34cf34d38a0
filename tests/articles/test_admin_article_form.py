from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from articles import notes, sharing
from articles.models import Article, Tag
from articles.models.article import Status
from articles.widgets import MomentField
from tests.articles.desk_forms import buttons, read, send, words
from tests.factories import make_article, make_author, make_category, make_picture

ADD = "/desk/articles/article/add/"


def change(article):
    return f"/desk/articles/article/{article.pk}/change/"


@pytest.fixture
def draft(db):
    return make_article("The barrier that was never going to hold", published=False)


def test_editor_writes_and_publishes_with_picture_two_authors_and_three_tags(as_alice, client):
    section, picture = make_category("Climate"), make_picture()
    ada, jonas = make_author("Ada Fenwick"), make_author("Jonas Reyle")
    response = send(
        as_alice, ADD, press="_publish", headline="Ferry strike enters a second week", body="<p>Talks broke down.</p>",
        category=section.pk, lead_picture=picture.pk, tags="Ferries, Islands, Public money",
        **{
            "bylines-TOTAL_FORMS": 2, "bylines-0-author": ada.pk, "bylines-0-role": "writer", "bylines-0-position": 0,
            "bylines-1-author": jonas.pk, "bylines-1-role": "photographer", "bylines-1-position": 1, "bylines-1-id": "",
            "bylines-1-article": "",
        },
    )  # fmt: skip
    article = Article.objects.get()
    assert response.status_code == 302
    assert response["Location"] == change(article)
    assert article.is_public()
    assert [(byline.author, byline.role) for byline in article.bylines.all()] == [
        (ada, "writer"),
        (jonas, "photographer"),
    ]
    assert sorted(article.tags.names()) == ["Ferries", "Islands", "Public money"]
    assert article.lead_picture == picture
    assert "is live." in words(as_alice.get(change(article)))
    assert client.get(article.get_absolute_url()).status_code == 200
    assert LogEntry.objects.get().get_change_message().startswith("Published. Added.")


def test_incomplete_draft_is_saved(as_alice):
    send(as_alice, ADD, headline="Only a headline so far")
    assert Article.objects.get().status == Status.DRAFT


def test_publishing_without_what_is_needed_says_so_and_keeps_the_text(as_alice):
    response = send(as_alice, ADD, press="_publish", headline="A story", standfirst="Kept as it was sent")
    page = words(response)
    assert "Not saved yet" in page
    assert "A published article needs a section." in page
    assert "A published article needs a text, or pictures." in page
    assert "Kept as it was sent" in page
    assert not Article.objects.exists()


def test_goes_out_ahead_schedules(as_alice, draft):
    ahead = timezone.now() + timedelta(days=2)
    send(
        as_alice, change(draft), press="_publish",
        published_at_0=f"{ahead:%Y-%m-%d}", published_at_1=f"{ahead:%H:%M}",
    )  # fmt: skip
    draft.refresh_from_db()
    assert draft.is_scheduled
    assert draft.first_published_at == draft.published_at
    page = words(as_alice.get(change(draft)))
    assert "goes out on" in page
    assert LogEntry.objects.get().change_message.startswith("Scheduled for ")


def test_moments_are_by_the_minute_and_what_nobody_touched_stays_to_its_fractions(as_alice, draft):
    picture = make_picture(usable_until=datetime(2031, 5, 1, 9, 0, 27, 500, tzinfo=UTC))
    draft.published_at, draft.due_at = (datetime(2031, 5, 1, 9, minute, 27, 500, tzinfo=UTC) for minute in (10, 20))
    draft.save()
    fields, _ = read(as_alice.get(change(draft)))
    assert (fields["published_at_1"], fields["due_at_1"]) == (["09:10"], ["09:20"])
    send(as_alice, change(draft), kicker="Untouched")
    send(as_alice, f"/desk/articles/picture/{picture.pk}/change/", "picture_form", title="Untouched")
    before = draft.published_at, draft.due_at, picture.usable_until
    draft.refresh_from_db()
    picture.refresh_from_db()
    assert (draft.kicker, picture.title) == ("Untouched", "Untouched")
    assert (draft.published_at, draft.due_at, picture.usable_until) == before
    send(as_alice, change(draft), published_at_1="09:11")
    draft.refresh_from_db()
    assert draft.published_at == datetime(2031, 5, 1, 9, 11, tzinfo=UTC)


def test_second_of_two_hours_of_one_name_stays_where_nobody_touched_it():
    with timezone.override("Europe/Berlin"):
        second = datetime(2031, 10, 26, 1, 30, tzinfo=UTC)
        form = forms.Form({"at_0": "2031-10-26", "at_1": "02:30"}, initial={"at": second})
        form.fields["at"] = MomentField()
        assert form.is_valid()
        assert form.cleaned_data["at"] == second
        assert not form.has_changed()


def test_date_behind_publishes_now(as_alice, draft):
    send(as_alice, change(draft), press="_publish", published_at_0="2020-01-01", published_at_1="08:00")
    draft.refresh_from_db()
    assert draft.is_public()
    assert timezone.now() - draft.published_at < timedelta(minutes=1)


def test_moving_a_scheduled_date_moves_the_address_along(as_alice, draft):
    draft.publish(at=timezone.now() + timedelta(days=1))
    send(as_alice, change(draft), published_at_0="2031-05-01", published_at_1="09:00")
    draft.refresh_from_db()
    assert draft.get_absolute_url().startswith("/2031/05/01/")


def test_published_article_cannot_lose_date_or_section(as_alice):
    article = make_article("Out already")
    response = send(as_alice, change(article), press="_update", published_at_0="", published_at_1="", category="")
    page = words(response)
    assert "needs a date" in page
    assert "needs a section" in page


def test_take_down_keeps_the_article_and_its_address_says_gone(as_alice, client):
    article = make_article("Quits after vote")
    send(as_alice, change(article), press="_take_down")
    article.refresh_from_db()
    assert article.status == Status.WITHDRAWN
    assert client.get(article.get_absolute_url()).status_code == 410
    assert "taken down" in words(as_alice.get(change(article)))


@pytest.mark.parametrize(
    ("press", "before", "after"),
    [
        ("_send_to_review", Status.DRAFT, Status.REVIEW),
        ("_approve", Status.REVIEW, Status.APPROVED),
        ("_return_to_draft", Status.APPROVED, Status.DRAFT),
    ],
)
def test_steps_change_the_status_and_the_log_says_so(as_alice, draft, press, before, after):
    Article.objects.update(status=before)
    send(as_alice, change(draft), press=press)
    draft.refresh_from_db()
    assert draft.status == after
    assert LogEntry.objects.get().change_message


def test_second_press_of_a_button_is_told_who_was_quicker(as_alice, draft):
    page = as_alice.get(change(draft))
    assert "_send_to_review" in buttons(page)
    Article.objects.update(status=Status.APPROVED)
    response = send(as_alice, change(draft), press="_send_to_review", headline="New words")
    assert "Somebody was quicker: this article is approved already." in words(response)
    assert "New words" in words(response)


def test_taken_slug_is_an_error_in_words(as_alice, draft):
    make_article("Other", slug="taken")
    response = send(as_alice, change(draft), slug="taken", headline="Mine stays")
    assert "Another article has this slug." in words(response)
    assert "Mine stays" in words(response)


def test_slug_taken_between_check_and_save_is_an_error_in_words(as_alice, draft, monkeypatch):
    from articles.admin.article import ArticleAdmin

    save = ArticleAdmin.save_model
    calls = []

    def late(self, request, obj, form, change):
        calls.append(1)
        if len(calls) == 1:
            make_article("Quicker", slug="contested")
            from django.db import IntegrityError

            raise IntegrityError
        return save(self, request, obj, form, change)

    monkeypatch.setattr(ArticleAdmin, "save_model", late)
    response = send(as_alice, change(draft), slug="contested")
    # The transaction of the first try is undone, so the slug is free again and the second one succeeds.
    assert response.status_code == 302


def test_stored_body_comes_back_unchanged(as_alice):
    body = (
        '<h2 id="s-one">One</h2><p>Text<span class="footnote">A note.</span> with <em>stress</em>.</p>'
        '<blockquote class="pull"><p>Said.</p></blockquote>'
        '<figure><img src="/media/x.jpg" alt="A"><figcaption>C</figcaption></figure>'
        '<table><thead><tr><th>A</th></tr></thead><tbody><tr><td rowspan="2">1</td></tr></tbody></table>'
        '<p class="embed"><a href="https://www.youtube.com/watch?v=abc">Film</a></p>'
        '<p dir="rtl" lang="ar">نص</p>'
    )
    article = make_article("Forms", body=body, published=False)
    stored = Article.objects.get().body
    send(as_alice, change(article))
    assert Article.objects.get().body == stored


def test_new_tag_is_made_once_whatever_its_case(as_alice, draft):
    Tag.objects.create(name="Estuary")
    send(as_alice, change(draft), tags="estuary, Flood, flood")
    assert sorted(draft.tags.names()) == ["Estuary", "Flood"]


def test_view_on_site_is_offered_for_what_is_public_only(as_alice, draft):
    assert "View on site" not in words(as_alice.get(change(draft)))
    assert "View on site" in words(as_alice.get(change(make_article("Out"))))


def test_article_that_was_public_is_not_deleted(as_alice, draft):
    article = make_article("Out")
    response = as_alice.post(f"/desk/articles/article/{article.pk}/delete/", {"post": "yes"}, follow=True)
    assert "Take it down instead." in words(response)
    assert Article.objects.filter(pk=article.pk).exists()
    as_alice.post(f"/desk/articles/article/{draft.pk}/delete/", {"post": "yes"})
    assert not Article.objects.filter(pk=draft.pk).exists()


def test_preview_is_private_and_for_those_who_may_see_the_article(as_alice, as_walter, client, draft):
    address = f"/desk/articles/article/{draft.pk}/preview/"
    response = as_alice.get(address)
    assert response.status_code == 200
    assert "The barrier that was never going to hold" in words(response)
    assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert response["X-Robots-Tag"].startswith("noindex")
    assert as_walter.get(address).status_code == 403
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("date", ["0000-01-01", "0001-01-01", "99999-01-01", "1604-12-31", "nonsense", "2026-13-45"])
def test_impossible_date_is_refused_in_words(as_alice, draft, date):
    response = send(as_alice, change(draft), published_at_0=date, published_at_1="08:00", headline="Kept")
    assert response.status_code == 200
    assert "Not saved yet" in words(response)
    assert "Kept" in words(response)


@pytest.mark.parametrize(
    "changes",
    [
        {"headline": "x" * 301},
        {"headline": ""},
        {"headline": "a\x00b"},
        {"body": "<p>" + "word " * 420_000 + "</p>"},
        {"body": "a\x00b"},
        {"slug": "not a slug!"},
        {"lead_picture": "99999999999999999999"},
        {"lead_picture": "abc"},
        {"category": "abc"},
        {"tags": "x" * 200},
        {"source_url": "javascript:alert(1)"},
        {"language": "xx"},
        {"expires_at_0": "2020-01-01"},
        {"bylines-0-author": "abc"},
        {"bylines-0-author": "99999999999999999999"},
        {"bylines-0-position": "-1", "bylines-0-author": "1"},
    ],
    ids=lambda changes: next(iter(changes)) + str(len(str(changes))),
)
def test_bad_input_is_an_error_in_words_with_the_text_kept(as_alice, draft, changes):
    response = send(as_alice, change(draft), **{"standfirst": "Kept as it was sent", **changes})
    assert response.status_code == 200
    assert "Not saved yet" in words(response)
    assert "Kept as it was sent" in words(response)


def test_markup_and_emoji_in_a_headline_are_text(as_alice, draft, client):
    headline = "<script>alert(1)</script> 🚢 and all"
    send(as_alice, change(draft), headline=headline, press="_publish")
    draft.refresh_from_db()
    assert draft.headline == headline
    for page in (
        as_alice.get(change(draft)),
        as_alice.get("/desk/articles/article/"),
        client.get(draft.get_absolute_url()),
    ):
        assert b"<script>alert" not in page.content


@pytest.mark.parametrize(
    "query", ["?published_at=zzz", "?category=abc", "?tags=x&lead_picture=99999999999999999999", "?headline=a"]
)
def test_prefilled_address_with_nonsense_shows_the_form(as_alice, query):
    assert as_alice.get(ADD + query).status_code == 200


@pytest.mark.parametrize("key", ["999999", "abc", "99999999999999999999", "_5F"])
def test_article_that_is_not_there_leads_home(as_alice, key):
    for view in ("change", "delete", "history", "preview"):
        assert as_alice.get(f"/desk/articles/article/{key}/{view}/").status_code in (302, 403, 404)
        assert as_alice.post(f"/desk/articles/article/{key}/{view}/").status_code in (302, 403, 404, 405)


def test_form_stays_within_its_query_budget(as_alice, django_assert_max_num_queries):
    article = make_article("Out", tags=["a", "b"], authors=[make_author(), make_author()], lead_picture=make_picture())
    for _ in range(5):
        make_category()
    with django_assert_max_num_queries(25):
        as_alice.get(change(article))


def test_publishing_changes_asks_the_database_little(as_alice, django_assert_max_num_queries):
    story = make_article("Out", tags=["a", "b"], authors=[make_author()], lead_picture=make_picture())
    fields, _ = read(as_alice.get(change(story)), "article_form")
    with django_assert_max_num_queries(66):
        as_alice.post(change(story), {**fields, "headline": "Put better", "_update": "1"})
    story.refresh_from_db()
    assert story.headline == "Put better"


def test_what_was_touched_is_checked_against_what_was_not(as_alice):
    draft = make_article("Draft", status=Status.DRAFT, expires_at=datetime(2031, 5, 1, tzinfo=UTC))
    response = send(as_alice, change(draft), published_at_0="2031-06-01", published_at_1="09:00")
    assert "An article expires after it goes out." in words(response)
    draft.touched = {"headline", "published_at"}
    asked = [constraint.name for _, constraints in draft.get_constraints() for constraint in constraints]
    assert asked == ["article_published_has_date", "article_expires_after_publication"]


def test_paste_is_cleaned_by_the_policy(as_alice, client):
    address = "/desk/articles/article/clean/"
    assert (
        as_alice.post(address, {"html": "<h1>A</h1><script>x</script><b>c</b>"}).content
        == b'<h2 id="s-a">A</h2><p><strong>c</strong></p>'
    )
    assert as_alice.post(address, {"html": "x" * 600_000}).status_code == 400
    assert as_alice.get(address).status_code == 405
    assert client.post(address).status_code == 302


def test_form_carries_the_nonce_of_its_policy(as_alice):
    response = as_alice.get(ADD)
    nonce = response["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert f'<script type="importmap" nonce="{nonce}">' in response.content.decode()
    assert " style=" not in response.content.decode()


def test_form_with_all_that_can_stand_beside_it_stays_within_its_query_budget(
    as_alice, alice, django_assert_max_num_queries
):
    story = make_article("Out", body="<p>The gauge reads.</p>", authors=[make_author()], lead_picture=make_picture())
    send(as_alice, change(story), standfirst="Waiting.", note="For Jonas", assignee=alice.pk)
    for number in range(3):
        notes.reply(notes.add(story, f"Note {number}", alice, quote="gauge"), "Yes.", alice)
        share, _ = sharing.make(story, f"Reader {number}", 7, alice)
        sharing.sign_off(share, sharing.current(story).number)
    with django_assert_max_num_queries(25):
        page = words(as_alice.get(change(story)))
    for phrase in ("Waiting.", "Note 2", "Reader 2", "Signed off version", "For Jonas"):
        assert phrase in page
