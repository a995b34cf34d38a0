from django.core.management.base import BaseCommand

from comments import retention


class Command(BaseCommand):
    help = (
        "Forget what has been kept long enough: spam after 30 days, rejected comments after 180, who sent what after"
        " 30. To run once a day."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would be forgotten, and keep it")

    def handle(self, *, dry_run, verbosity, **options):
        counts = retention.tidy(is_dry_run=dry_run)
        if verbosity:
            for what, number in counts.items():
                if number:
                    self.stdout.write(f"{number:>9,} × {what}")
            self.stdout.write("This was a dry run: nothing was forgotten." if dry_run else "Tidy.")
