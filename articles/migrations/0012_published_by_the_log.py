from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from newsroom.dialects import sql

# SQLite makes tables anew for a column: their triggers go with that, and a view that names them stands in the way.
LISTINGS = import_module("articles.migrations.0010_listings")
TRIGGERS = [
    *import_module("articles.migrations.0003_search").SQLITE[1:],
    *import_module("articles.migrations.0005_transitions_stay").SQLITE,
    *LISTINGS.SQLITE,
]
NAMES = [f"articles_search_{event}" for event in ("insert", "delete", "update")]
NAMES += ["articles_transition_stays_as_it_is", "articles_transition_stays"]
DROPPED = [*(f"DROP TRIGGER IF EXISTS {name}" for name in NAMES), *LISTINGS.SQLITE_DROPPED]


def drop():
    return sql(sqlite=DROPPED, postgresql=[], reverse_sqlite=TRIGGERS, reverse_postgresql=[])


def make():
    return sql(sqlite=TRIGGERS, postgresql=[], reverse_sqlite=DROPPED, reverse_postgresql=[])


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
    dependencies = [("articles", "0011_api_tokens")]

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
