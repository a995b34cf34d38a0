"""What keeps an article back, or is worth a look, and that no way of publishing goes round it."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles import checks, workflow, working_copies
from articles.checks import Severity, links, typography
from articles.models import Article, Picture, Transition
from articles.standing import made
from tests.articles.desk_forms import buttons, read, send, words
from tests.factories import make_article, make_picture

LIST = "/desk/articles/article/"
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def change(article):
    return f"{LIST}{article.pk}/change/"


def found(at=None, **fields):
    article = make_article(published=False, **{"headline": "The barrier", "standfirst": "A standfirst.", **fields})
    return {(one.check, one.severity) for one in checks.run(article, at)}


def test_ordinary_article_passes(db):
    picture = make_picture()
    body = (
        "<h2>First</h2><p>A text with “quotes” and <a href='/search/'>the search</a>.</p><h3>Below</h3><p>More.</p>"
        f'<figure><img src="{picture.get_absolute_url()}" alt="A heron"><figcaption>Seen.</figcaption></figure>'
    )
    assert found(body=body, lead_picture=picture) == set()


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"body": '<figure><img src="https://example.org/a.jpg" alt=""></figure><p>x</p>'}, ("description", ERROR)),
        ({"body": "<p>He said TK on Monday.</p>"}, ("notes", ERROR)),
        ({"standfirst": "TKTK"}, ("notes", ERROR)),
        ({"body": "<p>Embargoed until 5 December 2093, 10:00.</p>"}, ("embargo", ERROR)),
        ({"body": "<p>Under embargo till December 5, 2093</p>"}, ("embargo", ERROR)),
        ({"body": "<p>EMBARGO 2093-12-05</p>"}, ("embargo", ERROR)),
        ({"body": "<p>The embargo of 1973 hit oil.</p>"}, ("embargo", WARNING)),
        ({"body": "<p>Embargoed until 5 December 2003.</p>"}, ("embargo", WARNING)),
        ({"body": "<p>Embargoed until 45 December 2093.</p>"}, ("embargo", WARNING)),
        ({"body": "<p>This trip was paid for by the ferry company.</p>"}, ("sponsorship", ERROR)),
        ({"body": '<p>See <a href="/2020/01/01/never-was/">that story</a>.</p>'}, ("links", ERROR)),
        ({"body": '<p>See <a href="/no/such/place/">that page</a>.</p>'}, ("links", ERROR)),
        ({"body": '<p>See <a href="#nowhere">below</a>.</p>'}, ("links", WARNING)),
        ({"body": '<p>For more <a href="/search/">click here</a>.</p>'}, ("link text", WARNING)),
        ({"body": '<p><a href="https://example.org/a">https://example.org/a</a></p>'}, ("link text", WARNING)),
        ({"body": "<p>x</p><h3>Too small</h3><p>y</p>"}, ("subheads", WARNING)),
        ({"headline": "word " * 40}, ("length", WARNING)),
        ({"standfirst": ""}, ("length", WARNING)),
        ({"standfirst": "long " * 90}, ("length", WARNING)),
        ({"body": '<p>He said "no" and “yes”.</p>'}, ("quote marks", WARNING)),
        ({"body": "<p>A space , there.</p>"}, ("spaces", WARNING)),
    ],
)
def test_finds(db, fields, finding):
    assert finding in found(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "<p>The ATKINS plan and tk.</p>"},
        {"body": "<p>Paid for by the ferry company.</p>", "kicker": "Sponsored"},
        {"body": "<p>Un espace ; là.</p>", "language": "fr"},
        {"body": "<p>“He went on.</p><p>“And on.”</p>"},
    ],
)
def test_leaves_alone(db, fields):
    assert found(**fields) == set()


def test_link_to_a_story_that_is_not_out_yet_is_an_error(db):
    later = make_article("Later", at=timezone.now() + timedelta(days=1))
    body = f'<p>See <a href="{later.get_absolute_url()}">that story</a>.</p>'
    assert ("links", ERROR) in found(body=body)
    assert found(headline="Another day", body=body, at=timezone.now() + timedelta(days=2)) == set()


def test_picture_without_credit_and_one_whose_rights_end_soon(db):
    assert ("credit", WARNING) in found(lead_picture=make_picture(credit=""))
    assert ("licence", WARNING) in found(lead_picture=make_picture(licence=""))
    assert ("rights", WARNING) in found(lead_picture=make_picture(usable_until=timezone.now() + timedelta(days=3)))


def test_headline_of_another_story_is_worth_a_look(db):
    make_article("Ferry strike enters its second week")
    assert ("duplicates", WARNING) in found(headline="Ferry strike enters second week")
    assert ("duplicates", WARNING) in found(headline="Ferry strike enters its second week")
    assert found(headline="Museum opens its drawers to the public") == set()


def failing(monkeypatch, *checks_):
    def broken(subject):
        raise RuntimeError

    for check in checks_:
        monkeypatch.setattr(check, "check", broken)


def test_check_that_fails_has_not_passed(db, monkeypatch):
    failing(monkeypatch, links, typography)
    assert found(body="<p>TK</p>") == {("links", ERROR), ("notes", ERROR), ("typography", WARNING)}


def test_check_that_fails_keeps_an_article_back_until_an_editor_answers_for_it(as_alice, monkeypatch):
    whole = make_article("Whole", published=False, standfirst="So.")
    failing(monkeypatch, links)
    response = send(as_alice, change(whole), press="_publish")
    assert "Could not check: links. Try again, and tell whoever runs the site." in words(response)
    assert "all the same" in words(response)
    send(as_alice, change(whole), press="_publish", override="Read by two of us")
    whole.refresh_from_db()
    assert whole.is_public()
    history = words(as_alice.get(f"{LIST}{whole.pk}/history/"))
    assert "In spite of the checks: Read by two of us" in history
    assert "Could not check: links." in history


def test_check_that_fails_lets_no_change_of_a_live_story_through_unseen(db, monkeypatch):
    story = make_article("Old")
    working_copies.keep(story, working_copies.working_values(story) | {"standfirst": "New"})
    failing(monkeypatch, links)
    with pytest.raises(ValidationError, match="Could not check: links"):
        workflow.take("update", Article.objects.get(pk=story.pk))


def test_no_check_finds_worse_than_it_says(db):
    for check in checks.CHECKS:
        tree = ast.parse(Path(check.__file__).read_text())
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Severity"
        }
        assert (ERROR if "ERROR" in used else WARNING) == check.WORST, check.__name__


# -- the gate


@pytest.fixture
def gap(db):
    return make_article("Half done", published=False, body="<p>He said TK.</p>", standfirst="So.")


def test_no_way_of_publishing_goes_round_an_error(as_alice, alice, gap):
    for press in ("_publish", "_publish_now"):
        if press in buttons(as_alice.get(change(gap))):
            assert "TK is still to come" in words(send(as_alice, change(gap), press=press))
    ahead = timezone.localtime() + timedelta(days=1)
    when = {"published_at_0": f"{ahead:%Y-%m-%d}", "published_at_1": f"{ahead:%H:%M}"}
    assert "TK is still to come" in words(send(as_alice, change(gap), press="_publish", **when))
    bulk = {"action": "publish", "index": "0", "_selected_action": [gap.pk]}
    assert "TK is still to come" in words(as_alice.post(LIST, bulk, follow=True))
    for by in (None, alice):
        with pytest.raises(ValidationError, match="TK"):
            workflow.take("publish", Article.objects.get(pk=gap.pk), by)
    assert not Article.objects.published().exists()


def test_editor_answers_for_it_by_name_and_reason(as_alice, gap):
    response = send(as_alice, change(gap), press="_publish")
    assert "all the same" in words(response)
    fields, _ = read(response)
    as_alice.post(change(gap), {**fields, "override": "The name is under a court order", "_publish": "1"})
    gap.refresh_from_db()
    assert gap.is_public()
    entry = Transition.objects.get(step="publish")
    assert "court order" in entry.override
    assert "TK is still to come" in entry.override
    assert "court order" in words(as_alice.get(f"{LIST}{gap.pk}/history/"))


def test_what_no_article_may_lack_cannot_be_answered_for(as_alice):
    picture = make_picture(title="Heron")
    bare = make_article("Bare", published=False, body="<p>TK</p>", lead_picture=picture)
    Picture.objects.filter(pk=picture.pk).update(usable_until=timezone.now() - timedelta(days=1))
    response = send(as_alice, change(bare), press="_publish", override="Because")
    assert "may no longer be shown" in words(response)
    assert "all the same" not in words(response)
    bare.refresh_from_db()
    assert not bare.is_public()


def test_slip_of_long_ago_keeps_no_correction_back_but_a_new_one_does(as_alice):
    story = make_article("Old", body="<p>TK since years. Wrong.</p>", standfirst="So.")
    send(as_alice, change(story), press="_update", body="<p>TK since years. Right.</p>")
    story.refresh_from_db()
    assert "TK is still to come" not in story.body
    working_copies.keep(story, working_copies.working_values(story) | {"standfirst": "TK"})
    with pytest.raises(ValidationError, match="TK"):
        workflow.take("update", Article.objects.get(pk=story.pk))


def test_incomplete_drafts_are_saved(as_alice, gap):
    assert send(as_alice, change(gap), standfirst="TK TK").status_code == 302


def test_publishing_an_article_by_its_own_verb_asks_the_checks(gap):
    with pytest.raises(ValidationError, match="TK"):
        gap.publish()
    assert not Article.objects.published().exists()
    gap.publish(entry=made("publish", None, "Published", override="Nobody at the desk tonight"))
    assert gap.is_public()


def test_saving_brings_no_error_into_changes_that_go_live_by_themselves(as_alice):
    story = make_article("Old", body="<p>Right.</p>", standfirst="So.")
    send(as_alice, change(story), body="<p>More is right.</p>")
    workflow.take("schedule_update", Article.objects.get(pk=story.pk), at=timezone.now() + timedelta(hours=1))
    response = send(as_alice, change(story), body="<p>TK is right.</p>")
    assert "TK is still to come" in words(response)
    assert "TK" not in working_copies.of(story).revision.snapshot["body"]
    fields, pressed = read(response)
    assert "_save" in pressed
    as_alice.post(change(story), {**fields, "override": "The court says so", "_save": "1"})
    assert "TK" in working_copies.of(story).revision.snapshot["body"]
    entry = Transition.objects.get(step="override")
    assert "The court says so" in entry.override
    assert "TK is still to come" in entry.override
    assert send(as_alice, change(story), standfirst="Known already.").status_code == 302


def test_changes_are_checked_for_the_moment_at_which_they_go_live(as_alice):
    story, at = make_article("Old", body="<p>Right.</p>", standfirst="So."), timezone.localtime() + timedelta(days=2)
    embargo = f"<p>Under embargo until {timezone.localtime() + timedelta(days=1):%Y-%m-%d}.</p>"
    send(as_alice, change(story), body=embargo)
    assert "An embargo until" in words(send(as_alice, change(story), press="_update"))
    when = {"update_at_0": f"{at:%Y-%m-%d}", "update_at_1": f"{at:%H:%M}"}
    assert send(as_alice, change(story), press="_schedule_update", **when).status_code == 302
    assert working_copies.of(story).goes_live_at


def test_saving_brings_no_error_into_what_is_scheduled(as_alice):
    soon = make_article("Soon", body="<p>Right.</p>", standfirst="So.", at=timezone.now() + timedelta(hours=5))
    assert "TK is still to come" in words(send(as_alice, change(soon), standfirst="TK"))
    assert send(as_alice, change(soon), standfirst="All there.").status_code == 302


# -- shown


def test_findings_show_while_writing_and_touch_nothing(as_alice, as_walter, gap):
    address = f"{LIST}{gap.pk}/checks/"
    assert "TK is still to come" in words(as_alice.get(address))
    page = words(as_alice.post(address, {"body": "<p>All there.</p>", "headline": "Half done", "standfirst": ""}))
    assert "TK is still" not in page
    assert "There is no standfirst" in page
    gap.refresh_from_db()
    assert gap.standfirst == "So."
    assert as_walter.get(address).status_code == 403
    for sent in ({"lead_picture": "abc"}, {"body": "x" * 600_000}, {"body": "a\x00b"}):
        assert as_alice.post(address, sent).status_code == 200


def test_scheduled_article_that_would_fail_is_reported_before_its_time(as_alice):
    soon = make_article("Going out", body="<p>TK</p>", at=timezone.now() + timedelta(hours=5))
    make_article("Fine", at=timezone.now() + timedelta(hours=5))
    page = words(as_alice.get("/desk/"))
    assert "Would not go out" in page
    assert f"Mend: {soon.headline}" in as_alice.get("/desk/").content.decode()
    assert "Mend: Fine" not in as_alice.get("/desk/").content.decode()
