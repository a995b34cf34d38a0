"""The desk's figures about its own work."""

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from comments.sections import sections_of
from comments.workload import DAYS, share, workload
from newsroom.charts import bars, line


@require_safe
def page(request, site):
    if not request.user.has_perm("comments.view_comment"):
        raise PermissionDenied
    found = workload(sections_of(request.user))
    highest = max(found.lengths, key=lambda point: point[1])
    hours = found.by_hour
    context = {
        "found": found,
        "days": DAYS,
        "length": {
            "points": line([number for _, number in found.lengths]),
            "since": found.lengths[0][0],
            "highest": highest[1],
            "highest_at": highest[0],
        },
        "hours": bars(
            [(times.median, times.p90) for times in hours.values()],
            [f"{hour}:00: {in_words(times.median)}, {times.number} decided" for hour, times in hours.items()],
        ),
        "slowest": max((hour for hour in hours if hours[hour].number), key=lambda hour: hours[hour].p90, default=None),
        "median": in_words(found.all.median),
        "p90": in_words(found.all.p90),
        "sections": sorted(
            (
                {"name": name, "number": times.number, "median": in_words(times.median), "p90": in_words(times.p90)}
                for name, times in found.by_section.items()
            ),
            key=lambda row: -row["number"],
        ),
        "moderators": [
            {"name": name, "number": number, "share": share(number, found.decisions)}
            for name, number in found.by_moderator.most_common()
        ],
        "overturned": share(found.undone, found.decisions),
        "upheld": share(found.upheld, found.appeals),
        "automatic": share(found.automatic, found.submitted),
        "title": "Figures",
    }
    if context["slowest"] is not None:
        context["slowest_p90"] = in_words(hours[context["slowest"]].p90)
    return TemplateResponse(request, "comments/figures.html", site.each_context(request) | context)


def in_words(minutes):
    """“12 min”, “3 h”, “2 days”; a dash for nothing."""
    if minutes is None:
        return "–"
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"{round(minutes)} min"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} days"
