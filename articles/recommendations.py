"""One tap for a story, without an account: the same reader's second one counts no more than the first."""

from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from articles import page_keys
from articles.models import Article, Recommendation
from articles.readers import digest, is_flood
from newsroom import pagestore
from newsroom.clients import is_from_own_page, is_robot

PER_HOUR = 60  # taps from one network
MOST = 2**63 - 1  # no database has a higher number

ELSEWHERE = _("A recommendation is taken from the story’s own page alone.")
PROGRAM = _("Your browser says that it is a program. Only readers recommend.")
FLOOD = _("Too many recommendations came from your network within an hour. Try again later.")


@csrf_exempt  # reads no cookie; is_from_own_page() refuses other sites
@never_cache
@require_POST
def recommend(request, article):
    """Recommend a public article, or take that back, and lead back to it.

    Neither reads nor sets a cookie, so that no token is needed: that the request comes from our own page is enough.
    """
    if not is_from_own_page(request):
        return _refused(request, ELSEWHERE, 403)
    if is_robot(request):
        return _refused(request, PROGRAM, 403)
    article = get_object_or_404(Article.objects.published(), pk=min(article, MOST))
    if is_flood(request, "recommendations", PER_HOUR, 3600):
        response = _refused(request, FLOOD, 429)
        response["Retry-After"] = 3600
        return response
    voter = digest(request, "recommendations", article.pk)
    if request.POST.get("withdraw"):
        article.recommendations.filter(voter=voter).delete()
    else:
        Recommendation.objects.bulk_create([Recommendation(article=article, voter=voter)], ignore_conflicts=True)
    pagestore.purge(page_keys.recommendations(article.pk))
    if _wants_json(request):
        number = article.recommendations.count()
        return JsonResponse({"number": number, "words": words(number)})
    return HttpResponseRedirect(f"{article.get_absolute_url()}#recommend", status=303)


def words(number):
    """Say how many recommend a story."""
    if not number:
        return str(_("Worth another reader’s time? Say so: one tap, no account."))
    return ngettext("%(number)s reader recommends this.", "%(number)s readers recommend this.", number) % {
        "number": number_format(number, force_grouping=True)
    }


def _wants_json(request):
    return request.headers.get("Accept") == "application/json"


def _refused(request, reason, status):
    if _wants_json(request):
        return JsonResponse({"words": str(reason)}, status=status)
    return render(request, "articles/not_recommended.html", {"reason": reason, "noindex": True}, status=status)
