"""Every address ever issued answers: here, with one redirect, or with 410."""

from urllib.parse import unquote

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone

from articles.models import Article, ArticleTag, Author, Byline, Dossier, FormerAddress, Listing, Page, Part, Tag


def is_canonical(request, thing):
    """Whether the request came to where `thing` is now."""
    return request.path == unquote(thing.get_absolute_url())


def once_public(article):
    """The article of a row of another query, if it was public once: asked for one by one, not all at once."""
    return Article.objects.once_public().filter(pk=OuterRef(article)).order_by()


def is_listed(kind):
    """Whether there is anything to read in the list of a row: nearly always, and found at once."""
    return Q(Exists(Listing.objects.filter(kind=kind, number=OuterRef("pk")).public()))


def issued_tags():
    """Tags that readers may know of: something with them was public once, so that no name of a plan is given away."""
    public = Exists(once_public("content_object_id"))
    return Tag.objects.filter(
        is_listed(Listing.Kind.TAG) | Q(Exists(ArticleTag.objects.filter(public, tag=OuterRef("pk"))))
    )


def issued_authors():
    """Authors whom readers may know of: something they worked on was public once."""
    public = Exists(once_public("article_id"))
    return Author.objects.filter(
        is_listed(Listing.Kind.AUTHOR) | Q(Exists(Byline.objects.filter(public, author=OuterRef("pk"))))
    )


def issued_dossiers():
    """Published series, topics and packages that readers may know of: something in them was public once."""
    tagged = ArticleTag.objects.filter(Exists(once_public("content_object_id")), tag__topics=OuterRef("pk"))
    parts = Part.objects.filter(Exists(once_public("article_id")), dossier=OuterRef("pk"))
    return Dossier.objects.published().filter(Exists(parts) | Q(Exists(tagged), form=Dossier.Form.TOPIC))


def gone(request, article=None):
    """Say that something was here and is not any more, and why, where that is known; what it was is not repeated."""
    has_ended = bool(article and article.expires_at and article.expires_at <= timezone.now())
    return render(request, "410.html", {"noindex": True, "has_ended": has_ended}, status=410)


def former_addresses(get_response):
    """Middleware: where nothing answers any more, lead to what once did."""

    def middleware(request):
        response = get_response(request)
        if request.method not in ("GET", "HEAD") or not (response.status_code == 404 or is_old_number(request)):
            return response
        return answer_for_former(request) or response

    return middleware


def is_old_number(request):
    """Whether the front page was asked for a story by its number in WordPress, as in /?p=12."""
    return request.path == "/" and not request.GET.keys().isdisjoint({"p", "page_id"})


def answer_for_former(request):
    """Return a redirect or a 410 for an address that was issued once; None for one that never was."""
    path = request.path
    # With and without the slash at the end; an imported address may live in the query (/?p=12).
    candidates = {path, path.rstrip("/"), f"{path.rstrip('/')}/"} - {""}
    if query := request.META.get("QUERY_STRING"):
        candidates |= {f"{candidate}?{unquote(query)}" for candidate in candidates}
    former = (
        FormerAddress.objects.filter(path__in=candidates)
        .select_related("article", "author", "category", "dossier", "page", "tag")
        .order_by("-path")  # the one with a query first
        .first()
    )
    if former is None:
        return None
    target = former.target
    if target is None:
        return gone(request)
    if isinstance(target, Article) and not target.is_public():
        return gone(request, target) if is_once_public(target) else None
    if isinstance(target, Page) and not target.is_published:
        return gone(request)
    if isinstance(target, Dossier) and not issued_dossiers().filter(pk=target.pk).exists():
        return None
    return HttpResponsePermanentRedirect(target.get_absolute_url())


def is_once_public(article):
    return article.first_published_at is not None and article.first_published_at <= timezone.now()
