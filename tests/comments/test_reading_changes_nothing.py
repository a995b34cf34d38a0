import re
import uuid

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver

from articles import subscriptions
from articles.models import Byline, SiteSettings, Subscriber, Tag
from comments import authorship, moderation, notices
from comments.models import Comment, Decision, Mailbox
from tests.conftest import signed_in
from tests.factories import make_author, make_comment, make_page, make_picture

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
    client = signed_in(bob, enforce_csrf_checks=True)
    comment = make_comment(article, status="pending")
    answers = {"comment": comment.pk, "version": 1, "decision": "approve", "chosen": f"{comment.pk}:1", "undo": 1}
    assert client.post(f"/desk/comments/comment/queue/{action}", answers).status_code == 403
    assert not Decision.objects.exists()


def addresses(resolver=None, prefix=""):
    """Each pattern of the site's addresses, whole."""
    for one in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, pattern)
        else:
            yield pattern


def filled(pattern, values):
    """The address that a pattern becomes with these values; what is left of a regular expression is cut away."""
    plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values(pattern, found[1])), plain)
    return "/" + plain.replace("\\.", ".").replace("^", "").replace("$", "")


WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.I)


@pytest.fixture
def walked(article, bob):
    """Every pattern there is, filled with what exists."""
    picture, author, tag = make_picture(), make_author(), Tag.objects.create(name="Bridges", slug="bridges")
    article.tags.add(tag)
    Byline.objects.create(article=article, author=author)
    page = make_page(slug="about")
    SiteSettings(name="The Tide", newsletter_promise="Three stories, every Saturday.").save()
    subscriber = Subscriber.objects.create(email="dora@example.org")
    comment = make_comment(article, email="charlie@example.org")
    rejected = make_comment(article)
    moderation.reject(rejected, bob, "abuse")
    mailbox = Mailbox.objects.create(email="charlie@example.org")
    values = {
        "article": article.pk, "article_id": article.pk, "slug": article.slug, "public_id": comment.public_id,
        "format": "rss", "year": f"{article.first_published_at:%Y}", "month": f"{article.first_published_at:%m}",
        "day": f"{article.first_published_at:%d}", "key": picture.key, "version": "0" * 12, "name": "whole-320.webp",
        "digest": "0" * 12, "width": 320, "kind": "article", "number": 1, "purpose": "show", "token": "x",
        "signed": "x", "window": uuid.uuid4(), "app_label": "articles", "url": "", "id": bob.pk,
    }  # fmt: skip
    slugs = {"section/": article.category.slug, "tag/": tag.slug, "author/": author.slug, "<str:slug>/": page.slug}

    def value(pattern, name):
        if name in ("object_id", "pk"):
            label, model = pattern.split("/")[1:3]
            found = apps.get_model(label, model).objects.order_by("pk").first()
            return found.pk if found else 1
        if name == "slug":
            return next((slug for start, slug in slugs.items() if pattern.startswith(start)), values["slug"])
        return values[name]

    walked = [filled(pattern, value) for pattern in addresses() if not pattern.startswith("desk/logout")]
    walked += [authorship.address(one, purpose) for one in (comment, rejected) for purpose in authorship.PURPOSES]
    walked += [subscriptions.confirm_address(subscriber), subscriptions.leave_address(subscriber)]
    walked += [notices.confirm_address(mailbox), notices.leave_address(mailbox), notices.digest_address(bob)]
    return walked


def writes(walked, readers, ask):
    """The rows that change while every address is asked for; sessions are nobody's business."""
    written = []

    def watch(execute, sql, *args):
        if WRITES.match(sql) and "django_session" not in sql:
            written.append((address, sql[:200]))
        return execute(sql, *args)

    with connection.execute_wrapper(watch):
        for reader in readers:
            for address in walked:
                ask(reader, address)
    return written


def root():
    return User.objects.create_superuser("root", "root@example.org", "a long secret")


def test_no_address_of_the_site_changes_a_row_when_it_is_read(client, walked):
    """Read by a reader and by whoever may do everything."""
    query = "?comment=1&version=1&decision=spam&undo=1&chosen=1:1&action=approve&q=bridge&zone=lead"

    def read(reader, address):
        for asked in (address, address + query):
            assert reader.get(asked).status_code < 500, asked

    assert not writes(walked, [client, signed_in(root())], read)


def test_no_form_of_another_site_changes_a_row(walked, bob):
    """Sent by the browser of a reader, a moderator and whoever may do everything, from a page elsewhere."""
    comment = make_comment(status="pending")
    answers = {
        "comment": comment.pk, "version": 1, "decision": "approve", "chosen": f"{comment.pk}:1", "undo": 1,
        "post": "yes", "name": "Mallory", "body": "Bought", "email": "mallory@example.org", "reason": "abuse",
        "kind": "ban", "action": "approve", "_selected_action": comment.pk, "keys": "off", "feed": "renew",
        "title": "x", "text": "x", "headline": "x", "frequency": "never", "account": "",
    }  # fmt: skip

    def send(reader, address):
        answer = reader.post(
            address, answers, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code < 500, address

    readers = [Client(enforce_csrf_checks=True)]
    readers += [signed_in(one, enforce_csrf_checks=True) for one in (bob, root())]
    keyed = ("/comments/mail/", "/newsletter/", "/draft/")  # whose address is the key, which nobody elsewhere has
    assert not writes([address for address in walked if not address.startswith(keyed)], readers, send)
