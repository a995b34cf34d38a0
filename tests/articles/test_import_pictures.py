import csv
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles.models import Collection, Picture
from tests.factories import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photographs"
    (folder / "quay" / ".thumbnails").mkdir(parents=True)
    (folder / "heron.jpg").write_bytes(make_image(comment="heron"))
    (folder / "quay" / "boats.png").write_bytes(make_image(format="PNG"))
    (folder / "quay" / "heron again.jpg").write_bytes(make_image(comment="heron"))
    (folder / "quay" / "broken.jpg").write_bytes(make_image(400, 400, comment="broken")[:300])
    (folder / "notes.txt").write_text("Words")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "quay" / ".thumbnails" / "small.jpg").write_bytes(make_image(comment="small"))
    return folder


def run(folder, **options):
    out = StringIO()
    call_command("import_pictures", str(folder), stdout=out, **options)
    return out.getvalue()


def test_takes_in_what_it_can_and_says_why_not(folder):
    told = run(folder)
    assert "5 files: 2 taken in, 1 in the library already, 2 refused." in told
    assert "notes.txt: This is a text, not a picture." in told
    assert "" not in told.splitlines()
    assert f"{os.path.join('quay', 'broken.jpg')}: " in told
    assert {picture.original.name.rpartition("/")[2].partition(".")[0] for picture in Picture.objects.all()} == {
        "heron", "boats",
    }  # fmt: skip


def test_a_second_run_changes_nothing(folder):
    run(folder)
    assert "0 taken in, 3 in the library already, 2 refused" in run(folder)
    assert Picture.objects.count() == 2


def test_a_dry_run_stores_nothing(folder):
    # The double is not recognised: its twin was not stored either.
    assert "3 taken in, 0 in the library already, 2 refused" in run(folder, dry_run=True, collection="Quay")
    assert not Picture.objects.exists()
    assert not Collection.objects.exists()


def test_files_them_and_says_whose_they_are(folder, alice):
    run(folder, collection="Quay", credit="Erin Example", licence="CC BY 4.0", user="alice")
    assert set(Collection.objects.get(name="Quay").pictures.all()) == set(Picture.objects.all())
    for picture in Picture.objects.all():
        assert (picture.credit, picture.licence, picture.uploaded_by) == ("Erin Example", "CC BY 4.0", alice)


def test_writes_a_line_for_each_file(folder, tmp_path):
    report = tmp_path / "report.csv"
    run(folder, report=report)
    rows = list(csv.DictReader(report.open()))
    assert [row["outcome"] for row in rows] == ["created", "skipped", "created", "skipped", "unchanged"]
    assert all(row["why"] for row in rows if row["outcome"] == "skipped")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"licence": "Mine"}, "There is no licence “Mine”"), ({"user": "nobody"}, "Nobody at the desk is called")],
)
def test_mistakes_are_said_in_words(folder, options, words):
    with pytest.raises(CommandError, match=words):
        run(folder, **options)
    with pytest.raises(CommandError, match="There is no folder"):
        run(folder / "elsewhere")


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "gone.jpg")
    assert "2 files: 0 taken in, 0 in the library already, 2 refused." in run(tmp_path)
