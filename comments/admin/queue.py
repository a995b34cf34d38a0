"""The moderators' queue: its page, and the answers to its buttons.

Each works as a plain form that leads back to where one was; the page's script asks with the header that
`wants_part` looks for and gets the changed card alone.
"""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from comments import moderation, queue
from comments.characters import normalise
from comments.models import Comment, Decision
from comments.models.comment import Status
from comments.models.decision import Reason

OUTCOMES = (Status.APPROVED, Status.REJECTED, Status.SPAM)
VERBS = {"approve": moderation.approve, "spam": moderation.mark_spam, "hold": moderation.hold}


def may_decide(request):
    return request.user.has_perm("comments.moderate_comment")


def wants_part(request):
    return request.headers.get("X-Requested-With") == "queue"


def number_in(request, name):
    """Return a number of the query, or None where there is none that could be an id."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


@require_safe
def page(request, site):
    """Show one tab of the queue. A GET changes nothing, not even whose turn it is."""
    if not request.user.has_perm("comments.view_comment"):
        raise PermissionDenied
    tab = "decided" if request.GET.get("tab") == "decided" else "check"
    section, article = number_in(request, "section"), number_in(request, "article")
    waiting = queue.waiting(section, article)
    request.comments_waiting = {"number": waiting.total, "oldest": waiting.oldest}
    context = {"tab": tab, "waiting": waiting, "section": section, "may_decide": may_decide(request)}
    if tab == "check":
        cards = queue.page_of_waiting(request.GET.get("page"), waiting.number, section, article)
        context |= {
            "page": cards,
            "article": article,
            "article_shown": cards.object_list[0].comment.article if article and cards.object_list else None,
            "lines": queue.lines(request.user) if context["may_decide"] else [],
        }
    else:
        outcome = request.GET.get("outcome", "")
        decided = Paginator(queue.decided(outcome, section), queue.PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {"page": decided, "outcome": outcome, "outcomes": OUTCOMES}
    filters = {key: value for key in ("tab", "section", "article", "outcome") if (value := request.GET.get(key))}
    context |= {
        "reasons": Reason.choices,
        "start": f"?{urlencode({**filters, 'page': ''})}",
        "here": request.get_full_path(),
        "title": "Comments",
    }
    return TemplateResponse(request, "comments/queue.html", site.each_context(request) | context)


def decision_in(request):
    """Return the verb that was pressed and what goes with it. A rejection is written as reject:reason."""
    name, _, reason = request.POST.get("decision", "").partition(":")
    notes = {"public_note": normalise(request.POST.get("public_note", "")[: moderation.HARD_LIMIT])[:500]}
    if name == "reject":
        return moderation.reject, {"reason": reason, **notes}
    if name in VERBS:
        return VERBS[name], {}
    raise BadRequest("There is no such decision.")


def moderators_only(view):
    @wraps(view)
    @require_POST
    def wrapped(request, *args):
        if not may_decide(request):
            raise PermissionDenied
        return view(request, *args)

    return wrapped


def back(request):
    """Lead to where the button was: same tab, filters and page."""
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        address = reverse("admin:comments_comment_queue")
    return HttpResponseRedirect(address)


def version_in(text):
    if not text.isdecimal() or len(text) > 9:
        raise BadRequest("A version is a number.")
    return int(text)


@moderators_only
def decide(request):
    comment = get_object_or_404(
        Comment.objects.select_related("article"), pk=version_in(request.POST.get("comment", ""))
    )
    verb, notes = decision_in(request)
    try:
        decision = verb(comment, request.user, version=version_in(request.POST.get("version", "")), **notes)
    except (moderation.NotAllowed, moderation.AlreadyDecided) as error:
        return refused(request, comment, error)
    if wants_part(request):
        return render(request, "comments/queue_line.html", {"line": queue.Line(decision)})
    return back(request)


def refused(request, comment, error):
    if wants_part(request):
        return render(request, "comments/queue_taken.html", {"comment": comment, "message": error}, status=409)
    messages.warning(request, f"{comment.name}: {error}")
    return back(request)


@moderators_only
def decide_many(request):
    """Decide about each chosen comment, given as id:version."""
    versions = {}
    for chosen in request.POST.getlist("chosen"):
        pk, _, version = chosen.partition(":")
        versions[version_in(pk)] = version_in(version)
    verb, notes = decision_in(request)
    if not versions:
        messages.info(request, "Nothing was chosen. Tick the comments first.")
        return back(request)
    try:
        outcome = moderation.decide_all(
            Comment.objects.filter(pk__in=versions), request.user, verb, versions=versions, **notes
        )
    except moderation.NotAllowed as error:
        messages.warning(request, str(error))
        return back(request)
    tell_skipped(request, outcome)
    return back(request)


@moderators_only
def undo(request):
    decision = get_object_or_404(
        Decision.objects.select_related("comment__article"), pk=version_in(request.POST.get("undo", ""))
    )
    try:
        moderation.undo(decision, request.user)
    except (moderation.NotAllowed, moderation.AlreadyDecided) as error:
        return refused(request, decision.comment, error)
    comment = decision.comment
    if wants_part(request):
        if comment.status != Status.PENDING:
            return render(request, "comments/queue_taken.html", {"comment": comment, "message": "Taken back."})
        fresh = Comment.objects.select_related("article__category", "parent__parent").filter(pk=comment.pk)
        context = {"card": queue.cards(fresh)[0], "may_decide": True, "reasons": Reason.choices}
        return render(request, "comments/queue_card.html", context | {"here": request.POST.get("next", "")})
    messages.success(
        request, f"Taken back: the comment by {comment.name} is {comment.get_status_display().lower()} again."
    )
    return back(request)


@moderators_only
def undo_many(request):
    batch = get_object_or_404(Decision, pk=version_in(request.POST.get("undo", ""))).batch
    if batch is None:
        raise BadRequest("This decision was made by itself.")
    outcome = moderation.undo_batch(batch, request.user)
    messages.success(request, f"Taken back: {counted(len(outcome.decisions))}.")
    tell_skipped(request, outcome)
    return back(request)


def counted(number):
    return "1 comment" if number == 1 else f"{number} comments"


def tell_skipped(request, outcome):
    """Say which comments were left alone and why, the first few by name."""
    if outcome.skipped:
        named = " ".join(f"{comment.name}: {why}" for comment, why in outcome.skipped[:3])
        messages.warning(request, f"Left alone: {counted(len(outcome.skipped))}. {named}")
