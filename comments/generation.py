"""Fill a database with comments for load work, the same for the same seed."""

import random
from datetime import timedelta
from itertools import islice

from django.db import transaction

from articles.generation import BATCH, batches
from articles.models import Article
from comments.changes import EVERY_CONVERSATION
from comments.models import Comment, Decision
from comments.models.comment import Status
from comments.models.decision import Verb
from newsroom import pagestore

NAMES = ["Ana", "Ben", "Cho", "Dov", "Eva", "Finn", "Gia", "Hugo", "Iris", "Jan", "Kira", "Lars", "Mei", "Nils", "Oda"]
OPENINGS = [
    "I read this twice.",
    "Thank you for this.",
    "One thing is missing here.",
    "My father worked there.",
    "Is this so?",
]
MIDDLES = [
    "The figures in the third paragraph surprised me.",
    "It was different when the ferry still ran.",
    "Our town tried the same and gave it up after a year.",
    "What does it cost, and who pays?",
    "I would like to hear from somebody who lives next to it.",
]
STATUSES = [Status.APPROVED] * 92 + [Status.PENDING] * 3 + [Status.REJECTED] * 3 + [Status.SPAM] * 2


def generate(number, seed, advance=lambda steps: None):
    """Make `number` comments on the newest public articles, a third of them replies; newer ones get more."""
    chance = random.Random(seed + Comment.objects.count())  # what is added to others has names of its own
    articles = list(Article.objects.published().newest_first().values_list("pk", "published_at")[: max(20_000, number)])
    if not articles:
        return
    open_threads = []
    for numbers in batches(range(number), BATCH):
        comments = []
        for position in numbers:
            parent = chance.choice(open_threads) if open_threads and chance.random() < 0.33 else None
            article, moment = articles[int(len(articles) * chance.random() ** 2)]
            name = f"{chance.choice(NAMES)} {chance.choice('ABCDEFGHKLMNPRSTVW')}."
            comment = Comment(
                public_id=f"{chance.getrandbits(64):016x}",
                article_id=parent.article_id if parent else article,
                name=name,
                email=f"{name[:2].lower()}{position % 997}@example.org",
                body=f"{chance.choice(OPENINGS)} {' '.join(chance.sample(MIDDLES, chance.randint(1, 4)))}",
                status=chance.choice(STATUSES),
                created_at=(parent.created_at if parent else moment) + timedelta(minutes=chance.randint(1, 600)),
            )
            comment.place_below(parent)
            comments.append(comment)
        with transaction.atomic():
            Comment.objects.bulk_create(comments)
            Decision.objects.bulk_create(
                Decision(
                    comment=comment, verb=Verb.IMPORT, text=comment.body, rule="generated", to_status=comment.status,
                    version=1, reason="other" if comment.status == Status.REJECTED else "",
                )
                for comment in comments
            )  # fmt: skip
        answerable = (comment for comment in comments if comment.status == Status.APPROVED and comment.depth < 6)
        open_threads = list(islice(answerable, 200))
        advance(len(comments))
    pagestore.purge(EVERY_CONVERSATION)
