from django.db import migrations

from newsroom.dialects import sql

# What was done to an article stays told, whoever writes: a form, the shell, another program. Only the name of who did it
# may go, with the account; and with an article that readers never knew goes its log, all of it, once the article is gone.
SAME = " AND ".join(
    f"NEW.{column} = OLD.{column}"
    for column in ("article_id", "made_at", "step", "source", "target", "words", "note", "override", "is_issued")
)
SQLITE = [
    f"""
    CREATE TRIGGER articles_transition_stays_as_it_is BEFORE UPDATE ON articles_transition WHEN NOT ({SAME})
    BEGIN SELECT RAISE(ABORT, 'What was done stays as it is.'); END
    """,
    """
    CREATE TRIGGER articles_transition_stays BEFORE DELETE ON articles_transition
    WHEN OLD.is_issued OR EXISTS (SELECT 1 FROM articles_article WHERE id = OLD.article_id)
    BEGIN SELECT RAISE(ABORT, 'What was done stays.'); END
    """,
    """
    CREATE TRIGGER articles_transition_goes AFTER DELETE ON articles_article
    BEGIN DELETE FROM articles_transition WHERE article_id = OLD.id; END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION articles_transition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'What was done stays as it is.' USING ERRCODE = 'check_violation'; END $$
    """,
    f"""
    CREATE TRIGGER articles_transition_stays_as_it_is BEFORE UPDATE ON articles_transition
    FOR EACH ROW WHEN (NOT ({SAME})) EXECUTE FUNCTION articles_transition_stays()
    """,
    """
    CREATE FUNCTION articles_transition_stays_with_its_article() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.is_issued OR EXISTS (SELECT FROM articles_article WHERE id = OLD.article_id) THEN
            RAISE EXCEPTION 'What was done stays.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER articles_transition_stays BEFORE DELETE ON articles_transition
    FOR EACH ROW EXECUTE FUNCTION articles_transition_stays_with_its_article()
    """,
    """
    CREATE FUNCTION articles_transition_goes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM articles_transition WHERE article_id = OLD.id; RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER articles_transition_goes AFTER DELETE ON articles_article
    FOR EACH ROW EXECUTE FUNCTION articles_transition_goes()
    """,
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_corrections_stay")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=[
                "DROP TRIGGER articles_transition_stays_as_it_is",
                "DROP TRIGGER articles_transition_stays",
                "DROP TRIGGER articles_transition_goes",
            ],
            reverse_postgresql=[
                "DROP TRIGGER articles_transition_stays_as_it_is ON articles_transition",
                "DROP TRIGGER articles_transition_stays ON articles_transition",
                "DROP TRIGGER articles_transition_goes ON articles_article",
                "DROP FUNCTION articles_transition_stays()",
                "DROP FUNCTION articles_transition_stays_with_its_article()",
                "DROP FUNCTION articles_transition_goes()",
            ],
        )
    ]
