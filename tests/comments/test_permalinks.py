import pytest

from articles.models import Article
from comments.models import Comment
from comments.threads import REPLIES_PER_PAGE, ROOTS_PER_PAGE
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def test_leads_to_the_page_the_comment_is_on(client, article):
    roots = [make_comment(article, name=f"R{number}") for number in range(ROOTS_PER_PAGE + 1)]
    reply = make_comment(parent=roots[-1], name="A reply")
    first, later, root = (client.get(f"/comments/{comment.public_id}/") for comment in (roots[0], reply, roots[-1]))
    assert first["Location"] == f"{article.get_absolute_url()}#comment-{roots[0].public_id}"
    assert later["Location"] == f"{article.get_absolute_url()}?thread={roots[-1].public_id}#comment-{reply.public_id}"
    for response, comment in ((first, roots[0]), (later, reply), (root, roots[-1])):
        assert f'id="comment-{comment.public_id}"'.encode() in client.get(response["Location"]).content


def test_leads_to_the_page_of_a_long_thread_the_comment_is_on(client, article):
    root = make_comment(article)
    replies = [make_comment(parent=root) for _ in range(REPLIES_PER_PAGE + 1)]
    for comment in (replies[3], replies[-2], replies[-1]):
        address = client.get(f"/comments/{comment.public_id}/")["Location"]
        assert f'id="comment-{comment.public_id}"'.encode() in client.get(address).content


def answers(client, public_id):
    response = client.get(f"/comments/{public_id}/")
    return response.status_code, response.content, sorted(response.headers.items())


@pytest.mark.parametrize("status", ["pending", "rejected", "spam", "hidden", "appealed", "withdrawn", "removed"])
def test_answers_for_a_hidden_comment_as_for_none(client, article, status):
    hidden = make_comment(article, status=status)
    assert answers(client, hidden.public_id) == answers(client, "0123456789abcdef")
    assert answers(client, hidden.public_id)[0] == 404


def test_answers_for_a_comment_below_a_hidden_one_as_for_none(client, article):
    reply = make_comment(parent=make_comment(article, status="rejected"))
    assert answers(client, reply.public_id) == answers(client, "0123456789abcdef")


def test_answers_for_a_comment_on_a_hidden_article_as_for_none(client, article):
    comment = make_comment(article)
    Article.objects.update(status="withdrawn", release=None)
    assert answers(client, comment.public_id) == answers(client, "0123456789abcdef")


def test_tells_nothing_by_its_name():
    assert len({Comment().public_id for _ in range(100)}) == 100
