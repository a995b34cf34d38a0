from django.core.management.base import BaseCommand, CommandError

from articles import subscriptions
from articles.models import Subscriber


class Command(BaseCommand):
    help = "Say how many get the newsletter, or write their addresses as CSV."

    def add_arguments(self, parser):
        parser.add_argument("--csv", action="store_true", help="write the confirmed addresses to standard output")
        parser.add_argument("--site", default="", help="address of the site, for the links by which readers leave")

    def handle(self, *, csv, site, **options):
        if not csv:
            confirmed = Subscriber.objects.confirmed().count()
            waiting = Subscriber.objects.filter(confirmed_at=None).count()
            self.stdout.write(f"{confirmed} get the newsletter, {waiting} have not confirmed.")
            return
        if not site.startswith(("https://", "http://")):
            raise CommandError("Name the site with --site, as in --site https://magazine.example: each row has a link.")
        subscriptions.write_csv(self.stdout, site)
