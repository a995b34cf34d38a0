import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from articles.models import Article
from comments.models import Comment

pytestmark = pytest.mark.django_db


def snapshot():
    return (
        list(Article.objects.order_by("slug").values_list("slug", "headline", "published_at")),
        list(Comment.objects.order_by("public_id").values_list("public_id", "body", "status")),
    )


def made():
    """Generate with one seed, look, and leave no trace."""
    with transaction.atomic():
        call_command("generate", articles=20, comments=1100, seed=7, verbosity=0)
        found = snapshot(), Comment.objects.exclude(parent=None).exists()
        transaction.set_rollback(True)
        return found


def test_the_same_seed_makes_the_same_texts():
    first, has_replies = made()
    assert has_replies
    assert [len(part) for part in first] == [20, 1100]
    assert made()[0] == first


def test_a_second_run_adds(db):
    call_command("generate", articles=5, verbosity=0)
    call_command("generate", articles=5, seed=2, verbosity=0)
    assert Article.objects.count() == 10


def test_a_negative_number_is_refused(db):
    with pytest.raises(CommandError, match="-1 articles cannot be made"):
        call_command("generate", articles=-1)
