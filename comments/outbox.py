"""Letters that go out later, once. What is to be told is written down with what it follows from; the worker sends it.

A letter is claimed before it is made, so that two workers never send the same, and comes back by itself where sending
fails: nothing is lost with the mail server.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from articles.models import SiteSettings
from comments.models import Outbox
from newsroom.tasks import task

logger = logging.getLogger(__name__)

AT_ONCE = 100
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)  # after a failure; each wait is twice the last


@dataclass
class Item:
    """Something a letter tells of: who and where, the words, and where it leads."""

    head: str
    text: str
    url: str
    action: str


@dataclass
class Letter:
    """What a letter says; the templates of email/ give it its looks."""

    subject: str
    opening: str
    items: list[Item] = field(default_factory=list)
    action: str = ""
    url: str = ""
    closing: str = ""
    leave_url: str = ""
    sent: Callable[[], None] = lambda: None  # called once it went out


# What writes the letters of each kind, from their row; None where there is nothing left to say.
writers: dict[str, Callable[[Outbox], Letter | None]] = {}


def writes(kind):
    def register(function):
        writers[kind] = function
        return function

    return register


def home() -> str:
    """Return the absolute address of the site without its last slash."""
    if settings.SITE_ADDRESS:
        return settings.SITE_ADDRESS.rstrip("/")
    host = next((host for host in settings.ALLOWED_HOSTS if host.strip(".*")), "localhost").lstrip(".")
    return f"{'https' if settings.HTTPS else 'http'}://{host}"


def put(*letters: Outbox) -> None:
    """Let letters go out when they are due. One whose dedupe key is known already is no other letter."""
    known = set(
        Outbox.objects.filter(dedupe_key__in=[letter.dedupe_key for letter in letters]).values_list(
            "dedupe_key", flat=True
        )
    )
    new = [letter for letter in letters if letter.dedupe_key not in known]
    Outbox.objects.bulk_create(new, ignore_conflicts=True)
    for due_at in {letter.due_at for letter in new}:
        wake(due_at)


def wake(at: datetime) -> None:
    """Have the worker look for due letters at a moment. Where nothing works later, send_letters does it."""
    if deliver_letters.get_backend().supports_defer:
        deliver_letters.using(run_after=max(at, timezone.now())).enqueue()


@task
def deliver_letters():
    deliver()


def deliver() -> int:
    """Send what is due, and return how many letters went out."""
    number = 0
    for row in Outbox.objects.due()[:AT_ONCE]:
        wait = min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        again_at = timezone.now() + wait
        mine = Outbox.objects.filter(pk=row.pk, sent_at=None, attempts=row.attempts, due_at=row.due_at)
        if mine.update(attempts=F("attempts") + 1, due_at=again_at):
            number += _send(row, again_at)
    return number


def _send(row, again_at):
    if row.kind not in writers:  # of a later release
        return 0
    try:
        letter = writers[row.kind](row)
        if letter is None:
            Outbox.objects.filter(pk=row.pk, due_at=again_at).delete()
            return 0
        message(row.recipient, letter).send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # The error itself may name the address, so only its kind is written down.
        logger.error("Letter %s could not be sent: %s. It is tried again.", row.pk, type(error).__name__)
        Outbox.objects.filter(pk=row.pk).update(last_error=type(error).__name__)
        wake(again_at)
        return 0
    Outbox.objects.filter(pk=row.pk).update(sent_at=timezone.now(), last_error="")
    letter.sent()
    return 1


def message(recipient, letter):
    """Return the letter as mail, in text and HTML. Nothing a reader wrote can reach its headers but on one line."""
    context = {"letter": letter, "site": SiteSettings.current(), "home_url": f"{home()}/"}
    headers = {}
    if letter.leave_url:
        headers = {"List-Unsubscribe": f"<{letter.leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(
        " ".join(letter.subject.split()),
        render_to_string("email/comments.txt", context),
        to=[recipient],
        headers=headers,
    )
    mail.attach_alternative(render_to_string("email/comments.html", context), "text/html")
    return mail
