"""What is not let through shows on no public page, not even in a count."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import notices, outbox
from comments.models import Comment, Mailbox, Outbox
from comments.models.comment import VISIBLE, Status
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

HELD = [status for status in Status if status not in VISIBLE]
TAKEN_BACK = [Status.WITHDRAWN, Status.REMOVED, Status.ERASED]  # whose place stays, with the replies below it


def public_pages(client, article):
    """Every public page that leads on from the front page, the sitemaps and the feeds."""
    waiting = [
        "/",
        "/sitemap.xml",
        "/sitemap-news.xml",
        "/robots.txt",
        "/feed/rss/",
        "/feed/atom/",
        "/feed/json/",
        "/search/?q=canary",
        "/search/?q=heron",
    ]
    waiting += [article.category.get_absolute_url(), f"{article.category.get_absolute_url()}rss/"]
    waiting += ["/conversations/moderation/", "/conversations/feed/rss/", "/conversations/feed/atom/"]
    waiting += ["/conversations/feed/json/", f"/conversations/{article.pk}/json/"]
    waiting += [f"/conversations/{article.pk}/rss/", f"/conversations/{article.pk}/atom/"]
    waiting += ["/api/", "/api/articles/", f"/api/articles/{article.pk}/"]
    seen = {}
    while waiting:
        address = waiting.pop()
        if address in seen or len(seen) > 200:
            continue
        response = client.get(address)
        seen[address] = response.content.decode(errors="replace") if not response.streaming else ""
        links = re.findall(r'(?:href="|<loc>(?:http://testserver)?)(/[^"<#]*)', seen[address])
        waiting += [
            link.replace("&amp;", "&") for link in links if not link.startswith(("/desk/", "/static/", "/media/"))
        ]
    return seen


@pytest.mark.parametrize("status", HELD)
def test_shows_nowhere_what_is_held(client, status):
    article = make_article("The heron")
    root = make_comment(article, "Visible words", name="Visible name")
    held = make_comment(
        article, "CANARYTEXT", parent=root, status=status, name="CANARYNAME", email="canarymail@example.org",
        held_because="CANARYREASON",
    )  # fmt: skip
    make_comment(parent=held, body="CANARYREPLY", status="pending", name="CANARYCHILD")
    pages = public_pages(client, article)
    assert len(pages) > 8
    assert any("Visible words" in page for page in pages.values())
    for address, page in pages.items():
        assert "CANARY" not in page, address
        assert "canarymail" not in page, address
        assert held.public_id not in page, address
        assert "2 comments" not in page, address


def test_shows_an_email_address_nowhere(client):
    article = make_article()
    make_comment(article, email="secret@example.org")
    assert not [address for address, page in public_pages(client, article).items() if "secret@example.org" in page]


def test_serves_the_same_page_to_everybody(client, write, article):
    before = client.get(article.get_absolute_url()).content
    write(article, body="Mine, and waiting")
    assert client.get(article.get_absolute_url()).content == before


def answers(client, article, held):
    """What a stranger gets who knows the name of a comment, at every address made of it, and of its article."""
    addresses = [f"/comments/{held}/", f"/comments/{held}/report/", f"/comments/{held}/recommend/"]
    addresses += [f"{article.get_absolute_url()}?thread={held}", f"/comments/write/{article.pk}/?parent={held}"]
    addresses += [f"/comments/own/on/{article.pk}/", "/comments/own/", "/comments/own/?download"]
    for address in addresses:
        for accept in ("text/html", "application/json"):
            yield address, accept, client.get(address, headers={"Accept": accept})
    yield "recommended", "", client.post(f"/comments/{held}/recommend/", headers={"Accept": "application/json"})
    yield "reported", "", client.post(f"/comments/{held}/report/", {"reason": "abuse"})


def told(response, name):
    """Everything that an answer says, headers too, without what is new in each and without the name asked for."""
    headers = sorted((key, value) for key, value in response.headers.items() if key != "Content-Length")
    text = (response.content.decode() + str(headers)).replace(name, "NAME")
    return re.sub(r'value="[^"]*"|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|"[0-9a-f]{32}"', "", text)


@pytest.mark.parametrize("status", HELD)
def test_answers_about_a_held_comment_as_about_one_that_never_was(client, status):
    article = make_article("The heron")
    held = make_comment(article, "CANARYTEXT", status=status, name="CANARYNAME", is_featured=status != "erased")
    client.get(article.get_absolute_url())
    never = [answer for _, _, answer in answers(client, article, "0123456789abcdef")]
    for (address, accept, answer), unknown in zip(answers(client, article, held.public_id), never, strict=True):
        assert answer.status_code == unknown.status_code, address
        assert told(answer, held.public_id) == told(unknown, "0123456789abcdef"), (address, accept)


@pytest.mark.parametrize("status", HELD)
def test_asks_the_same_of_the_database_whatever_is_held(client, status):
    """Time tells too: a held comment costs what none costs."""
    article = make_article("The heron")
    held = make_comment(article, "CANARYTEXT", status=status, public_id="0123456789abcde0").public_id
    client.get("/comments/0123456789abcde1/")  # what the page for lost readers shows is remembered
    for address in ("/comments/{}/", "/comments/{}/report/", "/comments/{}/recommend/"):
        asked = []
        for name in ("0123456789abcde1", held):
            with CaptureQueriesContext(connection) as queries:
                client.get(address.format(name))
            asked.append([query["sql"].replace(name, "NAME").split("WHERE")[0] for query in queries])
        assert asked[0] == asked[1]


@pytest.mark.parametrize("status", HELD)
def test_changes_no_tag_and_no_data_of_a_page(client, status):
    article = make_article("The heron")
    root = make_comment(article, "Visible words", is_featured=True)
    addresses = [article.get_absolute_url(), f"/conversations/{article.pk}/rss/", "/conversations/feed/atom/"]
    addresses.append(f"/api/articles/{article.pk}/")
    before = [(client.get(address)["ETag"], client.get(address).content) for address in addresses]
    make_comment(article, "CANARYTEXT", status=status, is_featured=True)
    make_comment(article, "CANARYREPLY", parent=root, status=status)
    after = [(client.get(address)["ETag"], client.get(address).content) for address in addresses]
    assert before == after
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', after[0][1].decode(), re.S)[1])
    assert data["commentCount"] == json.loads(after[3][1])["comments"]["count"] == 1
    assert [comment["text"] for comment in data["comment"]] == ["Visible words"]


@pytest.mark.parametrize("status", HELD)
def test_mails_nothing_of_what_is_held(client, status, settings):
    settings.SITE_ADDRESS = "http://testserver"
    article = make_article("The heron")
    root = make_comment(article, "Visible words")
    Mailbox.objects.create(email="ann@reader.test", confirmed_at=timezone.now())
    notices.follow("ann@reader.test", article, is_owner=True)
    notices.follow("ann@reader.test", article, root, is_owner=True)
    Outbox.objects.all().delete()
    held = make_comment(article, "CANARYTEXT", parent=root, name="CANARYNAME", status=status)
    reply = make_comment(article, "Said aloud", parent=root)
    make_comment(article, "CANARYREPLY", parent=held, status="approved" if status not in TAKEN_BACK else "pending")
    notices.tell(reply, reply.decisions.model(verb="approve", from_status="pending", to_status="approved"))
    later = timezone.now() + timedelta(hours=1)
    Comment.objects.update(created_at=later)
    Outbox.objects.update(due_at=timezone.now())
    notices.SETTLED, settled = -timedelta(hours=2), notices.SETTLED
    try:
        outbox.deliver()
    finally:
        notices.SETTLED = settled
    (letter,) = mail.outbox
    assert "Said aloud" in letter.body
    for text in (letter.body, letter.alternatives[0].content, str(letter.message())):
        assert "CANARY" not in text
