"""Search in articles: FTS5 on SQLite, a tsvector on PostgreSQL, behind one function.

The migrations 0003_search and 0007_desk_words make the indexes, and the triggers that keep them.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import reduce
from operator import or_
from urllib.parse import unquote, urlsplit

from django.db import connection
from django.db.models import BooleanField, Case, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from articles.models import Article, ArticleTag, Byline, FormerAddress, Illustration, Picture
from articles.models.article import is_out
from newsroom.replica import reading

MAX_QUERY = 200  # characters
MAX_WORDS = 12
MAX_HITS = 1000  # that are ranked: of words in more articles than that, those entered last
SPARE = 200  # looked at besides, for those of them that nobody may read yet
FEW_IN_A_LIST = 3000  # found at the desk, which are read and sorted
BLOCK = 2048  # articles that PostgreSQL looks through at once, as the migration 0003_search puts them into its index
LOOKED_THROUGH = 20_000  # newest articles, in a script for which there is no index of words
DESK_FIELDS = (
    "headline", "kicker", "slugline", "slug", "headline_ideas", "search_title", "share_title", "source_title",
    "source_author", "source_publisher", "source_url", "source_licence", "source_note", "lead_alt", "lead_caption",
    "body_descriptions",
)  # fmt: skip
PICTURE_FIELDS = ("title", "alt", "caption")
SNIPPET = 220
LIKE = 10  # hits of each search for what an address was meant for

# These scripts write without spaces, so an index of words finds only whole sentences.
_DENSE = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TERM = re.compile(r'"([^"]*)"|(\w+)')

# How much a word counts in the headline, the kicker, the standfirst and the body.
_BM25 = "bm25(articles_search, 10.0, 4.0, 4.0, 1.0)"


def terms(query):
    """Return the words and “quoted phrases” of a query, at most MAX_WORDS of them."""
    found = []
    for phrase, word in _TERM.findall(query.replace("“", '"').replace("”", '"').replace("\x00", " ")):
        words = re.findall(r"\w+", phrase) if phrase else [word]
        if words and words != [""]:
            found.append(" ".join(words))
    return found[:MAX_WORDS]


def search(queryset, query):
    """Keep the articles of `queryset` in which every word of `query` occurs; the order stays."""
    wanted = terms(query)
    if not wanted:
        return queryset.none()
    if _DENSE.search(query):
        for term in wanted:
            queryset = queryset.filter(
                Q(headline__icontains=term) | Q(standfirst__icontains=term) | Q(body_text__icontains=term)
            )
        return queryset
    if connection.vendor == "postgresql":
        return queryset.filter(
            pk__in=RawSQL(f"SELECT id FROM articles_article WHERE search @@ {_TSQUERY}", [_web(wanted)])
        )
    return queryset.filter(
        pk__in=RawSQL("SELECT rowid FROM articles_search WHERE articles_search MATCH %s", [_match(wanted)])
    )


def anywhere(queryset, term):
    """Keep the articles that have a term anywhere: its number or address, any words of it, about it or of its pictures.

    Words of the desk and of pictures, names and headlines are found by their beginnings, too.
    """
    if term.startswith(("http://", "https://", "/")):
        return queryset.filter(_at_address(term))
    if _DENSE.search(term):
        return queryset.filter(_as_it_stands(term))
    if not (wanted := terms(term)):
        return queryset.none()
    is_postgresql = connection.vendor == "postgresql"
    texts, words = (_IN_POSTGRESQL, _postgresql_words) if is_postgresql else (_IN_SQLITE, _sqlite_words)
    words = words(wanted)
    # Words of the desk are asked for by their beginnings, and so are those of pictures.
    about = [*[_part_of(term)] * 2, *[words[1]] * 2, _number(term)]
    about_sql = _ABOUT.format(shown=_PICTURES[connection.vendor])
    if not is_postgresql:
        return queryset.filter(pk__in=RawSQL(f"{texts} UNION ALL {about_sql}", [*words, *about]))
    with connection.cursor() as cursor:
        cursor.execute(f"{texts} UNION ALL {about_sql} LIMIT {FEW_IN_A_LIST + 1}", [*words, *about])
        few = {pk for (pk,) in cursor.fetchall()}
    if len(few) <= FEW_IN_A_LIST:
        return queryset.filter(pk__in=few)
    # Common words: a list is walked in its order until a page is full; all that is found would be read and sorted.
    found = f"({_POSTGRESQL_ROW} OR articles_article.id IN ({about_sql}))"
    return queryset.filter(RawSQL(found, [*words, *about], BooleanField()))


def _as_it_stands(term):
    """The condition for scripts that write without spaces: that the term is part of something."""
    found = Q(pk__in=search(Article.objects.order_by(), term).values("pk"))
    for name in DESK_FIELDS:
        found |= Q(**{f"{name}__icontains": term})
    pictures = Picture.objects.filter(reduce(or_, (Q(**{f"{name}__icontains": term}) for name in PICTURE_FIELDS)))
    found |= Q(lead_picture__in=pictures.values("pk"))
    found |= Q(pk__in=Illustration.objects.filter(picture__in=pictures.values("pk"), page=None).values("article"))
    found |= Q(pk__in=Byline.objects.filter(author__name__icontains=term).values("article"))
    return found | Q(pk__in=ArticleTag.objects.filter(tag__name__icontains=term).values("content_object"))


def _part_of(term):
    return "%" + re.sub(r"([\\%_])", r"\\\1", term.replace("\0", "")) + "%"


def _number(term):
    return int(term) if term.isascii() and term.isdecimal() and len(term) < 19 else 0


def _sqlite_words(wanted):
    beginnings = " ".join(f'"{word}"*' for term in wanted for word in term.split())
    return f"({_match(wanted)}) OR {{headline kicker}} : ({beginnings})", beginnings


def _postgresql_words(wanted):
    return _web(wanted), " & ".join(f"{word}:*" for term in wanted for word in term.split())


def _at_address(term):
    """What an address leads to, as it is pasted: of the site, now or formerly, or of the desk."""
    try:
        path = unquote(urlsplit(term).path).replace("\0", "")
    except ValueError:
        return Q(pk__in=[])
    if number := re.match(r"/desk/articles/article/(\d{1,18})/", path):
        return Q(pk=int(number[1]))
    path = f"{path.rstrip('/')}/"
    former = FormerAddress.objects.filter(path=path).exclude(article=None).values("article")
    return Q(slug=path.rstrip("/").rpartition("/")[2]) & ~Q(slug="") | Q(pk__in=former)


def ranked_ids(query):
    """Return the ids of published articles that match `query`, best first, at most MAX_HITS.

    Costs the same in however many articles a word occurs: where there are more of them, those entered last are ranked.
    """
    wanted = terms(query)
    if not wanted:
        return []
    if _DENSE.search(query):
        in_headline = Case(
            When(headline__icontains=wanted[0], then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        published = Article.objects.published()
        newest = published.filter(pk__in=published.newest_first().values("pk")[:LOOKED_THROUGH])
        hits = search(newest, query).order_by(in_headline, "-published_at", "-id")
        return list(hits.values_list("pk", flat=True)[:MAX_HITS])
    # Some more than are ranked, since drafts are found too.
    found = (_found_in_postgresql if connection.vendor == "postgresql" else _found_in_sqlite)(wanted, MAX_HITS + SPARE)
    # The rule is asked for as a value: as a condition, it would have SQLite walk through all that is published.
    public = dict(Article.objects.filter(pk__in=found).annotate(is_out=is_out()).values_list("pk", "is_out"))
    return [pk for pk in found if public.get(pk)][:MAX_HITS]


def _found_in_postgresql(wanted, number):
    web = _web(wanted)
    with reading().cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM articles_article")
        last = (cursor.fetchone()[0] or 0) // BLOCK
        # The index has no order, but the block of an article's number stands in it like a word.
        for blocks in (1, 8, 64):
            if blocks > last:
                break
            newest = " | ".join(f"'#{block}'" for block in range(last - blocks, last + 1))
            cursor.execute(_RANKED.format("AND search @@ %s::tsquery"), [web, newest, number, web])
            if cursor.rowcount == number:
                return [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_RANKED.format(""), [web, number, web])
        return [pk for (pk,) in cursor.fetchall()]


def _found_in_sqlite(wanted, number):
    match, found = _match(wanted), "SELECT rowid FROM articles_search WHERE articles_search MATCH %s"
    with reading().cursor() as cursor:
        cursor.execute(f"{found} ORDER BY rowid DESC LIMIT %s", [match, number])
        last = [pk for (pk,) in cursor.fetchall()]
        if len(last) < number:
            cursor.execute(f"{found} ORDER BY {_BM25}", [match])
            return [pk for (pk,) in cursor.fetchall()]
        # bm25() looks at each article in which a word occurs. Of common words, where they stand tells enough.
        places = [set(), set()]
        for place, columns in zip(places, ("{headline}", "{headline kicker standfirst}"), strict=True):
            cursor.execute(f"{found} AND rowid >= %s", [f"{columns} : ({match})", last[-1]])
            place.update(pk for (pk,) in cursor.fetchall())
    return sorted(last, key=lambda pk: (pk in places[0], pk in places[1], pk), reverse=True)


def ids_like(path, number=3):
    """Return the ids of published articles that an address was meant for: one that is mistyped or out of date.

    Found by its words, all of them or all but one, the nearest address first. Names of files lead nowhere. Costs a
    search for each word, of six at most, and one query.
    """
    last = path.rstrip("/").rpartition("/")[2]
    words = [word for word in re.findall(r"[^\W\d_]+", last) if len(word) > 3 or _DENSE.search(word)]
    if not words or "." in last or len(last) > MAX_QUERY:
        return []
    words = sorted(dict.fromkeys(words), key=len)[-6:]
    found = set(ranked_ids(" ".join(words))[:LIKE])
    if not found:
        for word in words:
            found.update(ranked_ids(" ".join(other for other in words if other != word))[:LIKE])
    slugs = Article.objects.filter(pk__in=found).values_list("slug", "pk")
    return [pk for slug, pk in sorted(slugs, key=lambda row: -SequenceMatcher(None, last, row[0]).ratio())][:number]


_TSQUERY = "websearch_to_tsquery('simple', articles_search_fold(%s))"
_RANKED = f"""
    WITH found AS MATERIALIZED (SELECT id, published_at, search FROM articles_article WHERE search @@ {_TSQUERY} {{}})
    SELECT id FROM (SELECT * FROM found ORDER BY id DESC LIMIT %s) AS last
    ORDER BY ts_rank_cd(search, {_TSQUERY}) DESC, published_at DESC
"""
# Where the desk finds an article: its text, what readers do not search in, the names of people and tags, what is said
# of its pictures, its number.
_IN_SQLITE = """
    SELECT rowid FROM articles_search WHERE articles_search MATCH %s
    UNION ALL SELECT rowid FROM articles_desk_words WHERE articles_desk_words MATCH %s
"""
_POSTGRESQL_ROW = f"""
    articles_article.search @@ {_TSQUERY}
    OR articles_article.desk_words @@ to_tsquery('simple', articles_search_fold(%s))
"""
_IN_POSTGRESQL = f"SELECT id FROM articles_article WHERE {_POSTGRESQL_ROW}"
_ABOUT = """
    SELECT article_id FROM articles_byline
        WHERE author_id IN (SELECT id FROM articles_author WHERE UPPER(name) LIKE UPPER(%s) ESCAPE '\\')
    UNION ALL SELECT content_object_id FROM articles_articletag
        WHERE tag_id IN (SELECT id FROM articles_tag WHERE UPPER(name) LIKE UPPER(%s) ESCAPE '\\')
    UNION ALL SELECT id FROM articles_article WHERE lead_picture_id IN ({shown})
    UNION ALL SELECT article_id FROM articles_illustration WHERE picture_id IN ({shown}) AND article_id IS NOT NULL
    UNION ALL SELECT %s
"""
_PICTURES = {
    "sqlite": "SELECT rowid FROM articles_picture_words WHERE articles_picture_words MATCH %s",
    "postgresql": "SELECT id FROM articles_picture WHERE words @@ to_tsquery('simple', articles_search_fold(%s))",
}


def _match(wanted):
    """An FTS5 expression of quoted strings only, so that nothing in a reader's words is an operator."""
    return " ".join(f'"{term}"' for term in wanted)


def _web(wanted):
    return " ".join(f'"{term}"' for term in wanted)


class _Folded(dict):
    """What stands for a character by its number, worked out when it is first met: a sixth of a search was that."""

    MOST = 5000

    def __missing__(self, number):
        folded = unicodedata.normalize("NFKD", chr(number))[0].lower()[:1] or chr(number)
        if len(self) < self.MOST:
            self[number] = folded
        return folded


_folded = _Folded()


def fold(text):
    """Return `text` in lower case without accents, each character in the place it had."""
    return text.translate(_folded)


def snippet(text, query):
    """Return a passage around the first hit, as (text, is_hit) parts."""
    wanted = [fold(term) for term in terms(query)]
    folded = fold(text)
    boundary = "" if _DENSE.search(query) else r"\b"
    pattern = re.compile("|".join(f"{boundary}{re.escape(term)}{boundary}" for term in wanted) or r"(?!)")
    first = pattern.search(folded)
    start = max(0, first.start() - SNIPPET // 3) if first else 0
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + SNIPPET)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + SNIPPET // 2)
    parts, position = ([("… ", False)] if start else []), start
    for hit in pattern.finditer(folded, start, end):
        parts += [(text[position : hit.start()], False), (text[hit.start() : hit.end()], True)]
        position = hit.end()
    parts.append((text[position:end] + (" …" if end < len(text) else ""), False))
    return [part for part in parts if part[0]]
