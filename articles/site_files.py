"""The files of the site as a whole: its brand's stylesheet, what makes it installable, what it shows offline."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from textwrap import shorten

from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import icons
from articles.brand import TOKENS, Brand
from articles.media import as_file
from articles.models import SiteSettings
from articles.page_keys import rendered
from newsroom import interface, pagestore
from newsroom.pagestore import public

SHORT = 15  # letters under an icon
FONTS = ("newsreader-display", "newsreader-text", "public-sans")


@require_safe
def brand(request, digest):
    """The brand's stylesheet. Its address changes with its content; an earlier one leads to the present one."""
    brand = Brand(SiteSettings.current())
    if not brand.stylesheet:
        raise Http404("The site has the theme's own colours and fonts.")
    if digest != brand.digest:
        response = HttpResponseRedirect(brand.url)
        response["Cache-Control"] = "public, no-cache"
        return response
    return as_file(HttpResponse(brand.stylesheet, content_type="text/css; charset=utf-8"))


@public
def manifest(request):
    """What a device needs to install the site."""
    site = SiteSettings.current()
    pagestore.shows(request, "site")
    symbol = icons.Symbol(site)
    described = {
        "id": "/",
        "name": site.name,
        "short_name": shorten(site.name, SHORT, placeholder="") or site.name[:SHORT],
        **({"description": site.tagline} if site.tagline else {}),
        "lang": interface.language(),
        "dir": interface.direction(),
        "start_url": reverse("articles:front"),
        "scope": "/",
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        "background_color": TOKENS["paper"][0],
        "theme_color": TOKENS["paper"][0],
        "icons": [
            {
                "src": reverse("articles:icon", args=[symbol.digest, name]),
                "sizes": f"{form.size}x{form.size}",
                "type": "image/png",
                "purpose": "maskable" if form.is_maskable else "any",
            }
            for name, form in icons.FORMS.items()
        ],
    }
    return HttpResponse(json.dumps(described, ensure_ascii=False), content_type="application/manifest+json")


@require_safe
def icon(request, digest, name):
    """The site's symbol as a PNG. A former address shows nothing: the right to its logo may have ended."""
    symbol = icons.Symbol(SiteSettings.current())
    if digest != symbol.digest or name not in icons.FORMS:
        raise Http404("The site has no such symbol.")
    content = cache.get_or_set(f"icon-{digest}-{name}", lambda: symbol.draw(icons.FORMS[name]))
    return as_file(HttpResponse(content, content_type="image/png"), symbol.usable_until)


@public
def offline(request):
    """What readers see without a connection; the worker fills in the stories they have saved."""
    return rendered(request, "articles/offline.html", {"noindex": True})


@require_safe
def service_worker(request):
    """The worker and what it keeps. Browsers ask for it again on each visit: a change here reaches readers at once."""
    kept = {
        "offline": reverse("articles:offline"),
        "files": files_kept(Brand(SiteSettings.current())),
        "never": [reverse("admin:index"), "/comments/", reverse("articles:service_worker")],
        "language": interface.language(),
        "words": {
            "offline": _("You are offline. This story was saved on {day}."),
            "saved": _("Saved on {day}"),
            "none": _("No story is saved on this device yet."),
        },
    }
    source = _worker_source()
    kept["version"] = hashlib.sha256((source + json.dumps(kept)).encode()).hexdigest()[:12]
    response = HttpResponse(f"self.KEPT = {json.dumps(kept)};\n{source}", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, no-cache"
    return response


def files_kept(brand):
    """What the offline page needs."""
    fonts = [static(f"site/fonts/{name}.woff2") for name in FONTS] if brand.loads_fonts else []
    own = [brand.url] if brand.url else []
    return [*(static(f"site/{name}") for name in ("site.css", "site.js", "icons.svg")), *own, *fonts]


@lru_cache(maxsize=1)
def _worker_source():
    return Path(finders.find("site/service-worker.js")).read_text()
