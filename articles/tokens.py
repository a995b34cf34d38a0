"""Tokens by which programs act for somebody at the desk: made, found again and revoked."""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from articles.models import ApiToken

PREFIX = "newsroom_"  # so that whoever finds one, a scanner of repositories say, knows what it is
MOST = 20  # of one person
NOTED = timedelta(minutes=1)  # within which a token's use is not noted again


@transaction.atomic
def make(user, name, days) -> str:
    """Return a new token, which nobody can be told again. Raises ValidationError in words."""
    if user.api_tokens.count() >= MOST:
        raise ValidationError(f"You have {MOST} tokens. Revoke one that you no longer use.")
    text = PREFIX + secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=days)
    token = ApiToken(user=user, name=name, digest=_digest(text), expires_at=expires_at)
    token.of_password = user.get_session_auth_hash()
    token.full_clean()
    token.save()
    return text


def revoke(user, pk):
    user.api_tokens.filter(pk=pk).delete()


def found(text: str) -> ApiToken | None:
    """Return the token, with its owner, if it holds and its owner works at the desk, by the password of its making.

    It is looked up by its digest, so how long that takes tells nothing of what other tokens are.
    """
    tokens = ApiToken.objects.filter(expires_at__gt=timezone.now(), user__is_active=True, user__is_staff=True)
    token = tokens.select_related("user__desk_profile").filter(digest=_digest(text)).first()
    return token if token and holds(token) else None


def holds(token: ApiToken) -> bool:
    """Whether its owner has the password still that the token was made with, as sessions ask."""
    return constant_time_compare(token.of_password, token.user.get_session_auth_hash())


def note_use(token: ApiToken):
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED)
    if token.last_used_at is None or token.last_used_at < now - NOTED:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _digest(text):
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
