from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import SiteSettings
from comments.models import Policy
from comments.policies import Rules, rules_for
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    return make_article(category=make_category("Tennis", parent=make_category("Sport")))


def test_says_what_the_site_says_where_nothing_is_said(story):
    assert rules_for(story) == Rules("pre")
    SiteSettings(comments_policy="open").save()
    Policy.objects.create(is_sensitive=True)
    assert rules_for(story) == Rules("open", is_sensitive=True)


def test_lets_the_nearest_word_win(story):
    tennis = story.category
    Policy.objects.create(close_after_days=30, allows_links=False, surge_at=5)
    Policy.objects.create(section=tennis.parent, mode="open", close_after_days=20, is_sensitive=True)
    Policy.objects.create(section=tennis, mode="trusted", close_after_days=10)
    Policy.objects.create(section=make_category("Food"), mode="off", close_after_days=1)
    assert rules_for(story) == Rules("trusted", 10, allows_links=False, is_sensitive=True, surge_at=5)
    Policy.objects.create(article=story, is_sensitive=False)
    story.comments_policy = "pre"
    rules = rules_for(story)
    assert (rules.mode, rules.is_sensitive) == ("pre", False)


def test_closes_after_so_many_days(client, story):
    Policy.objects.create(section=story.category, close_after_days=3)
    assert rules_for(story).take_comments(story)
    story.first_published_at = timezone.now() - timedelta(days=4)
    story.save()
    assert not rules_for(story).take_comments(story)
    assert client.get(f"/comments/write/{story.pk}/").status_code == 403
    Policy.objects.create(article=story, close_after_days=0)
    assert rules_for(story).take_comments(story)


@pytest.mark.parametrize(
    "fields", [{}, {"mode": "open"}, {"section": 1, "article": 1}, {"report_threshold": 0}, {"section": 1, "mode": "x"}]
)
def test_refuses_a_policy_of_nothing_or_of_both(story, fields):
    Policy.objects.create()
    about = {"section": story.category, "article": story}
    policy = Policy(**{name: about.get(name, value) for name, value in fields.items()})
    with pytest.raises(ValidationError):
        policy.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        policy.save()


@pytest.mark.parametrize("with_sections", [False, True])
def test_asks_few_queries(story, django_assert_num_queries, with_sections):
    site = SiteSettings.current()
    Policy.objects.create(article=story, surge_at=3)
    if with_sections:
        Policy.objects.create(section=story.category.parent, mode="open")
    with django_assert_num_queries(1 + with_sections):
        rules_for(story, site)
