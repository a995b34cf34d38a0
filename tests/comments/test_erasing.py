import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from comments import moderation, reactions, retention
from comments.models import Comment, Decision, Mailbox, Outbox, Subscription
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def refreshed(comment):
    return Comment.objects.get(pk=comment.pk)


def old(days, **fields):
    then = timezone.now() - timedelta(days=days)
    return make_comment(created_at=then, decided_at=then, **fields)


def test_keeps_the_decision_without_what_was_written(bob):
    comment = make_comment(status="pending", body="CANARY", name="CANARY", email="canary@example.org")
    moderation.reject(comment, bob, "abuse", public_note="CANARY was rude", internal_note="CANARY again")
    moderation.erase(comment)
    assert [(d.verb, d.text, d.public_note, d.internal_note) for d in Decision.objects.order_by("version")] == [
        ("reject", "", "", ""), ("erase", "", "", ""),
    ]  # fmt: skip
    assert Decision.objects.get(verb="reject").reason == "abuse"


def test_leaves_nothing_of_a_reader_in_a_full_dump(charlie, bob, write, article):
    write(article, body="Written by CANARY", name="CANARY", email="canary@example.org")
    comment = Comment.objects.get()
    moderation.approve(comment, bob)
    moderation.edit(comment, "Changed by CANARY")
    reactions_to = make_comment(article, body="Of somebody else")
    reactions.report(reactions_to, "key", "abuse", "CANARY finds so", user=charlie)
    mailbox = Mailbox.objects.create(email="Canary@example.org")
    Subscription.objects.create(mailbox=mailbox, article=article, comment=comment)
    Outbox.objects.create(kind="confirm", recipient="canary@example.org", dedupe_key="x")
    make_comment(article, user=charlie, body="CANARY with an account", name="CANARY")
    assert retention.erase_reader(email="canary@example.org", user=charlie) == 2
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)  # everything: sessions, the queue of tasks, the desk's own log
    assert '"comments.comment"' in dump.getvalue()
    assert "canary" not in dump.getvalue().lower()
    assert Comment.objects.filter(status="erased").count() == 2


def test_lets_the_database_keep_nothing_of_an_erased_comment():
    comment = make_comment(status="erased")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(body="Back again")


def test_withdraws_what_shows_before_it_is_erased(client, article):
    parent = make_comment(article)
    make_comment(parent=parent, body="An answer stays")
    moderation.erase(parent)
    assert [decision.verb for decision in parent.decisions.order_by("version")] == ["withdraw", "erase"]
    assert b"An answer stays" in client.get(article.get_absolute_url()).content


def test_brings_out_no_reply_that_a_rejected_comment_hid(client, article, bob):
    parent = make_comment(article)
    reply = make_comment(parent=parent, body="CANARY")
    moderation.mark_spam(parent, bob)
    moderation.erase(parent, rule="retention")
    assert not Comment.objects.visible().exists()
    assert b"CANARY" not in client.get(article.get_absolute_url()).content
    assert refreshed(reply).status == "approved"


def test_goes_back_from_nothing(bob):
    comment = make_comment(status="spam")
    decision = moderation.erase(comment)
    with pytest.raises(moderation.NotAllowed):
        moderation.undo(decision, bob)
    with pytest.raises(moderation.NotAllowed):
        moderation.erase(comment)


def test_forgets_spam_after_thirty_days_and_rejections_after_a_hundred_and_eighty():
    kept = [old(29, status="spam"), old(179, status="rejected"), old(999, status="approved"), old(999, status="hidden")]
    gone = [old(31, status="spam"), old(181, status="rejected")]
    call_command("tidy_comments", dry_run=True, verbosity=0)
    assert not Comment.objects.filter(status="erased").exists()
    call_command("tidy_comments", verbosity=0)
    assert set(Comment.objects.filter(status="erased")) == set(gone)
    assert [refreshed(comment).status for comment in kept] == ["spam", "rejected", "approved", "hidden"]
    assert set(Decision.objects.values_list("rule", flat=True)) == {"retention"}


def test_forgets_who_sent_what_after_thirty_days():
    old(31, sender="aa", sender_prefix="bb")
    young = old(29, sender="aa", sender_prefix="bb")
    assert retention.tidy()["sender"] == 1
    assert list(Comment.objects.filter(sender="aa", sender_prefix="bb")) == [young]
    assert retention.tidy()["sender"] == 0


def test_counts_guests_it_no_longer_tells_apart(monkeypatch):
    comment = make_comment()
    reactions.recommend(comment, "a guest")
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("comments.retention.timezone.now", lambda: later)
    retention.tidy()
    assert comment.recommendations.get().reader != "a guest"
    assert refreshed(comment).recommends == 1
    assert retention.tidy()["recommendation"] == 0
