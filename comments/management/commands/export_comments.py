from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from comments.importers import lines


class Command(BaseCommand):
    help = "Write all comments as JSON Lines, for import_comments here or elsewhere."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--with-email", action="store_true", help="write readers' e-mail addresses too")

    def handle(self, *, file, with_email, verbosity, **options):
        try:
            with file.open("w", encoding="utf-8") as output:
                number = lines.write(output, with_email)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        if verbosity:
            self.stdout.write(f"{number:,} comments.")
