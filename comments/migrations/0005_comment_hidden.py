from django.db import migrations, models

HIDING = ("pending", "hidden", "rejected", "spam", "appealed")


class Migration(migrations.Migration):
    dependencies = [("comments", "0004_following")]

    operations = [
        migrations.AddIndex(
            "comment",
            models.Index(
                models.F("root"), models.F("depth"),
                condition=models.Q(status__in=HIDING), name="comment_hidden",
            ),
        ),
    ]
