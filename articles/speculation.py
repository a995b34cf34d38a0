"""Which pages a browser may fetch before a reader asks for them: those whose link is about to be pressed.

They are fetched and not run, so that no reading is counted of what nobody has read.
"""

from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

KEPT = 24 * 3600  # seconds
LEFT_OUT = ["/desk/*", "/comments/*", "/media/*", "/static/*", "/feed/*", "/search/*"]
RULES = {
    "prefetch": [
        {
            "where": {
                "and": [
                    {"href_matches": "/*"},
                    {"not": {"href_matches": LEFT_OUT}},
                    {"not": {"selector_matches": "[rel~=nofollow], [download]"}},
                ]
            },
            "eagerness": "moderate",  # a pointer that rests on the link, or a press that begins
        }
    ]
}


@require_safe
def rules(request):
    response = JsonResponse(RULES, content_type="application/speculationrules+json")
    response["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def offer(response):
    """Say on a page where the rules are."""
    response["Speculation-Rules"] = f'"{reverse("articles:speculation_rules")}"'
    return response
