import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from articles.models import FormerAddress
from comments import moderation
from comments.importers import records
from comments.models import Comment, Decision
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

POST = """<post dsq:id="{id}"><id/><message><![CDATA[{message}]]></message>
<createdAt>2013-10-1{id}T19:20:29Z</createdAt><isDeleted>{deleted}</isDeleted><isSpam>{spam}</isSpam>
<author><email>ann@example.org</email><name>Ann {id}</name></author>
<ipAddress>203.0.113.9</ipAddress><thread dsq:id="{thread}"/>{parent}</post>"""


def post(id, message="<p>Hello</p>", thread=2, parent=None, deleted="false", spam="false"):
    parent = f'<parent dsq:id="{parent}"/>' if parent else ""
    return POST.format(id=id, message=message, thread=thread, parent=parent, deleted=deleted, spam=spam)


def export(path, *posts, link="https://old.example/blog/otters/"):
    path.write_text(
        '<?xml version="1.0"?><disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">'
        f'<thread dsq:id="2"><link>{link}</link></thread><thread dsq:id="3"><id/></thread>{"".join(posts)}</disqus>'
    )
    return path


@pytest.fixture
def otters():
    article = make_article("Otters")
    FormerAddress.remember("/blog/otters/", article=article)
    return article


def run(path, **options):
    out = io.StringIO()
    call_command("import_comments", str(path), stdout=out, **options)
    return out.getvalue()


def test_takes_over_what_disqus_kept_with_its_threads(tmp_path, otters):
    path = export(
        tmp_path / "disqus.xml", post(5, "<p>An answer<br>in two lines</p>", parent=4), post(4), post(6, spam="true"),
        post(7, deleted="true"), post(8, thread=1337), post(9, "<p> </p>"),
    )  # fmt: skip
    said = run(path)
    assert "3 created, 0 updated, 0 unchanged, 3 skipped." in said
    assert "1 × deleted there" in said
    answer, root, spam = (Comment.objects.get(name=f"Ann {number}") for number in (5, 4, 6))
    assert (answer.parent, answer.body, answer.article) == (root, "An answer\nin two lines", otters)
    assert (root.status, spam.status, root.created_at.year) == ("approved", "spam", 2013)
    assert not Comment.objects.exclude(sender="").exists()


def test_takes_over_each_once_and_follows_what_changed_there(tmp_path, otters, bob):
    path = export(tmp_path / "disqus.xml", post(4), post(5))
    run(path)
    assert "0 created, 0 updated, 2 unchanged" in run(path)
    moderation.reject(Comment.objects.get(name="Ann 5"), bob, "abuse")
    export(path, post(4, "<p>Changed</p>"), post(5, "<p>Changed</p>"))
    assert "0 created, 1 updated, 0 unchanged, 1 skipped" in run(path)
    assert Comment.objects.get(name="Ann 5").status == "rejected"
    assert Comment.objects.count() == 2


def test_stores_nothing_on_a_dry_run_and_reports_each(tmp_path, otters):
    path, report = export(tmp_path / "disqus.xml", post(4), post(7, deleted="true")), tmp_path / "report.csv"
    assert "1 created" in run(path, dry_run=True, report=report)
    assert not Comment.objects.exists()
    assert [row[3] for row in csv.reader(report.open())] == ["outcome", "skipped", "created"]


@pytest.mark.parametrize(
    "text",
    ["", "no xml", "<rss/>", "<disqus/>",
     '<!DOCTYPE d [<!ENTITY a "aaa">]><disqus xmlns="http://disqus.com">&a;</disqus>'],
)  # fmt: skip
def test_says_what_is_no_export(tmp_path, text):
    path = tmp_path / "disqus.xml"
    path.write_text(text)
    with pytest.raises(CommandError):
        run(path)
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "none.xml")


def test_finds_an_article_by_its_present_address(tmp_path, otters):
    path = export(tmp_path / "disqus.xml", post(4), link=f"https://here.example{otters.get_absolute_url()}?a=b")
    assert "1 created" in run(path)


def test_writes_lines_that_another_newsroom_takes_over(tmp_path, otters):
    root = make_comment(otters, "One\ntwo “three”", email="ann@example.org")
    make_comment(parent=root, body="An answer", status="pending")
    make_comment(otters, status="erased")
    path = tmp_path / "comments.jsonl"
    call_command("export_comments", str(path), verbosity=0)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["body"] for line in lines] == ["One\ntwo “three”", "An answer"]
    assert "email" not in lines[0]
    assert "2 unchanged" in run(path)
    Decision.objects.all()._raw_delete("default")
    Comment.objects.filter(parent__isnull=False).delete()
    Comment.objects.all().delete()
    assert "2 created" in run(path)
    again = Comment.objects.get(public_id=root.public_id)
    assert (again.body, again.status, again.replies.get().status) == (root.body, "approved", "pending")
    assert "2 unchanged" in run(path)


def test_passes_over_lines_that_are_none(tmp_path, otters):
    path = tmp_path / "comments.jsonl"
    line = {"id": "a1", "article": otters.get_absolute_url(), "name": "Ann", "body": "Hello", "status": "approved",
            "created_at": "2020-01-02T03:04:05"}  # fmt: skip
    bad = [{**line, "status": "erased"}, {**line, "id": ""}, {**line, "body": 3}, {**line, "created_at": "soon"}, [], 1]
    path.write_text("\n".join(["nonsense", *map(json.dumps, bad), json.dumps(line)]))
    said = run(path)
    assert "1 created" in said
    assert "7 skipped" in said
    assert Comment.objects.get().created_at.isoformat() == "2020-01-02T03:04:05+00:00"


def test_takes_over_a_long_file_in_lots_whatever_the_order(tmp_path, otters, monkeypatch):
    monkeypatch.setattr(records, "AT_ONCE", 2)
    posts = [post(9, parent=8), post(8, parent=7), post(7, parent=4), post(6, parent=5), post(4), post(5)]
    path = export(tmp_path / "disqus.xml", *posts)
    assert "6 created" in run(path, dry_run=True)
    assert not Comment.objects.exists()
    assert "6 created" in run(path)
    depths = dict(Comment.objects.values_list("name", "depth"))
    assert depths == {"Ann 4": 0, "Ann 5": 0, "Ann 6": 1, "Ann 7": 1, "Ann 8": 2, "Ann 9": 3}
    assert "6 unchanged" in run(path)


def test_says_how_far_a_broken_file_was_taken_over(tmp_path, otters, monkeypatch):
    monkeypatch.setattr(records, "AT_ONCE", 2)
    path = export(tmp_path / "disqus.xml", post(4), post(5), post(6))
    path.write_text(path.read_text().replace("</disqus>", "<post>"))
    with pytest.raises(CommandError, match="2 comments before it were taken over"):
        run(path)
    assert Comment.objects.count() == 2
