import random
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, SiteSettings
from comments.models import Comment
from comments.threads import ORDERS, REPLIES_PER_PAGE, REPLIES_SHOWN, ROOTS_PER_PAGE, Conversation
from tests.factories import make_article, make_author, make_comment

pytestmark = pytest.mark.django_db


def names(article, order="best", after=""):
    return [node.comment.name for node in Conversation(article, order).page(after).nodes]


def all_nodes(article, order="best"):
    """Every node of every thread, each thread opened: what a patient reader comes to see."""
    found, after = [], ""
    while True:
        page = Conversation(article, order).page(after)
        for root in (node for node in page.nodes if not node.is_reply):
            following = ""
            while True:
                thread = Conversation(article).thread(root.comment.public_id, following)
                found += thread.nodes if not following else thread.nodes[1:]
                following = cursor(thread)
                if not following:
                    break
        after = cursor(page)
        if not after:
            return found


def cursor(page):
    return page.next_url.partition("comments=")[2]


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
    chain = make_chain(article, 6)
    nodes = Conversation(article).thread(chain[0].public_id).nodes
    assert [node.in_reply_to for node in nodes] == [None, None, "N1", "N2", "N3", "N4"]
    Comment.objects.filter(pk=chain[2].pk).update(status="withdrawn")
    nodes = Conversation(article).thread(chain[0].public_id).nodes
    assert [node.in_reply_to for node in nodes] == [None, None, None, None, "N3", "N4"]


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
    nodes = conversation.page().nodes
    assert [(node.is_tombstone, node.comment.name, node.comment.body) for node in nodes] == [
        (False, "N0", "Reply"), (True, "", ""), (False, "N2", "Reply"),
    ]  # fmt: skip
    assert conversation.total == 2
    assert nodes[2].in_reply_to is None
    assert b"TAKEN BACK" not in client.get(article.get_absolute_url()).content
    Comment.objects.filter(pk=chain[2].pk).update(status="rejected")
    assert names(article) == ["N0"]


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_queryset_about_what_is_visible(article, seed):
    chance = random.Random(seed)  # noqa: S311 (any order will do, the same each time)
    made = []
    for number in range(120):
        parent = chance.choice(made) if made and chance.random() < 0.8 else None
        status = chance.choice(["approved"] * 5 + ["published", "pending", "rejected", "withdrawn", "removed"])
        made.append(make_comment(article, parent=parent, status=status, name=str(number)))
    nodes = all_nodes(article)
    visible = list(Comment.objects.visible().order_by("pk").values_list("pk", flat=True))
    assert sorted(node.comment.pk for node in nodes if not node.is_tombstone) == visible
    assert Conversation(article).total == len(visible)
    assert 0 < len(visible) < 120
    # What keeps its place has something visible below it.
    for node in nodes:
        path = Comment.objects.get(pk=node.comment.pk).path
        assert not node.is_tombstone or Comment.objects.visible().filter(path__startswith=path).exists()


@pytest.mark.parametrize("order", ORDERS)
def test_pages_the_roots_without_losing_or_repeating_one(client, article, order):
    now = timezone.now().replace(microsecond=0)
    for number in range(ROOTS_PER_PAGE * 2 + 1):
        # Some at the same second, some with the same score.
        make_comment(
            article, name=f"R{number:03}", created_at=now + timedelta(seconds=number // 3), score=number % 4 / 7
        )
    seen, after = [], ""
    for _ in range(3):
        page = Conversation(article, order).page(after)
        seen += [node.comment.name for node in page.nodes]
        after = cursor(page)
    assert after == ""
    assert len(seen) == len(set(seen)) == ROOTS_PER_PAGE * 2 + 1
    address = Conversation(article, order).page().next_url
    html = client.get(address).content.decode()
    assert f">{seen[25]}<" in html
    assert f">{seen[0]}<" not in html
    assert f'href="{article.get_absolute_url()}' in html


def test_sorts_by_what_readers_find_best_with_editors_picks_first(client, article):
    now = timezone.now()
    for name, score, is_featured, hours in (
        ("Ann", 0.2, False, 1), ("Ben", 0.0, True, 2), ("Cho", 0.6, False, 3), ("Dov", 0.2, False, 4),
    ):  # fmt: skip
        make_comment(article, name=name, score=score, is_featured=is_featured, created_at=now - timedelta(hours=hours))
    assert names(article) == ["Ben", "Cho", "Dov", "Ann"]
    assert names(article, "newest") == ["Ann", "Ben", "Cho", "Dov"]
    assert names(article, "oldest") == ["Dov", "Cho", "Ben", "Ann"]
    page = client.get(article.get_absolute_url()).content.decode()
    assert "?order=newest#comments" in page
    assert "?order=oldest#comments" in page
    assert "order=best" not in page


def test_shows_what_editors_picked_beside_the_article(client, article):
    pick = make_comment(article, "Worth a look", name="Ann", is_featured=True)
    make_comment(article, "HELD BACK", is_featured=True, status="pending")
    page = client.get(article.get_absolute_url()).content.decode()
    rail = page.partition('class="picks"')[2].partition("</section>")[0]
    assert "Worth a look" in rail
    assert f"/comments/{pick.public_id}/" in rail
    assert "HELD BACK" not in page
    pick.is_featured = False
    pick.save()
    assert 'class="picks"' not in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "asked", ["0", "-1", "9" * 20, "x", "", "%F0%9F", "1~x~2~3", "1~nan~1~a", f"0~0.5~{'9' * 60}~a", "5~1~1~a"]
)
def test_answers_whatever_is_asked_for(client, article, asked):
    make_comment(article, name="Ann", score=1)
    query = f"?comments={asked}&thread={asked}&order={asked}"
    assert client.get(article.get_absolute_url() + query).status_code == 200


def test_leads_to_the_rest_of_a_long_thread(client, article):
    root = make_comment(article, name="Root")
    for number in range(REPLIES_SHOWN + 5):
        make_comment(parent=root, name=f"S{number:03}")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "S002" in page
    assert "S003" not in page
    assert "5 more replies" in page
    address = f"{article.get_absolute_url()}?thread={root.public_id}"
    assert address in page
    assert "S007" in client.get(address).content.decode()


def test_counts_no_hidden_reply_among_those_to_come(client, article):
    root = make_comment(article)
    for _ in range(REPLIES_SHOWN):
        make_comment(parent=root)
    rejected = make_comment(parent=root, status="rejected")
    make_comment(parent=rejected)
    assert b"more repl" not in client.get(article.get_absolute_url()).content


def test_shows_a_chain_of_a_thousand_replies(client, article, django_assert_max_num_queries):
    chain = make_chain(article, 1000)
    assert client.get(article.get_absolute_url()).status_code == 200
    response = client.get(f"/comments/{chain[-1].public_id}/")
    assert response["Location"].startswith(f"{article.get_absolute_url()}?thread={chain[0].public_id}&comments=")
    assert response["Location"].endswith(f"#comment-{chain[-1].public_id}")
    with django_assert_max_num_queries(5):
        page = Conversation(article).thread(chain[0].public_id, response["Location"].partition("comments=")[2])
    assert [node.comment.name for node in page.nodes] == ["N0", *(f"N{number}" for number in range(901, 1000))]
    Comment.objects.filter(pk=chain[0].pk).update(status="rejected")
    assert client.get(f"/comments/{chain[-1].public_id}/").status_code == 404


def test_pages_a_thread_without_losing_or_repeating_a_reply(article):
    root = make_comment(article)
    for number in range(REPLIES_PER_PAGE * 2):
        make_comment(parent=root, name=f"S{number:03}")
    replies = [node.comment.name for node in all_nodes(article) if node.is_reply]
    assert replies == [f"S{number:03}" for number in range(REPLIES_PER_PAGE * 2)]


def test_asks_six_queries_at_most_whatever_the_count(client, rf, article):
    def queries():
        fresh = Article.objects.prefetch_related("bylines__author").get(pk=article.pk)
        page = Template("{% load comments %}{% editors_picks article as picks %}{% comment_thread article %}")
        with CaptureQueriesContext(connection) as asked:
            page.render(Context({"article": fresh, "request": rf.get("/"), "site": SiteSettings.current()}))
        return len(asked) - 1  # the site's settings

    chain = make_chain(article, 5)
    few = queries()
    for root in range(40):
        comment = make_comment(article, name=f"R{root}", is_featured=root % 9 == 0)
        make_comment(parent=comment, status="approved" if root % 4 else "pending")
        make_comment(parent=comment, status="withdrawn")
    make_comment(parent=chain[-1])
    assert queries() == few <= 6


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


def test_tells_who_made_the_article_by_their_account_not_their_name(client, walter):
    article = make_article(authors=[make_author("Inés", user=walter)])
    badge = re.compile(r'class="staff">.*?Author\s*</span>', re.DOTALL)
    make_comment(article, name="Inés")
    assert not badge.search(client.get(article.get_absolute_url()).content.decode())
    make_comment(article, name="Walter", user=walter)
    assert badge.search(client.get(article.get_absolute_url()).content.decode())
