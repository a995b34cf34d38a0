"""Say in public what was wrong. A correction is never altered or taken back; see models/correction.py."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from articles.models import Article, Correction


@transaction.atomic
def correct(article, text, is_material=False, by=None, at=None):
    """Add a correction to an article that readers could have read, and tell them that the article has changed.

    `at` is for corrections made elsewhere before, now by default. Raises ValidationError in words.
    """
    if not article.is_issued():
        raise ValidationError("Nobody has read it yet, so there is nothing to correct: change the text.")
    correction = Correction(
        article=article, text=text.strip(), is_material=is_material, made_by=by, made_at=at or timezone.now()
    )
    correction.full_clean()
    correction.save()
    # One statement: whatever else is being written into the article at this moment stays.
    made_at = Value(correction.made_at, DateTimeField())
    Article.objects.filter(pk=article.pk).update(
        updated_at=Greatest(Coalesce("updated_at", made_at), made_at), modified_at=timezone.now()
    )
    article.refresh_from_db(fields=["updated_at", "modified_at"])
    return correction


def listed():
    """The corrections of all that was public once, newest first. One of anything else would tell of its story."""
    return (
        Correction.objects.filter(Exists(Article.objects.once_public().filter(pk=OuterRef("article_id")).order_by()))
        .select_related("article")
        .defer("article__body", "article__body_text")
        .order_by("-made_at", "-id")
    )
