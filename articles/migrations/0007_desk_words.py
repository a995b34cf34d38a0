from django.db import migrations

from newsroom.dialects import sql

# The words of a story that readers do not search in: see articles/search.py. Triggers keep the index, as that of its text.
COLUMNS = (
    "slugline", "slug", "headline_ideas", "search_title", "share_title", "source_title", "source_author",
    "source_publisher", "source_url", "source_licence", "source_note",
)  # fmt: skip
NAMES = ", ".join(COLUMNS)
OLD, NEW = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))
_ADD = f"INSERT INTO articles_desk_words(rowid, {NAMES}) VALUES (NEW.id, {NEW});"
_REMOVE = f"INSERT INTO articles_desk_words(articles_desk_words, rowid, {NAMES}) VALUES ('delete', OLD.id, {OLD});"
TRIGGERS = [
    f"CREATE TRIGGER articles_desk_words_insert AFTER INSERT ON articles_article BEGIN {_ADD} END",
    f"CREATE TRIGGER articles_desk_words_delete AFTER DELETE ON articles_article BEGIN {_REMOVE} END",
    f"CREATE TRIGGER articles_desk_words_update AFTER UPDATE OF {NAMES} ON articles_article BEGIN {_REMOVE} {_ADD} END",
]
DROPPED = [f"DROP TRIGGER articles_desk_words_{event}" for event in ("insert", "delete", "update")]
SQLITE = [
    f"""
    CREATE VIRTUAL TABLE articles_desk_words USING fts5(
        {NAMES}, content='articles_article', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    *TRIGGERS,
]
_TEXT = " || ' ' || ".join(("headline", "kicker", *COLUMNS))
POSTGRESQL = [
    # Without hyphens and slashes, which would make one word of many.
    f"""
    ALTER TABLE articles_article ADD COLUMN desk_words tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', regexp_replace(articles_search_fold({_TEXT}), '[^[:alnum:]]+', ' ', 'g'))
    ) STORED
    """,
    "CREATE INDEX articles_desk_words ON articles_article USING gin (desk_words)",
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_listings")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=[*DROPPED, "DROP TABLE articles_desk_words"],
            reverse_postgresql=["ALTER TABLE articles_article DROP COLUMN desk_words"],
        )
    ]
