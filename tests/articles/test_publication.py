from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles.models import Article
from articles.models.article import Status
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEW, Status.APPROVED, Status.WITHDRAWN])
def test_shows_nothing_that_is_not_published(status):
    make_article(status=status)
    assert not Article.objects.published().exists()


def test_hides_articles_under_embargo():
    article = make_article(at=timezone.now() + timedelta(minutes=1))
    assert not Article.objects.published().exists()
    assert Article.objects.published(article.published_at).get() == article
    assert Article.objects.scheduled().get() == article


def test_hides_articles_that_have_expired():
    now = timezone.now()
    article = make_article(at=now - timedelta(days=2), expires_at=now + timedelta(hours=1))
    assert Article.objects.published(now + timedelta(minutes=59)).exists()
    assert not Article.objects.published(now + timedelta(hours=1)).exists()
    assert article.is_public()
    assert not article.is_public(now + timedelta(hours=1))


def test_the_row_and_the_query_agree_at_every_moment():
    now = timezone.now()
    article = make_article(at=now, expires_at=now + timedelta(hours=2))
    for minutes in (-1, 0, 1, 119, 120, 121):
        moment = now + timedelta(minutes=minutes)
        assert Article.objects.published(moment).exists() == article.is_public(moment)


def test_publishing_again_keeps_the_first_date():
    article = make_article(at=timezone.now() - timedelta(days=30))
    first = article.first_published_at
    article.take_down()
    article.publish()
    assert (article.first_published_at, article.published_at) == (first, first)


def test_moving_a_scheduled_article_moves_its_first_date():
    article = make_article(at=timezone.now() + timedelta(days=2))
    sooner = timezone.now() + timedelta(days=1)
    article.publish(at=sooner)
    assert article.first_published_at == sooner


def test_taking_down_what_was_never_out_makes_it_a_draft():
    article = make_article(at=timezone.now() + timedelta(days=2))
    article.take_down()
    assert (article.status, article.first_published_at) == (Status.DRAFT, None)


def test_names_everything_that_keeps_an_article_back():
    article = make_article(published=False, category=None, body="")
    with pytest.raises(ValidationError) as raised:
        article.publish()
    assert set(raised.value.message_dict) == {"category", "body"}
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_cannot_take_a_step_that_does_not_exist():
    article = make_article()
    with pytest.raises(ValidationError, match="cannot become in review"):
        article.send_to_review()


def test_makes_a_slug_that_is_free():
    category = make_category("Politics")
    slugs = [make_article("Größe des Himmels", category=category).slug for _ in range(3)]
    assert slugs == ["größe-des-himmels", "größe-des-himmels-2", "größe-des-himmels-3"]


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("山上的茶", "山上的茶"),
        ("طريق القوافل", "طريق-القوافل"),
        ("🎉🎉", "story"),
        ("<b>Bold</b>", "bbold/b".replace("/", "")),
    ],
)
def test_makes_a_slug_of_any_script(headline, slug):
    assert make_article(headline).slug == slug


def test_counts_words_and_keeps_the_plain_text():
    article = make_article(body="<p>One two</p><p>three</p>")
    assert (article.body_text, article.word_count) == ("One two three", 3)


def test_counts_a_text_without_spaces_by_reading_time():
    article = make_article(body=f"<p>{'山' * 1000}</p>")
    assert article.reading_minutes == 2
