"""What the public is told of moderation: the desk's own figures of the last 30 days, worked out once an hour."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone
from django.utils.timesince import timesince

from articles.page_keys import rendered
from comments.models import Decision
from comments.models.decision import Verb
from comments.workload import DAYS, share, workload
from newsroom.pagestore import public

KEPT = 3600  # seconds


def figures():
    """Return the figures, as numbers and shares in per cent; None is a share of nothing."""
    desk = workload()
    reasons = (
        Decision.objects.filter(verb=Verb.REJECT, created_at__gt=timezone.now() - timedelta(days=DAYS))
        .exclude(reason_label="")
        .order_by()
        .values_list("reason_label")
        .annotate(number=Count("pk"))
    )
    reasons = sorted(reasons, key=lambda one: -one[1])
    return {
        "days": DAYS,
        "submitted": desk.submitted,
        "held": share(desk.submitted - desk.automatic, desk.submitted),
        "automatic": share(desk.automatic, desk.submitted),
        "minutes": None if desk.all.median is None else round(desk.all.median),
        "decisions": desk.decisions,
        "rejected": sum(number for _, number in reasons),
        "reasons": [
            {"label": label, "number": number, "share": share(number, desk.decisions)} for label, number in reasons
        ],
        "appeals": desk.appeals,
        "upheld": desk.upheld,
    }


@public
def page(request):
    told = cache.get_or_set("comments.transparency", figures, KEPT)
    now = timezone.now()
    within = "" if told["minutes"] is None else timesince(now - timedelta(minutes=told["minutes"]), now)
    canonical = request.build_absolute_uri(request.path)
    return rendered(
        request, "comments/transparency.html", {"told": told, "within": within, "canonical": canonical}, seconds=KEPT
    )
