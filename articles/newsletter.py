"""Sign up for the newsletter, confirm it, leave. No cookie, no token in the form: it is the same for everybody."""

from django import forms
from django.core import signing
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles import subscriptions
from articles.models import SiteSettings
from articles.readers import is_flood
from newsroom.clients import is_from_own_page
from newsroom.private import behind_a_link, private

POSTS, WITHIN = 20, 3600  # from one network, in so many seconds


class NewsletterForm(forms.Form):
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
        error_messages={
            "required": _("Give your email address."),
            "invalid": _("This does not look like an email address. It needs an @ and a name after it."),
            "max_length": _("This is too long for an email address."),
        },
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="newsletter_%s", **kwargs)
        self.fields["email"].widget.attrs.pop("maxlength", None)  # would cut a pasted address off without a word


@csrf_exempt  # the page is the same for everybody and reads no cookie; is_from_own_page() refuses other sites
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request):
    if not SiteSettings.current().newsletter_promise:
        raise Http404("No newsletter is offered.")
    status, headers = 200, {"Cache-Control": "public, max-age=0, must-revalidate"}
    form = NewsletterForm()
    if request.method == "POST":
        headers = {"Cache-Control": "no-store"}
        form = NewsletterForm(request.POST)
        is_valid = form.is_valid()
        if not is_from_own_page(request):
            status = 403
            form.add_error(None, _("This came from another site, so nothing was done. If it was you, press Sign up."))
        elif is_valid:
            if is_flood(request, "newsletter", POSTS, WITHIN):
                status, headers["Retry-After"] = 429, str(WITHIN)
                form.add_error(None, _("Many have signed up from where you are. Please try again in an hour."))
            else:
                if not form.cleaned_data["website"]:
                    subscriptions.ask(form.cleaned_data["email"], request.build_absolute_uri("/"))
                return HttpResponseRedirect(reverse("articles:newsletter_asked"), status=303)
    canonical = request.build_absolute_uri(reverse("articles:newsletter"))
    response = render(request, "newsletter/sign_up.html", {"form": form, "canonical": canonical}, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


@private
@require_safe
def asked(request):
    return render(request, "newsletter/asked.html", {"noindex": True})


@behind_a_link
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    """Ask whether it is really wanted, since programs open links too; a press of the button says yes."""
    try:
        subscriber = subscriptions.to_confirm(token)
    except signing.BadSignature as error:
        raise Http404("There is no such link.") from error
    if subscriber is None:
        return render(request, "newsletter/expired.html", {"noindex": True}, status=410)
    if request.method == "POST":
        subscriptions.confirm(subscriber)
        context = {
            "heading": _("You are on the list"),
            "said": _("Thank you. The next letter comes to you."),
            "further": _("Changed your mind? Leave the list"),
            "further_url": subscriptions.leave_address(subscriber),
        }
    else:
        site = SiteSettings.current()
        context = {
            "heading": _("One press more"),
            "said": site.newsletter_promise or site.tagline,
            "button": _("Yes, send me the newsletter"),
        }
    return render(request, "one_press.html", context | {"subject": _("Newsletter"), "noindex": True})


@behind_a_link
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request, token):
    """Take off the list whoever presses the button here, or in a mail program (RFC 8058): the link is all it needs."""
    try:
        if request.method == "POST":
            subscriptions.leave(token)
        else:
            signing.loads(token, salt=subscriptions.LEAVE_SALT)
    except signing.BadSignature as error:
        raise Http404("There is no such link.") from error
    return render(request, "newsletter/leave.html", {"has_left": request.method == "POST", "noindex": True})
