"""Measure comments at size: a decision, the queue, an article of 10,000 comments, a thread 1,000 replies deep.

    .venv/bin/python bench/comments.py

Requests go through every middleware, in this process, on the database of DATABASE_URL: a test database beside it, which
is made and removed again. Times are medians, of the wall and of this process on the processor, which tells more where a
machine does other work too; a database server's own work is in the first alone. Queries are counted. Then decisions are
sent to a server of two workers, as the script of the queue sends them: over one connection, a claim after each.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
import django  # noqa: E402

django.setup()
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, Category  # noqa: E402
from comments.models import Comment  # noqa: E402

WAITING, ON_ONE, DEEP = 15_000, 10_000, 1_000
TIMES = 15
WARM = 20  # requests before those that count


def article(headline):
    section, _ = Category.objects.get_or_create(name="News")
    story = Article(headline=headline, body="<p>A text.</p>", category=section)
    story.save()
    story.publish(at=timezone.now() - timedelta(days=1))
    return story


def comment(number, story, status="approved", parent=None, **fields):
    made = Comment(
        article=story,
        name=f"Reader {number % 800}",
        email=f"reader{number % 800}@reader.test",
        body=f"What I think of this, for the {number}th time, in a sentence or two. It was different before.",
        status=status,
        created_at=timezone.now() - timedelta(seconds=30 * (ON_ONE - number % ON_ONE)),
        **fields,
    )
    made.place_below(parent)
    return made


def fill():
    """The stories, each with as much as is measured on it."""
    wide, queued, deep = article("Ten thousand comments"), article("What waits"), article("A thousand deep")
    Comment.objects.bulk_create(
        (comment(number, queued, "pending", risk=number % 100 / 100) for number in range(WAITING)), batch_size=2000
    )
    roots = Comment.objects.bulk_create(
        (comment(number, wide, score=number % 997 / 997) for number in range(ON_ONE // 2)), batch_size=2000
    )
    Comment.objects.bulk_create(
        (comment(number, wide, parent=roots[number % 900]) for number in range(ON_ONE // 2)), batch_size=2000
    )
    above = None
    for number in range(DEEP):
        above = comment(number, deep, parent=above)
        above.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return wide, deep, above


def asked(what, client, address, times=TIMES):
    """Ask for a page some times; say how long that took and how many queries."""
    client.get(address)
    took = []
    for _ in range(times):
        begun = clocks()
        response = client.get(address)
        took.append(since(begun))
        must_be(response, 200, 302)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    say(what, took, len(queries))
    return response


def must_be(response, *expected):
    if response.status_code not in expected:
        raise SystemExit(f"{response.request['PATH_INFO']} answered {response.status_code}.")


def clocks():
    return time.perf_counter(), time.process_time()


def since(begun):
    """Milliseconds of the wall, and of this process on the processor."""
    return tuple(1000 * (now - then) for now, then in zip(clocks(), begun, strict=True))


def say(what, took, queries):
    wall, busy = (statistics.median(times) for times in zip(*took, strict=True))
    print(f"{wall:8.1f} ms  {busy:8.1f} ms of the processor  {queries:3} queries  {what}", flush=True)


def decisions(moderator, number=50):
    """Decide about so many, as the queue's script does, one request each."""
    took = []
    waiting = list(Comment.objects.waiting().values_list("pk", "version")[:number])
    for place, (pk, version) in enumerate(waiting):
        decision = ("approve", "reject:abuse", "spam")[place % 3]
        fields = {"comment": pk, "version": version, "decision": decision}
        begun = clocks()
        response = moderator.post("/desk/comments/comment/queue/decide/", fields, headers={"X-Requested-With": "queue"})
        took.append(since(begun))
        must_be(response, 200)
    comment = Comment.objects.waiting().first()
    with CaptureQueriesContext(connection) as queries:
        moderator.post(
            "/desk/comments/comment/queue/decide/",
            {"comment": comment.pk, "version": comment.version, "decision": "reject:abuse"},
            headers={"X-Requested-With": "queue"},
        )
    say(f"a decision, {number} in a row", took, len(queries))
    slow = statistics.quantiles([wall for wall, _ in took], n=20)[18]
    print(f"{slow:8.1f} ms  for 95 in 100 of them", flush=True)


def with_the_keyboard(moderator, number=60):
    """Decide about so many through a server, as a moderator's browser asks: a decision, and a claim of the next one."""
    settings_dict = connection.settings_dict
    address = f"sqlite:///{settings_dict['NAME']}"
    if connection.vendor != "sqlite":
        who = f"{quote(settings_dict['USER'])}:{quote(settings_dict['PASSWORD'])}".rstrip(":")
        address = f"postgres://{who}@{settings_dict['HOST']}:{settings_dict['PORT'] or 5432}/{settings_dict['NAME']}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "newsroom.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "error",
    ]  # fmt: skip
    token = "a" * 32
    cookies = f"sessionid={moderator.cookies['sessionid'].value}; csrftoken={token}"
    environment = os.environ | {"DATABASE_URL": address, "SECRET_KEY": settings.SECRET_KEY, "DEBUG": ""}
    server = subprocess.Popen(command, cwd=Path(__file__).parent.parent, env=environment)  # noqa: S603
    try:
        browser = connected(port)
        waiting = list(Comment.objects.waiting().values_list("pk", "version")[: number + WARM + 25])
        took, claims, busy = [], [], 0
        for place, (pk, version) in enumerate(waiting[: number + WARM]):
            decision = ("approve", "reject:abuse", "spam")[place % 3]
            shown = [("shown", one) for one, _ in waiting[place + 1 : place + 26]]
            fields = [("csrfmiddlewaretoken", token), ("comment", pk), ("version", version), ("next", "/desk/")]
            before = spent(server)
            took.append(sent(browser, "decide/", [*fields, ("public_note", ""), ("decision", decision)], cookies))
            busy += (spent(server) - before) * (place >= WARM)
            ask = [("csrfmiddlewaretoken", token), ("comment", waiting[place + 1][0]), *shown]
            claims.append(sent(browser, "claim/", ask, cookies))
        print(f"{busy / number:8.1f} ms of the server’s processor for a decision, its database apart")
        for what, times in (("a decision", took[WARM:]), ("a claim", claims[WARM:])):
            slow = statistics.quantiles(times, n=20)[18]
            print(
                f"{statistics.median(times):8.1f} ms  {slow:8.1f} ms of 95 in 100  {max(times):.1f} ms at most"
                f"  {what} through a server, {number} in a row",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait(20)


def spent(server):
    """Milliseconds that the workers have been on the processor; 0 where the system does not say."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    if not children.exists():
        return 0
    tasks = [task for child in children.read_text().split() for task in Path(f"/proc/{child}/task").glob("*/schedstat")]
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def connected(port):
    for _ in range(100):
        try:
            browser = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            browser.connect()
            browser.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return browser
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def sent(browser, action, fields, cookies):
    """Send a form as fetch() does, and return the milliseconds until its answer was read."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields]
    body = ("\r\n".join(parts) + f"\r\n--{boundary}--\r\n").encode()
    headers = {
        "Cookie": cookies, "X-Requested-With": "queue", "Accept": "text/html", "Accept-Encoding": "gzip, deflate, br",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }  # fmt: skip
    begun = time.perf_counter()
    browser.request("POST", f"/desk/comments/comment/queue/{action}", body, headers)
    response = browser.getresponse()
    response.read()
    took = 1000 * (time.perf_counter() - begun)
    if response.status != 200:
        raise SystemExit(f"{action} answered {response.status}.")
    return took


def main():
    setup_test_environment(debug=False)
    folder = tempfile.TemporaryDirectory()
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/bench.sqlite3"  # for a server to open it as well
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        wide, deep, deepest = fill()
        print(f"{connection.vendor}, {Comment.objects.count():,} comments, {WAITING:,} of them waiting")
        mona = User.objects.create_user("mona", password=None, is_staff=True)
        mona.groups.set(Group.objects.filter(name="Moderators"))
        moderator, reader = Client(), Client()
        moderator.force_login(mona)
        asked("the queue", moderator, "/desk/comments/comment/queue/")
        asked("the queue, from the 14,000th", moderator, "/desk/comments/comment/queue/?from=14000")
        asked("the queue, narrowed to what was noticed", moderator, "/desk/comments/comment/queue/?noticed=links")
        decisions(moderator)
        with_the_keyboard(moderator)
        page = asked(f"an article of {ON_ONE:,} comments", reader, wide.get_absolute_url())
        for order in ("newest", "oldest"):
            asked(f"the same, {order} first", reader, f"{wide.get_absolute_url()}?order={order}")
        last = page.content.decode().split('rel="next nofollow"')[0].rpartition('href="')[2].partition("#")[0]
        asked("its second page", reader, last.replace("&amp;", "&"))
        asked(f"an article with a thread {DEEP:,} deep", reader, deep.get_absolute_url())
        root = deep.comments.get(parent=None).public_id
        asked("that thread by itself", reader, f"{deep.get_absolute_url()}?thread={root}")
        asked("the permalink of its deepest reply", reader, f"/comments/{deepest.public_id}/")
        Comment.objects.filter(pk=deepest.parent_id).update(status="hidden", version=F("version") + 1)
        asked("the article, with its last but one hidden", reader, deep.get_absolute_url())
        asked("the feed of an article", reader, f"/conversations/{wide.pk}/rss/")
        asked("the feed of the site", reader, "/conversations/feed/rss/")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    # Nothing has to be collected first, and each page is made anew.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(PAGE_STORE="", CDN=[], STORAGES={**settings.STORAGES, "staticfiles": plain}):
        main()
