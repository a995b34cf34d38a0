from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from articles.importers.report import Outcome, Report, csv_report, printable
from comments.importers import disqus, lines, records


class Command(BaseCommand):
    help = (
        "Import comments from an export of Disqus (.xml) or from JSON Lines (.jsonl). Articles are found by their"
        " address, present or former. What is here already is compared, not doubled."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report what would happen, and store nothing")
        parser.add_argument("--report", type=Path, help="write a line for each comment into this CSV file")

    def handle(self, *, file, dry_run, report, verbosity, **options):
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        source, reader = ("disqus", disqus) if file.suffix.lower() == ".xml" else ("lines", lines)
        with ExitStack() as stack:
            listener = report and csv_report(stack, report, "kind", "id there", "name", "outcome", "remarks")
            outcome = Report(listener or None)
            try:
                records.run(reader.read(file, outcome), source, outcome, dry_run, keeps_names=reader is lines)
            except records.NotAnExport as error:
                taken = outcome.total(Outcome.CREATED) + outcome.total(Outcome.UPDATED)
                before = f" {taken:,} comments before it were taken over." if taken and not dry_run else ""
                raise CommandError(f"{error}{before}") from error
            except PermissionError as error:
                raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        if not verbosity:
            return
        self.stdout.write(", ".join(f"{outcome.total(kind):,} {kind}" for kind in Outcome) + ".")
        for (_, reason), number in outcome.reasons.most_common(20):
            self.stdout.write(printable(f"  {number:,} × {reason}"))
        if dry_run:
            self.stdout.write("This was a dry run: nothing was stored.")
