"""What a browser may fetch early: the stylesheet of a page, and the pages whose link is about to be pressed.

Pages are fetched and not run, so that no reading is counted of what nobody has read.
"""

from django.http import JsonResponse
from django.templatetags.static import static
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


def preload(response):
    """Name what the first paint waits for: a CDN in front may tell the browser of it before the page is there."""
    response["Link"] = f"<{static('site/site.css')}>; rel=preload; as=style"
    return response
