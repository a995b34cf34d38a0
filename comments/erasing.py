"""A reader has everything erased: of an address, once a letter to it was answered, or of the account in use."""

from datetime import timedelta

from django.core import signing
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles.models import SiteSettings
from articles.readers import is_flood, retry_later
from comments import retention
from comments.forms import AddressForm
from comments.mailing import COOKIE, COOKIE_PATH, by_link
from comments.models import Comment, Mailbox, Outbox
from comments.models.comment import Status
from comments.outbox import Letter, home, put, writes
from comments.senders import mailbox
from newsroom.private import private

SALT = "comments.mail.erase"
LIFE = timedelta(days=1)
ASKED_PER_HOUR = 10  # from one network


def written_under(email):
    return Comment.objects.filter(email=email.lower()).exclude(status=Status.ERASED)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request):
    """Ask for an address to write to, whoever's it is; an account in use needs no letter."""
    user = request.user if request.user.is_authenticated else None
    form, step, status = AddressForm(), "ask", 200
    if request.method == "POST" and user and "account" in request.POST:
        retention.erase_reader(user=user)
        step = "done"
    elif request.method == "POST":
        form = AddressForm(request.POST)
        if form.is_valid():
            if is_flood(request, "comments.erase", ASKED_PER_HOUR, 3600):
                form.add_error(None, _("Too many asked for mail from your network within an hour. Try again later."))
                status = 429
            else:
                ask(form.cleaned_data["email"].lower())
                step = "asked"
    context = {"form": form, "step": step, "user": user, "noindex": True}
    return retry_later(render(request, "comments/erase_everything.html", context, status=status))


def ask(email):
    """Write to an address, once a day, under which something is kept."""
    key = f"erase {mailbox(email)[:32]} {timezone.localdate()}"
    put(Outbox(kind="erase", recipient=email, dedupe_key=key))


@writes("erase")
def _letter(row):
    if not written_under(row.recipient).exists() and not Mailbox.objects.filter(email__iexact=row.recipient).exists():
        return None
    site = SiteSettings.current().name
    return Letter(
        subject=_("Erase your comments at %(site)s") % {"site": site},
        opening=_("Somebody, we hope you, asked for everything under this address to be erased at %(site)s.")
        % {"site": site},
        action=_("See what there is, and erase it"),
        # The row stands for the address, which no log of requests has to hear of.
        url=home() + reverse("comments:mail_erase", args=[signing.dumps(row.pk, salt=SALT)]),
        closing=_("If it was not you, do nothing: everything stays. The link holds for a day."),
    )


@by_link(SALT, LIFE)
def confirm(request, pk):
    """Erase everything under the address that the letter went to, after the press of a button."""
    row = get_object_or_404(Outbox, pk=pk, kind="erase")
    context = {"step": "confirm", "number": written_under(row.recipient).count(), "noindex": True}
    if request.method == "POST":
        retention.erase_reader(email=row.recipient)
        context["step"] = "done"
    response = render(request, "comments/erase_everything.html", context)
    if request.method == "POST":
        response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response
