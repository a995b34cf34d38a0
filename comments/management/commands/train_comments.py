from django.core.management.base import BaseCommand
from tqdm import tqdm

from comments.screening import classifier


class Command(BaseCommand):
    help = "Learn anew from what moderators decided about. It also happens by itself, after every 25 decisions."

    def handle(self, *, verbosity, **options):
        with tqdm(unit=" comments", disable=not verbosity) as bar:
            training = classifier.train(bar.update)
        if not verbosity:
            return
        self.stdout.write(f"Learned from {training.kept:,} approved and {training.refused:,} refused comments.")
        if min(training.kept, training.refused) < classifier.ENOUGH:
            self.stdout.write(f"Nothing is said of a comment before there are {classifier.ENOUGH} of each.")
