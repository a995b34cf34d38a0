import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import SiteSettings
from comments.models import Comment
from comments.threads import REPLIES_PER_PAGE, REPLIES_SHOWN, ROOTS_PER_PAGE, Conversation
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def names(article, page=1):
    return [node.comment.name for node in Conversation(article).page_of_roots(page).object_list]


def make_chain(article, length, status="approved"):
    chain = []
    for number in range(length):
        comment = Comment(article=article, name=f"N{number}", body="Reply", status=status)
        comment.parent = chain[-1] if chain else None
        comment.save()
        chain.append(comment)
    return chain


def test_reads_oldest_first_with_replies_below_their_parent(article):
    now = timezone.now()
    ann = make_comment(article, name="Ann", created_at=now - timedelta(hours=5))
    make_comment(article, name="Ben", created_at=now - timedelta(hours=4))
    make_comment(parent=ann, name="Cho", created_at=now - timedelta(hours=1))
    dov = make_comment(parent=ann, name="Dov", created_at=now - timedelta(hours=3))
    make_comment(parent=dov, name="Eva", created_at=now)
    assert names(article) == ["Ann", "Dov", "Eva", "Cho", "Ben"]


def test_says_to_whom_a_deep_reply_answers(article):
    make_chain(article, 6)
    nodes = Conversation(article).page_of_roots(1).object_list
    assert [node.indent for node in nodes] == [0, 1, 2, 3, 3, 3]
    assert [node.in_reply_to for node in nodes] == [None, None, "N1", "N2", "N3", "N4"]


@pytest.mark.parametrize("status", ["pending", "rejected", "spam", "hidden", "appealed"])
def test_hides_a_comment_and_all_below_it(article, status):
    chain = make_chain(article, 3)
    Comment.objects.filter(pk=chain[0].pk).update(status=status)
    assert names(article) == []
    assert Conversation(article).total == 0
    assert not Comment.objects.visible().exists()


def test_shows_the_replies_again_when_the_parent_shows(article):
    chain = make_chain(article, 3)
    Comment.objects.filter(pk=chain[1].pk).update(status="rejected")
    assert names(article) == ["N0"]
    Comment.objects.filter(pk=chain[1].pk).update(status="approved")
    assert names(article) == ["N0", "N1", "N2"]
    assert Comment.objects.visible().count() == 3


@pytest.mark.parametrize("status", ["withdrawn", "removed"])
def test_keeps_the_place_of_what_was_taken_back_while_replies_show(client, article, status):
    chain = make_chain(article, 3)
    Comment.objects.filter(pk=chain[1].pk).update(status=status, body="TAKEN BACK", name="TAKEN BACK")
    conversation = Conversation(article)
    nodes = conversation.page_of_roots(1).object_list
    assert [(node.is_tombstone, node.comment.name, node.comment.body) for node in nodes] == [
        (False, "N0", "Reply"), (True, "", ""), (False, "N2", "Reply"),
    ]  # fmt: skip
    assert conversation.total == 2
    assert nodes[2].in_reply_to is None
    assert b"TAKEN BACK" not in client.get(article.get_absolute_url()).content
    Comment.objects.filter(pk=chain[2].pk).update(status="rejected")
    assert names(article) == ["N0"]


def test_agrees_with_the_queryset_about_what_is_visible(article):
    chance = random.Random(7)  # noqa: S311 (any order will do, the same each time)
    made = []
    for number in range(120):
        parent = chance.choice(made) if made and chance.random() < 0.7 else None
        status = chance.choice(["approved"] * 5 + ["published", "pending", "rejected", "withdrawn", "removed"])
        made.append(make_comment(article, parent=parent, status=status, name=str(number)))
    shown = [pk for thread in Conversation(article).threads for pk in thread]
    visible = set(Comment.objects.visible().values_list("pk", flat=True))
    assert {pk for pk in shown if Conversation(article).is_visible[pk]} == visible
    assert 0 < len(visible) < 120


def test_pages_the_roots_without_losing_or_repeating_one(client, article):
    for number in range(ROOTS_PER_PAGE * 2 + 1):
        make_comment(article, name=f"R{number:03}")
    seen = [name for page in (1, 2, 3) for name in names(article, page)]
    assert seen == sorted(set(seen))
    assert len(seen) == ROOTS_PER_PAGE * 2 + 1
    page = client.get(article.get_absolute_url() + "?comments=2").content.decode()
    assert "R025" in page
    assert "R000" not in page
    assert "comments=3#comments" in page


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "", "%F0%9F"])
def test_answers_any_page_number(client, article, number):
    make_comment(article, name="Ann")
    assert b"Ann" in client.get(f"{article.get_absolute_url()}?comments={number}&thread={number}").content


def test_leads_to_the_rest_of_a_long_thread(client, article):
    root = make_comment(article, name="Root")
    for number in range(REPLIES_SHOWN + 5):
        make_comment(parent=root, name=f"S{number:03}")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "S019" in page
    assert "S020" not in page
    assert "5 more replies" in page
    address = f"{article.get_absolute_url()}?thread={root.public_id}"
    assert address in page
    assert "S024" in client.get(address).content.decode()


def test_shows_a_chain_of_a_thousand_replies(client, article):
    chain = make_chain(article, 1000)
    assert client.get(article.get_absolute_url()).status_code == 200
    response = client.get(f"/comments/{chain[-1].public_id}/")
    page = 1000 // REPLIES_PER_PAGE
    assert response["Location"] == (
        f"{article.get_absolute_url()}?thread={chain[0].public_id}&comments={page}#comment-{chain[-1].public_id}"
    )
    assert b"N999" in client.get(response["Location"]).content
    Comment.objects.filter(pk=chain[0].pk).update(status="rejected")
    assert client.get(f"/comments/{chain[-1].public_id}/").status_code == 404


def test_asks_four_queries_at_most_whatever_the_count(article):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            Conversation(article).page_of_roots(1)
        return len(asked)

    chain = make_chain(article, 5)
    few = queries()
    for root in range(40):
        comment = make_comment(article, name=f"R{root}")
        make_comment(parent=comment)
    make_comment(parent=chain[-1])
    assert queries() == few <= 4


def test_counts_only_what_is_visible(client, article):
    root = make_comment(article)
    make_comment(parent=root, status="pending")
    make_comment(article, status="spam")
    assert b"1 comment<" in client.get(article.get_absolute_url()).content


def test_shows_nothing_where_comments_are_off_and_no_form_where_they_are_closed(client):
    off, closed = make_article(comments_policy="off"), make_article(comments_policy="closed")
    for article in (off, closed):
        make_comment(article, body="Said before")
    assert b"Said before" not in client.get(off.get_absolute_url()).content
    page = client.get(closed.get_absolute_url()).content
    assert b"Said before" in page
    assert b"/comments/write/" not in page


def test_lets_an_article_say_otherwise_than_the_site(client):
    SiteSettings(comments_policy="off").save()
    assert b"/comments/write/" in client.get(make_article(comments_policy="pre").get_absolute_url()).content
    assert b"/comments/write/" not in client.get(make_article().get_absolute_url()).content


def test_tells_staff_by_their_account_not_their_name(client, alice, charlie, article):
    make_comment(article, name="The Editor", user=charlie)
    assert b"Staff" not in client.get(article.get_absolute_url()).content
    make_comment(article, name="Alice", user=alice)
    assert b"Staff" in client.get(article.get_absolute_url()).content
