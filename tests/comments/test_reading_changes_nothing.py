import pytest
from django.test import Client

from comments import moderation
from comments.models import Comment, Decision
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def rows():
    return list(Comment.objects.order_by("pk").values()), list(Decision.objects.order_by("pk").values())


def test_changes_no_row_by_reading(client, as_bob, write, article, bob):
    posted = write(article)["Location"]
    comment = make_comment(article)
    decision = moderation.reject(make_comment(article), bob, "abuse")
    before = rows()
    addresses = [
        article.get_absolute_url(), posted, f"/comments/write/{article.pk}/", f"/comments/{comment.public_id}/",
        f"/comments/write/{article.pk}/?parent={comment.public_id}&body=x&name=y",
    ]  # fmt: skip
    desk = "/desk/comments/comment/"
    query = f"?comment={comment.pk}&version=1&decision=spam&undo={decision.pk}&chosen={comment.pk}:1&action=approve"
    for address in addresses:
        client.get(address)
        client.head(address)
    actions = [f"queue/{name}" for name in ("", "decide/", "decide/many/", "undo/", "undo/many/")]
    for address in ("", f"{comment.pk}/change/", *actions):
        as_bob.get(desk + address + query)
    assert rows() == before


@pytest.mark.parametrize("action", ["decide/", "decide/many/", "undo/", "undo/many/"])
def test_decides_for_the_desks_own_forms_alone(bob, article, action):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    comment = make_comment(article, status="pending")
    answers = {"comment": comment.pk, "version": 1, "decision": "approve", "chosen": f"{comment.pk}:1", "undo": 1}
    assert client.post(f"/desk/comments/comment/queue/{action}", answers).status_code == 403
    assert not Decision.objects.exists()
