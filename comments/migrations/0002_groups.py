from django.contrib.auth.management import create_permissions
from django.db import migrations

EVERYTHING = ["add", "change", "delete", "view"]
WRITER = {
    "articles": {"article": ["add", "change", "view"], "byline": EVERYTHING, "picture": ["add", "change", "view"],
                 "tag": ["add", "view"], "articletag": EVERYTHING, "author": ["view"], "category": ["view"],
                 "collection": ["view"], "recording": ["add", "change", "view"], "liveupdate": ["add", "change", "view"],
                 "dossier": ["view"], "part": ["view"], "relatedchoice": EVERYTHING, "correction": ["view"],
                 "document": ["add", "change", "view"]},
}  # fmt: skip
EDITOR = {
    "articles": {"article": ["add", "change", "view", "edit_any", "publish", "delete"], "byline": EVERYTHING,
                 "picture": EVERYTHING, "collection": EVERYTHING, "tag": EVERYTHING, "articletag": EVERYTHING, "author": EVERYTHING,
                 "category": EVERYTHING, "page": EVERYTHING, "placement": ["add", "change", "view"], "zonerule": ["add", "change", "view"],
                 "frontchange": ["view"], "breakingnews": EVERYTHING, "liveupdate": EVERYTHING, "dossier": EVERYTHING,
                 "part": EVERYTHING, "relatedchoice": EVERYTHING, "correction": ["add", "view"], "readcount": ["view"],
                 "recording": EVERYTHING, "document": EVERYTHING,
                 "formeraddress": ["add", "change", "view"]},
    "comments": {"comment": ["view", "feature", "remove"], "decision": ["view"], "report": ["view"], "policy": ["view"]},
}  # fmt: skip
MODERATOR = {
    "articles": {"article": ["view"]},
    "comments": {"comment": ["view", "moderate", "feature"], "decision": ["view"], "wordrule": EVERYTHING, "example": EVERYTHING,
                 "cannedreason": ["add", "change", "view"], "sanction": ["add", "change", "view"], "report": ["view"],
                 "policy": ["add", "change", "view"]},
}  # fmt: skip
ADMINISTRATOR = {
    "articles": EDITOR["articles"] | {"sitesettings": ["change", "view"], "sitelink": EVERYTHING,
                                       "subscriber": ["view", "delete", "export"]},
    "comments": MODERATOR["comments"] | {"comment": ["view", "moderate", "feature", "remove"], "sectionmoderator": EVERYTHING,
                                          "outbox": ["view"]},
    "auth": {"user": EVERYTHING, "group": ["view"]},
}  # fmt: skip
GROUPS = {"Writers": WRITER, "Editors": EDITOR, "Moderators": MODERATOR, "Administrators": ADMINISTRATOR}
CODENAMES = {"edit_any": "edit_any_article", "publish": "publish_article", "moderate": "moderate_comment", "export": "export_subscribers"}


def create_groups(apps, schema_editor):
    # Permissions are made after all migrations; these groups need theirs now.
    for label in ("articles", "comments", "auth"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, powers in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, models in powers.items():
            codenames = [
                CODENAMES.get(action, f"{action}_{model}") for model, actions in models.items() for action in actions
            ]
            group.permissions.add(*Permission.objects.filter(content_type__app_label=label, codename__in=codenames))


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0001_initial"),
        ("articles", "0005_transitions_stay"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create_groups, remove_groups)]
