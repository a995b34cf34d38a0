"""Who is at the desk: one's own profile, the colleagues, and the calendar that each may take along."""

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import ical, renditions, staff, tokens
from articles.forms import usable
from articles.models import ApiToken, Article, DeskProfile, Picture, SiteSettings
from articles.widgets import PictureWidget, RowField, is_row_id
from newsroom.desk import pages


def urls(site):
    view = site.admin_view
    return [
        path("profile/", view(partial(profile_view, site=site)), name="profile"),
        path("keys/", view(keys_view), name="keys"),
        path("people/", view(partial(people_view, site=site)), name="people"),
        path("people/<int:id>/<str:digest>/", view(portrait_view), name="portrait"),
        # Calendars on phones cannot sign in: the address itself is the secret.
        path("calendar/<str:token>.ics", feed_view, name="calendar_feed"),
    ]


pages.append(urls)


class ProfileForm(forms.ModelForm):
    picture = RowField(Picture.objects.all(), widget=PictureWidget, required=False)
    time_zone = forms.ChoiceField(required=False, help_text=DeskProfile._meta.get_field("time_zone").help_text)

    class Meta:
        model = DeskProfile
        fields = ("role", "phone", "picture", "time_zone", "has_keys")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        chosen = self.instance.time_zone
        zones = staff.time_zones()
        zones += [chosen] if chosen and chosen not in zones else []
        default = f"As the site: {timezone.get_default_timezone_name()}"
        self.fields["time_zone"].choices = [("", default), *((zone, zone.replace("_", " ")) for zone in zones)]
        if not user.has_perm("articles.view_picture"):
            del self.fields["picture"]

    def clean_picture(self):
        return usable(self, "picture")


class TokenForm(forms.Form):
    """A program's way in; see articles/tokens.py."""

    name = forms.CharField(max_length=60, help_text=ApiToken._meta.get_field("name").help_text)
    days = forms.ChoiceField(
        label="Expires after", choices=[(7, "a week"), (30, "30 days"), (90, "90 days"), (365, "a year")], initial=90
    )

    def __init__(self, *args):
        super().__init__(*args, auto_id="token_%s", label_suffix="")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile_view(request, site):
    """Change one's own profile; make, renew or revoke the address of one's calendar, and tokens."""
    profile = staff.profile_of(request.user)
    if "feed" in request.POST:
        return _change_feed(request, site, profile)
    if "program" in request.POST:
        return _change_tokens(request, site, profile)
    form = ProfileForm(request.POST or None, instance=profile, user=request.user)
    if request.method == "POST" and form.is_valid():
        # Of the row these fields alone: the calendar's address and the views may have changed meanwhile.
        DeskProfile.objects.update_or_create(user=request.user, defaults=form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return HttpResponseRedirect(reverse("admin:profile"))
    return _profile_page(request, site, form, profile)


@require_POST
def keys_view(request):
    """Turn single keys on or off, wherever this person signs in."""
    has_keys = request.POST.get("keys") != "off"
    DeskProfile.objects.update_or_create(user=request.user, defaults={"has_keys": has_keys})
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    messages.success(request, "Single keys are on." if has_keys else "Single keys are off.")
    address = request.POST.get("next", "")
    within = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return HttpResponseRedirect(address if within else reverse("admin:profile"))


def _change_feed(request, site, profile):
    if request.POST["feed"] == "revoke":
        staff.revoke_feed(request.user)
        messages.success(request, "The address of your calendar leads nowhere any more.")
        return HttpResponseRedirect(reverse("admin:profile"))
    token = staff.renew_feed(request.user)
    address = request.build_absolute_uri(reverse("admin:calendar_feed", args=[token]))
    # Said once, on this page: only its digest is kept.
    return _profile_page(request, site, ProfileForm(instance=profile, user=request.user), profile, address)


def _change_tokens(request, site, profile):
    """Make a token, which is said once, on this page; or revoke one."""
    form = TokenForm(request.POST)
    if request.POST["program"] != "make":
        if is_row_id(request.POST["program"]):
            tokens.revoke(request.user, request.POST["program"])
        messages.success(request, "The token is revoked. Whatever uses it is refused from now on.")
        return HttpResponseRedirect(f"{reverse('admin:profile')}#tokens")
    token = ""
    if form.is_valid():
        try:
            token = tokens.make(request.user, form.cleaned_data["name"], int(form.cleaned_data["days"]))
        except ValidationError as error:
            form.add_error("name", error.messages)
    context = {"token_form": None if token else form, "new_token": token}
    return _profile_page(request, site, ProfileForm(instance=profile, user=request.user), profile, **context)


def _profile_page(request, site, form, profile, address="", token_form=None, new_token=""):
    context = {
        **site.each_context(request),
        "title": "Your profile",
        "form": form,
        "profile": profile,
        "feed_address": address,
        "media": form.media,
        "now": timezone.localtime(),
        "tokens": request.user.api_tokens.all(),
        "token_form": token_form or TokenForm(),
        "new_token": new_token,
    }
    return TemplateResponse(request, "desk/profile.html", context)


@never_cache
@require_safe
def people_view(request, site):
    """Everybody who works at the desk, with what they have in hand."""
    people = (
        get_user_model()
        .objects.filter(is_active=True, is_staff=True)
        .select_related("desk_profile__picture")
        .prefetch_related("groups", "edited_sections__category")
        .order_by("first_name", "last_name", "username")
    )
    in_hand = {}
    if request.user.has_perm("articles.view_article"):
        mine = Article.objects.viewable_by(request.user).unfinished().exclude(assignee=None).order_by()
        late = Count("pk", filter=Q(due_at__lt=timezone.now()))
        in_hand = {row["assignee"]: row for row in mine.values("assignee").annotate(number=Count("pk"), late=late)}
    context = {
        **site.each_context(request),
        "title": "People",
        "people": [
            {
                "user": person,
                "profile": staff.profile_of(person),
                "now": timezone.now().astimezone(staff.profile_of(person).zone),
                "in_hand": in_hand.get(person.pk),
            }
            for person in people
        ],
    }
    return TemplateResponse(request, "desk/people.html", context)


@require_safe
def portrait_view(request, id, digest):
    """A colleague's picture, small; for everybody at the desk, those without the library too."""
    profile = get_object_or_404(DeskProfile.objects.select_related("picture"), user=id, picture__digest=digest)
    try:
        with renditions.open_preview(profile.picture, renditions.PREVIEWS[0]) as file:
            response = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@require_safe
def feed_view(request, token):
    """The plans that the owner of this address may see, as a calendar; 404 for an address that nobody has."""
    reader = staff.reader_of(token)
    if reader is None or not reader.has_perm("articles.view_article"):
        raise Http404
    name = SiteSettings.current().name
    own = request.GET.get("whose") == "mine"
    home = f"{request.scheme}://{request.get_host()}"
    words = ical.calendar(reader, f"{name}, {'mine' if own else 'the desk'}", home, only_own=own)
    response = HttpResponse(words, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="desk.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
