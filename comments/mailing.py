"""The pages behind the links of letters: confirm an address, hear less, leave. The signed link is all they need."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments import notices
from comments.models import Mailbox
from comments.models.mail import Frequency


def by_link(salt, life: timedelta | None = None):
    """Make a view of what a signed link was made for: private, and in need of no session and no token."""

    def decorate(view):
        @csrf_exempt
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request, token):
            try:
                key = signing.loads(token, salt=salt, max_age=life)
            except signing.BadSignature as error:
                raise Http404("There is no such link.") from error
            response = view(request, key)
            response["X-Robots-Tag"] = "noindex"
            return response

        return wrapped

    return decorate


@by_link(notices.CONFIRM_SALT, notices.CONFIRM_LIFE)
def confirm(request, key):
    """Ask whether mail is really wanted, since programs open links too; a press of the button says yes."""
    mailbox = get_object_or_404(Mailbox, key=key)
    if request.method == "POST":
        Mailbox.objects.filter(pk=mailbox.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    context = {
        "is_confirmed": request.method == "POST",
        "settings_url": notices.leave_address(mailbox),
        "noindex": True,
    }
    return render(request, "comments/mail_confirm.html", context)


@by_link(notices.LEAVE_SALT)
def frequency(request, key):
    """Let the mailbox hear less, or nothing. A mail program's one click (RFC 8058) names no frequency: it leaves."""
    mailbox = get_object_or_404(Mailbox, key=key)
    chosen = request.POST.get("frequency", Frequency.NEVER)
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
        "is_saved": request.method == "POST",
        "has_left": chosen == Frequency.NEVER,
        "noindex": True,
    }
    return render(request, "comments/mail.html", context)


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
