"""What was scheduled goes out at its moment, with nobody at the desk, if the gate lets it.

No job is needed: that an article is public is a query, and pages that were kept end at that moment. Whoever asks for a
page first after it has the gate asked here, before they get an answer. What it let in when it was scheduled and objects
to since is held back, and the log says so; what an editor has answered for is not. A check that fails at that moment
holds nothing back, since it had passed: the log names it.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from articles import checks, working_copies
from articles.models import Article, WorkingCopy
from articles.models.article import Status
from articles.standing import Standing, log, made

logger = logging.getLogger(__name__)

REMEMBERED = 5  # seconds for which another process may not know of what was scheduled for these seconds
MISSED = timedelta(days=7)  # how long after its moment an article is still asked, where nobody asked for a page


def waiting_articles():
    """What is scheduled and has not gone out by the log, its moment being to come or just past."""
    return Article.objects.filter(
        status=Status.PUBLISHED, published_at__gt=timezone.now() - MISSED, release__target=Standing.SCHEDULED
    ).order_by()


def next_moment():
    """The next moment at which something goes out, or None. Asks the database once in a few seconds."""
    known = cache.get(working_copies.NEXT)
    if known is None:
        changes = WorkingCopy.objects.filter(goes_live_at__isnull=False).order_by().values_list("goes_live_at")
        moments = waiting_articles().values_list("published_at").union(changes).order_by("published_at")
        known = next((moment for (moment,) in moments[:1]), "")
        cache.set(working_copies.NEXT, known, REMEMBERED)
    return known or None


def go_out():
    """Let out, or hold back, all whose moment has come; return how many went out."""
    moment = next_moment()
    if moment is None or moment > timezone.now():
        return 0
    now, done = timezone.now(), 0
    for key in list(waiting_articles().filter(published_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            article = Article.objects.select_for_update(of=("self",)).get(pk=key)
            if waiting_articles().filter(pk=key).exists():  # or somebody else's request was quicker
                done += _let_out(article)
    for key in list(WorkingCopy.objects.filter(goes_live_at__lte=now).values_list("article", flat=True)):
        with transaction.atomic():
            article = Article.objects.select_for_update(of=("self",)).get(pk=key)
            if copy := WorkingCopy.objects.filter(article=article, goes_live_at__lte=now).first():
                done += _let_changes_out(article, copy)
    cache.delete(working_copies.NEXT)
    return done


def objections(article, copy=None):
    """What the gate says now of an article, or of its changes, at the moment it goes out; and which checks fail.

    What an editor has answered for since it was scheduled, or since the changes were begun, is left out.
    """
    wanted, at, tags = article, article.goes_out_at, None
    if copy:
        wanted, at, tags = working_copies.as_article(copy), copy.goes_live_at, copy.changes.get("tags")
    errors = checks.new_errors(wanted, article, at, tags) if copy else checks.errors(wanted, at)
    answered = set()
    if errors and (copy or article.release_id):
        since = {"made_at__gte": copy.base.made_at} if copy else {"pk__gte": article.release_id}
        overrides = article.transitions.exclude(override="").filter(**since).values_list("override", flat=True)
        answered = {line for override in overrides for line in override.splitlines()}
    found = [message for messages in wanted.gaps().values() for message in messages]
    found += [one.message for one in errors if not one.has_failed and one.message not in answered]
    return found, [one.message for one in errors if one.has_failed]


def keeps_back(article, copy=None) -> list[str]:
    """What is to be seen to before the moment comes, failures of checks with it."""
    found, failed = objections(article, copy)
    return [*found, *failed]


def _let_out(article):
    found, failed = objections(article)
    if found:
        by = article.release.made_by
        article.assignee = article.assignee or by
        article.hold_back(made("hold_back", None, "Held back at its moment", note="\n".join(found)))
        logger.warning("Article %s was held back at its moment", article.pk)
        return False
    entry = log("go_out", article, None, "Went out as scheduled", source=Standing.SCHEDULED, note="\n".join(failed))
    Article.objects.filter(pk=article.pk).update(release=entry)
    return True


def _let_changes_out(article, copy):
    if not working_copies.is_out(article):
        working_copies.unschedule(article)
        return False
    try:
        with transaction.atomic():
            found, failed = objections(article, copy)
            if found:
                raise ValidationError(found)
            words = f"Changes went live as scheduled: {copy.revision}"
            entry = made("update", copy.scheduled_by, words, note="\n".join(failed))
            working_copies.publish(article, entry=entry)
    except (ValidationError, DatabaseError) as error:  # what waits must not keep readers from their pages
        why = error.messages if isinstance(error, ValidationError) else ["They and the article do not fit together."]
        working_copies.unschedule(article)
        log("hold_back", article, None, "The changes could not go live", note="\n".join(why))
        logger.warning("Changes of article %s could not go live", article.pk)
        return False
    return True


def out_on_time(get_response):
    """Middleware: what has its moment has gone out, or was held back, before anybody gets a page."""

    def middleware(request):
        if not request.path_info.startswith(("/desk/", "/health/", settings.STATIC_URL)):
            go_out()
        return get_response(request)

    return middleware
