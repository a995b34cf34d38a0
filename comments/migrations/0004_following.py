from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def confirm_what_is_heard_of(apps, schema_editor):
    """Whoever confirmed the address until now confirmed all that it followed."""
    Mailbox, Subscription = (apps.get_model("comments", name) for name in ("Mailbox", "Subscription"))
    confirmed_at = Mailbox.objects.filter(pk=OuterRef("mailbox")).values("confirmed_at")
    Subscription.objects.update(confirmed_at=Subquery(confirmed_at))


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_transitions_stay"), ("comments", "0003_reasons")]

    operations = [
        migrations.AddField("subscription", "confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.RunPython(confirm_what_is_heard_of, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "comment",
            models.Index(
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="comment_newest",
            ),
        ),
    ]
