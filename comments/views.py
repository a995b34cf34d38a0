"""What belongs to one reader: writing a comment, what became of it, a word on others'. Private pages, never stored."""

from functools import wraps

from django.core import signing
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Article
from articles.models.site import CommentsPolicy
from articles.readers import is_flood, retry_later
from comments import authorship, mailing, moderation, notices, own, reactions
from comments.forms import AppealForm, CommentForm, EditForm, ReportForm
from comments.models import Comment
from comments.models.comment import VISIBLE, Status
from comments.models.decision import Verb
from comments.policies import rules_for
from comments.senders import reader, reporter, sender, sender_prefix, senders
from comments.threads import Conversation
from newsroom.clients import is_from_own_page, is_robot
from newsroom.private import private

POSTED_SALT = "comments.posted"
POSTED_LIFE = 30 * 24 * 3600  # seconds for which an address held by which earlier releases led to a comment
RECOMMENDATIONS_PER_HOUR, REPORTS_PER_HOUR = 120, 20  # from one network


@private
@require_http_methods(["GET", "HEAD", "POST"])
def write(request, article_id):
    article = get_object_or_404(Article.objects.published().select_related("category"), pk=article_id)
    rules = rules_for(article)
    if rules.mode == CommentsPolicy.OFF:
        raise Http404("There are no comments on this article.")
    if not rules.take_comments(article):
        context = {"article": article, "body": request.POST.get("body", ""), "noindex": True}
        return render(request, "comments/closed.html", context, status=403)
    wanted = request.GET.get("parent", "")
    parent = Comment.objects.visible().filter(article=article, public_id=wanted).first() if wanted else None
    is_parent_missing = bool(wanted and parent is None)
    retry_after = None
    if request.method == "POST":
        form = CommentForm(request.POST, article=article, parent=parent, is_parent_missing=is_parent_missing)
        if form.is_valid():
            try:
                comment, is_new = send(request, form)
                if comment.submission_token != form.cleaned_data["token"].nonce:
                    # The same words from the same network may be somebody else's: only the form's own number proves
                    # whose comment it is.
                    raise moderation.Refused(_("You had sent this comment already, so it was kept once."))
                if form.cleaned_data["notify"] and comment.email:
                    is_owner = mailing.is_owner(request, comment.email)
                    notices.follow(comment.email, article, comment, is_owner=is_owner)
                response = HttpResponseRedirect(
                    f"{authorship.address(comment)}?sent={'new' if is_new else 'again'}", status=303
                )
                own.remember(request, response, comment)
                return response
            except moderation.Refused as refusal:
                form.add_error(None, str(refusal))
                retry_after = refusal.retry_after
    else:
        form = CommentForm(article=article, parent=parent)
    context = {
        "form": form,
        "article": article,
        "parent": parent,
        "is_parent_missing": is_parent_missing,
        "noindex": True,
    }
    response = render(request, "comments/write.html", context)
    if retry_after:
        response.status_code = 429
        response["Retry-After"] = retry_after
    return response


def send(request, form):
    """Submit what a valid form says; see moderation.submit() for what comes back."""
    token = form.cleaned_data["token"]
    return moderation.submit(
        form.article,
        name=form.cleaned_data["name"],
        email=form.cleaned_data["email"],
        body=form.cleaned_data["body"],
        parent=form.parent,
        token=token.nonce,
        sender=sender(request),
        sender_prefix=sender_prefix(request),
        senders=senders(request),
        raw=form.data.get("body", ""),
        user=request.user if request.user.is_authenticated else None,
        is_trapped=bool(form.cleaned_data["website"]),
        seconds=token.seconds,
    )


@private
@require_safe
def posted(request, signed):
    """Lead on from where earlier releases told a reader what became of the comment."""
    try:
        public_id, _is_new = signing.loads(signed, salt=POSTED_SALT, max_age=POSTED_LIFE)
    except signing.BadSignature as error:
        raise Http404("There is no such page.") from error
    return redirect(authorship.address(get_object_or_404(Comment, public_id=public_id)))


# -- one's own comments


@private
@require_http_methods(["GET", "HEAD", "POST"])
def one_of_mine(request, purpose, token):
    """Show the author's comment, or do one thing with it after the press of a button."""
    if purpose not in authorship.PURPOSES:
        raise Http404("There is no such page.")
    comment = authorship.comment_for(purpose, token)
    return {
        authorship.SHOW: show_mine, authorship.EDIT: edit_mine, authorship.WITHDRAW: withdraw_mine,
        authorship.APPEAL: appeal_mine, authorship.ERASE: erase_mine, authorship.DOWNLOAD: download_mine,
    }[purpose](request, comment)  # fmt: skip


def show_mine(request, comment):
    decisions = list(comment.decisions.order_by("-version"))
    context = mine(comment) | {
        "ways": own.ways(comment),
        "minutes": -(-own.edit_seconds(comment) // 60),
        "sent": request.GET.get("sent"),
        "rejection": next((one for one in decisions if one.verb == Verb.REJECT), None),
        "has_appealed": any(one.verb == Verb.APPEAL for one in decisions),
    }
    return render(request, "comments/own.html", context)


def mine(comment):
    return {"comment": comment, "article": comment.article, "is_visible": comment.status in VISIBLE, "noindex": True}


def edit_mine(request, comment):
    form = EditForm(request.POST if request.method == "POST" else None, initial={"body": comment.body})
    if request.method == "POST" and form.is_valid():
        return attempt(request, comment, form, lambda: moderation.edit(comment, form.cleaned_data["body"]))
    return ask(request, comment, "edit", form)


def appeal_mine(request, comment):
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return attempt(request, comment, form, lambda: moderation.appeal(comment, form.cleaned_data["statement"]))
    return ask(request, comment, "appeal", form)


def withdraw_mine(request, comment):
    if request.method == "POST":
        return attempt(request, comment, None, lambda: moderation.withdraw(comment))
    return ask(request, comment, "withdraw")


def erase_mine(request, comment):
    if request.method == "POST":
        moderation.erase(comment)
        return render(request, "comments/erased.html", {"article": comment.article, "noindex": True})
    return ask(request, comment, "erase")


def download_mine(request, comment):
    return download([comment])


def attempt(request, comment, form, verb):
    """Do what the author asked for and show the comment; where that cannot be, say why, with the text still there."""
    try:
        verb()
    except (moderation.Refused, moderation.NotAllowed, moderation.AlreadyDecided) as refusal:
        comment.refresh_from_db()
        return ask(request, comment, request.resolver_match.kwargs["purpose"], form, str(refusal), status=409)
    return HttpResponseRedirect(authorship.address(comment), status=303)


def ask(request, comment, what, form=None, refusal="", status=200):
    context = mine(comment) | {"what": what, "form": form, "refusal": refusal, "back": authorship.address(comment)}
    return render(request, "comments/own_ask.html", context, status=status)


def download(comments):
    response = JsonResponse(
        {"comments": [own.portable(comment) for comment in comments]},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response["Content-Disposition"] = 'attachment; filename="comments.json"'
    return response


@private
@require_safe
def all_mine(request):
    """The comments that this browser, or this account, has sent; ?download takes them along."""
    comments = list(own.comments_of(request).select_related("article")[:200])
    if "download" in request.GET:
        return download(comments)
    listed = [{"comment": comment, "url": authorship.address(comment)} for comment in comments]
    return render(request, "comments/mine.html", {"listed": listed, "noindex": True})


@private
@require_safe
def mine_on(request, article_id):
    """What only its author sees below an article: comments that wait. Script asks, and puts them there."""
    waiting = own.comments_of(request).filter(article=article_id, status=Status.PENDING)
    listed = [{"comment": comment, "url": authorship.address(comment)} for comment in reversed(waiting[:20])]
    return render(request, "comments/mine_on.html", {"listed": listed})


# -- a word on somebody else's


def from_here(view):
    """Take a POST from our own pages, which carry no token, by the browser's word; any other needs the form's token."""
    guarded = csrf_protect(view)

    @wraps(view)
    @csrf_exempt
    @private
    def wrapped(request, *args, **kwargs):
        own_page = request.method == "POST" and is_from_own_page(request)
        return (view if own_page else guarded)(request, *args, **kwargs)

    return wrapped


def visible_or_404(public_id):
    found = Comment.objects.visible().select_related("article__category", "root")
    comment = get_object_or_404(found, public_id=public_id)
    if rules_for(comment.article).mode == CommentsPolicy.OFF:
        raise Http404("There is no such comment.")
    return comment


@from_here
@require_http_methods(["GET", "HEAD", "POST"])
def recommend(request, public_id):
    """Recommend a comment, or take that back. Asked for by its address alone, there is a button to press."""
    comment = visible_or_404(public_id)
    refusal, status = "", 200
    if request.method == "POST":
        if is_robot(request):
            refusal, status = _("Your browser says that it is a program. Only readers recommend."), 403
        elif is_flood(request, "comments.recommend", RECOMMENDATIONS_PER_HOUR, 3600):
            refusal, status = _("Too many recommendations came from your network within an hour. Try again later."), 429
        else:
            try:
                if request.POST.get("withdraw"):
                    reactions.unrecommend(comment, reader(request, comment))
                else:
                    reactions.recommend(comment, reader(request, comment), request.user)
            except moderation.Refused as error:
                refusal, status = str(error), 409
        if wants_json(request):
            comment.refresh_from_db(fields=["recommends"])
            return JsonResponse({"number": comment.recommends, "refusal": refusal}, status=status)
        if not refusal:
            return HttpResponseRedirect(Conversation(comment.article).address_of(comment), status=303)
    context = {"comment": comment, "article": comment.article, "refusal": refusal, "noindex": True}
    return retry_later(render(request, "comments/recommend.html", context, status=status))


@from_here
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, public_id):
    """Take a report of a comment, with what is wrong with it."""
    comment = visible_or_404(public_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    context = {"comment": comment, "article": comment.article, "form": form, "noindex": True}
    status = 200
    if request.method == "POST" and form.is_valid():
        if is_flood(request, "comments.report", REPORTS_PER_HOUR, 3600):
            form.add_error(None, _("Too many reports came from your network within an hour. Try again later."))
            status = 429
        else:
            said = form.cleaned_data
            try:
                reactions.report(comment, reporter(request, comment), said["reason"], said["text"], request.user)
            except moderation.Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                return render(request, "comments/reported.html", context)
    return retry_later(render(request, "comments/report.html", context, status=status))


def wants_json(request):
    return request.headers.get("Accept") == "application/json"


@require_safe
def permalink(request, public_id):
    """Lead to the page of the thread that the comment is on; a hidden one answers as one that never was."""
    comment = Comment.objects.visible().filter(public_id=public_id).select_related("article", "root").first()
    if comment is None or rules_for(comment.article).mode == CommentsPolicy.OFF:
        raise Http404("There is no such comment.")
    response = redirect(Conversation(comment.article).address_of(comment))
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
