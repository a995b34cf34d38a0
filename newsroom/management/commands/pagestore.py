from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from newsroom.pagestore import stores
from newsroom.pagestore.declaring import EVERYTHING
from newsroom.pagestore.purging import purge_now

MOST = 5000  # pages warmed at once


class Command(BaseCommand):
    help = "Show what the page store holds, forget pages by key, or make pages ahead of their readers."

    def add_arguments(self, parser):
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("show", help="Hits, misses, pages and bytes.")
        purge = steps.add_parser("purge", help="Forget the pages that show what a key names.")
        purge.add_argument("keys", nargs="*", metavar="KEY", help="For example article-12, section-3 or layout.")
        purge.add_argument("--all", action="store_true", help="Forget every page.")
        warm = steps.add_parser("warm", help="Have the pages of the sitemaps made, newest first.")
        warm.add_argument("site", help="The address of the site as readers have it, as in https://example.org")
        warm.add_argument("--number", type=int, default=200, help=f"How many pages, at most {MOST:,}.")

    def handle(self, *, step, **options):
        store = stores.current()
        if store is None and step != "purge":
            raise CommandError("There is no page store: PAGE_STORE is off.")
        getattr(self, step)(store, options)

    def show(self, store, options):
        figures = store.figures()
        asked = figures["hits"] + figures["stale"] + figures["misses"]
        share = (figures["hits"] + figures["stale"]) / asked if asked else 0
        place = _without_password(settings.PAGE_STORE)
        self.stdout.write(f"{figures['pages']:,} pages, {figures['bytes'] / 1e6:,.1f} MB, in {place}")
        self.stdout.write(
            f"{figures['hits']:,} hits, {figures['misses']:,} misses, {figures['stale']:,} old pages while they were"
            f" made anew, {figures['errors']:,} because that failed: {share:.1%} from the store"
        )

    def purge(self, store, options):
        if bool(options["keys"]) == options["all"]:
            raise CommandError("Name keys, or --all.")
        keys = {EVERYTHING} if options["all"] else set(options["keys"])
        purge_now(keys)
        self.stdout.write("Forgotten." if options["all"] else f"Forgotten: what shows {', '.join(sorted(keys))}.")

    def warm(self, store, options):
        from newsroom.pagestore.warming import addresses, ask

        site = urlsplit(options["site"])
        if site.scheme not in ("http", "https") or not site.netloc or site.path.strip("/"):
            raise CommandError("Give the address of the site as readers have it, as in https://example.org")
        if not 0 < options["number"] <= MOST:
            raise CommandError(f"Between 1 and {MOST:,} pages.")
        made = 0
        for address in tqdm(list(addresses(site, options["number"])), unit="page", file=self.stderr, disable=None):
            made += ask(site, address)[0] == 200
        self.stdout.write(f"{made:,} pages are kept.")


def _without_password(place):
    parts = urlsplit(place)
    return place if not parts.password else place.replace(f":{parts.password}@", ":…@")
