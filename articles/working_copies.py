"""Change an article that readers have without their seeing it, until the changes are published or their moment comes.

No job is needed: whoever asks for a page first after the moment finds the changes put in, by the middleware here, and
pages that were kept end at that moment.
"""

import logging

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from articles import moments, revisions
from articles.models import Article, WorkingCopy
from articles.models.article import Status
from articles.standing import log
from newsroom import pagestore

logger = logging.getLogger(__name__)

NEXT = "articles.next_update"
REMEMBERED = 5  # seconds for which another process may not know of changes that were scheduled for these seconds


def is_out(article):
    """Whether changes wait in a working copy: readers have the article, or had it until it expired."""
    return article.status == Status.PUBLISHED and article.published_at <= timezone.now()


def of(article):
    """The working copy of an article, or None."""
    if article.pk is None:
        return None
    return WorkingCopy.objects.select_related("revision__made_by", "base").filter(article=article).first()


def working_values(article, copy=None):
    """The article as the desk sees it: as it is stored, with what waits in its working copy."""
    copy = copy or of(article)
    return revisions.snapshot(article) | (copy.changes if copy else {})


def as_article(copy):
    """Return the article as it will be with its changes, in hand; nothing is saved."""
    article = Article.objects.get(pk=copy.article_id)
    revisions.put(article, copy.changes)
    return article


@transaction.atomic
def keep(article, values, by=None, note=""):
    """Save a snapshot: into the article, or beside it where readers have the article already. Return the version."""
    if not is_out(article):
        if article.pk and not article.revisions.exists():
            revisions.take(article, revisions.snapshot(article), note="As it was before")
        revisions.apply(article, values)
        revision = revisions.record(article, by, note)
        if article.status == Status.PUBLISHED:
            revision = revisions.mark_live(article, by)
        return revision
    live, copy = revisions.live(article), of(article)
    if copy is None and values == live.snapshot:
        return live
    if copy and copy.revision.snapshot == values:
        return copy.revision
    revision = revisions.take(article, values, by, note)
    if copy is None:
        WorkingCopy.objects.create(article=article, revision=revision, base=live)
    else:
        copy.revision = revision
        copy.save(update_fields=["revision"])
    return revision


@transaction.atomic
def revise(article, alter, by=None, note=""):
    """Change what is stored and what waits in the working copy alike, as for many articles at once.

    The article is read anew, so that nothing saved since it was listed is lost. `alter(now, waits)` gets a snapshot, of
    what is stored or of what waits, and returns what becomes other in it.
    """
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(of=("self",)))
    copy = of(article)
    changes = copy.changes if copy else {}
    stored = revisions.snapshot(article)
    revisions.apply(article, alter(stored, False))
    if not is_out(article):
        return revisions.record(article, by, note)
    live = revisions.live(article)
    if copy is None:
        return live
    waiting = live.snapshot | changes | alter(stored | changes, True)
    copy.base, copy.revision = live, revisions.take(article, waiting, by, note)
    copy.save(update_fields=["base", "revision"])
    return copy.revision


@transaction.atomic
def publish(article, by=None):
    """Give readers what waits in the working copy. Return the version they have now.

    What was changed in the article elsewhere meanwhile, a correction say, stays where the working copy left it alone.
    Raises ValidationError in words.
    """
    copy = of(article)
    if copy is None:
        return revisions.live(article)
    changes, wanted = copy.changes, copy.revision
    copy.delete()
    _put_in(article, changes)
    values = revisions.snapshot(article)
    revision = wanted if wanted.snapshot == values else revisions.take(article, values, by)
    revision.went_live_at = timezone.now()
    revision.save(update_fields=["went_live_at"])
    return revision


def _put_in(article, changes):
    try:
        with transaction.atomic():
            revisions.apply(article, changes)
    except IntegrityError as error:
        rivals = Article.objects.filter(slug=article.slug).exclude(pk=article.pk)
        if article.slug and rivals.exists():
            raise ValidationError({"slug": ["Another article has this slug by now. Choose another."]}) from error
        raise ValidationError(article.gaps() or "The changes and the article do not fit together.") from error


def fold(article):
    """Put the changes into an article that readers no longer have, and forget that they were apart.

    Taking an article down must not fail because of a slug that another has by now: it then keeps its own.
    """
    if copy := of(article):
        changes = copy.changes
        copy.delete()
        try:
            _put_in(article, changes)
        except ValidationError:
            article.refresh_from_db()
            _put_in(article, {name: value for name, value in changes.items() if name != "slug"})


@transaction.atomic
def schedule(article, at, by=None):
    """Have the changes go live at a moment to come, by themselves."""
    if at is None or at <= timezone.now():
        raise ValidationError({"update_at": ["Give a moment that lies ahead."]})
    if not WorkingCopy.objects.filter(article=article).update(goes_live_at=at, scheduled_by=by):
        raise ValidationError("There are no changes to schedule.")
    pagestore.purge(*moments.changed_by(of(article)))  # kept pages end at that moment
    _forget_next_moment()


def unschedule(article):
    WorkingCopy.objects.filter(article=article).update(goes_live_at=None, scheduled_by=None)
    _forget_next_moment()


def discard(article):
    """Forget the changes; the versions that hold them stay."""
    WorkingCopy.objects.filter(article=article).delete()
    _forget_next_moment()


def restore(article, revision, by=None):
    """Make the words, pictures and filing of an earlier version those of the desk again; readers see nothing of it.

    Raises ValidationError in words where it would go out by itself, unread or incomplete.
    """
    copy = of(article)
    if copy and copy.goes_live_at:
        raise ValidationError("Its changes go live by themselves. Take them off the schedule first.")
    earlier = {name: value for name, value in revision.snapshot.items() if name not in revisions.COURSE}
    wanted = working_values(article) | earlier
    if article.is_scheduled:
        restored = Article.objects.get(pk=article.pk)
        revisions.put(restored, wanted)
        if missing := restored.gaps():
            raise ValidationError(missing)
    return keep(article, wanted, by, f"Put back version {revision.number}")


# -- the moment comes


def _forget_next_moment():
    cache.delete(NEXT)
    transaction.on_commit(lambda: cache.delete(NEXT))  # somebody may have asked in between


def next_moment():
    """The next moment at which changes go live, or None. Asks the database once in a few seconds."""
    known = cache.get(NEXT)
    if known is None:
        due = WorkingCopy.objects.filter(goes_live_at__isnull=False).order_by("goes_live_at")
        known = due.values_list("goes_live_at", flat=True).first() or ""
        cache.set(NEXT, known, REMEMBERED)
    return known or None


def go_live():
    """Put in all changes whose moment has come; return how many."""
    moment = next_moment()
    if moment is None or moment > timezone.now():
        return 0
    done = 0
    for key in list(WorkingCopy.objects.filter(goes_live_at__lte=timezone.now()).values_list("article", flat=True)):
        with transaction.atomic():
            article = Article.objects.select_for_update(of=("self",)).get(pk=key)
            copy = WorkingCopy.objects.filter(article=article, goes_live_at__lte=timezone.now()).first()
            if copy is None:
                continue  # somebody else's request was quicker
            done += bool(_go_live(article, copy))
    cache.delete(NEXT)
    return done


def _go_live(article, copy):
    if not is_out(article):
        unschedule(article)
        return None
    try:
        with transaction.atomic():
            if missing := as_article(copy).gaps():
                raise ValidationError(missing)
            revision = publish(article, copy.scheduled_by)
    except (ValidationError, DatabaseError) as error:  # what waits must not keep readers from their pages
        why = error.messages if isinstance(error, ValidationError) else ["They and the article do not fit together."]
        unschedule(article)
        log("update", article, None, "The changes could not go live", note=" ".join(why))
        logger.warning("Changes of article %s could not go live", article.pk)
        return None
    log("update", article, copy.scheduled_by, f"Changes went live as scheduled: {revision}")
    return revision


def updates_on_time(get_response):
    """Middleware: changes whose moment has come are live before anybody gets a page."""

    def middleware(request):
        if not request.path_info.startswith(("/desk/", settings.STATIC_URL)):
            go_live()
        return get_response(request)

    return middleware
