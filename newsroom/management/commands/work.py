import os
import signal
import threading
import time

from django.core.management import call_command
from django_tasks_db.management.commands import db_worker

KEPT_DAYS = 7  # what was done is looked up for so long
LOOKS_EVERY = 1.0  # seconds


class Command(db_worker.Command):
    help = "Do what waits to be done: renditions of pictures, for example. Runs until it is stopped."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(interval=0.5, reload=False, startup_delay=False)
        parser.add_argument("--parent", type=int, help="Stop when this process is no longer the parent.")

    def handle(self, *, parent=None, **options):
        if parent is not None:
            threading.Thread(target=stop_without, args=[parent], daemon=True).start()
        call_command("prune_db_task_results", min_age_days=KEPT_DAYS, verbosity=0)
        super().handle(**options)


def stop_without(parent):
    """End this process, as a stop signal does, once the server that started it is gone."""
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
