"""When the conversation on an article's page changes: with each decision that shows or hides a comment.

The block of comments belongs to the article's page and has a key of its own there. What is held changes nothing.
"""

from django.db.models.signals import post_save, pre_delete, pre_save

from comments.models import Comment, Decision
from comments.models.comment import TOMBSTONES, VISIBLE
from comments.models.policy import Policy
from newsroom import pagestore

SEEN = {*VISIBLE, *TOMBSTONES}


EVERY_CONVERSATION, NEWEST = "comments", "comments-newest"


def conversation(article_pk):
    """The key of the conversation under an article; NEWEST is that of the feed of all of them."""
    return f"comments-{article_pk}"


def _decided(sender, instance, **kwargs):
    if not SEEN.isdisjoint({instance.from_status, instance.to_status}):
        pagestore.purge(conversation(instance.comment.article_id), NEWEST)


def _saved(sender, instance, **kwargs):
    if instance.status in SEEN:
        pagestore.purge(conversation(instance.article_id), NEWEST)


def _about_to_rule(sender, instance, **kwargs):
    """Keep what a policy was about: it may be of another article afterwards."""
    stored = Policy.objects.filter(pk=instance.pk).values_list("article", flat=True)
    instance._ruled_before = {_ruled_by(article) for article in stored}


def _ruled(sender, instance, **kwargs):
    pagestore.purge(_ruled_by(instance.article_id), *instance.__dict__.pop("_ruled_before", ()))


def _ruled_by(article_pk):
    return conversation(article_pk) if article_pk else EVERY_CONVERSATION


def listen():
    pre_save.connect(_about_to_rule, Policy, dispatch_uid="changes")
    for signal in (post_save, pre_delete):
        signal.connect(_ruled, Policy, dispatch_uid="changes")
    post_save.connect(_decided, Decision, dispatch_uid="changes")
    post_save.connect(_saved, Comment, dispatch_uid="changes")
    pre_delete.connect(_saved, Comment, dispatch_uid="changes")
