"""Mail as readers ask for it, and the pages behind the links of letters: there the signed link is all they need.

A browser in which an address was confirmed is known by a cookie: it alone can have more sent there without a letter
that asks first.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles.models import Article
from articles.readers import is_flood, retry_later
from comments import notices
from comments.forms import AddressForm
from comments.models import Mailbox, Subscription
from comments.models.mail import Frequency
from comments.policies import silent
from newsroom.private import behind_a_link, private

COOKIE, COOKIE_SALT, COOKIE_PATH = "mailbox", "comments.mail.cookie", "/comments/"
COOKIE_LIFE = 180 * 24 * 3600  # seconds
ASKED_PER_HOUR = 20  # from one network
FOLLOWED_SHOWN = 100


def by_link(salt, life: timedelta | None = None):
    """Make a view of what a signed link was made for: private, and in need of no session and no token."""

    def decorate(view):
        @behind_a_link
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request, token):
            try:
                key = signing.loads(token, salt=salt, max_age=life)
            except signing.BadSignature as error:
                raise Http404("There is no such link.") from error
            return view(request, key)

        return wrapped

    return decorate


def mailbox_of(request):
    """Return the mailbox that was confirmed in this browser, or None."""
    try:
        key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE_SALT, max_age=COOKIE_LIFE)
    except signing.BadSignature:
        return None
    return Mailbox.objects.filter(key=key, confirmed_at__isnull=False).first()


def is_owner(request, email):
    """Whether the browser that asks is one in which this address was confirmed."""
    mailbox = mailbox_of(request)
    return mailbox is not None and mailbox.email.lower() == email.lower()


@private
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request, article_id):
    """Have mail about everything new under an article."""
    article = get_object_or_404(Article.objects.published().exclude(silent()), pk=article_id)
    known = mailbox_of(request)
    form = AddressForm(request.POST or None, initial={"email": known.email if known else ""})
    asked, status = "", 200
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        if is_flood(request, "comments.follow", ASKED_PER_HOUR, 3600):
            form.add_error(None, _("Too many asked for mail from your network within an hour. Try again later."))
            status = 429
        else:
            notices.follow(email, article, is_owner=is_owner(request, email))
            asked = "done" if is_owner(request, email) else "letter"
    context = {"article": article, "form": form, "asked": asked, "noindex": True}
    return retry_later(render(request, "comments/follow.html", context, status=status))


@by_link(notices.CONFIRM_SALT, notices.CONFIRM_LIFE)
def confirm(request, key):
    """Ask whether mail is really wanted, since programs open links too; a press of the button says yes.

    What is asked for after the page was shown is not on it, and not confirmed with it.
    """
    mailbox = get_object_or_404(Mailbox, key=key)
    asked = mailbox.subscriptions.asked().select_related("article").order_by("pk")
    last = request.POST.get("last", "")
    if last.isdecimal() and len(last) < 16:
        asked = asked.filter(pk__lte=int(last))
    listed = list(asked)
    if request.method == "POST":
        context = {
            "heading": _("We will write to you"),
            "said": _("However much is said, you get one letter in an hour at most."),
        }
    elif listed:
        context = {
            "heading": _("One press more"),
            "said": _("Then mail comes to your address about:"),
            "lines": [notices.told_of(one) for one in listed],
            "button": _("Yes, write to me"),
            "last": listed[-1].pk,
        }
    else:
        context = {
            "heading": _("Nothing to confirm"),
            "said": _("What was asked for is confirmed already, or was asked for too long ago."),
        }
    context |= {"subject": _("Mail about comments"), "noindex": True}
    if request.method == "POST" or not listed:
        context |= {"further": _("Less of this mail, or none"), "further_url": notices.leave_address(mailbox)}
    response = render(request, "one_press.html", context)
    if request.method == "POST":
        notices.confirm(mailbox, Subscription.objects.filter(pk__in=[one.pk for one in listed]))
        response.set_cookie(
            COOKIE, signing.dumps(key, salt=COOKIE_SALT), max_age=COOKIE_LIFE, path=COOKIE_PATH,
            httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
        )  # fmt: skip
    return response


@by_link(notices.LEAVE_SALT)
def frequency(request, key):
    """Let the mailbox hear less, or nothing. A mail program's one click (RFC 8058) names no frequency: it leaves."""
    mailbox = get_object_or_404(Mailbox, key=key)
    chosen = request.POST.get("frequency", Frequency.NEVER)
    if left := request.POST.get("stop"):
        number = int(left) if left.isdecimal() and len(left) < 16 else 0
        mailbox.subscriptions.filter(pk=number, left_at=None).update(left_at=timezone.now())
        return HttpResponseRedirect(request.path, status=303)
    if request.method == "POST":
        if chosen not in Frequency.values:
            raise Http404("There is no such choice.")
        if chosen == Frequency.NEVER and mailbox.confirmed_at is None:
            mailbox.delete()  # it never was more than a question
        else:
            mailbox.frequency = chosen
            mailbox.save(update_fields=["frequency"])
    context = {
        "mailbox": mailbox,
        "followed": followed(mailbox) if request.method != "POST" else [],
        "is_saved": request.method == "POST",
        "has_left": chosen == Frequency.NEVER,
        "noindex": True,
    }
    return render(request, "comments/mail.html", context)


def followed(mailbox):
    """What a mailbox hears of, each with its number, the newest first."""
    newest = mailbox.subscriptions.current().select_related("article").order_by("-pk")[:FOLLOWED_SHOWN]
    return [(one.pk, notices.told_of(one)) for one in newest]


@by_link(notices.DIGEST_SALT)
def digest(request, key):
    """Stop a moderator's morning letter, or have it come again."""
    user = get_object_or_404(get_user_model(), pk=key, is_active=True)
    wants = "again" in request.POST
    if request.method == "POST":
        Mailbox.objects.bulk_create([Mailbox(email=user.email)], ignore_conflicts=True)
        Mailbox.objects.filter(email__iexact=user.email).update(wants_digest=wants)
    return render(
        request, "comments/mail_digest.html", {"is_saved": request.method == "POST", "wants": wants, "noindex": True}
    )
