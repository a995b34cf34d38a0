"""An editor removes a comment for a legal reason, or erases it; no moderator undoes that."""

import pytest

from comments import moderation
from comments.models import Comment, Decision
from comments.models.decision import Verb
from tests.articles.desk_forms import words
from tests.factories import make_comment

pytestmark = pytest.mark.django_db

TAKE_OFF = "/desk/comments/comment/queue/take-off/"
UNDO = "/desk/comments/comment/queue/undo/"


def take_off(client, comment, decision="remove", reason="A court says so", version=None):
    return client.post(
        TAKE_OFF,
        {
            "comment": comment.pk,
            "version": version or comment.version,
            "decision": decision,
            "internal_note": reason,
            "next": f"/desk/comments/comment/{comment.pk}/change/",
        },
        follow=True,
    )


def status(comment):
    return Comment.objects.get(pk=comment.pk).status


def test_an_editor_removes_for_a_legal_reason_and_takes_it_back(as_alice, client, article):
    comment = make_comment(article, "Slander")
    make_comment(parent=comment, body="A reply")
    page = as_alice.get(f"/desk/comments/comment/{comment.pk}/change/")
    assert "Remove for a legal reason" in words(page)
    assert "A court says so" in words(take_off(as_alice, comment))
    assert status(comment) == "removed"
    assert "removed by an editor" in words(client.get(article.get_absolute_url()))
    as_alice.post(UNDO, {"undo": Decision.objects.get(verb=Verb.REMOVE).pk})
    assert status(comment) == "approved"


def test_no_moderator_removes_or_undoes_a_removal(as_bob, alice, article):
    comment = make_comment(article, "Slander")
    assert "Remove for a legal reason" not in words(as_bob.get(f"/desk/comments/comment/{comment.pk}/change/"))
    assert take_off(as_bob, comment).status_code == 403
    decision = moderation.remove(comment, alice, "A court says so")
    assert as_bob.post(UNDO, {"undo": decision.pk}).status_code == 403
    for page in (f"/desk/comments/comment/{comment.pk}/change/", "/desk/comments/comment/queue/?tab=decided"):
        assert f'name="undo" value="{decision.pk}"' not in as_bob.get(page).content.decode()
    assert status(comment) == "removed"


def test_asks_for_the_legal_reason_and_for_what_was_seen(as_alice, bob, article):
    comment = make_comment(article)
    assert "Say what the legal reason is" in words(take_off(as_alice, comment, reason=" "))
    moderation.hold(comment, bob)
    assert "Bob already decided: waiting, just now." in words(take_off(as_alice, comment, version=1))
    assert status(comment) == "pending"


def test_an_editor_erases_for_good(as_alice, article):
    comment = make_comment(article, "Private words", email="ann@reader.test")
    take_off(as_alice, comment, "erase")
    assert status(comment) == "erased"
    assert "Private words" not in words(as_alice.get(f"/desk/comments/comment/{comment.pk}/change/"))
    assert as_alice.post(UNDO, {"undo": Decision.objects.get(verb=Verb.ERASE).pk}).status_code == 403


def test_names_what_decided_where_nobody_did(bob, article):
    comment = make_comment(article)
    stale = Comment.objects.get(pk=comment.pk)
    moderation.hide(comment)
    with pytest.raises(moderation.AlreadyDecided, match="Readers’ reports already decided: hidden, just now."):
        moderation.reject(stale, bob, "abuse")
