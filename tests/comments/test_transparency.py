"""The public page of figures says what the desk sees, and nothing of anybody."""

import pytest
from django.core.cache import cache

from comments import moderation
from comments.models import Comment
from tests.articles.desk_forms import words
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def test_tells_how_comments_are_moderated(client, write, article, bob):
    cache.clear()
    write(article, body="CANARYTEXT", name="CANARYNAME")
    moderation.reject(make_comment(article, status="pending"), bob, "abuse", public_note="CANARYNOTE")
    page = client.get("/conversations/moderation/")
    told = words(page)
    assert "Comments sent1" in told
    assert "Rejected by them1" in told
    assert "Insults or threatens somebody1 (100" in told
    assert "CANARY" not in page.content.decode()
    assert page["Cache-Control"].startswith("public")
    assert Comment.objects.count() == 2
