"""Files that are broken, hostile or something else, and the report."""

import csv

import pytest
from django.core.management import CommandError, call_command

from articles.importers import wxr
from articles.models import Article, Author, Category, ImportedItem
from comments.models import Comment
from tests.articles.wordpress_exports import HEAD, author, category, comment, export, item, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x1f\x8b\x08\x00rest", "compressed with gzip"),
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b'{"posts": []}', "is JSON"),
        (b"Dear editor,", "not XML"),
        (b"\x89PNG\r\n", "not XML"),
        (b"<?xml version='1.0'?><feed><title>x</title></feed>", "begins with <feed>"),
        (b"<rss><channel><item><title>x</title></item></channel></rss>", "an RSS feed"),
        (b"<rss><channel><title>x</title></channel></rss>", "an export of nothing"),
        (b"<?xml version='1.0' encoding='klingon'?><rss/>", "“klingon”"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path, content, words):
    with pytest.raises(CommandError, match=words) as refusal:
        run(tmp_path, content=content)
    assert refusal.value.returncode == 1


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">',
    ],
)
def test_entities_are_refused(tmp_path, doctype):
    content = export(author(), item("&b;")).replace("?>\n", f"?>\n{doctype}\n", 1)
    with pytest.raises(CommandError, match="the file is refused"):
        run(tmp_path, content=content)
    assert not ImportedItem.objects.exists()


def test_a_file_or_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_wordpress", tmp_path / "none.xml")
    with pytest.raises(CommandError, match="is not a file"):
        call_command("import_wordpress", tmp_path)
    with pytest.raises(CommandError, match="There is no folder"):
        run(tmp_path, author(), media=tmp_path / "none")
    with pytest.raises(CommandError, match="There is no time zone"):
        run(tmp_path, author(), timezone="Europe/Atlantis")


def test_a_broken_file_is_imported_up_to_the_broken_place_and_goes_on_later(tmp_path):
    whole = export(author(), item("First", number=1), item("Second", number=2))
    broken = whole[: whole.index("Second") + 3]
    with pytest.raises(
        CommandError, match=r"Line \d+, column \d+: .*cut off.*Everything before that place was imported"
    ):
        run(tmp_path, content=broken.replace("<![CDATA[Sec", "Sec"))
    assert Article.objects.get().headline == "First"
    run(tmp_path, content=whole)
    assert Article.objects.count() == 2


def test_says_where_and_what_is_wrong(tmp_path):
    with pytest.raises(CommandError, match="a closing tag does not match"):
        run(tmp_path, content=HEAD + "<wp:author></wp:tag>")


def test_characters_that_xml_forbids_are_removed_and_counted(tmp_path):
    said = run(tmp_path, content=export(author(), item("Ver\x0btical &#x8;\x00tab", "<p>a\x1fb</p>")))
    assert Article.objects.get().headline.startswith("Vertical")
    assert Article.objects.get().body == "<p>ab</p>"
    assert "Characters that XML forbids, removed: 4." in said


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path):
    said = run(tmp_path, content=export(author(), item("Caf~")).encode().replace(b"~", b"\xe9"))
    assert Article.objects.get().headline == "Caf�"
    assert "could not be read" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_reads_the_encoding_that_the_file_declares(tmp_path, encoding):
    declared = encoding.removesuffix("-sig")
    content = export(author(), item("Café")).replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    run(tmp_path, content=content)
    assert Article.objects.get().headline == "Café"


def test_a_reference_cut_in_two_by_the_reading_is_whole_again(tmp_path, monkeypatch):
    monkeypatch.setattr(wxr.CleanText, "CHUNK", 700)
    titles = [f"T{'x' * filler} &amp; &#x8;&#65;" for filler in range(40)]
    content = export(author(), *(item("").replace("<![CDATA[]]>", title, 1) for title in titles))
    run(tmp_path, content=content)
    assert set(Article.objects.values_list("headline", flat=True)) == {f"T{'x' * n} & A" for n in range(40)}


def test_memory_holds_one_item_at_a_time(tmp_path):
    path = tmp_path / "long.xml"
    with path.open("w") as file:
        file.write(HEAD)
        for _ in range(300):
            file.write(item(body="x" * 20_000))
        file.write("</channel></rss>")
    with path.open("rb") as file:
        text = wxr.CleanText(file)
        longest = 0
        for _ in wxr.read(text):
            longest = max(longest, text.since_item)
    assert longest < 200_000


def test_an_item_without_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(wxr, "MAX_ITEM", 10_000)
    with pytest.raises(CommandError, match="One item is longer than 10,000 characters"):
        run(tmp_path, author(), item("Small"), item(body="x" * 300_000))


def test_a_dry_run_reports_the_same_and_stores_nothing(tmp_path):
    parts = [author(), category("a", "A"), item("One", number=1, comments=[comment(1)]), item("Two", number=2)]
    planned = run(tmp_path, *parts, dry_run=True)
    for model in (Article, Author, Category, Comment, ImportedItem):
        assert not model.objects.exists()
    assert planned.replace("This was a dry run: nothing was stored.\n", "") == run(tmp_path, *parts)


def test_the_report_is_a_table_that_no_spreadsheet_takes_for_formulas(tmp_path):
    path = tmp_path / "report.csv"
    run(tmp_path, author(), item("=HYPERLINK(1)", number=7), report=path)
    rows = list(csv.reader(path.open(encoding="utf-8")))
    assert ["article", "7", "'=HYPERLINK(1)", "created", ""] in rows


def test_a_title_does_not_steer_the_terminal(tmp_path):
    said = run(tmp_path, author(), item("Bell \x9b2J end", status="trash"))
    assert "\x9b" not in said
