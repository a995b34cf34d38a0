"""The moderators' queue: its page, and the answers to its buttons.

Each works as a plain form that leads back to where one was; the page's script asks with the header that
`wants_part` looks for and gets the changed card alone.
"""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article
from comments import claims, moderation, queue
from comments.characters import normalise
from comments.models import CannedReason, Comment, Decision
from comments.models.comment import Status
from comments.models.decision import Verb
from comments.sections import reach_and_reasons, sections_of

OUTCOMES = (Status.APPROVED, Status.REJECTED, Status.SPAM, Status.PENDING, Status.REMOVED)
VERBS = {
    "approve": moderation.approve,
    "spam": moderation.mark_spam,
    "hold": moderation.hold,
    "second": moderation.pass_on,
    "feature": moderation.feature,
    "unfeature": moderation.unfeature,
}
# What a decision has no use for: of the article nothing but its section.
UNREAD = [
    "path", "signals",
    *(f"article__{field.name}" for field in Article._meta.concrete_fields if field.name not in ("id", "category")),
]  # fmt: skip
SHOWN_AT_ONCE = 200  # cards that a page of the queue may ask about


def may_decide(request):
    return request.user.has_perm("comments.moderate_comment")


def may_remove(request):
    return request.user.has_perm("comments.remove_comment")


def wants_part(request):
    return request.headers.get("X-Requested-With") == "queue"


def within_reach(request):
    """The comments of this person's sections."""
    return Comment.objects.filter(queue.in_sections(sections_of(request.user)))


def number_in(request, name):
    """Return a number of the query, or None where there is none that could be an id."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


@require_safe
def page(request, site):
    """Show one tab of the queue. A GET changes nothing, not even whose turn it is."""
    if not request.user.has_perm("comments.view_comment"):
        raise PermissionDenied
    tab = request.GET.get("tab", "")
    tab = tab if tab in queue.TABS else "check"
    noticed = request.GET.get("noticed", "")
    filters = queue.Filters(
        number_in(request, "section"),
        number_in(request, "article"),
        noticed if noticed in queue.NOTICED else "",
    )
    sections, reasons = reach_and_reasons(request.user)
    within = sections_of(request.user)
    waiting = queue.waiting(request.user, within, tab, filters)
    request.comments_waiting = {"number": waiting.total, "oldest": waiting.oldest}
    context = {
        "tab": tab,
        "waiting": waiting,
        "filters": filters,
        "may_decide": may_decide(request),
        "may_remove": may_remove(request),
    }
    if tab == "decided":
        outcome = request.GET.get("outcome", "")
        context |= {
            "page": Paginator(queue.decided(outcome, filters.section, within), queue.PAGE_SIZE).get_page(
                request.GET.get("page")
            ),
            "outcome": outcome,
            "outcomes": OUTCOMES,
        }
    else:
        start = min(number_in(request, "from") or 0, max(waiting.number - 1, 0))
        cards, has_more = queue.cards_from(start, request.user, within, tab, filters)
        context |= {
            "cards": cards,
            "first": start + 1,
            "previous": max(start - queue.PAGE_SIZE, 0) if start else None,
            "next": start + queue.PAGE_SIZE if has_more else None,
            "article_shown": cards[0].comment.article if filters.article and cards else None,
            "lines": queue.lines(request.user) if context["may_decide"] and not wants_part(request) else [],
            "colleagues": colleagues(cards),
            "noticed": queue.NOTICED,
        }
    named = ("tab", "section", "article", "noticed", "outcome")
    kept = {key: value for key in named if (value := request.GET.get(key))}
    numbers = {"check": waiting.total, "reported": waiting.reported, "second": waiting.second}
    context |= {
        "tabs": [(name, label, numbers.get(name)) for name, label in queue.TABS.items()],
        "reasons": reasons,
        "reasons_part": reasons_part(reasons),
        "sections": sections,
        "kept": urlencode(kept),
        "here": request.get_full_path(),
        "title": "Comments",
    }
    if wants_part(request):
        return render(request, "comments/queue_more.html", context)
    return TemplateResponse(request, "comments/queue.html", site.each_context(request) | context)


def reasons_part(reasons):
    return render_to_string("comments/queue_reasons.html", {"reasons": reasons})


def colleagues(cards):
    """How many of these each colleague is on, by name."""
    found = {}
    for card in cards:
        if card.claimed_by:
            found[card.claimed_by] = found.get(card.claimed_by, 0) + 1
    return found


def decision_in(request):
    """Return the verb that was pressed and what goes with it. A rejection is written as reject:reason."""
    name, _, reason = request.POST.get("decision", "").partition(":")
    if name in ("feature", "unfeature") and not request.user.has_perm("comments.feature_comment"):
        raise PermissionDenied
    notes = {
        key: normalise(request.POST.get(key, "")[: moderation.HARD_LIMIT])[:500]
        for key in ("public_note", "internal_note")
    }
    if name == "reject":
        return moderation.reject, {"reason": reason, **notes}
    if name in VERBS:
        return VERBS[name], {"internal_note": notes["internal_note"]}
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
        within_reach(request).select_related("article").defer(*UNREAD), pk=version_in(request.POST.get("comment", ""))
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


@require_POST
def take_off(request):
    """Remove a comment for a legal reason, or erase it: an editor's step, from the comment's own page."""
    if not may_remove(request):
        raise PermissionDenied
    comment = get_object_or_404(
        within_reach(request).select_related("article"), pk=version_in(request.POST.get("comment", ""))
    )
    version = version_in(request.POST.get("version", ""))
    reason = normalise(request.POST.get("internal_note", "")[: moderation.HARD_LIMIT])[:500]
    try:
        if request.POST.get("decision") == "erase":
            moderation.erase(comment, request.user, version=version)
        else:
            moderation.remove(comment, request.user, reason, version=version)
    except (moderation.NotAllowed, moderation.AlreadyDecided) as error:
        return refused(request, comment, error)
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
            within_reach(request).filter(pk__in=versions), request.user, verb, versions=versions, **notes
        )
    except moderation.NotAllowed as error:
        messages.warning(request, str(error))
        return back(request)
    tell_skipped(request, outcome)
    return back(request)


@require_POST
def undo(request):
    decision = get_object_or_404(
        Decision.objects.select_related("comment__article").filter(comment__in=within_reach(request)),
        pk=version_in(request.POST.get("undo", "")),
    )
    # Whoever may not remove for a legal reason cannot bring back what was removed for one.
    if not (may_remove if decision.verb == Verb.REMOVE else may_decide)(request):
        raise PermissionDenied
    try:
        moderation.undo(decision, request.user)
    except (moderation.NotAllowed, moderation.AlreadyDecided) as error:
        return refused(request, decision.comment, error)
    comment = decision.comment
    if wants_part(request):
        found = queue.shown().filter(queue.queued(request.user), pk=comment.pk)
        for card in queue.cards(found, request.user):
            part = reasons_part(CannedReason.objects.offered())
            context = {"card": card, "may_decide": True, "reasons_part": part}
            return render(request, "comments/queue_card.html", context | {"here": request.POST.get("next", "")})
        return render(request, "comments/queue_taken.html", {"comment": comment, "message": "Taken back."})
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
    if outcome.decisions:
        messages.success(request, f"Taken back: {counted(len(outcome.decisions))}.")
    tell_skipped(request, outcome)
    return back(request)


@moderators_only
def claim(request):
    """Put the moderator on a comment, and tell what became of those the page shows.

    Answers with who is on which, with what colleagues decided meanwhile, and with how many wait.
    """
    chosen = request.POST.get("comment", "")
    if chosen:
        comment = get_object_or_404(within_reach(request).only("pk"), pk=version_in(chosen))
        claims.claim(comment.pk, request.user)
        claims.release(request.user, but=comment.pk)
    shown = [version_in(pk) for pk in request.POST.getlist("shown")[:SHOWN_AT_ONCE]]
    here = within_reach(request).filter(pk__in=shown)
    waiting = dict(here.filter(queue.queued(request.user)).values_list("pk", "version"))
    gone = {}
    for decision in (
        Decision.objects.filter(comment__in=here.exclude(pk__in=waiting)).select_related("actor").order_by("version")
    ):
        gone[decision.comment_id] = str(moderation.AlreadyDecided(decision))
    return JsonResponse({
        "claims": {
            claim.comment_id: queue.name_of(claim.moderator)
            for claim in claims.of_others(request.user).filter(comment__in=list(waiting))
        },
        "gone": gone,
    })  # fmt: skip


@require_safe
def context(request, pk, site):
    """Show the conversation around a comment: what it answers, what answers it, what stands beside it."""
    if not request.user.has_perm("comments.view_comment"):
        raise PermissionDenied
    comment = get_object_or_404(within_reach(request).select_related("article", "parent"), pk=pk)
    shown = {"comment": comment, "around": queue.around(comment), "title": "The conversation"}
    if wants_part(request):
        return render(request, "comments/queue_around.html", shown)
    return TemplateResponse(request, "comments/queue_context.html", site.each_context(request) | shown)


def counted(number):
    return "1 comment" if number == 1 else f"{number} comments"


def tell_skipped(request, outcome):
    """Say which comments were left alone and why, the first few by name."""
    if outcome.skipped:
        named = " ".join(f"{comment.name}: {why}" for comment, why in outcome.skipped[:3])
        messages.warning(request, f"Left alone: {counted(len(outcome.skipped))}. {named}")
