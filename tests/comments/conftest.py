import html
import re

import pytest

from articles.models import SiteSettings
from tests.factories import make_article


@pytest.fixture
def article(db):
    return make_article("The river that was moved")


@pytest.fixture(autouse=True)
def _slow_readers(monkeypatch):
    """Let every form be read for a while before it is sent; what tests speed sets its own pace."""
    monkeypatch.setattr("comments.screening.form.TOO_FAST", 0)


@pytest.fixture(autouse=True)
def _every_comment_waits(monkeypatch):
    """Hold what nobody has read, as the site says unless a test lets it say something else."""
    monkeypatch.setattr(SiteSettings._meta.get_field("comments_policy"), "default", "pre")


@pytest.fixture
def write(client):
    """Fill in and send the form as a browser does: whatever it came with goes back."""

    def send(article, parent=None, fields=None, **answers):
        address = f"/comments/write/{article.pk}/" + (f"?parent={parent.public_id}" if parent else "")
        fields = fields or fields_of(client.get(address))
        return client.post(address, fields | {"name": "Charlie", "body": "Well said."} | answers)

    return send


def fields_of(response):
    """The hidden fields of the form on a page, by name."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    return {name: html.unescape(value) for name, value in found}
