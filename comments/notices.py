"""What is told by mail: replies, decisions about one's comments, and moderators what waits for them.

Only addresses that were confirmed are written to, but for the one letter that asks for it, and accounts. Replies are
gathered: however many there are, a mailbox gets one letter in an hour, or in a day.
"""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core import signing
from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article, SiteSettings
from comments import authorship
from comments.models import Comment, Decision, Mailbox, Outbox, Subscription
from comments.models.comment import VISIBLE, Status
from comments.models.decision import Verb
from comments.models.mail import Frequency
from comments.outbox import Item, Letter, home, put, writes
from comments.policies import silent
from newsroom.clock import site_time

CONFIRM_SALT, LEAVE_SALT, DIGEST_SALT = "comments.mail.confirm", "comments.mail.leave", "comments.mail.digest"
CONFIRM_LIFE = timedelta(days=7)
GATHERED = timedelta(minutes=5)  # in which replies come together before the first letter
SETTLED = timedelta(seconds=10)  # after which a decision is surely committed
APART = {Frequency.EACH: timedelta(hours=1), Frequency.DAILY: timedelta(days=1)}
UNDO_WINDOW = timedelta(seconds=30)  # no letter about a decision leaves before
DECISIONS_APART = timedelta(hours=1)  # between two letters about decisions to one address
DIGEST_HOUR = 7  # of the site's time
SHOWN = 20  # comments in a letter
ASKED_AT_MOST = 3  # letters in 30 days to an address that does not answer

WAITING = (Status.PENDING, Status.APPEALED, Status.HIDDEN)


def tell(comment, decision):
    """Prepare the letters that follow from a step of a comment, in the transaction that takes it."""
    before, now = decision.from_status, decision.to_status
    if now in VISIBLE and before not in VISIBLE:
        _expect_replies(comment)
    if decision.verb in (Verb.APPROVE, Verb.REJECT) and (now == Status.REJECTED or before == Status.APPEALED):
        _expect_decided(comment, decision)
    if now in WAITING and before != now:
        _expect_digest()


# -- asking for mail


def follow(email, article, comment=None, is_owner=False):
    """Let an address hear of replies to its comment, or of all that is said under an article.

    Unless it `is_owner` who asks, a letter asks the address first: anybody can type it.
    """
    Mailbox.objects.bulk_create([Mailbox(email=email)], ignore_conflicts=True)
    mailbox = Mailbox.objects.get(email__iexact=email)
    if is_owner:
        mailbox.frequency = Frequency.EACH if mailbox.frequency == Frequency.NEVER else mailbox.frequency
        mailbox.save(update_fields=["frequency"])
    elif mailbox.frequency == Frequency.NEVER and mailbox.confirmed_at:
        return  # its owner said so; whoever types the address cannot unsay it
    Subscription.objects.bulk_create(
        [Subscription(mailbox=mailbox, article=article, comment=comment)], ignore_conflicts=True
    )
    wanted = Subscription.objects.filter(mailbox=mailbox, article=article, comment=comment)
    if is_owner:
        wanted.update(left_at=None)
        confirm(mailbox, wanted)
    elif not wanted.current().exists():
        wanted.update(left_at=None, confirmed_at=None, created_at=timezone.now())
        _ask(mailbox)


def _ask(mailbox):
    """Ask whether mail is wanted: at most once a day, and in all as often as somebody may have overlooked it."""
    Mailbox.objects.filter(pk=mailbox.pk, confirmed_at=None).update(asked_at=timezone.now())
    letters = Outbox.objects.filter(kind="confirm", recipient__iexact=mailbox.email)
    if answered_at := mailbox.subscriptions.aggregate(at=Max("confirmed_at"))["at"]:
        letters = letters.filter(created_at__gt=answered_at)
    if letters.count() < ASKED_AT_MOST:
        key = f"confirm {mailbox.key} {timezone.localdate()}"
        put(Outbox(kind="confirm", recipient=mailbox.email, dedupe_key=key, payload={"mailbox": mailbox.key}))


def confirm(mailbox, subscriptions):
    """Let an address hear of these from now on, as its owner."""
    now = timezone.now()
    Mailbox.objects.filter(pk=mailbox.pk, confirmed_at=None).update(confirmed_at=now)
    subscriptions.filter(mailbox=mailbox).asked().update(confirmed_at=now)


def confirm_address(mailbox):
    return reverse("comments:mail_confirm", args=[signing.dumps(mailbox.key, salt=CONFIRM_SALT)])


def leave_address(mailbox):
    return reverse("comments:mail", args=[signing.dumps(mailbox.key, salt=LEAVE_SALT)])


def digest_address(user):
    return reverse("comments:mail_digest", args=[signing.dumps(user.pk, salt=DIGEST_SALT)])


@writes("confirm")
def _confirm(row):
    mailbox = Mailbox.objects.filter(key=row.payload["mailbox"]).first()
    public = Article.objects.published()
    asked = mailbox and mailbox.subscriptions.asked().filter(article__in=public).select_related("article")
    asked = asked and asked.order_by("pk")[:SHOWN]
    if not asked:
        return None
    site = SiteSettings.current().name
    return Letter(
        subject=_("Confirm that you want mail about comments at %(site)s") % {"site": site},
        opening=_("Somebody, we hope you, asked at %(site)s for mail to this address about comments.") % {"site": site},
        items=[
            Item(head=told_of(one), text="", url=home() + one.article.get_absolute_url(), action=_("Read the story"))
            for one in asked
        ],
        action=_("Yes, write to me"),
        url=home() + confirm_address(mailbox),
        closing=_("If it was not you, do nothing, and nothing about this is sent."),
        leave_url=home() + leave_address(mailbox),
    )


def told_of(subscription):
    """Say in a line what a subscription tells of."""
    if not subscription.article.is_public():  # whatever it is called by now is nobody's business
        if subscription.comment_id:
            return _("Replies to your comment under a story that is not here any more")
        return _("Every new comment under a story that is not here any more")
    told = {"headline": subscription.article.headline}
    if subscription.comment_id:
        return _("Replies to your comment under “%(headline)s”") % told
    return _("Every new comment under “%(headline)s”") % told


# -- replies


def _expect_replies(comment):
    about = Q(comment=None, article=comment.article_id)
    if comment.parent_id:
        about |= Q(comment=comment.parent_id)
    subscriptions = Subscription.objects.current().filter(about).select_related("mailbox")
    subscriptions = subscriptions.exclude(mailbox__email__iexact=comment.email or "-")
    if mailboxes := {subscription.mailbox_id: subscription.mailbox for subscription in subscriptions}:
        now = timezone.now()
        put(*(_gathering(mailbox, now) for mailbox in mailboxes.values()))


def _gathering(mailbox, now):
    """The letter that gathers what is new since the last one; all that comes meanwhile is in it."""
    last = mailbox.sent_at
    due_at = max(now + GATHERED, last + APART[mailbox.frequency]) if last else now + GATHERED
    key = f"replies {mailbox.key} {last.timestamp() if last else 0}"
    return Outbox(
        kind="replies", recipient=mailbox.email, dedupe_key=key, due_at=due_at, payload={"mailbox": mailbox.key}
    )


def _news(mailbox, since, until):
    """The replies that came out in a time, as a queryset."""
    about = Q(comment=OuterRef("parent")) | Q(comment=None, article=OuterRef("article"))
    wanted = mailbox.subscriptions.current().filter(about, created_at__lt=OuterRef("out_at"))
    out = Comment.objects.visible().alias(out_at=Coalesce("decided_at", "created_at"))
    out = out.filter(Exists(wanted), out_at__lte=until).exclude(email__iexact=mailbox.email)
    out = out.exclude(article__in=Article.objects.filter(silent()))
    return out.filter(out_at__gt=since) if since else out


@writes("replies")
def _replies(row):
    mailbox = Mailbox.objects.confirmed().filter(key=row.payload["mailbox"]).first()
    if mailbox is None:
        return None
    until = timezone.now() - SETTLED
    news = _news(mailbox, mailbox.sent_at, until)
    number = news.count()

    def sent():
        Mailbox.objects.filter(pk=mailbox.pk).update(sent_at=until)
        mailbox.sent_at = until
        if _news(mailbox, until, timezone.now()).exists():
            put(_gathering(mailbox, timezone.now()))

    if not number:
        sent()
        return None
    shown = news.select_related("article").order_by("created_at", "id")[:SHOWN]
    return Letter(
        subject=ngettext("%(number)s new reply at %(site)s", "%(number)s new replies at %(site)s", number)
        % {"number": number, "site": SiteSettings.current().name},
        opening=ngettext(
            "This was said since we last wrote to you.", "These were said since we last wrote to you.", number
        ),
        items=[
            Item(
                head=_("%(name)s, under “%(headline)s”")
                % {"name": comment.name, "headline": comment.article.headline},
                text=comment.body[:500],
                url=home() + comment.get_absolute_url(),
                action=_("Read and reply"),
            )
            for comment in shown
        ],
        closing=ngettext(
            "And %(number)s more.", "And %(number)s more.", number - SHOWN
        ) % {"number": number - SHOWN} if number > SHOWN else "",
        leave_url=home() + leave_address(mailbox),
        sent=sent,
    )  # fmt: skip


# -- decisions about one's own comments


def address_of(comment):
    """Return where its author may be written to, or "": an account's address, or one confirmed for this comment."""
    if comment.user and comment.user.is_active and comment.user.email:
        return comment.user.email
    return comment.email if Subscription.objects.current().filter(comment=comment).exists() else ""


def _expect_decided(comment, decision):
    if recipient := address_of(comment):
        due_at = timezone.now() + UNDO_WINDOW + SETTLED
        key = f"decided {decision.pk}"
        put(
            Outbox(
                kind="decided", recipient=recipient, dedupe_key=key, due_at=due_at, payload={"decision": decision.pk}
            )
        )


@writes("decided")
def _decided(row):
    """One letter about all that was decided, at most one an hour to an address."""
    earlier = Outbox.objects.filter(
        kind="decided", recipient=row.recipient, sent_at__gt=timezone.now() - DECISIONS_APART
    )
    if last := earlier.order_by("-sent_at").first():
        return _later(row, last.sent_at + DECISIONS_APART)
    others = Outbox.objects.due().filter(kind="decided", recipient=row.recipient)
    rows = [row, *others]
    decisions = Decision.objects.filter(pk__in=[one.payload["decision"] for one in rows]).select_related(
        "comment__article", "comment__user"
    )
    # What was taken back or decided anew meanwhile is not told.
    decisions = [one for one in decisions if one.version == one.comment.version and address_of(one.comment)]
    if not decisions:
        others.delete()
        return None
    return Letter(
        subject=ngettext("About your comment at %(site)s", "About your comments at %(site)s", len(decisions))
        % {"site": SiteSettings.current().name},
        opening=ngettext("A moderator has decided.", "Moderators have decided.", len(decisions)),
        items=[_outcome(decision) for decision in decisions[:SHOWN]],
        leave_url=_leave_of(row.recipient),
        sent=lambda: Outbox.objects.filter(pk__in=[one.pk for one in rows]).update(sent_at=timezone.now()),
    )


def _later(row, moment):
    put(
        Outbox(
            kind=row.kind, recipient=row.recipient, dedupe_key=f"{row.dedupe_key}+"[-120:], due_at=moment,
            payload=row.payload,
        )
    )  # fmt: skip


def _outcome(decision):
    comment = decision.comment
    was_appealed = decision.from_status == Status.APPEALED
    if decision.to_status == Status.REJECTED:
        said = (
            _("Your appeal was looked at by another moderator, who decided the same: it is not published.")
            if was_appealed
            else _("Your comment was not published.")
        )
        reason = decision.reason_text or (decision.get_reason_display() if decision.reason != "other" else "")
        said = " ".join(filter(None, [said, reason, decision.public_note]))
    else:
        said = _("Your appeal was looked at by another moderator: your comment is published.")
    can_appeal = decision.to_status == Status.REJECTED and not was_appealed
    return Item(
        head=_("Under “%(headline)s”") % {"headline": comment.article.headline},
        text=f"{said}\n\n“{comment.body[:300]}”",
        url=home() + authorship.address(comment, authorship.APPEAL if can_appeal else authorship.SHOW),
        action=_("Appeal to another moderator") if can_appeal else _("See your comment"),
    )


def _leave_of(email):
    mailbox = Mailbox.objects.filter(email__iexact=email).first()
    return home() + leave_address(mailbox) if mailbox else ""


# -- moderators


def _expect_digest():
    due_at = site_time().replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if due_at <= site_time():
        due_at += timedelta(days=1)
    put(
        Outbox(kind="digests", recipient="moderators@localhost", dedupe_key=f"digests {due_at:%Y-%m-%d}", due_at=due_at)
    )


def waiting():
    """Return what waits for moderators: how many of each kind, and since when."""
    return Comment.objects.aggregate(
        number=Count("pk", filter=Q(status=Status.PENDING)),
        appeals=Count("pk", filter=Q(status=Status.APPEALED)),
        hidden=Count("pk", filter=Q(status=Status.HIDDEN)),
        reported=Count("pk", filter=Q(status__in=VISIBLE, report_weight__gt=0)),
        oldest=Min("created_at", filter=Q(status=Status.PENDING)),
    )


@writes("digests")
def _digests(row):
    """Write to each moderator, while anything waits; itself it is no letter."""
    if not any(waiting()[name] for name in ("number", "appeals", "hidden", "reported")):
        return None
    day = row.dedupe_key.partition(" ")[2]
    left = Mailbox.objects.filter(wants_digest=False).values("email")
    moderators = get_user_model().objects.with_perm(
        "comments.moderate_comment", backend="django.contrib.auth.backends.ModelBackend", include_superusers=False
    )
    moderators = moderators.filter(is_active=True, is_staff=True).exclude(email="").exclude(email__in=left)
    put(
        *(
            Outbox(kind="digest", recipient=user.email, dedupe_key=f"digest {day} {user.pk}", payload={"user": user.pk})
            for user in moderators
        )
    )
    _expect_digest()
    return None


@writes("digest")
def _digest(row):
    user = get_user_model().objects.filter(pk=row.payload["user"], is_active=True).first()
    waits = waiting()
    parts = [
        ngettext("%(number)s comment waits", "%(number)s comments wait", waits["number"]) % waits
        + (_(", the longest for %(time)s") % {"time": timesince(waits["oldest"], depth=1)} if waits["oldest"] else ""),
        ngettext("%(appeals)s appeal", "%(appeals)s appeals", waits["appeals"]) % waits,
        ngettext("%(hidden)s hidden by reports", "%(hidden)s hidden by reports", waits["hidden"]) % waits,
        ngettext("%(reported)s visible and reported", "%(reported)s visible and reported", waits["reported"]) % waits,
    ]
    if user is None or not any(waits[name] for name in ("number", "appeals", "hidden", "reported")):
        return None
    numbers = [waits[name] for name in ("number", "appeals", "hidden", "reported")]
    told = "; ".join(part for part, number in zip(parts, numbers, strict=True) if number)
    return Letter(
        subject=_("Comments that wait at %(site)s") % {"site": SiteSettings.current().name},
        opening=f"{told}.",
        action=_("To the queue"),
        url=home() + reverse("admin:comments_comment_queue"),
        leave_url=home() + digest_address(user),
    )
