from importlib import import_module

from django.db import migrations, models

before = import_module("articles.migrations.0012_published_by_the_log")


class Migration(migrations.Migration):
    dependencies = [("articles", "0012_published_by_the_log")]

    operations = [
        before.drop(),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release__isnull", False), ("status", "published")),
                    models.Q(models.Q(("status", "published"), _negated=True), ("release__isnull", True)),
                    _connector="OR",
                ),
                name="article_published_is_in_the_log",
                violation_error_message="What is published has its row in the log: publish it, or take it down.",
            ),
        ),
        before.make(),
    ]
