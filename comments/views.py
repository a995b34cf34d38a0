"""What belongs to one reader: writing a comment, and what became of it. Private pages, never stored."""

from functools import wraps

from django.core import signing
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Article
from articles.models.site import CommentsPolicy
from comments import moderation
from comments.forms import CommentForm
from comments.models import Comment
from comments.models.comment import Status
from comments.policies import rules_for
from comments.senders import sender
from comments.threads import Conversation

POSTED_SALT = "comments.posted"
POSTED_LIFE = 30 * 24 * 3600  # seconds for which a reader may look up what became of a comment


def private(view):
    """Mark a page as one visitor's: neither caches nor search engines keep it."""

    @wraps(view)
    @never_cache
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


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
                return HttpResponseRedirect(posted_address(*send(request, form)), status=303)
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
        user=request.user if request.user.is_authenticated else None,
        is_trapped=bool(form.cleaned_data["website"]),
        seconds=token.seconds,
    )


def posted_address(comment, is_new):
    return reverse("comments:posted", args=[signing.dumps([comment.public_id, is_new], salt=POSTED_SALT)])


@private
@require_safe
def posted(request, signed):
    """Tell the reader what became of the comment; only who sent it knows this address."""
    try:
        public_id, is_new = signing.loads(signed, salt=POSTED_SALT, max_age=POSTED_LIFE)
    except signing.BadSignature as error:
        raise Http404("There is no such page.") from error
    comment = get_object_or_404(Comment.objects.select_related("article"), public_id=public_id)
    context = {
        "comment": comment,
        "article": comment.article,
        "is_new": is_new and comment.version == 1,
        "is_repeat": not is_new,
        "rejection": comment.decisions.first() if comment.status == Status.REJECTED else None,
        "noindex": True,
    }
    return render(request, "comments/posted.html", context)


@require_safe
def permalink(request, public_id):
    """Lead to the page of the thread that the comment is on; a hidden one answers as one that never was."""
    comment = Comment.objects.visible().filter(public_id=public_id).select_related("article", "root").first()
    if comment is None or rules_for(comment.article).mode == CommentsPolicy.OFF:
        raise Http404("There is no such comment.")
    response = redirect(Conversation(comment.article).address_of(comment))
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
