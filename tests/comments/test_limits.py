import time

import pytest
from django.db import transaction
from django.test import Client

from comments import limits, moderation, sanctions
from comments.models import Comment
from comments.models.sanction import Sanction
from tests.comments.conftest import fields_of
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it."""
    now = [time.time()]
    monkeypatch.setattr("comments.limits.time.time", lambda: now[0])
    return now


def test_takes_so_many_at_once_and_then_one_by_one(clock):
    share = limits.Share("key", 5, 600)
    for _ in range(5):
        limits.check([share])
        limits.take([share])
    with pytest.raises(limits.UsedUp) as used_up:
        limits.take([share])
    assert used_up.value.retry_after in (120, 121)
    with pytest.raises(limits.UsedUp):
        limits.check([share])
    clock[0] += 121
    limits.take([share])
    with pytest.raises(limits.UsedUp):
        limits.take([share])


def test_takes_nothing_from_one_share_where_another_is_used_up(clock):
    wide, narrow = limits.Share("wide", 5), limits.Share("narrow", 1)
    limits.take([narrow])
    with pytest.raises(limits.UsedUp), transaction.atomic():
        limits.take([wide, narrow])
    for _ in range(5):
        limits.take([wide])


def test_asks_for_patience_and_keeps_the_text(write, article, clock):
    for number in range(5):
        assert write(article, body=f"Number {number}").status_code == 303
    response = write(article, body="One more, kept in the form")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 121
    assert b"One more, kept in the form" in response.content
    assert Comment.objects.count() == 5


def test_counts_a_double_press_once(write, client, article, clock):
    for number in range(4):
        write(article, body=f"Number {number}")
    fields = fields_of(client.get(f"/comments/write/{article.pk}/"))
    for _ in range(5):
        assert write(article, fields=fields, body="The fifth").status_code == 303
    assert Comment.objects.count() == 5


def test_limits_an_address_and_an_article_wherever_it_comes_from(article, clock):
    for number in range(8):
        moderation.submit(article, name="N", body=f"{number}", email="a@example.org", sender=str(number))
    with pytest.raises(moderation.Refused, match="Wait 2 minutes"):
        moderation.submit(article, name="N", body="More", email="A@Example.org", sender="elsewhere")
    moderation.submit(article, name="N", body="More", email="b@example.org", sender="elsewhere")


def test_accepts_as_many_of_fifty_at_once_as_there_is_room_for(at_once, clock):
    article = make_article()
    address = f"/comments/write/{article.pk}/"
    forms = [fields_of(Client().get(address)) for _ in range(50)]

    def post(number):
        return Client().post(address, forms[number] | {"name": "Charlie", "body": f"Number {number}"}).status_code

    outcomes = at_once(post, range(50))
    assert (outcomes.count(303), outcomes.count(429)) == (5, 45)
    assert at_once(lambda _: Comment.objects.count(), [0]) == [5]


@pytest.mark.parametrize("kind", ["mute", "ban"])
def test_tells_whom_it_takes_nothing_from_why_and_until_when(write, article, bob, kind):
    comment = make_comment(article, email="charlie@example.org")
    sanctions.impose(comment, bob, kind=kind, reason="Five insults in one day", days="7")
    response = write(article, email="Charlie@example.org", body="Kept in the form")
    assert b"Five insults in one day" in response.content
    assert b"until" in response.content
    assert b"Kept in the form" in response.content
    assert Comment.objects.count() == 1
    assert write(article, email="other@example.org").status_code == 303


def test_knows_a_connection_again_on_another_day(write, article, bob, monkeypatch):
    write(article)
    comment = Comment.objects.get()
    sanctions.impose(comment, bob, kind="ban", reason="Spam")
    assert b"You cannot comment here" in write(article, body="Again").content
    sanctions.lift(Sanction.objects.get(), bob)
    assert write(article, body="Again").status_code == 303


def test_lets_somebody_post_slowly(article, bob, clock):
    sanctions.impose(make_comment(email="a@example.org"), bob, kind="slow", reason="Too much")
    moderation.submit(article, name="N", body="One", email="a@example.org")
    with pytest.raises(moderation.Refused):
        moderation.submit(article, name="N", body="Two", email="a@example.org")


def test_holds_everything_of_somebody(write, article, bob):
    article.comments_policy = "open"
    article.save()
    sanctions.impose(make_comment(email="a@example.org"), bob, kind="hold", reason="Once too often", days="1")
    write(article, email="a@example.org")
    comment = Comment.objects.latest("id")
    assert comment.status == "pending"
    assert "every comment of theirs is held until" in comment.held_because


def test_ends_by_itself(write, article, bob):
    sanction = sanctions.impose(make_comment(email="a@example.org"), bob, kind="ban", reason="Spam", days="1")
    assert sanction.until is not None
    Sanction.objects.update(until=sanction.created_at)
    assert write(article, email="a@example.org").status_code == 303
