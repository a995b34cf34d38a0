"""Letters on their whole way: asked for, put down, taken up by the worker, sent to a server that comes and goes."""

import email
import signal
import socketserver
import threading
from contextlib import contextmanager
from datetime import timedelta
from email import policy

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comments import moderation, notices, outbox
from comments.models import Comment, Mailbox, Outbox, Subscription
from tests.factories import make_comment


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as a letter needs."""

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                self.server.letters.append(email.message_from_bytes(b"".join(lines), policy=policy.default))
            if verb == "RCPT" and self.server.is_full:
                self.say("452 no room now")
            else:
                self.say("221 bye" if verb == "QUIT" else "250 done")
            if verb == "QUIT":
                return

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    is_full = False

    def __init__(self, port=0):
        self.letters = []
        super().__init__(("127.0.0.1", port), Conversation)


@contextmanager
def mail_server(port=0):
    with MailServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def worker(transactional_db, settings):
    """Return a function that lets the worker do what is due, after so much time has passed for all that waits."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    settings.SITE_ADDRESS = "http://testserver"

    def work(**time):
        passed = timedelta(**time)
        for model, names in ((DBTaskResult, ["run_after"]), (Outbox, ["due_at", "sent_at"]), (Mailbox, ["sent_at"])):
            for row in model.objects.all():
                for name in names:
                    if getattr(row, name):
                        model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - passed})
        Subscription.objects.update(created_at=timezone.now() - timedelta(hours=1))
        Comment.objects.exclude(decided_at=None).update(decided_at=timezone.now() - timedelta(seconds=30))
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            call_command("work", batch=True, verbosity=0)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    return work


def test_sends_what_is_due_and_loses_nothing_while_the_mail_server_is_away(worker, bob, settings):
    with mail_server() as server:
        settings.EMAIL_PORT = server.server_address[1]
        root = make_comment(email="ann@reader.test")
        notices.follow("ann@reader.test", root.article, root)
        worker()
        (asked,) = server.letters
        assert asked["To"] == "ann@reader.test"
        assert {part.get_content_type() for part in asked.iter_parts()} == {"text/plain", "text/html"}
        assert asked["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    notices.confirm(Mailbox.objects.get(), root.subscriptions.all())
    moderation.approve(make_comment(parent=root, body="An answer", status="pending"), bob)
    worker(minutes=1)  # not due yet
    assert Outbox.objects.get(kind="replies").attempts == 0
    for attempt in (1, 2):  # nobody listens at the port
        worker(minutes=10)
        row = Outbox.objects.get(kind="replies")
        assert (row.attempts, row.last_error, row.sent_at) == (attempt, "ConnectionRefusedError", None)
        assert DBTaskResult.objects.filter(run_after__gt=timezone.now()).exists()
    with mail_server(settings.EMAIL_PORT) as server:
        server.is_full = True
        worker(minutes=10)
        assert Outbox.objects.get(kind="replies").last_error == "SMTPRecipientsRefused"
        server.is_full = False
        worker(minutes=10)
        (letter,) = server.letters
        assert "An answer" in letter.get_body(("plain",)).get_content()
        assert Outbox.objects.get(kind="replies").sent_at
        worker(hours=2)
        assert len(server.letters) == 1
    assert not DBTaskResult.objects.filter(status="FAILED").exists()


def test_sends_the_rest_where_one_address_is_refused_or_more_wait_than_go_at_once(worker, settings, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    with mail_server() as server:
        settings.EMAIL_PORT = server.server_address[1]
        for number in range(5):
            comment = make_comment(email=f"reader{number}@reader.test")
            notices.follow(comment.email, comment.article, comment)
        worker()
        worker(seconds=1)
        assert sorted(letter["To"] for letter in server.letters) == [
            f"reader{number}@reader.test" for number in range(5)
        ]
