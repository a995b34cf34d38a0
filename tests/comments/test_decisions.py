import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from comments import moderation
from comments.models import Decision
from comments.models.decision import AppendOnly
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(bob):
    return moderation.approve(make_comment(status="pending"), bob)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda decision: decision.save(),
        lambda decision: decision.delete(),
        lambda decision: Decision.objects.all().delete(),
        lambda decision: Decision.objects.update(reason="abuse"),
        lambda decision: Decision.objects.bulk_update([decision], ["reason"]),
        lambda decision: Decision.objects.update_or_create(pk=decision.pk, defaults={"reason": "abuse"}),
        lambda decision: Decision.objects.bulk_create(
            [decision], update_conflicts=True, update_fields=["reason"], unique_fields=["id"]
        ),
        lambda decision: decision.comment.decisions.update(reason="abuse"),
    ],
)
def test_is_never_changed_nor_removed(decision, attempt):
    with pytest.raises(AppendOnly), transaction.atomic():
        attempt(decision)
    assert Decision.objects.get().reason == ""


def test_outlives_whom_and_what_it_is_about(decision, bob):
    for subject in (bob, decision.comment, decision.comment.article):
        with pytest.raises(ProtectedError), transaction.atomic():
            subject.delete()


def test_names_who_or_what_decided(decision):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(comment=decision.comment, verb="approve", to_status="approved", version=9)


def test_keeps_what_the_comment_said(decision):
    assert decision.text == "Well said."


def test_begins_with_the_submission(write, article):
    write(article)
    decision = Decision.objects.get()
    assert (decision.rule, decision.from_status, decision.to_status, decision.actor) == (
        "submitted",
        "",
        "pending",
        None,
    )
