"""By what the best comments come first."""

import math

from django.db.models import Sum
from django.db.models.functions import Coalesce

from comments.changes import conversation
from comments.models.comment import Comment
from comments.models.report import Report
from newsroom import pagestore

CONFIDENCE = 1.96  # standard deviations: 95 of 100


def wilson(good: float, total: float) -> float:
    """Return the lower bound of the share of `good` in `total`, as far as so few voices can tell; from 0 to 1."""
    if not total:
        return 0.0
    share, z = good / total, CONFIDENCE
    centre = share + z * z / (2 * total)
    margin = z * math.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    return min(1.0, max(0.0, (centre - margin) / (1 + z * z / total)))


def weigh(comment):
    """Work out a comment's score: recommendations against the reports that no moderator turned down."""
    against = Report.objects.filter(comment=comment).exclude(state=Report.State.DISAGREED)
    bad = against.aggregate(weight=Coalesce(Sum("weight"), 0))["weight"]
    good = Comment.objects.values_list("recommend_weight", flat=True).get(pk=comment.pk)
    comment.score = wilson(good, good + bad)
    Comment.objects.filter(pk=comment.pk).update(score=comment.score)
    pagestore.purge(conversation(comment.article_id))
