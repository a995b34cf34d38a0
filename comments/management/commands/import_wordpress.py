import zoneinfo
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.importers import wxr
from articles.importers.report import Outcome, Report, csv_report, printable
from articles.importers.wordpress import WordPressImport
from comments.importers.wordpress import CommentReceiver


class Command(BaseCommand):
    help = "Import a WordPress export: authors, sections, tags, pictures, articles, pages and comments."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="what Tools → Export of WordPress gave, an .xml file")
        parser.add_argument("--media", type=Path, help="a copy of the folder wp-content/uploads")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen, and store nothing")
        parser.add_argument("--overwrite", action="store_true", help="replace also what was edited or deleted here")
        parser.add_argument("--timezone", help="of the blog, as in Europe/Vienna; else that of this site")
        parser.add_argument("--report", type=Path, help="write a line for each item into this CSV file")

    def handle(self, *, file, media, overwrite, timezone, report, dry_run, verbosity, **options):
        if not file.is_file():
            raise CommandError(f"There is no file {file}." if not file.exists() else f"{file} is not a file.")
        if media is not None and not Path(media).is_dir():
            raise CommandError(f"There is no folder {media}.")
        self.stopped = None
        with ExitStack() as stack:
            listeners = []
            if report is not None:
                listeners.append(csv_report(stack, report, "kind", "id in WordPress", "title", "outcome", "remarks"))
            if verbosity >= 2:
                listeners.append(self.write_entry)
            bar = stack.enter_context(
                tqdm(total=2 * file.stat().st_size, unit="B", unit_scale=True, disable=None if verbosity else True)
            )
            outcome = Report(lambda entry: [listener(entry) for listener in listeners])
            run = WordPressImport(
                file, outcome, media=media, overwrite=overwrite, zone=timezone and zone(timezone), is_dry_run=dry_run,
                receive_comments=CommentReceiver(outcome), progress=bar.update,
            )  # fmt: skip
            try:
                run.run()
            except wxr.NotAnExport as error:
                raise CommandError(str(error)) from error
            except wxr.Malformed as error:
                self.stopped = error
            except PermissionError as error:
                raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        if verbosity:
            self.summarise(outcome, run, dry_run)
        if self.stopped is not None:
            raise CommandError(
                f"The file is broken. {self.stopped} Everything before that place was"
                f" {'looked at' if dry_run else 'imported'}; run the command again with a whole file, and it goes on."
            )

    def write_entry(self, entry):
        remarks = f" ({'; '.join(entry.remarks)})" if entry.remarks else ""
        with tqdm.external_write_mode():
            self.stdout.write(printable(f"{entry.outcome}: {entry.kind} {entry.number} “{entry.title}”{remarks}"))

    def summarise(self, report, run, is_dry_run):
        if not report.counts:
            self.stdout.write("Nothing was found to import.")
        else:
            width = max(len(kind) for kind in report.kinds())
            self.stdout.write(f"{'':{width}}  " + "  ".join(f"{outcome:>9}" for outcome in Outcome))
            for kind in report.kinds():
                counts = "  ".join(f"{report.counts[kind, outcome]:>9,}" for outcome in Outcome)
                self.stdout.write(f"{kind:{width}}  {counts}")
        if report.reasons:
            self.stdout.write("Skipped:")
            for (kind, reason), count in report.reasons.most_common(20):
                self.stdout.write(printable(f"  {count:,} × {kind}: {reason}"))
        if report.with_remarks:
            self.stdout.write(f"With a remark: {report.with_remarks:,}. --verbosity 2 or --report shows them.")
        if run.removed_characters:
            self.stdout.write(f"Characters that XML forbids, removed: {run.removed_characters:,}.")
        if run.unreadable_characters:
            self.stdout.write(f"Characters that could not be read, shown as �: {run.unreadable_characters:,}.")
        if run.with_unresolved_links:
            self.stdout.write(
                "Articles and pages with links to addresses of the old site that are not in the export:"
                f" {run.with_unresolved_links:,}."
            )
        if is_dry_run:
            self.stdout.write("This was a dry run: nothing was stored.")


def zone(name):
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise CommandError(f"There is no time zone “{name}”. Write it as in Europe/Vienna.") from error
