from django.db import migrations

from newsroom.dialects import sql

# Triggers keep the index, so that update() and bulk_create() are found too. See articles/search.py.
SQLITE = [
    """
    CREATE VIRTUAL TABLE articles_search USING fts5(
        headline, kicker, standfirst, body_text, content='articles_article', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER articles_search_insert AFTER INSERT ON articles_article BEGIN
        INSERT INTO articles_search(rowid, headline, kicker, standfirst, body_text)
        VALUES (NEW.id, NEW.headline, NEW.kicker, NEW.standfirst, NEW.body_text);
    END
    """,
    """
    CREATE TRIGGER articles_search_delete AFTER DELETE ON articles_article BEGIN
        INSERT INTO articles_search(articles_search, rowid, headline, kicker, standfirst, body_text)
        VALUES ('delete', OLD.id, OLD.headline, OLD.kicker, OLD.standfirst, OLD.body_text);
    END
    """,
    """
    CREATE TRIGGER articles_search_update AFTER UPDATE OF headline, kicker, standfirst, body_text ON articles_article
    BEGIN
        INSERT INTO articles_search(articles_search, rowid, headline, kicker, standfirst, body_text)
        VALUES ('delete', OLD.id, OLD.headline, OLD.kicker, OLD.standfirst, OLD.body_text);
        INSERT INTO articles_search(rowid, headline, kicker, standfirst, body_text)
        VALUES (NEW.id, NEW.headline, NEW.kicker, NEW.standfirst, NEW.body_text);
    END
    """,
]
POSTGRESQL = [
    # Folding accents in the column needs a function that promises to be immutable. The extension unaccent needs a
    # superuser on many servers, so the accents of Latin letters are folded by decomposing them.
    """
    CREATE FUNCTION articles_search_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
        SELECT regexp_replace(normalize($1, NFKD), U&'[\\0300-\\036F]', '', 'g')
    $$
    """,
    # The last word tells in which 2,048 articles it is, so that the newest are found without the others.
    """
    ALTER TABLE articles_article ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', articles_search_fold(headline)), 'A') ||
        setweight(to_tsvector('simple', articles_search_fold(kicker || ' ' || standfirst)), 'B') ||
        setweight(to_tsvector('simple', articles_search_fold(left(body_text, 250000))), 'C') ||
        array_to_tsvector(ARRAY['#' || (id / 2048)::text])
    ) STORED
    """,
    "CREATE INDEX articles_search ON articles_article USING gin (search)",
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_category_tree")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=[
                "DROP TRIGGER articles_search_insert",
                "DROP TRIGGER articles_search_delete",
                "DROP TRIGGER articles_search_update",
                "DROP TABLE articles_search",
            ],
            reverse_postgresql=[
                "ALTER TABLE articles_article DROP COLUMN search",
                "DROP FUNCTION articles_search_fold(text)",
            ],
        )
    ]
