"""Mail about comments: asked for twice, gathered, capped, left with one press, and never lost."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from comments import moderation, notices, outbox
from comments.models import Comment, Mailbox, Outbox, Subscription
from tests.articles.desk_forms import words
from tests.comments.conftest import fields_of
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_ADDRESS = "http://testserver"


def make_mailbox(email="ann@reader.test", comment=None, **fields):
    mailbox = Mailbox.objects.create(email=email, **{"confirmed_at": timezone.now(), **fields})
    if comment:
        long_ago = timezone.now() - timedelta(days=2)
        Subscription.objects.create(
            mailbox=mailbox, article=comment.article, comment=comment, confirmed_at=mailbox.confirmed_at
        )
        Subscription.objects.update(created_at=long_ago)
    return mailbox


def later(**time):
    """Let so much time pass for all that waits or went out."""
    time = timedelta(**time)
    for row in Outbox.objects.all():
        Outbox.objects.filter(pk=row.pk).update(due_at=row.due_at - time, sent_at=row.sent_at and row.sent_at - time)
    for row in Mailbox.objects.exclude(sent_at=None):
        Mailbox.objects.filter(pk=row.pk).update(sent_at=row.sent_at - time)
    for row in Subscription.objects.all():
        Subscription.objects.filter(pk=row.pk).update(created_at=row.created_at - time)
    for row in Comment.objects.exclude(decided_at=None):
        Comment.objects.filter(pk=row.pk).update(decided_at=row.decided_at - time)


def replied(parent, bob, number=1):
    for _ in range(number):
        moderation.approve(make_comment(parent=parent, body="A reply", name="Ben", status="pending"), bob)


def follow(comment, **how):
    notices.follow(comment.email, comment.article, comment, **how)


def link(letter, path):
    return re.search(rf"http://testserver(/comments/{path}/\S+)", letter.body)[1]


def test_asks_an_address_once_before_it_hears_of_replies(client, write, article, bob):
    write(article, email="ann@reader.test", notify="on")
    assert outbox.deliver() == 1
    letter = mail.outbox[0]
    assert letter.to == ["ann@reader.test"]
    comment = Comment.objects.get()
    moderation.approve(comment, bob)
    replied(comment, bob)
    later(minutes=10)
    outbox.deliver()
    assert len(mail.outbox) == 1
    address = link(letter, "mail/confirm")
    assert client.get(address).status_code == 200
    assert not Mailbox.objects.confirmed().exists()
    client.post(address)
    assert Mailbox.objects.confirmed().exists()
    replied(comment, bob)
    later(minutes=10)
    outbox.deliver()
    assert "new repl" in mail.outbox[1].subject
    assert "A reply" in mail.outbox[1].body


def test_writes_once_for_a_hundred_requests(article):
    for _ in range(100):
        follow(make_comment(article, email="victim@reader.test"))
    outbox.deliver()
    later(hours=3)
    outbox.deliver()
    assert len(mail.outbox) == 1


def test_asks_for_nothing_where_the_box_is_not_ticked(write, article):
    write(article, email="ann@reader.test")
    assert not Outbox.objects.exclude(kind="digests").exists()
    assert not Mailbox.objects.exists()


def test_gathers_a_thousand_replies_in_one_letter(article, bob, monkeypatch):
    root = make_comment(article)
    make_mailbox(comment=root)
    replied(root, bob, 3)
    Comment.objects.bulk_create(
        Comment(
            article=article, parent=root, root=root, depth=1, public_id=f"r{number}", path=f"{root.path}r{number}/",
            name="Ben", body="One of very many", status="approved", decided_at=timezone.now(),
        )
        for number in range(997)
    )  # fmt: skip
    for comment in Comment.objects.filter(public_id__in=["r1", "r2"]):
        notices.tell(comment, comment.decisions.model(verb="approve", from_status="pending", to_status="approved"))
    outbox.deliver()
    assert not mail.outbox
    later(minutes=10)
    outbox.deliver()
    assert [letter.subject for letter in mail.outbox] == ["1000 new replies at Newsroom"]
    assert "And 980 more." in mail.outbox[0].body
    assert mail.outbox[0].body.count("One of very many") + mail.outbox[0].body.count("A reply") == notices.SHOWN


def test_waits_an_hour_before_the_next_letter(article, bob):
    root = make_comment(article)
    make_mailbox(comment=root)
    for expected in (1, 1, 2):
        replied(root, bob)
        later(minutes=10 if expected == 1 else 61)
        outbox.deliver()
        assert len(mail.outbox) == expected
    assert mail.outbox[1].subject.startswith("2 new replies")


def test_tells_nobody_of_their_own_reply_nor_of_what_is_hidden_again(article, bob):
    root = make_comment(article)
    make_mailbox("ann@reader.test", comment=root)
    moderation.approve(make_comment(parent=root, email="ann@reader.test", status="pending"), bob)
    later(minutes=10)
    assert outbox.deliver() == 0
    replied(root, bob)
    later(minutes=10)
    Comment.objects.filter(parent=root).update(status="hidden")
    outbox.deliver()
    assert not mail.outbox


def test_leaves_with_one_press_of_the_mail_program(client, article, bob):
    root = make_comment(article)
    make_mailbox(comment=root)
    replied(root, bob)
    later(minutes=10)
    outbox.deliver()
    letter = mail.outbox[0]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert "no-store" in client.get(address)["Cache-Control"]
    assert Mailbox.objects.confirmed().exists()
    client.post(address, {"List-Unsubscribe": "One-Click"})
    assert not Mailbox.objects.confirmed().exists()
    replied(root, bob)
    later(hours=2)
    outbox.deliver()
    assert len(mail.outbox) == 1
    follow(make_comment(article, email="ann@reader.test"))
    assert not Outbox.objects.filter(kind="confirm").exists()
    client.post(address, {"frequency": "daily"})
    assert Mailbox.objects.get().frequency == "daily"


def test_takes_no_token_of_another_purpose(client):
    mailbox = make_mailbox(confirmed_at=None)
    confirm, leave = (address(mailbox).split("/")[-2] for address in (notices.confirm_address, notices.leave_address))
    for address in (f"mail/confirm/{leave}", f"mail/{confirm}", f"mail/digest/{leave}", f"own/show/{leave}"):
        assert client.post(f"/comments/{address}/").status_code == 404
    assert not Mailbox.objects.confirmed().exists()


def test_tells_of_a_rejection_after_the_time_to_undo_it(client, article, bob, charlie):
    comment = make_comment(article, "My words", status="pending", user=charlie)
    moderation.undo(moderation.reject(comment, bob, "abuse"), bob)
    later(minutes=1)
    outbox.deliver()
    assert not mail.outbox
    moderation.reject(comment, bob, "abuse", public_note="Calm down.")
    outbox.deliver()
    assert not mail.outbox
    later(minutes=1)
    outbox.deliver()
    assert "Calm down." in mail.outbox[0].body
    client.post(link(mail.outbox[0], "own/appeal"), {"statement": "No!"})
    comment.refresh_from_db()
    assert comment.status == "appealed"
    moderation.approve(comment, make_user("dora", "Moderators"))
    later(hours=1, minutes=1)
    outbox.deliver()
    assert "your comment is published" in mail.outbox[1].body


def test_tells_of_many_rejections_in_one_letter(article, bob, charlie):
    for _ in range(5):
        moderation.reject(make_comment(article, status="pending", user=charlie), bob, "abuse")
    later(minutes=1)
    outbox.deliver()
    assert [letter.subject for letter in mail.outbox] == ["About your comments at Newsroom"]
    moderation.reject(make_comment(article, status="pending", user=charlie), bob, "abuse")
    later(minutes=1)
    outbox.deliver()
    assert len(mail.outbox) == 1
    later(hours=1)
    outbox.deliver()
    assert len(mail.outbox) == 2


def test_writes_to_no_address_that_was_not_confirmed(article, bob):
    moderation.reject(make_comment(article, email="victim@reader.test", status="pending"), bob, "abuse")
    later(minutes=1)
    outbox.deliver()
    assert not mail.outbox


def test_loses_nothing_when_mail_fails(article, monkeypatch):
    def fail(self, messages):
        raise ConnectionRefusedError

    follow(make_comment(article, email="ann@reader.test"))
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", fail)
        assert outbox.deliver() == 0
        row = Outbox.objects.get(kind="confirm")
        assert (row.attempts, row.last_error, row.sent_at) == (1, "ConnectionRefusedError", None)
        assert row.due_at > timezone.now()
        assert outbox.deliver() == 0
    later(minutes=2)
    assert outbox.deliver() == 1
    assert outbox.deliver() == 0
    assert len(mail.outbox) == 1


def test_puts_no_words_of_readers_into_headers_or_markup(article, bob, settings):
    make_article()
    article.headline = "A <b>headline</b>\r\nBcc: everybody@example.org"
    article.save()
    root = make_comment(article)
    make_mailbox(comment=root)
    reply = make_comment(
        parent=root,
        name="Mallory\r\nBcc: all@example.org",
        body="<script>alert(1)</script>\n<img src=x>",
        status="pending",
    )
    moderation.approve(reply, bob)
    later(minutes=10)
    outbox.deliver()
    letter = mail.outbox[0]
    assert letter.recipients() == ["ann@reader.test"]
    assert "Bcc" not in letter.message()
    markup = letter.alternatives[0].content
    assert "<script" not in markup
    assert "<img" not in markup
    assert "<b>headline" not in markup
    assert "<script>alert(1)</script>" in letter.body


def test_tells_moderators_each_morning_what_waits(client, write, article, bob, alice):
    write(article)
    later(days=1, minutes=1)
    outbox.deliver()
    outbox.deliver()
    told = [letter for letter in mail.outbox if bob.email in letter.to]
    assert len(told) == 1
    assert "1 comment waits" in told[0].body
    address = told[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    client.get(address)
    client.post(address)
    assert Mailbox.objects.get(email=bob.email).wants_digest is False
    Outbox.objects.filter(kind="digests").update(due_at=timezone.now(), dedupe_key="digests tomorrow")
    outbox.deliver()
    outbox.deliver()
    assert len([letter for letter in mail.outbox if bob.email in letter.to]) == 1


def test_offers_mail_in_the_form(client, article):
    page = client.get(f"/comments/write/{article.pk}/")
    assert b'name="notify"' in page.content
    assert fields_of(page)


def test_mails_everything_new_under_an_article_to_who_confirmed_it(client, article, bob):
    address = f"/comments/follow/{article.pk}/"
    page = client.get(address)
    assert "no-store" in page["Cache-Control"]
    asked = client.post(address, fields_of(page) | {"email": "Ann@Reader.test"})
    assert "Look into your mailbox" in words(asked)
    replied(make_comment(article), bob)
    outbox.deliver()
    later(minutes=10)
    outbox.deliver()
    (letter,) = mail.outbox
    assert article.headline in letter.body
    confirm = link(letter, "mail/confirm")
    assert article.headline in words(client.get(confirm))
    client.post(confirm)
    moderation.approve(make_comment(article, "A root of its own", status="pending"), bob)
    later(minutes=10)
    outbox.deliver()
    assert "A root of its own" in mail.outbox[1].body
    settings_page = link(mail.outbox[1], "mail")
    number = Subscription.objects.get().pk
    assert f'value="{number}"' in client.get(settings_page).content.decode()
    client.post(settings_page, {"stop": number})
    moderation.approve(make_comment(article, status="pending"), bob)
    later(hours=2)
    outbox.deliver()
    assert len(mail.outbox) == 2
    assert Mailbox.objects.confirmed().exists()


@pytest.mark.parametrize("stop", ["", "x", "99999999999999999999", "-1", "²"])
def test_stops_nothing_that_is_not_followed(client, article, stop):
    comment = make_comment(article, email="ann@reader.test")
    mailbox = make_mailbox(comment=comment)
    other = make_mailbox("ben@reader.test", comment=make_comment(article))
    address = notices.leave_address(mailbox)
    client.post(address, {"stop": stop or other.subscriptions.get().pk, "frequency": "each"})
    assert Subscription.objects.current().count() == 2


def test_says_what_is_wrong_with_an_address_and_keeps_it(client, article):
    address = f"/comments/follow/{article.pk}/"
    page = client.post(address, {"email": "ann at reader"})
    assert "does not look like an email address" in words(page)
    assert "ann at reader" in page.content.decode()
    assert not Mailbox.objects.exists()
    article.comments_policy = "off"
    article.save()
    assert client.get(address).status_code == 404


def test_a_confirmed_address_is_asked_again_where_somebody_else_may_have_typed_it(client, write, article, bob):
    mailbox = make_mailbox()
    write(article, email="ann@reader.test", notify="on", body="Written by Mallory")
    comment = Comment.objects.get()
    moderation.reject(comment, bob, "abuse")
    later(minutes=10)
    outbox.deliver()
    assert [letter.subject for letter in mail.outbox] == ["Confirm that you want mail about comments at Newsroom"]
    assert "Mallory" not in mail.outbox[0].body
    # In her own browser she has confirmed before, so nothing is asked.
    asked_before = mailbox.subscriptions.get()
    client.post(link(mail.outbox[0], "mail/confirm"), {"last": asked_before.pk})
    write(article, email="ann@reader.test", notify="on", body="Written by Ann")
    assert mailbox.subscriptions.current().count() == 2
    assert client.cookies["mailbox"]["httponly"]
    # Nor does the cookie of one reader speak for another.
    write(article, email="ben@reader.test", notify="on", body="Written as if by Ben")
    assert not Subscription.objects.current().filter(mailbox__email="ben@reader.test").exists()


def test_what_is_asked_after_the_page_was_shown_is_not_confirmed_with_it(client, article):
    follow(make_comment(article, email="ann@reader.test"))
    mailbox, first = Mailbox.objects.get(), Subscription.objects.get()
    follow(make_comment(make_article("Another"), email="ann@reader.test"))
    client.post(notices.confirm_address(mailbox), {"last": first.pk})
    assert list(Subscription.objects.current()) == [first]


def test_stops_asking_an_address_that_does_not_answer(article):
    for _ in range(6):
        follow(make_comment(article, email="victim@reader.test"))
        outbox.deliver()
        for row in Outbox.objects.filter(kind="confirm"):
            Outbox.objects.filter(pk=row.pk).update(dedupe_key=f"{row.dedupe_key}-")
    assert len(mail.outbox) == notices.ASKED_AT_MOST


def test_what_a_story_is_called_once_it_is_taken_down_is_told_to_nobody(client, article):
    mailbox = make_mailbox()
    Subscription.objects.create(mailbox=mailbox, article=article, confirmed_at=timezone.now())
    Subscription.objects.create(mailbox=mailbox, article=article, comment=make_comment(article))
    article.take_down()
    Article.objects.filter(pk=article.pk).update(headline="Under embargo")
    for address in (notices.leave_address(mailbox), notices.confirm_address(mailbox)):
        page = client.get(address)
        assert page.status_code == 200
        assert "Under embargo" not in page.text
        assert "a story that is not here any more" in page.text
    notices.follow("new@reader.test", article)
    outbox.deliver()
    assert not any("Under embargo" in letter.body for letter in mail.outbox)


def test_a_distinction_is_no_news(article, bob):
    mailbox = make_mailbox()
    comment = make_comment(article, status="pending")
    moderation.approve(comment, bob)
    before = comment.decided_at
    moderation.feature(comment, bob)
    comment.refresh_from_db()
    assert comment.decided_at == before
    assert mailbox.sent_at is None


def test_nothing_is_told_of_conversations_that_are_not_shown(article, bob):
    comment = make_comment(article)
    make_mailbox(comment=comment)
    replied(comment, bob)
    Article.objects.filter(pk=article.pk).update(comments_policy="off")
    later(hours=2)
    assert outbox.deliver() == 0


def test_a_thousand_subscriptions_are_one_question(article, bob):
    comment = make_comment(article)
    mailbox = make_mailbox(comment=comment)
    others = [make_comment(article) for _ in range(2)]
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(mailbox=mailbox, article=article, comment=one, confirmed_at=now) for one in others
    )
    with CaptureQueriesContext(connection) as asked:
        notices._news(mailbox, None, now).count()
    assert len(asked) <= 4
