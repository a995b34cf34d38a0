from django.db import migrations

from newsroom.dialects import sql

# What belongs into articles_listing. The triggers bring an article's rows, or a list's, to what this says, whoever
# writes: a form, an import, the shell, update(), bulk_create(). See articles/models/listing.py.
SOURCE = """
CREATE VIEW articles_listing_source AS
SELECT filed.article_id, filed.kind, filed.number, article.published_at, article.expires_at
FROM (
    SELECT id AS article_id, 1 AS kind, category_id AS number FROM articles_article
    UNION
    SELECT article.id, 1, family.ancestor
    FROM articles_article article JOIN articles_category_ancestry family ON family.id = article.category_id
    UNION
    SELECT article_id, 1, category_id FROM articles_article_categories
    UNION
    SELECT further.article_id, 1, family.ancestor
    FROM articles_article_categories further JOIN articles_category_ancestry family ON family.id = further.category_id
    UNION
    SELECT content_object_id, 2, tag_id FROM articles_articletag
    UNION
    SELECT article_id, 3, author_id FROM articles_byline
    UNION
    SELECT tagged.content_object_id, 4, topic.dossier_id
    FROM articles_dossier_tags topic JOIN articles_articletag tagged ON tagged.tag_id = topic.tag_id
) filed
JOIN articles_article article ON article.id = filed.article_id
WHERE article.status = 'published'
"""
COLUMNS = "article_id, kind, number, published_at, expires_at"

# -- SQLite: a row at a time, one writer. It looks for one article in the view only where its parts are not made one.

_LIST = "INSERT INTO articles_listing ({columns}) SELECT DISTINCT {columns} FROM articles_listing_source WHERE {which};"
_RELIST = "DELETE FROM articles_listing WHERE {which}; " + _LIST
_COUNT = """
    INSERT INTO articles_month (month, number, changed_at)
    VALUES (substr(NEW.first_published_at, 1, 7), 1,
            MAX(NEW.first_published_at, COALESCE(NEW.updated_at, NEW.first_published_at)))
    ON CONFLICT (month) DO UPDATE SET number = number + 1, changed_at = MAX(changed_at, excluded.changed_at);
"""
_UNCOUNT = "UPDATE articles_month SET number = number - 1 WHERE month = substr(OLD.first_published_at, 1, 7);"


def _trigger(table, event, body, when=""):
    name = f"{table}_listed_{event.partition(' ')[0].lower()}" + ("_month" if "articles_month" in body else "")
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} {when and f'WHEN {when}'} BEGIN {body} END"


def _relist(which):
    return _RELIST.format(columns=COLUMNS, which=which)


def _differs(*columns):
    return f"({' OR '.join(f'OLD.{column} IS NOT NEW.{column}' for column in columns)})"


_OUT = "'published' IN (OLD.status, NEW.status)"
_FAMILY = "kind = 1 AND article_id IN (SELECT article_id FROM articles_listing WHERE kind = 1 AND number = NEW.id)"
SQLITE_TRIGGERS = [
    _trigger(
        "articles_article", "INSERT", _LIST.format(columns=COLUMNS, which="article_id = NEW.id"),
        "NEW.status = 'published'",
    ),
    _trigger(
        "articles_article", "UPDATE OF status, published_at, expires_at, category_id",
        _relist("article_id = NEW.id"),
        f"{_OUT} AND {_differs('status', 'published_at', 'expires_at', 'category_id')}",
    ),
    _trigger("articles_article", "DELETE", "DELETE FROM articles_listing WHERE article_id = OLD.id;"),
    *(
        _trigger(table, event, "".join(_relist(f"article_id = {row}.{column} AND kind IN ({kinds})") for row in rows))
        for table, column, kinds in (
            ("articles_article_categories", "article_id", "1"),
            ("articles_articletag", "content_object_id", "2, 4"),
            ("articles_byline", "article_id", "3"),
        )
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]))
    ),
    *(
        _trigger("articles_dossier_tags", event, _relist(f"kind = 4 AND number = {row}.dossier_id"))
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD"))
    ),
    # A section that moves takes its stories out of the sections it leaves and into those it comes to.
    _trigger(
        "articles_category", "UPDATE OF parent_id",
        f"""
        INSERT INTO articles_listing ({COLUMNS}) SELECT DISTINCT {COLUMNS} FROM articles_listing_source WHERE {_FAMILY}
        AND (article_id, kind, number) NOT IN (SELECT article_id, kind, number FROM articles_listing WHERE {_FAMILY});
        DELETE FROM articles_listing WHERE {_FAMILY}
        AND (article_id, kind, number) NOT IN (
            SELECT article_id, kind, number FROM articles_listing_source WHERE {_FAMILY}
        );
        """,
        _differs("parent_id"),
    ),
    _trigger("articles_article", "INSERT", _COUNT, "NEW.status = 'published'"),
    _trigger("articles_article", "DELETE", _UNCOUNT, "OLD.status = 'published'"),
    # In two steps: the month that it leaves may be another.
    "CREATE TRIGGER articles_article_uncounted_month AFTER UPDATE OF status, first_published_at, updated_at"
    " ON articles_article"
    f" WHEN OLD.status = 'published' AND {_differs('status', 'first_published_at', 'updated_at')}"
    f" BEGIN {_UNCOUNT} END",
    "CREATE TRIGGER articles_article_counted_month AFTER UPDATE OF status, first_published_at, updated_at"
    " ON articles_article"
    f" WHEN NEW.status = 'published' AND {_differs('status', 'first_published_at', 'updated_at')}"
    f" BEGIN {_COUNT} END",
]  # fmt: skip
# A table of SQLite that gets a column is made anew, and a view or trigger that names it stands in the way.
SQLITE = [SOURCE.replace("UNION", "UNION ALL"), *SQLITE_TRIGGERS]
SQLITE_DROPPED = [
    *(f"DROP TRIGGER IF EXISTS {trigger.split()[2]}" for trigger in SQLITE_TRIGGERS),
    "DROP VIEW IF EXISTS articles_listing_source",
]

# -- PostgreSQL: a statement at a time, for all the rows that it changed

POSTGRESQL = [
    """
    CREATE OR REPLACE VIEW articles_category_ancestry AS
    WITH RECURSIVE ancestry(id, ancestor) AS (
        SELECT id, parent_id FROM articles_category WHERE parent_id IS NOT NULL
        UNION
        SELECT ancestry.id, articles_category.parent_id
        FROM ancestry JOIN articles_category ON articles_category.id = ancestry.ancestor
        WHERE articles_category.parent_id IS NOT NULL
    )
    SELECT id, ancestor FROM ancestry
    """,
    SOURCE,
    # Two who file the same article follow one another, and each sees what the other filed. What changes whole lists
    # (a section that moves, a topic's tags) waits for those who file articles, and they wait for it.
    f"""
    CREATE FUNCTION articles_relist(articles bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared('articles_article'::regclass::oid::int, 1);
        PERFORM 1 FROM articles_article WHERE id = ANY(articles) ORDER BY id FOR NO KEY UPDATE;
        DELETE FROM articles_listing WHERE article_id = ANY(articles);
        INSERT INTO articles_listing ({COLUMNS})
        SELECT {COLUMNS} FROM articles_listing_source WHERE article_id = ANY(articles);
    END $$
    """,
    """
    CREATE FUNCTION articles_relist_filed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE articles bigint[]; former bigint[];
    BEGIN
        EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO articles;
        IF TG_OP = 'UPDATE' THEN
            EXECUTE format('SELECT array_agg(DISTINCT %I) FROM former', TG_ARGV[0]) INTO former;
        END IF;
        IF articles IS NOT NULL THEN PERFORM articles_relist(articles || former); END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION articles_list_new() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO articles_listing (COLUMNS)
        SELECT COLUMNS FROM articles_listing_source
        WHERE article_id IN (SELECT id FROM changed WHERE status = 'published');
        RETURN NULL;
    END $$
    """.replace("COLUMNS", COLUMNS),
    """
    CREATE FUNCTION articles_relist_article() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM articles_relist(ARRAY[NEW.id]);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION articles_unlist() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM articles_listing WHERE article_id IN (SELECT id FROM changed);
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION articles_relist_topic() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE topic bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.dossier_id ELSE OLD.dossier_id END;
    BEGIN
        PERFORM pg_advisory_xact_lock('articles_article'::regclass::oid::int, 1);
        DELETE FROM articles_listing WHERE kind = 4 AND number = topic;
        INSERT INTO articles_listing ({COLUMNS})
        SELECT {COLUMNS} FROM articles_listing_source WHERE kind = 4 AND number = topic;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION articles_relist_section() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE articles bigint[];
    BEGIN
        PERFORM pg_advisory_xact_lock('articles_article'::regclass::oid::int, 1);
        articles := ARRAY(SELECT article_id FROM articles_listing WHERE kind = 1 AND number = NEW.id);
        DELETE FROM articles_listing WHERE kind = 1 AND article_id = ANY(articles);
        INSERT INTO articles_listing ({COLUMNS})
        SELECT {COLUMNS} FROM articles_listing_source WHERE kind = 1 AND article_id = ANY(articles);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION articles_count_months() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE articles_month SET number = articles_month.number - gone.number
            FROM (
                SELECT to_char(first_published_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, COUNT(*) AS number
                FROM former WHERE status = 'published' GROUP BY 1
            ) gone WHERE gone.month = articles_month.month;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO articles_month AS known (month, number, changed_at)
            SELECT to_char(first_published_at AT TIME ZONE 'UTC', 'YYYY-MM'), COUNT(*),
                   MAX(GREATEST(first_published_at, COALESCE(updated_at, first_published_at)))
            FROM changed WHERE status = 'published' GROUP BY 1 ORDER BY 1
            ON CONFLICT (month) DO UPDATE SET number = known.number + excluded.number,
                changed_at = GREATEST(known.changed_at, excluded.changed_at);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION articles_count_month() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.status = 'published' THEN
            UPDATE articles_month SET number = number - 1
            WHERE month = to_char(OLD.first_published_at AT TIME ZONE 'UTC', 'YYYY-MM');
        END IF;
        IF NEW.status = 'published' THEN
            INSERT INTO articles_month AS known (month, number, changed_at)
            VALUES (to_char(NEW.first_published_at AT TIME ZONE 'UTC', 'YYYY-MM'), 1,
                    GREATEST(NEW.first_published_at, COALESCE(NEW.updated_at, NEW.first_published_at)))
            ON CONFLICT (month) DO UPDATE SET number = known.number + 1,
                changed_at = GREATEST(known.changed_at, excluded.changed_at);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER articles_article_listed_insert AFTER INSERT ON articles_article
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION articles_list_new()
    """,
    """
    CREATE TRIGGER articles_article_listed_update AFTER UPDATE ON articles_article FOR EACH ROW
    WHEN ('published' IN (OLD.status, NEW.status)
        AND (OLD.status, OLD.published_at, OLD.expires_at, OLD.category_id)
            IS DISTINCT FROM (NEW.status, NEW.published_at, NEW.expires_at, NEW.category_id))
    EXECUTE FUNCTION articles_relist_article()
    """,
    """
    CREATE TRIGGER articles_article_listed_delete AFTER DELETE ON articles_article
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION articles_unlist()
    """,
    *(
        f"""
        CREATE TRIGGER {table}_listed_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}
        FOR EACH STATEMENT EXECUTE FUNCTION articles_relist_filed('{column}')
        """
        for table, column in (
            ("articles_article_categories", "article_id"),
            ("articles_articletag", "content_object_id"),
            ("articles_byline", "article_id"),
        )
        for event, rows in (
            ("INSERT", "NEW TABLE AS changed"),
            ("UPDATE", "NEW TABLE AS changed OLD TABLE AS former"),
            ("DELETE", "OLD TABLE AS changed"),
        )
    ),
    """
    CREATE TRIGGER articles_dossier_tags_listed AFTER INSERT OR DELETE ON articles_dossier_tags
    FOR EACH ROW EXECUTE FUNCTION articles_relist_topic()
    """,
    """
    CREATE TRIGGER articles_category_listed AFTER UPDATE OF parent_id ON articles_category FOR EACH ROW
    WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION articles_relist_section()
    """,
    """
    CREATE TRIGGER articles_article_counted_insert AFTER INSERT ON articles_article
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION articles_count_months()
    """,
    """
    CREATE TRIGGER articles_article_counted_delete AFTER DELETE ON articles_article
    REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION articles_count_months()
    """,
    """
    CREATE TRIGGER articles_article_counted_update AFTER UPDATE ON articles_article FOR EACH ROW
    WHEN ('published' IN (OLD.status, NEW.status)
        AND (OLD.status, OLD.first_published_at, OLD.updated_at)
            IS DISTINCT FROM (NEW.status, NEW.first_published_at, NEW.updated_at))
    EXECUTE FUNCTION articles_count_month()
    """,
]
_FUNCTIONS = (
    "articles_relist(bigint[])", "articles_relist_filed()", "articles_list_new()", "articles_relist_article()",
    "articles_unlist()", "articles_relist_topic()", "articles_relist_section()", "articles_count_months()",
    "articles_count_month()",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_transitions_stay")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=SQLITE_DROPPED,
            reverse_postgresql=[
                *(f"DROP FUNCTION {function} CASCADE" for function in _FUNCTIONS),
                "DROP VIEW articles_listing_source",
                "DROP VIEW articles_category_ancestry",
            ],
        )
    ]
