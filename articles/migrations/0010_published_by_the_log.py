from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from newsroom.dialects import sql

# SQLite makes tables anew for a column, and loses their triggers by that.
SEARCH = import_module("articles.migrations.0003_search").SQLITE[1:]
STAY = import_module("articles.migrations.0005_transitions_stay").SQLITE
NAMES = [f"articles_search_{event}" for event in ("insert", "delete", "update")]
NAMES += ["articles_transition_stays_as_it_is", "articles_transition_stays"]
DROPPED = [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES]


def drop():
    return sql(sqlite=DROPPED, postgresql=[], reverse_sqlite=[*SEARCH, *STAY], reverse_postgresql=[])


def make():
    return sql(sqlite=[*SEARCH, *STAY], postgresql=[], reverse_sqlite=DROPPED, reverse_postgresql=[])


def name_in_the_log(apps, schema_editor):
    """Write a row for what was published before the log had to say so."""
    Article, Transition = apps.get_model("articles", "Article"), apps.get_model("articles", "Transition")
    for article in Article.objects.filter(status="published", release=None).only("pk", "published_at").iterator():
        entry = Transition.objects.create(
            article=article, made_at=article.published_at, step="publish", source="draft", target="live",
            words="Published", is_issued=True,
        )
        Article.objects.filter(pk=article.pk).update(release=entry)


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_keys_of_the_account")]

    operations = [
        drop(),
        migrations.AddField(
            model_name="article",
            name="release",
            field=models.OneToOneField(
                editable=False,
                help_text="The row of the log by which it is published.",
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="articles.transition",
            ),
        ),
        migrations.AlterField(
            model_name="transition",
            name="override",
            field=models.TextField(
                blank=True,
                help_text="Why it went out although a check said no, and what the check said.",
                max_length=10000,
            ),
        ),
        make(),
        migrations.RunPython(name_in_the_log, migrations.RunPython.noop),
    ]
