"""Make one tag or author of several. Every old address leads to the one that stays."""

from django.db import transaction

from articles import page_keys
from articles.models import ArticleTag, Author, Byline, FormerAddress, LiveUpdate, Tag
from newsroom import pagestore


@transaction.atomic
def merge_tags(target: Tag, others) -> int:
    """Tag with `target` whatever was tagged with `others`, and remove those. Returns how many articles changed."""
    changed = 0
    for other in others:
        tagged = ArticleTag.objects.filter(tag=other)
        changed += (
            tagged.exclude(content_object__in=ArticleTag.objects.filter(tag=target).values("content_object"))
        ).update(tag=target)
        _replace(other, target)
    # What showed the others goes with them; the lists of the one that stays grew.
    pagestore.purge(page_keys.in_tag(target.pk), *(page_keys.in_dossier(topic.pk) for topic in target.topics.all()))
    return changed


@transaction.atomic
def merge_authors(target: Author, others) -> int:
    """Put `target` in the place of `others` in every byline, and remove those. Returns how many bylines changed.

    What the target lacks, as a login or a portrait, is taken from the others, first come, first kept.
    """
    changed = 0
    for other in others:
        for role in Byline.Role.values:
            named = Byline.objects.filter(author=target, role=role).values("article")
            changed += Byline.objects.filter(author=other, role=role).exclude(article__in=named).update(author=target)
        Byline.objects.filter(author=other).delete()  # the target is named there in the same role
        updates = LiveUpdate.objects.filter(author=other)
        pagestore.purge(*map(page_keys.live, updates.values_list("article", flat=True).distinct()))
        updates.update(author=target)
        user, other.user = other.user, None
        Author.objects.filter(pk=other.pk).update(user=None)
        for name in ("role", "bio", "email", "website", "links", "picture"):
            if not getattr(target, name):
                setattr(target, name, getattr(other, name))
        target.user = target.user or user
        target.save()
        _replace(other, target)
    pagestore.purge(page_keys.by_author(target.pk))
    return changed


def _replace(other, target):
    kind, address = target._meta.model_name, other.get_absolute_url()
    FormerAddress.objects.filter(**{kind: other}).update(**{kind: target})
    other.delete()
    FormerAddress.remember(address, **{kind: target})
