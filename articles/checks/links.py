"""Links within the site lead somewhere that readers may go."""

import re
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve

from articles.checks.findings import Finding, Severity
from articles.models import Article, FormerAddress

WORST = Severity.ERROR

_STORY = re.compile(r"^/\d{4}/\d\d/\d\d/(?P<slug>[^/]+)/$")


def is_inside(parts):
    hosts = {host.lstrip(".") for host in settings.ALLOWED_HOSTS} - {"*"}
    return not parts.scheme and not parts.netloc or parts.hostname in hosts


def check(subject):
    stories, ids = {}, set(re.findall(r'id="([^"]+)"', subject.article.body))
    for link in subject.all("a"):
        address = link.attributes.get("href") or ""
        parts = urlsplit(address)
        if address.startswith("#"):
            if address[1:] not in ids:
                yield Finding(
                    "links", Severity.WARNING, f"Nothing here is marked “{address}”.", "body", link.words.strip()
                )
        elif is_inside(parts) and parts.path.startswith("/"):
            path = unquote(parts.path)
            if match := _STORY.match(path):
                stories.setdefault(match["slug"], []).append((path, link))
            elif not _leads_on(path):
                yield Finding("links", Severity.ERROR, f"{path} leads nowhere.", "body", link.words.strip())
    if not stories:
        return
    known = {article.slug: article for article in Article.objects.defer("body", "body_text").filter(slug__in=stories)}
    former = set(
        FormerAddress.objects.filter(path__in=[path for uses in stories.values() for path, _ in uses]).values_list(
            "path", flat=True
        )
    )
    for slug, uses in stories.items():
        for path, link in uses:
            article = known.get(slug)
            if article is None and path not in former:
                yield Finding("links", Severity.ERROR, f"{path} leads nowhere.", "body", link.words.strip())
            elif article and article.pk != subject.article.pk and not article.is_public(subject.at):
                words = f"{path} leads to a story that readers cannot get when this one goes out."
                yield Finding("links", Severity.ERROR, words, "body", link.words.strip())


def _leads_on(path):
    try:
        resolve(path)
    except Resolver404:
        return FormerAddress.objects.filter(Q(path=path) | Q(path=path.rstrip("/"))).exists()
    return True
