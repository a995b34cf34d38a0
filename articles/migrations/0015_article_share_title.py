from importlib import import_module

from django.db import migrations, models

from newsroom.dialects import sql

before = import_module("articles.migrations.0012_published_by_the_log")


class Migration(migrations.Migration):
    dependencies = [("articles", "0014_tokens_end_with_the_password")]

    operations = [
        before.drop(),
        migrations.AddField(
            model_name="article",
            name="share_title",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Left empty, it is the headline.",
                max_length=150,
                verbose_name="headline for share cards",
            ),
            preserve_default=False,
        ),
        before.make(),
        # Versions say it too, so that nobody's sign-off is void for it.
        sql(
            sqlite=["UPDATE articles_revision SET snapshot = json_set(snapshot, '$.share_title', '')"],
            postgresql=["UPDATE articles_revision SET snapshot = snapshot || '{\"share_title\": \"\"}'"],
            reverse_sqlite=["UPDATE articles_revision SET snapshot = json_remove(snapshot, '$.share_title')"],
            reverse_postgresql=["UPDATE articles_revision SET snapshot = snapshot - 'share_title'"],
        ),
    ]
