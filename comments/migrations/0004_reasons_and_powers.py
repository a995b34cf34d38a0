from django.contrib.auth.management import create_permissions
from django.db import migrations

REASONS = [
    ("abuse", "Insults or threatens somebody", "It insults or threatens somebody. You can say the same in other words."),
    ("personal", "Says something private about a person", "It says something private about a person."),
    ("off_topic", "Has nothing to do with the article", "It has nothing to do with the article."),
    ("advert", "Advertises", "It advertises something."),
    ("false_claim", "States as fact what is not", "It states as a fact what is not, as far as we know."),
    ("other", "Another reason", "It does not keep to the rules of this conversation."),
]
EVERYTHING = ["add", "change", "delete", "view"]
RULES = {"wordrule": EVERYTHING, "example": EVERYTHING, "cannedreason": ["add", "change", "view"],
         "sanction": ["add", "change", "view"], "report": ["view"], "policy": ["add", "change", "view"]}  # fmt: skip
POWERS = {
    "Moderators": RULES | {"comment": ["feature"]},
    "Editors": {"comment": ["feature", "remove"], "report": ["view"], "policy": ["view"]},
    "Administrators": RULES | {"comment": ["feature", "remove"], "sectionmoderator": EVERYTHING, "outbox": ["view"]},
}
VERBS = {"approved": "approve", "rejected": "reject", "spam": "spam", "pending": "hold", "hidden": "hide",
         "withdrawn": "withdraw", "removed": "remove", "appealed": "appeal"}  # fmt: skip


def codenames(powers):
    return [f"{action}_{model}" for model, actions in powers.items() for action in actions]


def give_powers(apps, schema_editor):
    # Permissions are made after all migrations; these groups need theirs now.
    config = apps.get_app_config("comments")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, powers in POWERS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="comments", codename__in=codenames(powers))
        )


def take_powers(apps, schema_editor):
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=POWERS):
        group.permissions.remove(
            *Permission.objects.filter(
                content_type__app_label="comments", codename__in=codenames(POWERS[group.name])
            )
        )


def name_reasons(apps, schema_editor):
    CannedReason = apps.get_model("comments", "CannedReason")
    for position, (code, label, text) in enumerate(REASONS):
        CannedReason.objects.get_or_create(code=code, defaults={"label": label, "text": text, "position": position})


def name_verbs(apps, schema_editor):
    """Say of decisions made before verbs were kept which it was."""
    decisions = apps.get_model("comments", "Decision").objects
    for status, verb in VERBS.items():
        decisions.exclude(from_status="").filter(to_status=status).update(verb=verb)
    decisions.filter(undoes__isnull=False).update(verb="undo")
    decisions.filter(from_status="", rule="imported").update(verb="import")
    for code, label, text in REASONS:
        decisions.filter(reason=code).update(reason_label=label, reason_text=text)


def forget(apps, schema_editor):
    apps.get_model("comments", "CannedReason").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("comments", "0003_moderation"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunPython(give_powers, take_powers),
        migrations.RunPython(name_reasons, forget),
        migrations.RunPython(name_verbs, migrations.RunPython.noop),
    ]
