from django.db import migrations

from newsroom.dialects import sql

# What was done to an article stays told, whoever writes: a form, the shell, another program. Only the name of who did it
# may go, with the account; and with an article that readers never knew goes its log.
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
    CREATE TRIGGER articles_transition_stays BEFORE DELETE ON articles_transition WHEN OLD.is_issued
    BEGIN SELECT RAISE(ABORT, 'What was done stays.'); END
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
    CREATE TRIGGER articles_transition_stays BEFORE DELETE ON articles_transition
    FOR EACH ROW WHEN (OLD.is_issued) EXECUTE FUNCTION articles_transition_stays()
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
            ],
            reverse_postgresql=[
                "DROP TRIGGER articles_transition_stays_as_it_is ON articles_transition",
                "DROP TRIGGER articles_transition_stays ON articles_transition",
                "DROP FUNCTION articles_transition_stays()",
            ],
        )
    ]
