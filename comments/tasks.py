"""What is done about comments after the request that asked for it. Each may run twice, late, or never."""

import logging

from django.apps import apps

from comments.screening import checker, classifier
from newsroom.tasks import task

logger = logging.getLogger(__name__)


@task
def learn():
    """Learn anew from the desk's decisions."""
    classifier.train()


@task
def ask_checker(comment_id):
    """Ask the external checker about a comment and do what it says; where it does not answer, all stays as it is."""
    from comments import moderation

    comment = apps.get_model("comments", "Comment").objects.filter(pk=comment_id).first()
    if comment is None:
        return
    try:
        is_spam = checker.is_spam(comment)
    except checker.NoAnswer as error:
        logger.warning("The checker gave no answer about comment %s: %s.", comment_id, error)
        return
    moderation.heed_checker(comment, is_spam)
