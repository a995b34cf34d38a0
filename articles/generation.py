"""Fill a database for load work: as many articles as wanted, the same for the same seed."""

import random
import re
from datetime import datetime, time, timedelta

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from articles import demonstration
from articles.models import Article, ArticleTag, Author, Byline, Category, Picture, Tag, Transition
from articles.models.article import Kind, Standing, Status, count_words
from newsroom import html, pagestore
from newsroom.pagestore.declaring import EVERYTHING

BATCH = 1000
BODIES = 500
MINUTES_APART = 97  # about fifteen stories a day

KINDS = [Kind.NEWS] * 12 + [Kind.ANALYSIS, Kind.FEATURE, Kind.OPINION, Kind.INTERVIEW, Kind.REVIEW, Kind.EXPLAINER]


def generate(number, seed, advance=lambda steps: None):
    """Make `number` articles, reaching back from today, and call `advance` with each batch's size.

    Sections, authors, tags and pictures are those that exist; where there are none, the demonstration's.
    """
    chance = random.Random(seed)
    start = Article.objects.count()
    sections, authors, tags = _frame()
    pictures = list(Picture.objects.values_list("pk", flat=True).order_by("pk")) or [None]
    sentences = _sentences()
    bodies = [_body(chance, sentences) for _ in range(BODIES)]
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    for numbers in batches(range(start, start + number), BATCH):
        articles = []
        for position in numbers:
            headline = _headline(chance, sentences)
            body, text, words = chance.choice(bodies)
            moment = midnight - timedelta(minutes=MINUTES_APART * position + chance.randrange(MINUTES_APART))
            articles.append(
                Article(
                    headline=headline,
                    slug=f"{slugify(headline)[:150]}-{position}",
                    standfirst=chance.choice(sentences),
                    body=body,
                    body_text=text,
                    word_count=words,
                    kind=chance.choice(KINDS),
                    category_id=chance.choice(sections),
                    lead_picture_id=chance.choice(pictures) if chance.random() < 0.7 else None,
                    published_at=moment,
                    first_published_at=moment,
                )
            )
        with transaction.atomic():
            make_published(articles)
            Byline.objects.bulk_create(
                Byline(article=article, author_id=author, position=position)
                for article in articles
                for position, author in enumerate(
                    chance.sample(authors, min(len(authors), 2 if chance.random() < 0.2 else 1))
                )
            )
            ArticleTag.objects.bulk_create(
                ArticleTag(content_object=article, tag_id=tag)
                for article in articles
                for tag in chance.sample(tags, min(len(tags), chance.randint(1, 3)))
            )
        advance(len(articles))
    pagestore.purge(EVERYTHING)


@transaction.atomic
def make_published(articles):
    """Store articles that are public from the beginning, with the rows of their log that say so: each row once."""
    first = 1 + (Article.objects.aggregate(last=Max("pk"))["last"] or 0)
    rows = Transition.objects.bulk_create(
        Transition(
            article_id=number, made_at=article.published_at, step="generate", source=Standing.DRAFT,
            target=Standing.LIVE, words="Generated", override="It is made up, so the checks were not asked.",
            is_issued=False,
        )
        for number, article in enumerate(articles, first)
    )  # fmt: skip
    for article, row in zip(articles, rows, strict=True):
        article.pk, article.status, article.release_id = row.article_id, Status.PUBLISHED, row.pk
    Article.objects.bulk_create(articles)
    with connection.cursor() as cursor:  # numbers that were given are none that PostgreSQL counted
        for sql in connection.ops.sequence_reset_sql(no_style(), [Article]):
            cursor.execute(sql)


def batches(items, size):
    """Cut `items` into lists of at most `size`."""
    items = list(items)
    return [items[start : start + size] for start in range(0, len(items), size)]


def _frame():
    if not (Category.objects.exists() and Author.objects.exists() and Tag.objects.exists()):
        demonstration.load_frame()
    return [list(model.objects.values_list("pk", flat=True).order_by("pk")) for model in (Category, Author, Tag)]


def _sentences():
    """Sentences of the demonstration's own stories, so that texts have the words and lengths of real ones."""
    found = []
    for path in sorted((demonstration.FOLDER / "stories").glob("*.html")):
        front_matter, body = demonstration.read(path)
        if front_matter.get("language", "en") == "en":
            without_notes = re.sub(r'<span class="footnote">.*?</span>', "", body)
            found += re.split(r"(?<=[.?])\s+(?=[A-Z“])", html.text(without_notes))
    return [sentence for sentence in found if 40 < len(sentence) < 300]


def _headline(chance, sentences):
    words = chance.choice(sentences).split()
    length = chance.randint(4, 9)
    begin = chance.randrange(max(1, len(words) - length))
    return " ".join(words[begin : begin + length]).strip(" ,;:.–“”").capitalize()


def _body(chance, sentences):
    paragraphs = []
    for position in range(chance.randint(5, 12)):
        if position and position % 4 == 0:
            paragraphs.append(f"<h2>{_headline(chance, sentences)}</h2>")
        paragraphs.append(f"<p>{' '.join(chance.choices(sentences, k=chance.randint(2, 5)))}</p>")
    body = html.clean("".join(paragraphs))
    text = html.text(body)
    return body, text, count_words(text)
