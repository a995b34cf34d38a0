from django.db import migrations

from newsroom.dialects import sql

# No section is its own ancestor, whoever writes: a form, an import, the shell, update().
# SQLite allows no WITH RECURSIVE in a trigger, but a trigger may read a view that has one.
SQLITE = [
    """
    CREATE VIEW articles_category_ancestry AS
    WITH RECURSIVE ancestry(id, ancestor) AS (
        SELECT id, parent_id FROM articles_category WHERE parent_id IS NOT NULL
        UNION
        SELECT ancestry.id, articles_category.parent_id
        FROM ancestry JOIN articles_category ON articles_category.id = ancestry.ancestor
        WHERE articles_category.parent_id IS NOT NULL
    )
    SELECT id, ancestor FROM ancestry
    """,
    """
    CREATE TRIGGER articles_category_tree AFTER UPDATE OF parent_id ON articles_category
    WHEN EXISTS (SELECT 1 FROM articles_category_ancestry WHERE id = NEW.id AND ancestor = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'A section cannot stand under itself.'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION articles_category_tree() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- One move at a time: two that do not see each other yet could close a circle together.
        PERFORM pg_advisory_xact_lock('articles_category'::regclass::oid::int, 1);
        IF EXISTS (
            WITH RECURSIVE ancestry(id) AS (
                SELECT NEW.parent_id
                UNION
                SELECT c.parent_id FROM articles_category c JOIN ancestry ON c.id = ancestry.id
            )
            SELECT 1 FROM ancestry WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'A section cannot stand under itself.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER articles_category_tree AFTER INSERT OR UPDATE OF parent_id ON articles_category
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION articles_category_tree()
    """,
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=["DROP TRIGGER articles_category_tree", "DROP VIEW articles_category_ancestry"],
            reverse_postgresql=[
                "DROP TRIGGER articles_category_tree ON articles_category",
                "DROP FUNCTION articles_category_tree()",
            ],
        )
    ]
