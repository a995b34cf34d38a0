"""Change an article that readers have without their seeing it, until the changes are published or their moment comes.

No job is needed for that: see going_out.py.
"""

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles import comparing, moments, revisions
from articles.models import Article, WorkingCopy
from articles.models.article import Status, ask_gates
from articles.passages import merged
from articles.standing import in_words, made
from newsroom import pagestore
from newsroom.prepared import Prepared

CHANGED = "That has been changed again meanwhile. Compare with what the desk has now."
NEXT = "articles.next_moment"  # where going_out.py remembers when it has to look again


def is_out(article):
    """Whether changes wait in a working copy: readers have the article, or had it until it expired."""
    return article.status == Status.PUBLISHED and article.published_at <= timezone.now()


def of(article):
    """The working copy of an article, or None."""
    return next(iter(_of.rows(article=article.pk)), None) if article.pk else None


_of = Prepared(  # one press at the desk asks it five times
    lambda article: WorkingCopy.objects.select_related("revision__made_by", "base").filter(article=article)
)


def as_stored(pk):
    """The article as it is stored. Raises DoesNotExist where there is none any more."""
    for article in _as_stored.rows(pk=pk):
        return article
    raise Article.DoesNotExist


_as_stored = Prepared(lambda pk: Article.objects.filter(pk=pk))


def working_values(article, copy=None):
    """The article as the desk sees it: as it is stored, with what waits in its working copy."""
    copy = copy or of(article)
    return revisions.snapshot(article) | (copy.changes if copy else {})


def version(article):
    """The version that the desk has of an article, or None: of changes that were dropped it is the one before them."""
    if copy := of(article):
        return copy.revision
    found = article.revisions.select_related("made_by")
    if is_out(article):
        return found.filter(went_live_at__isnull=False).order_by("-went_live_at", "-number").first() or found.first()
    return found.first()


def as_article(copy):
    """Return the article as it will be with its changes, in hand; nothing is saved."""
    article = as_stored(copy.article_id)
    revisions.put(article, copy.changes)
    return article


@transaction.atomic
def keep(article, values, by=None, note="", is_asked=False):
    """Save a snapshot: into the article, or beside it where readers have the article already. Return the version.

    Of what goes out by itself the gates are asked, unless whoever says `is_asked` has done so.
    """
    if not is_out(article):
        if article.pk and not article.revisions.exists():
            revisions.take(article, revisions.snapshot(article), note="As it was before")
        revisions.apply(article, values, is_asked)
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
    what is stored or of what waits, and returns what becomes other in it. Raises ValidationError with what the gates
    find in what is published that was not in it before.
    """
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(of=("self",)))
    copy = of(article)
    changes = copy.changes if copy else {}
    stored = revisions.snapshot(article)
    altered = alter(stored, False)
    tags = altered.get("tags", stored["tags"])
    is_asked = article.status == Status.PUBLISHED and tags != stored["tags"]
    if is_asked and (found := article.objections_to(as_stored(article.pk), tags)):
        raise ValidationError(found)
    revisions.apply(article, altered)
    if not is_out(article):
        return revisions.record(article, by, note)
    live = revisions.live(article)
    if copy is None:
        return live
    waiting = live.snapshot | changes | alter(stored | changes, True)
    copy.base, copy.revision = live, revisions.take(article, waiting, by, note)
    copy.save(update_fields=["base", "revision"])
    return copy.revision


def objections(article, at):
    """What the gates find in the changes that wait, as they would go live at a moment, by field; nothing of it stored.

    They are asked of what is new: what readers have already keeps no correction back.
    """
    copy = of(article)
    wanted, before = as_article(copy), as_stored(article.pk)
    return wanted.gaps() or ask_gates(wanted, at, tags=copy.changes.get("tags"), before=before)


@transaction.atomic
def publish(article, by=None, entry=None):
    """Give readers what waits in the working copy. Return the version they have now.

    What was changed in the article elsewhere meanwhile, a correction say, stays where the working copy left it alone.
    Raises ValidationError in words: also of what the gates object to, unless who hands in the row of the log, `entry`,
    has asked them.
    """
    copy = of(article)
    if copy is None:
        return revisions.live(article)
    if entry is None:
        entry = made("update", by, "Published changes")
        if found := objections(article, timezone.now()):
            raise ValidationError(found)
    changes, wanted = copy.changes, copy.revision
    copy.delete()
    _put_in(article, changes)
    values = revisions.snapshot(article)
    revision = wanted if wanted.snapshot == values else revisions.take(article, values, entry.made_by)
    revision.went_live_at = timezone.now()
    revision.save(update_fields=["went_live_at"])
    article.enter(entry)
    return revision


def _put_in(article, changes):
    try:
        with transaction.atomic():
            revisions.apply(article, changes, is_asked=True)
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
def schedule(article, at, by=None, entry=None):
    """Have the changes go live at a moment to come, by themselves; `publish` tells of the gates, asked again then."""
    if at is None or at <= timezone.now():
        raise ValidationError({"update_at": ["Give a moment that lies ahead."]})
    copy = of(article)
    if copy is None:
        raise ValidationError("There are no changes to schedule.")
    if entry is None:
        entry = made("schedule_update", by, "")
        if found := objections(article, at):
            raise ValidationError(found)
    copy.goes_live_at, copy.scheduled_by = at, entry.made_by
    copy.save(update_fields=["goes_live_at", "scheduled_by"])
    entry.words = f"Changes set to go live on {in_words(at)}"
    article.enter(entry)
    pagestore.purge(*moments.changed_by(of(article)))  # kept pages end at that moment
    forget_next_moment()


def unschedule(article):
    WorkingCopy.objects.filter(article=article).update(goes_live_at=None, scheduled_by=None)
    forget_next_moment()


def discard(article):
    """Forget the changes; the versions that hold them stay."""
    WorkingCopy.objects.filter(article=article).delete()
    forget_next_moment()


def restore(article, revision, by=None):
    """Make the words, pictures and filing of an earlier version those of the desk again; readers see nothing of it.

    Raises ValidationError in words where it would go out by itself, unread or incomplete.
    """
    earlier = {name: value for name, value in revision.snapshot.items() if name not in revisions.COURSE}
    return _put_back(article, earlier, by, f"Put back version {revision.number}")


def put_back(article, name, old, new, place=None, by=None, note=""):
    """Give a field at the desk what it had in `old`, the earlier of two versions that were compared.

    With a `place` in comparing.sides(), only that passage of a text. Raises ValidationError as `restore` does, and
    where the field, or that passage, is no longer as it is in `new`.
    """
    value = _as_before(old.snapshot.get(name), new.snapshot.get(name), working_values(article).get(name), place)
    return _put_back(article, {name: value}, by, note)


def _as_before(before, after, now, place):
    if place is None and now in (before, after):
        return before
    wanted = None
    if place is not None:
        sides = enumerate(comparing.sides(before, after))
        wanted = merged(after, "".join(side[0 if at == place else 1] for at, side in sides), now)
    if wanted is None:
        raise ValidationError(CHANGED)
    return wanted


def _put_back(article, values, by, note):
    copy = of(article)
    if copy and copy.goes_live_at:
        raise ValidationError("Its changes go live by themselves. Take them off the schedule first.")
    wanted = working_values(article, copy) | values
    if article.is_scheduled:
        restored = as_stored(article.pk)
        revisions.put(restored, wanted)
        before = as_stored(article.pk)
        if found := restored.gaps() or ask_gates(restored, article.goes_out_at, tags=wanted["tags"], before=before):
            raise ValidationError(found)
    return keep(article, wanted, by, note, is_asked=True)


def forget_next_moment():
    cache.delete(NEXT)
    transaction.on_commit(lambda: cache.delete(NEXT))  # somebody may have asked in between
