import os
from contextlib import ExitStack
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles import reading
from articles.importers.report import Outcome, Report, csv_report, printable
from articles.licences import Licence
from articles.models import Collection
from articles.uploads import AlreadyThere, having, take_in


class Command(BaseCommand):
    help = "Take the pictures of a folder, and of the folders in it, into the library."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--collection", help="file them under this name, made where there is none")
        parser.add_argument("--credit", default="", help="for pictures that name nobody themselves")
        parser.add_argument("--licence", default="", help=f"for pictures that name none: {', '.join(Licence.values)}")
        parser.add_argument("--user", help="the name of the person at the desk who brings them")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen, and store nothing")
        parser.add_argument("--report", type=Path, help="write a line for each file into this CSV file")

    def handle(self, *, folder, collection, credit, licence, user, dry_run, report, verbosity, **options):
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if licence and licence not in Licence.values:
            raise CommandError(f"There is no licence “{licence}”. Choose among: {', '.join(Licence.values)}.")
        self.is_dry_run, self.otherwise = dry_run, {"credit": credit, "licence": licence}
        self.user = self.find_user(user) if user else None
        self.collection = None
        if collection and not dry_run:
            self.collection, _ = Collection.objects.get_or_create(name=collection[:100])
        files = sorted(self.files_in(folder))
        with ExitStack() as stack:
            listeners = [self.refused] if verbosity else []
            if report is not None:
                listeners.append(csv_report(stack, report, "kind", "file", "title", "outcome", "why"))
            self.outcome = Report(lambda entry: [listener(entry) for listener in listeners])
            for path in tqdm(files, unit="picture", disable=None if verbosity else True):
                self.take(path, str(path.relative_to(folder)))
        if verbosity:
            self.summarise(len(files))

    def find_user(self, name):
        User = get_user_model()
        try:
            return User.objects.get_by_natural_key(name)
        except User.DoesNotExist as error:
            raise CommandError(f"Nobody at the desk is called “{name}”.") from error

    def files_in(self, folder):
        """Yield what is in a folder and below it; what begins with a dot is the machine's own."""
        for parent, folders, names in os.walk(folder, onerror=self.unreadable):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (Path(parent, name) for name in names if not name.startswith("."))

    def unreadable(self, error):
        self.stderr.write(printable(f"{error.filename} cannot be opened: {error.strerror}."))

    def take(self, path, name):
        if not path.is_file():  # a pipe would be waited for without end
            self.outcome.add("picture", name, "", Outcome.SKIPPED, "This is no file, or it leads nowhere.")
            return
        try:
            with path.open("rb") as opened:
                file = File(opened, name=path.name)
                if self.is_dry_run:
                    if there := having(reading.read(file).digest):
                        raise AlreadyThere(there)
                else:
                    take_in(file, self.user, self.collection, self.otherwise)
        except AlreadyThere as error:
            if self.collection is not None:
                error.picture.collections.add(self.collection)
            self.outcome.add("picture", name, str(error.picture), Outcome.UNCHANGED)
        except reading.UnreadablePicture as error:
            self.outcome.add("picture", name, "", Outcome.SKIPPED, str(error))
        except OSError as error:
            self.outcome.add("picture", name, "", Outcome.SKIPPED, f"It cannot be opened: {error.strerror}.")
        else:
            self.outcome.add("picture", name, "", Outcome.CREATED)

    def refused(self, entry):
        if entry.outcome is Outcome.SKIPPED:
            with tqdm.external_write_mode():
                self.stdout.write(printable(f"{entry.number}: {' '.join(entry.remarks)}"))

    def summarise(self, total):
        created, there, refused = map(self.outcome.total, (Outcome.CREATED, Outcome.UNCHANGED, Outcome.SKIPPED))
        self.stdout.write(
            f"{total:,} files: {created:,} taken in, {there:,} in the library already, {refused:,} refused."
        )
        if self.is_dry_run:
            self.stdout.write("This was a dry run: nothing was stored.")
