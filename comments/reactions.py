"""What readers say about each other's comments: this is worth reading, this should not be here.

Both work without an account. Who stands behind a press of a button is a digest (comments.senders.reader); a guest's
word weighs less than an account's, because a guest can come back as another.
"""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from comments import moderation
from comments.characters import normalise
from comments.models.comment import VISIBLE, Comment, Status
from comments.models.recommendation import Recommendation
from comments.models.report import Complaint, Report
from comments.policies import rules_for
from comments.scores import weigh

GUEST, ACCOUNT = 1, 3  # weights


def weight_of(user) -> int:
    return ACCOUNT if user is not None and user.is_authenticated else GUEST


def recommend(comment, reader, user=None) -> bool:
    """Count a reader's recommendation; return whether it was new. Raises Refused where nobody sees the comment."""
    _must_be_visible(comment)
    user = user if user is not None and user.is_authenticated else None
    if user is not None and user.pk == comment.user_id:
        raise moderation.Refused(_("This is your own comment. Others can recommend it."))
    weight = weight_of(user)
    try:
        with transaction.atomic():
            Recommendation.objects.create(comment=comment, reader=reader, user=user, weight=weight)
            Comment.objects.filter(pk=comment.pk).update(
                recommends=F("recommends") + 1, recommend_weight=F("recommend_weight") + weight
            )
            weigh(comment)
    except IntegrityError:
        return False
    return True


def unrecommend(comment, reader) -> bool:
    """Take a recommendation back; return whether there was one."""
    with transaction.atomic():
        mine = Recommendation.objects.filter(comment=comment, reader=reader).first()
        if mine is None or not Recommendation.objects.filter(pk=mine.pk).delete()[0]:
            return False
        Comment.objects.filter(pk=comment.pk, recommends__gt=0).update(
            recommends=F("recommends") - 1, recommend_weight=F("recommend_weight") - mine.weight
        )
        weigh(comment)
    return True


def report(comment, reporter, reason, text="", user=None) -> bool:
    """Keep a reader's report; return whether it was new.

    Once the open reports weigh what the article's rules say, the comment is hidden until a moderator has looked. One
    that a moderator approved is never hidden by guests alone. Raises Refused.
    """
    _must_be_visible(comment)
    if reason not in Complaint.values:
        raise moderation.Refused(_("Choose what is wrong with the comment."))
    user = user if user is not None and user.is_authenticated else None
    weight = weight_of(user)
    try:
        with transaction.atomic():
            Report.objects.create(
                comment=comment, reporter=reporter, user=user, reason=reason, text=normalise(text[:2000])[:500],
                weight=weight,
            )  # fmt: skip
            Comment.objects.filter(pk=comment.pk).update(report_weight=F("report_weight") + weight)
    except IntegrityError:
        return False
    with transaction.atomic():
        weigh(comment)
    _hide_if_too_many(comment)
    return True


def _hide_if_too_many(comment):
    fresh = Comment.objects.select_related("article").get(pk=comment.pk)
    if fresh.status not in VISIBLE or fresh.report_weight < rules_for(fresh.article).report_threshold:
        return
    if fresh.status == Status.APPROVED and not fresh.reports.open().filter(weight__gte=ACCOUNT).exists():
        return
    try:
        moderation.hide(fresh)
    except (moderation.NotAllowed, moderation.AlreadyDecided):  # somebody looked at it at this very moment
        return


def _must_be_visible(comment):
    if not Comment.objects.visible().filter(pk=comment.pk).exists():
        raise moderation.Refused(_("This comment is not here any more."))
