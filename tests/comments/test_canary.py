"""What is not let through shows on no public page, not even in a count."""

import re

import pytest

from comments.models.comment import VISIBLE, Status
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

HELD = [status for status in Status if status not in VISIBLE]


def public_pages(client, article):
    """Every public page that leads on from the front page, the sitemaps and the feeds."""
    waiting = ["/", "/sitemap.xml", "/robots.txt", "/feed/rss/", "/feed/atom/", "/search/?q=canary", "/search/?q=heron"]
    waiting += [article.category.get_absolute_url(), f"{article.category.get_absolute_url()}rss/"]
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
