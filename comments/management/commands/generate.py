from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from articles import generation as articles
from comments import generation as comments

FIRST_ANALYSED = 1000  # rows; then each time there are four times as many


def counting(bar):
    """Move the bar, and have PostgreSQL look at its tables as they grow: it would go on planning for empty ones."""
    made, due = 0, FIRST_ANALYSED

    def advance(steps):
        nonlocal made, due
        bar.update(steps)
        made += steps
        if connection.vendor == "postgresql" and made >= due:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            due = 4 * made

    return advance


class Command(BaseCommand):
    help = "Fill the database with made-up articles and comments for load work. The same seed makes the same texts."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, default=0, help="how many articles to add")
        parser.add_argument("--comments", type=int, default=0, help="how many comments to add")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, seed, **options):
        for name, generate in (("articles", articles.generate), ("comments", comments.generate)):
            number = options[name]
            if number < 0:
                raise CommandError(f"{number} {name} cannot be made; name a number from 0.")
            if number:
                with tqdm(total=number, desc=name, unit="", disable=not options["verbosity"]) as bar:
                    generate(number, seed, counting(bar))
