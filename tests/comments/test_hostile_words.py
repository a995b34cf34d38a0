"""What a reader writes stays words wherever it shows: nothing in it becomes an element, a link or a cell."""

import csv
import json
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from articles.models import SiteSettings
from comments import authorship, moderation, notices, outbox, reactions
from comments.models import Comment, Mailbox, Outbox, Subscription
from tests.conftest import signed_in
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

BODY = """<xss-a><script>xss()</script><img src=x onerror=xss()><svg/onload=xss()>
"><xss-b onmouseover="xss()" x='y'>'><xss-c>--></textarea></title></style></script><xss-d>
javascript:xss() https://a.example/"onmouseover=xss() https://a.example/?a='><xss-e> JaVaScRiPt:xss()
http://javascript:xss()@a.example/ data:text/html,<xss-f> {{ xss }} {% xss %} &lt;xss-g&gt; ]]><xss-h>
<a href="javascript:xss()">x</a> \\u003cxss-i\\u003e \u2028<xss-j>"""
NAME = """=xss()"'><xss-k onclick=xss()></script>"""
EMAIL = '"<xss-l>"@reader.test'


class Elements(HTMLParser):
    """What a browser would make of a page, as far as it could do harm."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.harm, self.script, self.kind = [], False, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.script = tag == "script"
        self.kind = attributes.get("type")
        if tag.startswith("xss"):
            self.harm.append(tag)
        for name, value in attributes.items():
            address = name in ("href", "src", "action", "formaction", "srcset", "poster")
            if name.startswith("on") or address and (value or "").strip().lower().startswith(("javascript:", "data:")):
                self.harm.append((tag, name, value))

    def handle_endtag(self, tag):
        self.script = False

    def handle_data(self, data):
        if self.script and self.kind == "application/ld+json":
            json.loads(data)
        elif self.script and "xss" in data:
            self.harm.append(data)


def harm(response):
    return Elements(response.content.decode() if hasattr(response, "content") else response).harm


@pytest.fixture
def comment(article):
    root = make_comment(article, BODY, name=NAME, email=EMAIL, is_featured=True)
    make_comment(article, BODY, parent=root, name=NAME)
    return root


def test_the_parser_of_these_tests_sees_harm():
    assert len(Elements(BODY + NAME).harm) > 8


def test_on_the_pages_of_readers(client, article, comment):
    addresses = [article.get_absolute_url(), f"{article.get_absolute_url()}?thread={comment.public_id}"]
    addresses += [f"/comments/write/{article.pk}/?parent={comment.public_id}", f"/comments/{comment.public_id}/report/"]
    addresses += [f"/comments/{comment.public_id}/recommend/", "/conversations/moderation/"]
    addresses += [authorship.address(comment, purpose) for purpose in authorship.PURPOSES if purpose != "download"]
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        assert "xss" in page.content.decode() or "moderation" in address, address
        assert harm(page) == [], address


def test_in_what_is_given_back_after_a_mistake(client, write, article, comment):
    pages = [
        write(article, name=NAME, body=BODY, email="no address", website="<xss-z>"),
        write(article, parent=comment, name=NAME, body="x" * 2001 + BODY),
        client.post(f"/comments/follow/{article.pk}/", {"email": BODY}),
        client.post("/comments/own/erase-everything/", {"email": BODY}),
        client.post(f"/comments/{comment.public_id}/report/", {"reason": "<xss-z>", "text": BODY}),
        client.post(authorship.address(comment, authorship.EDIT), {"body": BODY + "x" * 2001}),
    ]
    for page in pages:
        assert "xss" in page.content.decode()
        assert harm(page) == []


def test_in_what_a_reader_takes_along_and_sees_of_their_own(client, write, article):
    write(article, name="Ann", body=BODY)
    for address in ("/comments/own/", f"/comments/own/on/{article.pk}/"):
        assert harm(client.get(address)) == []
        assert "xss" in client.get(address).content.decode()
    answer = client.get("/comments/own/?download")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]


def test_at_the_desk(as_bob, alice, article, comment):
    waiting = make_comment(
        article, BODY, parent=comment, name=NAME, email=EMAIL, status="pending", held_because=BODY[:300]
    )
    Comment.objects.filter(pk=waiting.pk).update(
        signals=[{"code": "word", "score": 1, "reason": BODY, "spans": [[2, 9], [4, 60]], "effect": "hold"}]
    )
    reactions.report(comment, "a", "other", BODY[:500])
    moderation.reject(make_comment(article, BODY, name=NAME, status="pending"), alice, "abuse", public_note=BODY[:500])
    mona = make_user("mona", "Moderators")
    mona.first_name = NAME[:30]
    mona.save()
    moderation.pass_on(waiting, mona, internal_note=BODY[:500])
    queue = "/desk/comments/comment/queue/"
    addresses = [queue, *(f"{queue}?tab={tab}" for tab in ("reported", "second", "decided")), f"{queue}figures/"]
    addresses += [f"{queue}context/{waiting.pk}/", f"{queue}sanction/{waiting.pk}/", "/desk/comments/comment/"]
    addresses += [f"/desk/comments/comment/{one.pk}/change/" for one in (comment, waiting)]
    addresses += ["/desk/comments/comment/?q=%3Cxss-z%3E", "/desk/comments/report/", "/desk/"]
    for address in addresses:
        page = as_bob.get(address)
        assert page.status_code == 200, address
        ours = [found for found in harm(page) if "xss" in str(found)]
        assert ours == [], address
    part = as_bob.get(queue, headers={"X-Requested-With": "queue"})
    assert harm(part) == []


def test_in_json_feeds(client, article, comment):
    for address in (f"/conversations/{article.pk}/json/", "/conversations/feed/json/"):
        feed = json.loads(client.get(address).content)
        assert len(feed["items"]) == 2
        for item in feed["items"]:
            assert harm(item.get("content_html", "")) == []


@pytest.mark.parametrize("format", ["rss", "atom"])
def test_in_feeds(client, article, comment, format):
    for address in (f"/conversations/{article.pk}/{format}/", f"/conversations/feed/{format}/"):
        feed = ElementTree.fromstring(client.get(address).content)
        for element in feed.iter():
            assert not element.tag.startswith("xss")
            if element.text and "xss" in element.text and element.tag.rpartition("}")[2] not in ("name", "creator"):
                assert harm(element.text) == [], element.tag


def test_in_letters(article, bob, charlie, settings):
    settings.SITE_ADDRESS = "http://testserver"
    hostile = make_article("<xss-m>\r\nBcc: all@example.org")
    root = make_comment(hostile)
    Mailbox.objects.create(email="ann@reader.test", confirmed_at=timezone.now())
    notices.follow("ann@reader.test", hostile, root, is_owner=True)
    notices.follow("ben@reader.test", hostile)
    Subscription.objects.update(created_at=timezone.now() - timezone.timedelta(days=1))
    moderation.approve(make_comment(parent=root, body=BODY, name=NAME, status="pending"), bob)
    moderation.reject(
        make_comment(hostile, BODY, name=NAME, status="pending", user=charlie), bob, "abuse", public_note=BODY[:500]
    )
    Outbox.objects.update(due_at=timezone.now())
    notices.SETTLED, settled = -notices.SETTLED, notices.SETTLED
    try:
        outbox.deliver()
    finally:
        notices.SETTLED = settled
    assert {address for letter in mail.outbox for address in letter.to} >= {
        "ann@reader.test", "ben@reader.test", charlie.email,
    }  # fmt: skip
    for letter in mail.outbox:
        assert harm(letter.alternatives[0].content) == []
        assert letter.message()["Bcc"] is None
        assert len(letter.subject.splitlines()) == 1


def test_in_the_moderators_letter(article, bob, settings):
    settings.SITE_ADDRESS = "http://testserver"
    SiteSettings(name="<xss-n> Tide\r\nBcc: all@example.org").save()
    bob.email, bob.first_name = "bob@reader.test", NAME[:30]
    bob.save()
    moderation.submit(article, name=NAME, body=BODY, email=EMAIL)
    for _ in range(2):  # the first writes a letter to each
        Outbox.objects.update(due_at=timezone.now())
        outbox.deliver()
    (letter,) = mail.outbox
    assert letter.to == ["bob@reader.test"]
    assert "1 comment waits" in letter.body
    assert harm(letter.alternatives[0].content) == []
    assert letter.message()["Bcc"] is None
    assert len(letter.subject.splitlines()) == 1
    for text in (letter.subject, letter.body, letter.alternatives[0].content):  # it quotes no reader
        assert "xss()" not in text


def test_in_exports_and_reports(tmp_path, article, comment):
    path, report = tmp_path / "comments.jsonl", tmp_path / "report.csv"
    call_command("export_comments", str(path), verbosity=0, with_email=True)
    lines = [json.loads(line) for line in path.read_text().split("\n") if line]
    assert [line["body"] for line in lines] == [BODY, BODY]
    call_command("import_comments", str(path), verbosity=0, report=report)
    for row in csv.reader(report.open()):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_a_name_of_the_desk_stays_words_for_readers(client, article, comment):
    """The desk's own words are shown as words too."""
    mona = make_user("mona", "Moderators")
    moderation.reject(comment, mona, "abuse", public_note=BODY[:500])
    assert harm(client.get(authorship.address(comment))) == []
    assert harm(signed_in(mona).get(f"/desk/comments/comment/{comment.pk}/change/")) == []
