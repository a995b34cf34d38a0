"""Ask for the newsletter, confirm that one did, and leave. Whoever asks learns nothing of who else is on the list."""

import csv
import logging
import smtplib
from datetime import timedelta

from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from articles.models import SiteSettings, Subscriber
from newsroom.tasks import task

logger = logging.getLogger(__name__)

CONFIRM_SALT, LEAVE_SALT = "newsletter.confirm", "newsletter.leave"
CONFIRM_LIFE = timedelta(days=7)  # how long the link of a letter holds
PATIENCE = timedelta(hours=1)  # between two letters to one address
FORGOTTEN = timedelta(days=30)  # after which an address that was not confirmed goes


@transaction.atomic
def ask(email, home):
    """Keep an address unconfirmed and write to it, at most once an hour. One that is confirmed hears nothing.

    `home` is the absolute address of the site. What was never confirmed is forgotten on this occasion.
    """
    now = timezone.now()
    Subscriber.objects.filter(confirmed_at=None, asked_at__lt=now - FORGOTTEN).delete()
    name, _, domain = email.strip().rpartition("@")
    email = f"{name}@{domain.lower()}"
    # New ones count as if they had asked an hour ago, so that new and known go the same way; two at once do no harm.
    Subscriber.objects.bulk_create([Subscriber(email=email, asked_at=now - PATIENCE)], ignore_conflicts=True)
    waiting = Subscriber.objects.alias(key=Lower("email")).filter(
        Q(confirmed_at=None) | Q(left_at__isnull=False), key=email.lower(), asked_at__lte=now - PATIENCE
    )
    if waiting.update(asked_at=now, confirmed_at=None, left_at=None):
        subscriber = Subscriber.objects.alias(key=Lower("email")).get(key=email.lower())
        write_to.enqueue(subscriber.pk, home)


@task
def write_to(key, home):
    """Send the letter that asks for confirmation. Where mail fails, whoever asks again gets another at once."""
    subscriber = Subscriber.objects.filter(pk=key).first()
    if subscriber is None:
        return
    site = SiteSettings.current()
    leave = home.rstrip("/") + leave_address(subscriber)
    context = {
        "site": site,
        "days": CONFIRM_LIFE.days,
        "confirm_url": home.rstrip("/") + confirm_address(subscriber),
        "leave_url": leave,
        "home_url": home,
    }
    letter = EmailMultiAlternatives(
        " ".join(render_to_string("email/newsletter_subject.txt", context).split()),
        render_to_string("email/newsletter.txt", context),
        to=[subscriber.email],
        headers={"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    letter.attach_alternative(render_to_string("email/newsletter.html", context), "text/html")
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        # The error itself may name the address, so only its kind is written down.
        logger.error("The letter to subscriber %s could not be sent: %s.", subscriber.pk, type(error).__name__)
        Subscriber.objects.filter(pk=subscriber.pk, confirmed_at=None).update(asked_at=F("asked_at") - PATIENCE)


def confirm_address(subscriber):
    return reverse("articles:newsletter_confirm", args=[signing.dumps(subscriber.pk, salt=CONFIRM_SALT)])


def leave_address(subscriber):
    return reverse("articles:newsletter_leave", args=[signing.dumps(subscriber.pk, salt=LEAVE_SALT)])


def to_confirm(token):
    """Return whose link this is, or None where it has expired or they are gone. Raises signing.BadSignature."""
    try:
        key = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_LIFE)
    except signing.SignatureExpired:
        return None
    return Subscriber.objects.filter(pk=key, left_at=None).first()


def confirm(subscriber):
    """Put on the list whoever has the mailbox; the first moment is kept."""
    Subscriber.objects.filter(pk=subscriber.pk, left_at=None).update(
        confirmed_at=Coalesce("confirmed_at", timezone.now())
    )


def leave(token):
    """Take an address off the list; one that was never confirmed is forgotten. Raises signing.BadSignature."""
    key = signing.loads(token, salt=LEAVE_SALT)
    Subscriber.objects.filter(pk=key, confirmed_at=None).delete()
    Subscriber.objects.filter(pk=key, left_at=None).update(left_at=timezone.now())


def write_csv(file, home):
    """Write the confirmed addresses, each with the link by which it leaves, and return how many there are."""
    writer = csv.writer(file)
    writer.writerow(["email", "confirmed_at", "leave"])
    number = 0
    for subscriber in Subscriber.objects.confirmed().order_by("pk").iterator():
        confirmed_at = subscriber.confirmed_at.isoformat(timespec="seconds")
        writer.writerow([inert(subscriber.email), confirmed_at, home.rstrip("/") + leave_address(subscriber)])
        number += 1
    return number


def inert(text):
    """Return what a spreadsheet takes for words, though it begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
