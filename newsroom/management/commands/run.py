import hashlib
import json
import os
import socket
import subprocess
import sys

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Bring the database up to date, load the demonstration where it is empty, and serve the site."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port, **options):
        self.check_port(port)
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0)
        self.collect_static()
        call_command("demo", if_empty=True, stdout=self.stdout)
        site = f"http://localhost:{port}/"
        self.greet(site)
        if not settings.SITE_ADDRESS and "localhost" in settings.ALLOWED_HOSTS:
            os.putenv("SITE_ADDRESS", site)  # where letters lead
        for name, value in settings.MALLOC.items():
            os.putenv(name, value)
        # Work for later has a process of its own. It ends with the server, whose process this one becomes.
        subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
            [sys.executable, sys.argv[0], "work", "--parent", str(os.getpid()), "--verbosity", "0"]
        )
        os.execv(  # noqa: S606 (no shell wanted: the server takes this process's place and its signals)
            sys.executable,
            [
                sys.executable, "-m", "granian", "newsroom.wsgi:application", "--interface", "wsgi",
                "--host", HOST, "--port", str(port), "--workers", str(min(os.cpu_count() or 1, 4)),
                "--blocking-threads", "4", "--log-level", "warning", "--respawn-failed-workers",
            ],
        )  # fmt: skip

    def check_port(self, port):
        if not 0 < port < 65536:
            raise CommandError(f"{port} is not a port: choose a number from 1 to 65535.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except PermissionError as error:
                raise CommandError(f"Port {port} needs more rights than you have. Choose one above 1023.") from error
            except OSError as error:
                raise CommandError(
                    f"Port {port} is taken by another program. Choose another, for example: make run PORT={port + 1}"
                ) from error

    def collect_static(self):
        """Collect and compress static files where one of them has changed since the last time."""
        state = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list(["CVS", ".*", "*~"]):
                state.update(f"{path} {os.stat(storage.path(path)).st_mtime_ns}\n".encode())
        stamp = settings.STATIC_ROOT / ".collected"
        if stamp.exists() and stamp.read_text() == state.hexdigest():
            return
        self.stdout.write("Compressing static files ...")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state.hexdigest())

    def greet(self, site):
        lines = ["", f"The newsroom is at {site}", f"The desk is at {site}desk/"]
        sign_in = settings.DATA_DIR / "demo_sign_in.json"
        if sign_in.exists():
            lines += ["", "Sign in to the demonstration as"]
            lines += [f"  {name:<10} password {word}" for name, word in json.loads(sign_in.read_text()).items()]
        self.stdout.write("\n".join([*lines, "", "Stop with Ctrl+C.", ""]))
        self.stdout.flush()
