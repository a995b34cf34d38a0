"""The public page of figures says what the desk sees, and nothing of anybody."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone, translation

from articles.models import SiteSettings
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


def test_says_in_words_how_long_readers_wait(client, article, bob):
    cache.clear()
    comment = make_comment(article, status="pending", created_at=timezone.now() - timedelta(hours=42))
    moderation.approve(comment, bob)
    assert "decided within1 day, 18 hours" in words(client.get("/conversations/moderation/")).replace("\xa0", " ")


@pytest.mark.parametrize(("language", "reason"), [("de", "Er wirbt"), ("fr", "Il fait de la publicité")])
def test_names_reasons_in_the_language_of_the_site(client, article, bob, settings, language, reason):
    cache.clear()
    settings.LANGUAGE_CODE = language
    moderation.reject(make_comment(article, status="pending"), bob, "advert")
    with translation.override(language):
        assert reason in words(client.get("/conversations/moderation/"))


def test_every_page_leads_to_it_and_robots_may_follow(client):
    assert 'href="/conversations/moderation/"' in client.get("/").content.decode()
    assert "Disallow: /conversations" not in client.get("/robots.txt").content.decode()
    SiteSettings(comments_policy="off").save()
    assert 'href="/conversations/moderation/"' not in client.get("/").content.decode()
