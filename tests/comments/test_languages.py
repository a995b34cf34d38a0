"""What is said around comments can be said in other languages."""

import re

import pytest
from django.utils import timezone

from articles.models import SiteSettings
from comments.models import Comment
from tests.bracketed import GREEK, SENTENCE, Leftovers, bracketed
from tests.factories import make_article, make_author, make_category, make_comment, make_user

pytestmark = pytest.mark.django_db
OWN = {"Origin": "http://testserver"}


@pytest.fixture
def article():
    SiteSettings(name="Φάρος").save()
    make_category("Κόσμος", slug="world")
    return make_article(GREEK, slug="a", language="el", body=f"<p>{SENTENCE}</p>", authors=[make_author("Όνομα")])


def conversation(article):
    said = {"name": "Όνομα", "body": SENTENCE}
    first = make_comment(article, is_featured=True, edited_at=timezone.now(), **said)
    for number in range(30):
        reply = make_comment(parent=first if number % 3 else make_comment(article, **said), **said)
    make_comment(parent=reply, user=make_user("Ειρήνη"), **said)
    for status in ("withdrawn", "removed"):
        make_comment(parent=make_comment(article, status=status, **said), **said)
    return first


def test_nothing_around_comments_is_said_in_words_that_cannot_be_translated(client, write, article):
    first, left = conversation(article), Leftovers()
    form, page = f"/comments/write/{article.pk}/", article.get_absolute_url()
    with bracketed():
        left.see("the conversation", client.get(page))
        following = {
            address for address in re.findall(r'href="([^"#]*)', client.get(page).content.decode())
            if address.startswith(("?", page)) and "view=" not in address
        }  # fmt: skip
        for address in following:
            left.see("another part of it", client.get(page + address if address.startswith("?") else address))
        left.see("the form", client.get(form))
        left.see("an answer", client.get(f"{form}?parent={first.public_id}"))
        left.see("an answer to nothing", client.get(f"{form}?parent=nothing"))
        left.see("an empty comment", write(article, body="", name="", email="nobody"))
        left.see("a long one", write(article, body="α" * 2001, name="α" * 101))
        left.see("a very long one", write(article, body="α" * 10001, name="Όνομα"))
        left.see("a form that was not whole", client.post(form, {"body": SENTENCE, "name": "Όνομα"}))
        sent = write(article, body=SENTENCE, name="Όνομα", email="ann@reader.test")
        assert sent.status_code == 303
        mine, own = Comment.objects.order_by("pk").last(), client.get(sent["Location"])
        for status in ("pending", "approved", "rejected", "appealed", "hidden", "spam", "withdrawn", "removed"):
            Comment.objects.filter(pk=mine.pk).update(status=status)
            own = client.get(sent["Location"])
            left.see(f"one's own that is {status}", own)
            for address in re.findall(r'href="(/comments/own/(?!show|download)\w+/[^"]+/)"', own.content.decode()):
                left.see(address.split("/")[3], client.get(address))
        left.see("all one's own", client.get("/comments/own/"))
        left.see("nobody's", type(client)().get("/comments/own/"))
        left.see("reporting", client.get(f"/comments/{first.public_id}/report/"))
        left.see("a report without a reason", client.post(f"/comments/{first.public_id}/report/", {}, headers=OWN))
        said = client.post(f"/comments/{first.public_id}/report/", {"reason": "other", "text": GREEK}, headers=OWN)
        left.see("a report", client.get(said["Location"]) if said.status_code == 303 else said)
        left.see("a recommendation from elsewhere", client.post(f"/comments/{first.public_id}/recommend/"))
        article.comments_policy = "closed"
        article.save()
        left.see("a closed conversation", client.get(page))
        left.see("writing where it is closed", client.post(form, {"body": SENTENCE}))
    assert not left.found, str(left)
