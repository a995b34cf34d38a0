"""Board and calendar: what is in hand by status, and by day; each card can be moved, by a form or by dragging it."""

from datetime import date, timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from articles import planning, workflow
from articles.admin.base import way_back
from articles.forms import PersonField, SectionField
from articles.models import Article, Category
from articles.models.article import plausible_date
from articles.standing import Standing, standing
from articles.widgets import MomentField
from articles.workflow import STEPS, step_named

IN_WEEK, IN_MONTH = 30, 5  # of each kind of moment a day


def urls(model_admin):
    view = model_admin.admin_site.admin_view
    return [
        path("board/", view(partial(board_view, model_admin=model_admin)), name="articles_article_board"),
        path("calendar/", view(partial(calendar_view, model_admin=model_admin)), name="articles_article_calendar"),
        path("<int:pk>/plan/", view(partial(plan_view, model_admin=model_admin)), name="articles_article_plan"),
    ]


def people():
    found = get_user_model().objects.filter(is_active=True, is_staff=True)
    return found.order_by("first_name", "last_name", "username")


class NarrowForm(forms.Form):
    """Which part of the newsroom is looked at; what is not understood narrows nothing."""

    section = SectionField(Category.objects.none(), required=False, empty_label="All sections")
    person = PersonField(get_user_model().objects.none(), required=False, empty_label="Everybody")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = Category.objects.with_tree_fields()
        self.fields["person"].queryset = people()
        self.is_valid()

    def narrow(self, articles):
        if section := self.cleaned_data.get("section"):
            articles = articles.in_sections([section, *section.descendants()])
        if person := self.cleaned_data.get("person"):
            articles = articles.filter(assignee=person)
        return articles


def narrowed(request):
    """The articles this person sees, as far as the address narrows them, and the form that does."""
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    form = NarrowForm(request.GET)
    return form.narrow(Article.objects.viewable_by(request.user)), form


@never_cache
@require_safe
def board_view(request, model_admin):
    articles, form = narrowed(request)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Board",
        "opts": model_admin.opts,
        "columns": planning.board(articles, request.user),
        "form": form,
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "desk/board.html", context)


@never_cache
@require_safe
def calendar_view(request, model_admin):
    """A week, or the weeks that a month touches; `day` is any day in it, `by=section` groups each day."""
    articles, form = narrowed(request)
    today = timezone.localdate()
    day = read_day(request.GET.get("day")) or today
    is_month = request.GET.get("view") == "month"
    if is_month:
        begin = day.replace(day=1)
        end = (begin + timedelta(days=31)).replace(day=1)
        first = begin - timedelta(days=begin.weekday())
        number = 7 * -(-(end - first).days // 7)
        before, after = begin - timedelta(days=1), end
    else:
        begin = first = day - timedelta(days=day.weekday())
        end, number = first + timedelta(days=7), 7
        before, after = first - timedelta(days=7), end
    query = request.GET.copy()
    for name in ("day", "view"):
        query.pop(name, None)
    days = planning.calendar(articles, request.user, first, number, IN_MONTH if is_month else IN_WEEK)
    is_by_section = request.GET.get("by") == "section"
    if is_by_section:
        for one in days:
            one.entries.sort(key=lambda entry: (str(entry.card.article.category or ""), entry.at))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Calendar",
        "opts": model_admin.opts,
        "days": days,
        "first": begin,
        "last": end - timedelta(days=1),
        "is_month": is_month,
        "is_by_section": is_by_section,
        "before": before,
        "after": after,
        "today": today,
        "now": timezone.localtime(),
        "day": day,
        "query": query.urlencode(),
        "tray": [] if is_month else planning.without_a_time(articles, request.user),
        "form": form,
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "desk/calendar.html", context)


def read_day(text):
    """A day from the address; None for anything else, and for what no calendar of ours reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1605 < day.year < 2999 else None


# -- one card


class MoveForm(forms.Form):
    at = MomentField(label="When", required=False, validators=plausible_date)


class HandForm(forms.Form):
    assignee = PersonField(get_user_model().objects.none(), label="With", required=False, empty_label="Nobody")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def plan_view(request, pk, model_admin):
    """Move one article: a step, another moment, somebody else. What is refused comes back with the reason."""
    article = model_admin.get_object(request, str(pk))
    if article is None or not model_admin.has_change_permission(request, article):
        raise PermissionDenied
    forms_ = unbound(request, article)
    problems = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                done = act(request, article, forms_)
        except PermissionDenied as error:
            if not str(error):
                raise
            problems = [str(error)]
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, done)
            return HttpResponseRedirect(way_back(request, "admin:articles_article_board"))
        article = model_admin.get_object(request, str(pk))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Plan",
        "opts": model_admin.opts,
        "article": article,
        "standing": standing(article),
        "moves": [(step, planning.label(step, article)) for step in planning.open_steps(article, request.user)],
        "times": [(what, label, forms_[what]) for what, label in planning.MOMENTS.items() if what in forms_],
        "hand": forms_["hand"],
        "note": request.POST.get("note", "")[:2000],
        "asked": request.POST.get("step") or request.POST.get("to") or "",
        "problems": problems,
        "next": way_back(request, "admin:articles_article_board"),
    }
    return TemplateResponse(request, "desk/plan.html", context)


def unbound(request, article):
    """The small forms of a card; the one that was sent is bound, the day that a card was dropped on is filled in."""
    copy = workflow.working_copies.of(article) if workflow.working_copies.is_out(article) else None
    begun = {"due": article.due_at, "goes_out": article.published_at}
    if standing(article) in (Standing.LIVE, Standing.EXPIRED, Standing.WITHDRAWN, Standing.ARCHIVED):
        begun = {"update": copy.goes_live_at} if copy and copy.goes_live_at else {}
    if standing(article) in (Standing.LIVE, Standing.SCHEDULED):
        begun["expires"] = article.expires_at
    sent = request.POST.get("move")
    found = {}
    for what, at in begun.items():
        day = read_day(request.GET.get("day")) if request.GET.get("move") == what else None
        if day:
            at = (timezone.localtime(at) if at else timezone.localtime().replace(hour=12, minute=0)).replace(
                year=day.year, month=day.month, day=day.day, second=0, microsecond=0
            )
        found[what] = MoveForm(
            request.POST if what == sent else None, initial={"at": at}, auto_id=f"id_{what}_%s", label_suffix=""
        )
    is_hand = "hand" in request.POST
    found["hand"] = HandForm(
        request.POST if is_hand else None, initial={"assignee": article.assignee_id}, label_suffix=""
    )
    return found


def act(request, article, forms_):
    """Do what was sent with an article and say what was done. Raises PermissionDenied and ValidationError."""
    user, sent = request.user, request.POST
    if "hand" in sent:
        form = valid(forms_["hand"])
        return f"{workflow.assign(article, form['assignee'], user, article.due_at)}: “{article}”."
    if what := sent.get("move"):
        if what not in forms_ or what == "hand":
            raise ValidationError(f"“{article}” is {standing(article).label.lower()}. Look again.")
        at = valid(forms_[what])["at"]
        if what == "due":
            return f"{workflow.assign(article, article.assignee, user, at)}: “{article}”."
        move = workflow.expire if what == "expires" else workflow.reschedule
        return f"{move(article, at, user)}: “{article}”."
    if column := sent.get("to"):
        if column not in planning.COLUMNS:
            raise ValidationError("There is no such column.")
        step = planning.step_into(Standing(column), article)
    elif any(step.name == sent.get("step") for step in STEPS):
        step = step_named(sent["step"])
    else:
        raise ValidationError("Say what should become of it.")
    return f"{workflow.take(step, article, user, sent.get('note', ''))}: “{article}”."


def valid(form):
    if not form.is_valid():
        raise ValidationError([message for messages in form.errors.values() for message in messages])
    return form.cleaned_data
