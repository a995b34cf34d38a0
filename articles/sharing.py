"""Show a draft to one named person outside the desk, who may note on it and sign off exactly what they have read.

The link is the only key, so it is kept as a digest and shown once. Whether a sign-off still holds is never stored: it
is asked of the version that the desk has now.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from articles import revisions, working_copies
from articles.models import Article, DraftShare, Revision, SignOff
from articles.models.article import Status
from articles.standing import in_words, log

PUT_AWAY = {Status.WITHDRAWN, Status.ARCHIVED}  # what the newsroom takes back, it takes back from everybody


@dataclass
class Reader:
    """One link of an article, with what came of it."""

    share: DraftShare
    sign_off: SignOff | None  # the last one
    holds: bool  # whether nothing was changed since

    @property
    def is_void(self):
        return self.sign_off is not None and not self.holds


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make(article: Article, recipient: str, days: int, by=None) -> tuple[DraftShare, str]:
    """Make a link for one person and return it with its token, which nobody can find out later."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    share = DraftShare(
        article=article, recipient=" ".join(recipient.split()), digest=digest_of(token), made_by=by, made_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    share.full_clean(exclude=["article", "made_by", "revoked_at", "digest"])
    share.save()
    _version(article, by)
    log("share", article, by, f"Shared the draft with {share.recipient} until {in_words(share.expires_at)}")
    return share, token


def by_token(token: str) -> DraftShare | None:
    return DraftShare.objects.select_related("article").filter(digest=digest_of(token)).first()


def leads_on(share: DraftShare) -> bool:
    return share.is_holding() and share.article.status not in PUT_AWAY


def revoke(share: DraftShare, by=None):
    if DraftShare.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log("share_revoked", share.article, by, f"Took back the link for {share.recipient}")


def current(article: Article, copy=None) -> Revision | None:
    """The version that the desk has: what waits in the working copy, or what readers have, or what was saved last."""
    if copy := copy or working_copies.of(article):
        return copy.revision
    live = revisions.last_live(article) if working_copies.is_out(article) else None
    return live or article.revisions.first()


def _version(article, by=None):
    """The version that the desk has, taken now where what is stored is in none yet."""
    if copy := working_copies.of(article):
        return copy.revision
    return revisions.live(article) if working_copies.is_out(article) else revisions.record(article, by)


def sign_off(share: DraftShare, number: int) -> SignOff:
    """Keep that the person of a link finds one version fit to go out. Raises ValidationError if it is no longer so."""
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).get(pk=share.article_id)
        version = _version(article)
        if version.number == number:
            signed, is_new = SignOff.objects.get_or_create(share=share, revision=version)
            if is_new:
                log("sign_off", article, None, words_of(signed))
            return signed
    raise ValidationError("The text has changed.", code="changed")  # the version it is now stays, to be read


def words_of(signed: SignOff) -> str:
    return f"{signed.share.recipient} signed off version {signed.revision.number}"


def _holds(signed: SignOff | None, now: Revision | None) -> bool:
    """Whether the desk's version says what was signed. Address and dates do not count: publishing alone sets some."""
    if signed is None or now is None:
        return False
    one, other = (
        {name: value for name, value in version.snapshot.items() if name not in revisions.COURSE}
        for version in (signed.revision, now)
    )
    return one == other


def readers(article: Article, copy=None) -> list[Reader]:
    """Everybody who got a link, the newest first, with their last sign-off; two queries, and more once one signed."""
    signed = Prefetch("sign_offs", SignOff.objects.select_related("revision"))
    shares = list(article.shares.prefetch_related(signed))
    last = {share: next(iter(share.sign_offs.all()), None) for share in shares}
    now = current(article, copy) if any(last.values()) else None
    return [Reader(share, signed, _holds(signed, now)) for share, signed in last.items()]


def void_words(article: Article) -> set[str]:
    """What the log says of sign-offs that hold no longer."""
    signed = list(SignOff.objects.filter(share__article=article).select_related("share", "revision"))
    now = current(article) if signed else None
    return {words_of(one) for one in signed if not _holds(one, now)}
