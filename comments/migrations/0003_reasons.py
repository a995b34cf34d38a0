from django.db import migrations

REASONS = [
    ("abuse", "Insults or threatens somebody", "It insults or threatens somebody. You can say the same in other words."),
    ("personal", "Says something private about a person", "It says something private about a person."),
    ("off_topic", "Has nothing to do with the article", "It has nothing to do with the article."),
    ("advert", "Advertises", "It advertises something."),
    ("false_claim", "States as fact what is not", "It states as a fact what is not, as far as we know."),
    ("other", "Another reason", "It does not keep to the rules of this conversation."),
]


def name_reasons(apps, schema_editor):
    CannedReason = apps.get_model("comments", "CannedReason")
    for position, (code, label, text) in enumerate(REASONS):
        CannedReason.objects.get_or_create(code=code, defaults={"label": label, "text": text, "position": position})


def forget(apps, schema_editor):
    apps.get_model("comments", "CannedReason").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("comments", "0002_groups")]

    operations = [migrations.RunPython(name_reasons, forget)]
