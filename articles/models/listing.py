from django.db import models
from django.db.models import Q
from django.utils import timezone


class ListingQuerySet(models.QuerySet):
    def public(self, at=None):
        """What of it the public may read at the given moment, now by default: ArticleQuerySet.published() once more."""
        at = at or timezone.now()
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), published_at__lte=at)

    def newest_first(self):
        return self.order_by("-published_at", "-article")

    def ids(self):
        """The ids of its public articles, newest first, from one index and nothing else."""
        return self.public().newest_first().values_list("article_id", flat=True)


class Listing(models.Model):
    """That an article, published now or later, stands in a list that readers page through.

    Triggers keep it (migration 0006_listings), within the transaction of whatever changes an article, what it is
    filed under or the tree of sections. Nothing else writes here. What belongs here the view
    articles_listing_source says.
    """

    class Kind(models.IntegerChoices):
        SECTION = 1, "Section, with all below it"
        TAG = 2, "Tag"
        AUTHOR = 3, "Author"
        TOPIC = 4, "Topic, by its tags"

    pk = models.CompositePrimaryKey("article_id", "kind", "number")
    article = models.ForeignKey("articles.Article", models.DO_NOTHING, db_constraint=False, db_index=False)
    kind = models.PositiveSmallIntegerField(choices=Kind)
    number = models.BigIntegerField(help_text="The id of the section, tag, author or topic.")
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                models.F("kind"),
                models.F("number"),
                models.F("published_at").desc(),
                models.F("article").desc(),
                models.F("expires_at"),
                name="listing_newest",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}: {self.article_id}"


class Month(models.Model):
    """How many articles first came out, or will, in a month (of UTC), and when its sitemap last told of a change.

    Triggers keep it as they keep Listing.
    """

    month = models.CharField(primary_key=True, max_length=7, help_text="As in 2026-11.")
    number = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    def __str__(self):
        return self.month


def in_section(section):
    return Listing.objects.filter(kind=Listing.Kind.SECTION, number=section.pk)


def with_tag(tag):
    return Listing.objects.filter(kind=Listing.Kind.TAG, number=tag.pk)


def by_author(author):
    return Listing.objects.filter(kind=Listing.Kind.AUTHOR, number=author.pk)


def in_topic(dossier):
    return Listing.objects.filter(kind=Listing.Kind.TOPIC, number=dossier.pk)
