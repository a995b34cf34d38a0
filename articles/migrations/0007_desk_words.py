from django.db import migrations

from newsroom.dialects import sql

# The words of a story that readers do not search in, and those of pictures: see articles/search.py. Triggers keep the
# indexes, as that of its text.
COLUMNS = (
    "slugline", "slug", "headline_ideas", "search_title", "share_title", "source_title", "source_author",
    "source_publisher", "source_url", "source_licence", "source_note", "lead_alt", "lead_caption", "body_descriptions",
)  # fmt: skip
OF_PICTURES = ("title", "alt", "caption")
EVENTS = ("insert", "delete", "update")


def indexed(index, table, columns):
    """The statements by which SQLite keeps an index of these columns."""
    names = ", ".join(columns)
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    add = f"INSERT INTO {index}(rowid, {names}) VALUES (NEW.id, {new});"
    remove = f"INSERT INTO {index}({index}, rowid, {names}) VALUES ('delete', OLD.id, {old});"
    return [
        f"""
        CREATE VIRTUAL TABLE {index} USING fts5(
            {names}, content='{table}', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
        )
        """,
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON {table} BEGIN {remove} {add} END",
    ]


def dropped(index):
    return [*(f"DROP TRIGGER {index}_{event}" for event in EVENTS), f"DROP TABLE {index}"]


SQLITE = [
    *indexed("articles_desk_words", "articles_article", COLUMNS),
    *indexed("articles_picture_words", "articles_picture", OF_PICTURES),
]
_TEXT = " || ' ' || ".join(("headline", "kicker", *COLUMNS))
_OF_PICTURES = " || ' ' || ".join(OF_PICTURES)
POSTGRESQL = [
    # Without hyphens and slashes, which would make one word of many.
    f"""
    ALTER TABLE articles_article ADD COLUMN desk_words tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', regexp_replace(articles_search_fold({_TEXT}), '[^[:alnum:]]+', ' ', 'g'))
    ) STORED
    """,
    "CREATE INDEX articles_desk_words ON articles_article USING gin (desk_words)",
    f"""
    ALTER TABLE articles_picture ADD COLUMN words tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', regexp_replace(articles_search_fold({_OF_PICTURES}), '[^[:alnum:]]+', ' ', 'g'))
    ) STORED
    """,
    "CREATE INDEX articles_picture_words ON articles_picture USING gin (words)",
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_listings")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=[*dropped("articles_desk_words"), *dropped("articles_picture_words")],
            reverse_postgresql=[
                "ALTER TABLE articles_article DROP COLUMN desk_words",
                "ALTER TABLE articles_picture DROP COLUMN words",
            ],
        )
    ]
