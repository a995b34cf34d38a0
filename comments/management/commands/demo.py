import json
import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand

from articles import demonstration as stories
from articles.models import Article, Author
from comments import demonstration as threads

# Who can sign in: user name, first and last name, groups, and the author they write as.
PEOPLE = [
    ("admin", "Ada", "Reyes", ["Administrators", "Editors", "Moderators"], None),
    ("editor", "Marit", "Solheim", ["Editors"], "marit-solheim"),
    ("moderator", "Bruno", "Keller", ["Moderators"], None),
    ("writer", "Desta", "Alemu", ["Writers"], "desta-alemu"),
]
SIGN_IN = settings.DATA_DIR / "demo_sign_in.json"


class Command(BaseCommand):
    help = "Load the demonstration newsroom. What is there already is left as it is."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are articles or users")

    def handle(self, *, if_empty, **options):
        users = get_user_model().objects
        if if_empty and (Article.objects.exists() or users.exists()):
            return
        self.stdout.write("Loading the demonstration newsroom ...")
        passwords = self.create_people(users)
        articles = stories.load(report=self.say)
        for name, _, _, _, author in PEOPLE:
            if author:
                Author.objects.filter(slug=author, user=None).update(user=users.get(username=name))
        threads.load(articles, users.get(username="moderator"), report=self.say)
        if passwords:
            self.keep(passwords)

    def say(self, line):
        self.stdout.write(f"  {line}")

    def create_people(self, users):
        """Create who is missing; return the passwords made, by user name."""
        passwords = {}
        for name, first, last, groups, _ in PEOPLE:
            if users.filter(username=name).exists():
                continue
            passwords[name] = secrets.token_urlsafe(9)
            user = users.create_user(
                name, f"{name}@northlight.example", passwords[name], first_name=first, last_name=last, is_staff=True
            )
            user.groups.set(Group.objects.filter(name__in=groups))
        return passwords

    def keep(self, passwords):
        """Write the passwords where only this user can read them, for `manage.py run` to print."""
        SIGN_IN.unlink(missing_ok=True)
        descriptor = os.open(SIGN_IN, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(passwords, file)
