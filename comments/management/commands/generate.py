from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles import generation as articles
from comments import generation as comments


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
                    generate(number, seed, bar.update)
