"""What articles show on the desk's home, and where its navigation leads to them."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Sum,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.fields.json import KT
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from articles import front_history, keeping_back, trust
from articles.models import (
    Article,
    Author,
    Byline,
    Category,
    EditingSession,
    Page,
    Picture,
    Placement,
    ReadCount,
    Recording,
    SiteSettings,
)
from articles.models.article import Status
from articles.models.rights import ENDS_SOON
from articles.most_read import lines
from articles.workflow import sections_of, standing, waiting_for
from newsroom.charts import bars, by_day
from newsroom.clock import begins
from newsroom.counting import counted_by_day
from newsroom.desk import Destination, Panel, destinations, panels, then

SHOWN = 6  # rows of a panel; its head leads to the rest
CHARTED = 14  # days
MOST_READ = 5
OF_A_DAY, AHEAD = 300, 40  # stories that a day's strip draws, and lines of what is to come
COUNTED_ANEW = 60  # seconds for which the numbers of readers are remembered
EXPIRES_SOON = timedelta(days=7)
RIGHTS_ENDED_LATELY = timedelta(days=30)


def may(permission):
    return lambda request: request.user.has_perm(permission)


def rows(request, articles):
    request.__dict__.setdefault("stories_of_panels", []).extend(articles)
    return [{"article": article, "standing": standing(article)} for article in articles]


def read_bylines(request):
    """Read once for all panels who wrote their stories."""
    stories = request.__dict__.pop("stories_of_panels", [])
    prefetch_related_objects(stories, Prefetch("bylines", Byline.objects.select_related("author")))


def listed(request, articles, **extra):
    """The first articles, and how many there are in all without counting far."""
    found = list(articles.for_cards().prefetch_related(None)[: SHOWN + 1])
    return {"rows": rows(request, found[:SHOWN]), "has_more": len(found) > SHOWN, **extra}


def heads(lists):
    """The articles of some lists, each cut where a panel ends and read no further."""
    first, *others = (Article.objects.filter(pk__in=one.values("pk")).order_by().values("pk") for one in lists)
    return Article.objects.filter(pk__in=first.union(*others, all=True))


def start(request):
    """The first steps of a new newsroom; gone with the first article."""
    if not request.user.has_perm("articles.edit_any_article") or Article.objects.exists():
        return None
    return {
        "has_sections": Category.objects.exists(),
        "has_placements": Placement.objects.exists(),
    }


def waiting(request):
    """What this person has in hand, and for editors what nobody has taken yet: the late first, then the oldest."""
    user = request.user
    if not user.has_perm("articles.change_article"):
        return None
    articles = waiting_for(user, Article.objects.all())
    articles = articles.order_by(F("due_at").asc(nulls_last=True), "modified_at", "id")
    panel = listed(request, articles, now=timezone.now())
    return panel if panel["rows"] else None


def unsaved(request):
    """What this person typed and is in no version: whoever comes back after a crash looks here first."""
    if not request.user.has_perm("articles.change_article"):
        return None
    sessions = EditingSession.objects.left_behind(request.user).select_related("article").defer("fields")
    found = list(sessions.annotate(headline=KT("fields__headline__0"))[:SHOWN])
    return {"sessions": found} if found else None


def overdue(request):
    """What should have been done by now and is with somebody else."""
    if not request.user.has_perm("articles.edit_any_article"):
        return None
    late = Article.objects.unfinished().filter(due_at__lt=timezone.now())
    articles = late.filter(~Q(assignee=request.user)).select_related("assignee").order_by("due_at", "id")
    panel = listed(request, articles, now=timezone.now())
    return panel if panel["rows"] else None


def approved(request):
    if not request.user.has_perm("articles.publish_article"):
        return None
    articles = Article.objects.filter(status=Status.APPROVED)
    if (sections := sections_of(request.user)) is not None:
        articles = articles.filter(Q(category__in=sections) | Q(category=None))
    panel = listed(request, articles.order_by("modified_at", "id"))
    return panel if panel["rows"] else None


def drafts(request):
    """Drafts, one's own first; for writers what is with an editor too."""
    user = request.user
    if not user.has_perm("articles.change_article"):
        return None
    sees_all = user.has_perm("articles.edit_any_article")
    statuses = [Status.DRAFT, Status.CHANGES]
    if not sees_all:
        statuses += [Status.REVIEW, Status.APPROVED]
    named = Exists(Byline.objects.filter(article=OuterRef("pk"), author__user=user))
    is_own = Q(created_by=user) | Q(assignee=user) | named
    newest = [Article.objects.filter(status=status).order_by("-modified_at", "-id") for status in statuses]
    lists = [one[: SHOWN + 1] for one in [*(one.filter(is_own) for one in newest), *(newest if sees_all else [])]]
    rank = Case(When(is_own, then=Value(0)), default=Value(1), output_field=IntegerField())
    return listed(request, heads(lists).order_by(rank, "-modified_at", "-id"), sees_all=sees_all)


def agenda(request):
    """The stories of today and the first of later days, read once for the panels that show them."""
    if not hasattr(request, "stories_of_agenda"):
        stories = Article.objects.viewable_by(request.user).order_by("published_at", "id")
        since, until = begins(timezone.localdate()), begins(timezone.localdate() + timedelta(days=1))
        of_today = stories.filter(
            status__in=[Status.PUBLISHED, Status.APPROVED], published_at__gte=since, published_at__lt=until
        )
        later = stories.filter(status=Status.PUBLISHED, published_at__gte=until)
        found = heads([of_today[:OF_A_DAY], later[: SHOWN + 1]]).order_by("published_at", "id")
        request.stories_of_agenda = list(found.for_cards().prefetch_related(None))
    return request.stories_of_agenda


def today(request):
    """What went out today and what will, and what becomes other on the fronts, in the order of the clock."""
    if not request.user.has_perm("articles.view_article"):
        return None
    now = timezone.localtime()
    since, until = begins(now.date()), begins(now.date() + timedelta(days=1))
    stories = [article for article in agenda(request) if article.published_at < until]
    entries = [{"at": article.published_at, "article": article, "standing": standing(article)} for article in stories]
    if request.user.has_perm("articles.view_placement"):
        entries += [{"at": turn.at, "turn": turn} for turn in front_history.between(since, until)]
    entries.sort(key=lambda entry: entry["at"])
    out = [entry for entry in entries if entry["at"] <= now]
    ahead = [entry for entry in entries if entry["at"] > now][:AHEAD]
    rows(request, [entry["article"] for entry in out[-SHOWN:] + ahead if "article" in entry])
    stories_ahead = [article for article in stories if article.published_at > now]
    day = until - since
    return {
        "now": now,
        "next_out": next((article for article in stories_ahead if article.status == Status.PUBLISHED), None),
        "out": out[-SHOWN:],
        "earlier": max(0, len(out) - SHOWN),
        "ahead": ahead,
        "dots": [
            {
                "x": round(400 * ((article.published_at - since) / day), 1),
                "is_out": article.published_at <= now,
                "is_ready": article.status == Status.PUBLISHED,
            }
            for article in stories
        ],
        "number_ahead": len(stories_ahead),
        "number_out": len(stories) - len(stories_ahead),
        "now_x": round(400 * ((now - since) / day), 1),
    }


def coming(request):
    """What is scheduled for later days."""
    if not request.user.has_perm("articles.view_article"):
        return None
    tomorrow = begins(timezone.localdate() + timedelta(days=1))
    found = [article for article in agenda(request) if article.published_at >= tomorrow]
    return {"rows": rows(request, found[:SHOWN]), "has_more": len(found) > SHOWN} if found else None


def failing(request):
    """What goes out by itself and would not as things stand, and what was held back and is not out yet."""
    found = keeping_back.found_for(request.user)
    return {"found": found} if found else None


def leaving(request):
    """What expires within a week, and what was taken down or expired lately."""
    if not request.user.has_perm("articles.publish_article"):
        return None
    now = timezone.now()
    lately = now - EXPIRES_SOON
    expiring = Article.objects.filter(
        status=Status.PUBLISHED, expires_at__gt=lately, expires_at__lt=now + EXPIRES_SOON
    ).order_by("expires_at", "id")
    taken_down = Article.objects.filter(status=Status.WITHDRAWN, modified_at__gt=lately).order_by("-modified_at", "-id")
    articles = heads([expiring[: SHOWN + 1], taken_down[: SHOWN + 1]]).order_by(
        F("expires_at").asc(nulls_last=True), "-modified_at"
    )
    panel = listed(request, articles, now=now)
    return panel if panel["rows"] else None


def rights(request):
    """What is live and has a picture that may be shown for a few days more, or no longer."""
    if not request.user.has_perm("articles.publish_article"):
        return None
    now = timezone.now()
    pictures = Picture.objects.filter(usable_until__gt=now - RIGHTS_ENDED_LATELY, usable_until__lte=now + ENDS_SOON)
    found = {picture.pk: picture for picture in pictures}
    if not found:
        return None
    articles = (
        Article.objects.published()
        .showing(pictures)
        .prefetch_related("illustrations")
        .defer("body", "body_text")
        .newest_first()[: SHOWN + 1]
    )
    uses = [
        {"thing": article, "picture": found[pk]}
        for article in articles
        for pk in dict.fromkeys([article.lead_picture_id, *(one.picture_id for one in article.illustrations.all())])
        if pk in found
    ]
    for way, things, path in (
        ("Page", Page.objects.published().defer("body"), "illustrations__picture"),
        ("Portrait", Author.objects.all(), "picture"),
        ("Logo", SiteSettings.objects.all(), "logo"),
        ("Poster", Recording.objects.usable(now), "poster"),
    ):
        if request.user.has_perm(f"articles.view_{things.model._meta.model_name}"):
            uses += [
                {"way": way, "thing": thing, "picture": found[thing.shows]}
                for thing in things.filter(**{f"{path}__in": pictures}).annotate(shows=F(path))[: SHOWN + 1]
            ]
    for use in uses:
        use["url"] = reverse(f"admin:articles_{use['thing']._meta.model_name}_change", args=[use["thing"].pk])
        use["has_ended"] = use["picture"].usable_until <= now
    uses.sort(key=lambda use: use["picture"].usable_until)
    return {"uses": uses[:SHOWN], "has_more": len(uses) > SHOWN} if uses else None


def published(request):
    """How much was published each day of the last two weeks; nothing is drawn where that is nothing."""
    if not request.user.has_perm("articles.view_article"):
        return None
    first = timezone.localdate() - timedelta(days=CHARTED - 1)
    numbers = counted_by_day(Article.objects.published(), "published_at", first, CHARTED)
    if not numbers:
        return None
    return {
        "bars": by_day(numbers, first, CHARTED),
        "first": first,
        "number": numbers.get(timezone.localdate(), 0),
        "usual": round(sum(numbers.values()) / CHARTED, 1),
    }


def reading(request):
    """What readers read today: hour by hour, beside the same day a week ago, and which stories most."""
    if not request.user.has_perm("articles.view_article"):
        return None
    zone = timezone.get_current_timezone_name()
    found = cache.get(f"desk-reads-{zone}")
    if found is None:
        found = _reads(timezone.now())
        cache.set(f"desk-reads-{zone}", found, COUNTED_ANEW)
    hours, before, most = found
    if not hours and not before:
        return None
    so_far, then = sum(hours.values()), sum(before.values())
    stories = lines([pk for pk, _ in most])
    return {
        "bars": bars(
            [(hours.get(hour, 0), max(hours.get(hour, 0), before.get(hour, 0))) for hour in range(24)],
            [f"{hour}:00: {hours.get(hour, 0)}, a week ago {before.get(hour, 0)}" for hour in range(24)],
        ),
        "number": so_far,
        "change": round(100 * abs(so_far - then) / then) if then else None,
        "is_more": so_far > then,
        "most": [{"article": article, "number": dict(most)[article.pk]} for article in stories],
    }


def _reads(now):
    """Of today and of the same weekday before, up to this hour: reads by hour; and the stories read most today."""
    midnight = begins(timezone.localdate(now))
    week = timedelta(days=7)
    counted = ReadCount.objects.filter(
        Q(hour__gte=midnight, hour__lte=now) | Q(hour__gte=midnight - week, hour__lte=now - week)
    )
    hours, before = {}, {}
    for hour, number in counted.order_by().values_list("hour").annotate(number=Sum("number")):
        (hours if hour >= midnight else before)[timezone.localtime(hour).hour] = number
    today = ReadCount.objects.filter(hour__gte=midnight, hour__lte=now).order_by().values_list("article")
    most = list(today.annotate(number=Sum("number")).order_by("-number", "article")[:MOST_READ])
    return hours, before, most


def trust_pages(request):
    """What is wrong with the pages that readers judge the newsroom by."""
    if not request.user.has_perm("articles.change_page"):
        return None
    concerns = trust.concerns()
    missing = sum(concern.page is None for concern in concerns)
    return {"concerns": concerns, "missing": missing} if concerns else None


then.append(read_bylines)

panels += [
    Panel("desk/panels/start.html", start, 0),
    Panel("desk/panels/unsaved.html", unsaved, 8),
    Panel("desk/panels/waiting.html", waiting, 10),
    Panel("desk/panels/failing.html", failing, 12),
    Panel("desk/panels/overdue.html", overdue, 15),
    Panel("desk/panels/approved.html", approved, 20),
    Panel("desk/panels/drafts.html", drafts, 30),
    Panel("desk/panels/trust.html", trust_pages, 35),
    Panel("desk/panels/today.html", today, 10, "side"),
    Panel("desk/panels/coming.html", coming, 20, "side"),
    Panel("desk/panels/published.html", published, 28, "side"),
    Panel("desk/panels/reading.html", reading, 32),
    Panel("desk/panels/leaving.html", leaving, 40, "side"),
    Panel("desk/panels/rights.html", rights, 50, "side"),
]


def leads_to(name):
    url = reverse_lazy(name)
    return lambda: str(url)


destinations += [
    Destination("Desk", leads_to("admin:index"), "home", 0, lambda request: True, key="d"),
    Destination(
        "Articles", leads_to("admin:articles_article_changelist"), "article", 10, may("articles.view_article"), key="a"
    ),
    Destination("Board", leads_to("admin:articles_article_board"), "board", 12, may("articles.view_article"), key="b"),
    Destination(
        "Calendar", leads_to("admin:articles_article_calendar"), "calendar", 14, may("articles.view_article"), key="c"
    ),
    Destination(
        "Front page",
        leads_to("admin:articles_placement_changelist"),
        "front",
        20,
        may("articles.view_placement"),
        key="f",
    ),
    Destination(
        "Pictures", leads_to("admin:articles_picture_changelist"), "picture", 30, may("articles.view_picture"), key="p"
    ),
    Destination(
        "Recordings", leads_to("admin:articles_recording_changelist"), "recording", 35, may("articles.view_recording")
    ),
]
