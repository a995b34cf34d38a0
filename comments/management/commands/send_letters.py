from django.core.management.base import BaseCommand

from comments import outbox


class Command(BaseCommand):
    help = (
        "Send the letters about comments that are due. The worker does it by itself; this is for when it stood still."
    )

    def handle(self, *, verbosity, **options):
        number = outbox.deliver()
        if verbosity:
            self.stdout.write(f"{number} sent.")
