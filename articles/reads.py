"""Count what is read: a page that was really seen tells so, once, and no more is kept of it than a number an hour."""

import atexit
import logging
import threading
import time
from datetime import timedelta

from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from articles.models import Article, ReadCount
from articles.models.article import is_out
from articles.readers import digest, is_flood, is_new
from newsroom.clients import is_ahead, is_from_own_page, is_robot

AGAIN = 3600  # seconds until the same reader may count again
PER_MINUTE = 60  # reads from one network: a school behind one address, but no script
KEPT = timedelta(days=400)
MOST = 2**63 - 1  # no database has a higher number

log = logging.getLogger(__name__)


@csrf_exempt  # reads no cookie; is_countable() passes over other sites
@require_POST
def read(request, article):
    """Count a reading of a public article. The answer is always the same and tells nothing.

    Sends no statement to the database, sets no cookie and reads none.
    """
    if is_countable(request) and article <= MOST:
        buffer.add(article)
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def is_countable(request):
    """Whether a reader seems to be behind the request, and was not counted for this within the hour."""
    if not is_from_own_page(request) or is_ahead(request) or is_robot(request):
        return False
    if is_flood(request, "reads", PER_MINUTE, 60):
        return False
    return is_new(digest(request, f"reads.{timezone.now():%Y-%m-%d}", request.path), AGAIN)


class Buffer:
    """Counts that wait for the database, which gets them together, every few seconds, from a thread of their own.

    Whether an article is public is asked as they are written: what was taken down meanwhile counts no more.
    """

    seconds = 2  # between two writes
    most = 5_000  # articles, counted each hour; beyond that reads are lost rather than memory
    cleaned_every = 3600  # seconds

    def __init__(self):
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting = threading.Event()
        self._counts = {}
        self._thread = None
        self._cleaned = None

    def add(self, article):
        """Count one reading; tell whether there was room for it."""
        key = (timezone.now().replace(minute=0, second=0, microsecond=0), article)
        with self._lock:
            if key not in self._counts and len(self._counts) >= self.most:
                return False
            self._counts[key] = self._counts.get(key, 0) + 1
        self._waiting.set()
        self.start()
        return True

    def start(self):
        """Have a thread that writes: in each process, so also in those that were forked since."""
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._write_now_and_then, name="reads", daemon=True)
                    self._thread.start()

    def flush(self):
        """Write what waits. Where the database refuses, it waits on."""
        with self._writing:
            with self._lock:
                counts, self._counts = self._counts, {}
                self._waiting.clear()
            if not counts:
                return
            try:
                write(counts)
            except Error as error:
                log.warning("%s reads could not be written yet: %s", sum(counts.values()), error)
                with self._lock:
                    for key, number in counts.items():
                        self._counts[key] = self._counts.get(key, 0) + number
                    self._waiting.set()
                return
            if self._cleaned is None or time.monotonic() - self._cleaned > self.cleaned_every:
                self._cleaned = time.monotonic()
                forget(timezone.now() - KEPT)

    def _write_now_and_then(self):
        while self._waiting.wait():
            time.sleep(self.seconds)
            self.flush()
            connection.close()


def write(counts):
    """Add numbers to what the database has, by hour and article, together or not at all.

    The database adds, so that several processes may write at once.
    """
    hours = {hour: connection.ops.adapt_datetimefield_value(hour) for hour, _ in counts}
    with transaction.atomic():
        # Asked for by id alone: with the rule beside it, SQLite would walk all that is published.
        read = Article.objects.filter(pk__in={article for _, article in counts}).annotate(is_out=is_out())
        public = {pk for pk, is_public in read.values_list("pk", "is_out") if is_public}
        rows = [(hours[hour], article, number) for (hour, article), number in sorted(counts.items())]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO articles_readcount (hour, article_id, number) VALUES (%s, %s, %s)"
                " ON CONFLICT (hour, article_id) DO UPDATE SET number = articles_readcount.number + excluded.number",
                [row for row in rows if row[1] in public],
            )


def forget(before):
    """Remove what is too old to be asked for."""
    ReadCount.objects.filter(hour__lt=before).delete()


buffer = Buffer()
atexit.register(buffer.flush)
