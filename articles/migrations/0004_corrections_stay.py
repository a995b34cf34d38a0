from django.db import migrations

from newsroom.dialects import sql

# What readers were told to be wrong stays told, whoever writes: a form, an import, the shell, another program. Only
# the name of who wrote it may go, with the account.
SAME = "NEW.article_id = OLD.article_id AND NEW.text = OLD.text AND NEW.is_material = OLD.is_material AND NEW.made_at = OLD.made_at"
SQLITE = [
    f"""
    CREATE TRIGGER articles_correction_stays_as_it_is BEFORE UPDATE ON articles_correction WHEN NOT ({SAME})
    BEGIN SELECT RAISE(ABORT, 'A correction stays as it is.'); END
    """,
    """
    CREATE TRIGGER articles_correction_stays BEFORE DELETE ON articles_correction
    BEGIN SELECT RAISE(ABORT, 'A correction stays.'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION articles_correction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'A correction stays as it is.' USING ERRCODE = 'check_violation'; END $$
    """,
    f"""
    CREATE TRIGGER articles_correction_stays_as_it_is BEFORE UPDATE ON articles_correction
    FOR EACH ROW WHEN (NOT ({SAME})) EXECUTE FUNCTION articles_correction_stays()
    """,
    """
    CREATE TRIGGER articles_correction_stays BEFORE DELETE ON articles_correction
    FOR EACH ROW EXECUTE FUNCTION articles_correction_stays()
    """,
]


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_search")]

    operations = [
        sql(
            sqlite=SQLITE,
            postgresql=POSTGRESQL,
            reverse_sqlite=[
                "DROP TRIGGER articles_correction_stays_as_it_is",
                "DROP TRIGGER articles_correction_stays",
            ],
            reverse_postgresql=[
                "DROP TRIGGER articles_correction_stays_as_it_is ON articles_correction",
                "DROP TRIGGER articles_correction_stays ON articles_correction",
                "DROP FUNCTION articles_correction_stays()",
            ],
        )
    ]
