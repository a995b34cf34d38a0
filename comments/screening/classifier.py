"""What this desk's own decisions say of the words of a comment. It learns from nobody else's, and keeps no word.

Words are kept as keyed hashes with the number of comments, kept and refused, that they stood in. A comment's few most
telling words are combined as Robinson does for mail (https://radar.oreilly.com/pub/wlg/5041): a word seen rarely says
little. Before fifty comments of each kind were decided about by people, nothing is said.
"""

import hashlib
import math
import re
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from comments.folding import fold
from comments.models.classifier import Token, Training
from comments.models.comment import Comment, Status
from comments.models.decision import Decision
from comments.screening.links import links_in
from comments.screening.signal import Signal, Submission

ENOUGH = 50  # decisions of each kind
LEARNED_FROM = 20_000  # comments, the newest
TELLING = 25  # words of a comment that count
LOOKED_UP = 400  # words of a comment
TELLS = 0.9  # from which the words are named
DOUBT = 1.0  # how many unseen comments a word is thought to have stood in, half of each kind
_WORD = re.compile(r"[^\W_]{2,40}")


def words_of(text: str) -> dict[str, tuple[str, list[int]]]:
    """Return each word of a text, folded, as it is written there and where first; links by their host."""
    found = {}
    links = links_in(text)
    for host, span in links:
        found.setdefault(f"link:{host}", (host, span))
    taken = [span for _, span in links]
    for match in _WORD.finditer(text):
        while taken and match.start() >= taken[0][1]:
            taken.pop(0)
        if not taken or match.start() < taken[0][0]:
            found.setdefault(fold(match[0]), (match[0], [match.start(), match.end()]))
        if len(found) >= LOOKED_UP:
            break
    return found


def digest(word: str) -> int:
    """Return what is kept of a word: without the site's key it leads to none."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8, key=_key()).digest(), signed=True)


@lru_cache(maxsize=1)
def _key():
    return hashlib.sha256(f"comments.classifier {settings.SECRET_KEY}".encode()).digest()


def signals(submission: Submission) -> list[Signal]:
    training = Training.objects.first()
    if training is None or min(training.kept, training.refused) < ENOUGH:
        return []
    words = {digest(word): place for word, place in words_of(submission.body).items()}
    counts = Token.objects.filter(pk__in=list(words)).values_list("pk", "kept", "refused")
    weights = {pk: share(kept, refused, training) for pk, kept, refused in counts}
    risk = combined(weights.values())
    if 0.2 < risk < TELLS:
        return []
    if risk <= 0.2:
        return [Signal("kept_words", -0.1, "words like those of comments that were approved")]
    telling = sorted((pk for pk in weights if weights[pk] > 0.5), key=lambda pk: -weights[pk])[:3]
    named = ", ".join(f"“{words[pk][0]}”" for pk in telling)
    reason = f"words that were mostly rejected here: {named}"
    return [Signal("refused_words", score_of(risk), reason, [words[pk][1] for pk in telling])]


def score_of(risk: float) -> float:
    """Return what the words add to a comment's risk: enough to hold it alone where they leave hardly a doubt."""
    return round(0.3 + 2.3 * (risk - TELLS), 2)


def share(kept: int, refused: int, training: Training) -> float:
    """Return how likely a comment with this word is to be refused, as far as so few comments tell."""
    kept_share, refused_share = kept / training.kept, refused / training.refused
    seen = kept + refused
    likely = refused_share / (kept_share + refused_share) if seen else 0.5
    return (DOUBT * 0.5 + seen * likely) / (DOUBT + seen)


def combined(shares) -> float:
    """Return what the most telling words say together, from 0 (kept) to 1 (refused)."""
    telling = sorted(shares, key=lambda share: -abs(share - 0.5))[:TELLING]
    weight = sum(math.log(share / (1 - share)) for share in telling if abs(share - 0.5) > 0.1)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weight))))


def train(report=lambda number: None) -> Training:
    """Learn anew from what people decided about, the newest first; return how much that was."""
    by_people = Decision.objects.filter(comment=OuterRef("pk"), to_status=OuterRef("status"), actor__isnull=False)
    decided = (
        Comment.objects.filter(status__in=[Status.APPROVED, Status.REJECTED, Status.SPAM])
        .filter(Exists(by_people))
        .order_by("-decided_at")
        .values_list("body", "status", "user", "email", "fingerprint")[:LEARNED_FROM]
    )
    texts, seen = [], set()
    for body, status, user, email, fingerprint in decided.iterator():
        report(1)
        # The same text of the same person counts once, however often it came.
        key = (user or email, fingerprint) if fingerprint else None
        if key is None or key not in seen:
            seen.add(key)
            texts.append((body, status != Status.APPROVED))
    return learn(texts)


def learn(texts) -> Training:
    """Learn from texts, each with whether it was refused, and forget what was learned before."""
    counts, totals = {}, [0, 0]
    for text, is_refused in texts:
        totals[is_refused] += 1
        for word in words_of(text):
            counts.setdefault(digest(word), [0, 0])[is_refused] += 1
    training = Training(kept=totals[False], refused=totals[True])
    with transaction.atomic():
        Token.objects.all().delete()
        Token.objects.bulk_create(
            (Token(pk, kept, refused) for pk, (kept, refused) in counts.items() if kept + refused > 1), batch_size=5000
        )
        training.save()
    return training
