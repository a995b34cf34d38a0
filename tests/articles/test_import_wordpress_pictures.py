import pytest

from articles.models import Article, Picture
from tests.articles.wordpress_exports import BLOG, attachment, author, item, run
from tests.factories import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "uploads"
    (folder / "2020/05").mkdir(parents=True)
    (folder / "2020/05/bridge.jpg").write_bytes(make_image(120, 80))
    return folder


def shows(name="2020/05/bridge.jpg", **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<img src="{BLOG}/wp-content/uploads/{name}"{more}>'


def test_an_attachment_becomes_a_picture_with_its_words(tmp_path, media):
    meta = [("_wp_attachment_metadata", 'a:1:{s:10:"image_meta";a:1:{s:6:"credit";s:4:"Erin";}}')]
    run(tmp_path, attachment(alt="Seen", caption="Under <b>it</b>", meta=meta), media=media)
    picture = Picture.objects.get()
    assert (picture.title, picture.alt, picture.caption, picture.credit) == ("Bridge", "Seen", "Under it", "Erin")
    assert (picture.width, picture.height) == (120, 80)


def test_pictures_stand_in_texts_galleries_and_at_the_head(tmp_path, media):
    run(
        tmp_path,
        author(),
        item(body=shows(alt="Here"), meta=[("_thumbnail_id", "50")]),
        item(body='[gallery ids="50"]'),
        item(body="[gallery]", number=60),
        item(body=shows("2020/05/bridge-300x200.jpg")),
        attachment(number=50, post_parent="60"),
        media=media,
    )
    picture = Picture.objects.get()
    for article in Article.objects.all():
        assert f'<img src="{picture.get_absolute_url()}"' in article.body
    assert Article.objects.order_by("pk").first().lead_picture == picture


def test_a_picture_that_the_export_does_not_list_is_found_all_the_same(tmp_path, media):
    run(tmp_path, author(), item(body=shows(alt="Here")), media=media)
    assert f'src="{Picture.objects.get().get_absolute_url()}"' in Article.objects.get().body


def test_a_picture_in_another_folder_is_found_by_its_name_if_only_one_has_it(tmp_path, media):
    (media / "moved").mkdir()
    (media / "moved/ferry.jpg").write_bytes(make_image())
    run(tmp_path, attachment("2019/01/ferry.jpg"), media=media)
    assert Picture.objects.count() == 1
    (media / "again").mkdir()
    (media / "again/bell.jpg").write_bytes(make_image())
    (media / "moved/bell.jpg").write_bytes(make_image())
    assert "its file is not in the folder" in run(tmp_path, attachment("2019/01/bell.jpg"), media=media)


def test_no_file_outside_the_folder_is_read(tmp_path, media):
    (tmp_path / "secret.jpg").write_bytes(make_image())
    (media / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    run(tmp_path, attachment("../secret.jpg"), attachment("..%2fsecret.jpg"), attachment("link.jpg"), media=media)
    assert not Picture.objects.exists()


def test_unreadable_files_are_said_in_words(tmp_path, media):
    (media / "2020/05/text.jpg").write_text("not a picture")
    said = run(tmp_path, attachment("2020/05/text.jpg"), attachment("2020/05/song.mp3"), media=media)
    assert "This is a text, not a picture" in said
    assert "not a picture; links to it still lead" in said


def test_without_a_folder_pictures_are_links_and_a_later_run_with_one_mends_them(tmp_path, media):
    parts = [author(), item(body=shows(alt="Here"), number=1), attachment(number=50)]
    assert "no folder with the files was named" in run(tmp_path, *parts)
    assert Article.objects.get().body == f'<p><a href="{BLOG}/wp-content/uploads/2020/05/bridge.jpg">Here</a></p>'
    run(tmp_path, *parts, media=media)
    assert "<img" in Article.objects.get().body
    run(tmp_path, *parts)  # forgetting the folder loses nothing
    assert "<img" in Article.objects.get().body
    assert Picture.objects.count() == 1


def test_a_story_of_pictures_alone_is_published(tmp_path, media):
    run(tmp_path, author(), item(body="[gallery]", number=60), attachment(post_parent="60"), media=media)
    assert Article.objects.published().exists()


def test_a_dry_run_writes_no_file(tmp_path, media, settings):
    run(tmp_path, author(), item(body=shows()), attachment(), media=media, dry_run=True)
    assert not Picture.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.*"))
    assert not list((tmp_path / "originals").rglob("*.*"))


def test_pictures_may_come_with_another_file_of_the_export(tmp_path, media):
    run(tmp_path, attachment(number=50), media=media)
    run(tmp_path, author(), item(body=shows("2020/05/bridge-300x200.jpg"), meta=[("_thumbnail_id", "50")]))
    article = Article.objects.get()
    assert f'src="{Picture.objects.get().get_absolute_url()}"' in article.body
    assert article.lead_picture == Picture.objects.get()
