from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Author, Category, FormerAddress, ImportedItem, Page, Tag
from articles.models.article import Kind, Status
from comments.models import Comment, Decision
from tests.articles.wordpress_exports import BLOG, author, category, comment, export, item, run, tag
from tests.factories import make_category

pytestmark = pytest.mark.django_db


def test_imports_a_published_article_with_all_that_belongs_to_it(tmp_path):
    run(
        tmp_path,
        author(),
        category("culture", "Culture"),
        category("music", "Music", parent="culture"),
        tag("ferry", "Ferry"),
        item(
            "The <em>last</em> ferry &amp; the first",
            excerpt="<p>One sentence.</p>",
            post_name="last-ferry",
            comment_status="closed",
            terms=[("category", "music", "Music"), ("category", "culture", "Culture"), ("post_tag", "ferry", "Ferry")],
        ),
    )
    article = Article.objects.get()
    assert article.headline == "The last ferry & the first"
    assert article.standfirst == "One sentence."
    assert article.body == "<p>Words of the story.</p>"
    assert article.slug == "last-ferry"
    assert article.status == Status.PUBLISHED
    assert article.published_at == article.first_published_at == datetime(2020, 5, 1, 10, tzinfo=UTC)
    assert article.category.name == "Music"
    assert article.category.parent.name == "Culture"
    assert [section.name for section in article.categories.all()] == ["Culture"]
    assert [found.name for found in article.tags.all()] == ["Ferry"]
    assert [byline.author.name for byline in article.bylines.all()] == ["Erin Example"]
    assert article.comments_policy == "closed"
    assert Client().get("/2020/05/01/last-ferry/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"status": "draft"}, "draft", ""),
        ({"status": "pending"}, "review", ""),
        ({"status": "private"}, "draft", "private there"),
        ({"post_password": "swordfish"}, "draft", "protected by a password"),
        ({"status": "future", "post_date_gmt": "2020-06-01 10:00:00"}, "draft", "that moment has passed"),
        ({"status": "acf-disabled"}, "draft", "has the status “acf-disabled”"),
        ({"post_date": "0000-00-00 00:00:00", "post_date_gmt": "0000-00-00 00:00:00"}, "draft", "no date"),
    ],
)
def test_what_was_not_public_there_is_not_public_here(tmp_path, fields, status, reason):
    said = run(tmp_path, author(), item(post_name="secret-story", **fields))
    article = Article.objects.get()
    assert article.status == status
    assert article.published_at is None
    assert reason in said
    assert not Article.objects.published().exists()
    for path in (
        "/2020/05/secret-story/",
        f"/?p={ImportedItem.objects.get(kind='post').number}",
        article.get_absolute_url(),
    ):
        assert "Words of the story" not in Client().get(path, follow=True).content.decode()
    assert not FormerAddress.objects.filter(article=article).exists()


@pytest.mark.parametrize("status", ["trash", "auto-draft", "inherit"])
def test_leaves_out_what_nobody_wanted_kept(tmp_path, status):
    assert "skipped: article" in run(tmp_path, author(), item(status=status))
    assert not Article.objects.exists()


@pytest.mark.parametrize("post_type", ["nav_menu_item", "revision", "wp_navigation", "product"])
def test_leaves_out_what_is_no_text(tmp_path, post_type):
    assert "skipped: other" in run(tmp_path, author(), item(post_type=post_type))
    assert not Article.objects.exists()


def test_what_is_scheduled_there_goes_out_here_at_its_moment(tmp_path):
    moment = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    scheduled = item(status="future", post_date_gmt=f"{moment:%Y-%m-%d %H:%M:%S}")
    run(tmp_path, author(), scheduled)
    article = Article.objects.get()
    assert article.is_scheduled
    assert article.published_at == moment
    # Once it is out here, the same file does not take it back.
    Article.objects.update(published_at=moment - timedelta(days=5), first_published_at=moment - timedelta(days=5))
    earlier = moment - timedelta(days=5)
    run(tmp_path, author(), scheduled.replace(f"{moment:%Y-%m-%d %H:%M:%S}", f"{earlier:%Y-%m-%d %H:%M:%S}"))
    assert Article.objects.published().exists()


def test_a_local_date_is_in_the_zone_of_the_blog(tmp_path):
    run(tmp_path, author(), item(post_date_gmt="0000-00-00 00:00:00"), timezone="Europe/Vienna")
    assert Article.objects.get().published_at == datetime(2020, 5, 1, 10, tzinfo=UTC)


def test_an_article_without_a_section_is_filed_as_uncategorised(tmp_path):
    run(tmp_path, author(), item())
    assert Article.objects.get().category.name == "Uncategorised"


def test_sections_may_stand_before_the_one_above_them(tmp_path):
    run(tmp_path, category("c", "C", parent="b"), category("b", "B", parent="a"), category("a", "A"))
    assert Category.objects.get(name="C").parent.parent.name == "A"


@pytest.mark.parametrize("had_menu", [True, False])
def test_a_menu_that_editors_made_stays_as_it_is(tmp_path, had_menu):
    if had_menu:
        make_category("Ours")
    run(tmp_path, category("culture", "Culture"), category("music", "Music", parent="culture"), item("A story"))
    menu = {section.name for section in Category.objects.in_menu()}
    assert menu == ({"Ours"} if had_menu else {"Culture", "Uncategorised"})


def test_sections_that_stand_below_each_other_are_put_at_the_top(tmp_path):
    said = run(tmp_path, category("a", "A", parent="b"), category("b", "B", parent="a"))
    assert Category.objects.count() == 2
    assert "is missing or below it" in said


def test_uses_the_section_of_the_same_name_that_is_here(tmp_path):
    culture = make_category("Culture", description="Ours")
    run(tmp_path, author(), category("kultur", "Culture"), item(terms=[("category", "kultur", "Culture")]))
    assert Article.objects.get().category == culture
    assert Category.objects.get().description == "Ours"


def test_the_main_section_is_the_one_that_was_chosen_there(tmp_path):
    run(
        tmp_path,
        author(),
        category("a", "A", number="7"),
        category("b", "B", number="8"),
        item(terms=[("category", "a", "A"), ("category", "b", "B")], meta=[("_yoast_wpseo_primary_category", "8")]),
    )
    assert Article.objects.get().category.name == "B"


def test_several_authors_of_one_story_are_all_named(tmp_path):
    run(
        tmp_path,
        author("erin", "Erin Example"),
        author("frank", "Frank Other"),
        item(terms=[("author", "cap-frank", "Frank Other"), ("author", "cap-erin", "Erin Example")]),
    )
    assert [byline.author.name for byline in Article.objects.get().bylines.all()] == ["Frank Other", "Erin Example"]


def test_the_mail_address_of_an_author_is_not_taken_over(tmp_path):
    # WordPress never showed it; here it would stand on the author's page.
    run(tmp_path, author(), item())
    assert Author.objects.get().email == ""


def test_an_author_whom_the_export_does_not_introduce_is_named_by_the_login(tmp_path):
    said = run(tmp_path, item(creator="ghost"))
    assert Article.objects.get().bylines.get().author.name == "ghost"
    assert "does not introduce this author" in said


def test_a_story_without_a_title_is_untitled(tmp_path):
    assert "has no title there" in run(tmp_path, author(), item(title=""))
    assert Article.objects.get().headline == "Untitled"


def test_a_story_without_any_text_is_kept_as_a_draft(tmp_path):
    assert "needs a text" in run(tmp_path, author(), item(body=""))
    assert Article.objects.get().status == Status.DRAFT


def test_a_gallery_becomes_a_photo_essay(tmp_path):
    run(tmp_path, author(), item(terms=[("post_format", "post-format-gallery", "Gallery")]))
    assert Article.objects.get().kind == Kind.PHOTO_ESSAY


def test_slugs_of_any_script_are_kept_and_taken_ones_get_a_number(tmp_path):
    said = run(
        tmp_path,
        author(),
        item(post_name="%ce%b5%cf%80%ce%af"),
        item(post_name="twice", post_parent="1"),
        item(post_name="twice"),
    )
    assert set(Article.objects.values_list("slug", flat=True)) == {"επί", "twice", "twice-2"}
    assert "the slug “twice” could not be kept; it is “twice-2” here" in said


def test_pages_become_pages_and_stay_out_of_the_footer(tmp_path):
    run(tmp_path, item("Imprint", post_type="page", post_name="imprint"))
    run(tmp_path, item("Plans", post_type="page", status="private", post_name="plans"))
    assert Page.objects.get(slug="imprint").is_published
    assert not Page.objects.get(slug="imprint").is_in_footer
    assert not Page.objects.get(slug="plans").is_published
    assert Client().get("/imprint/").status_code == 200
    assert Client().get("/plans/").status_code == 404


# -- addresses


@pytest.mark.parametrize("old", ["/2020/05/the-bridge/", "/?p=77"])
def test_old_addresses_lead_to_the_story(tmp_path, old):
    run(tmp_path, author(), item(post_name="the-bridge", number=77))
    answer = Client().get(old)
    assert answer.status_code == 301
    assert answer["Location"] == "/2020/05/01/the-bridge/"


def test_old_addresses_of_sections_tags_and_pages_lead_on(tmp_path):
    run(
        tmp_path,
        category("culture", "Culture"),
        category("music", "Music", parent="culture"),
        item("Imprint", post_type="page", post_name="imprint", link=f"{BLOG}/about/imprint/"),
    )
    assert Client().get("/category/culture/music/")["Location"] == "/section/music/"
    assert Client().get("/about/imprint/")["Location"] == "/imprint/"


def test_links_between_stories_follow_them_ahead_and_back(tmp_path):
    links = f'<p><a href="{BLOG}/2020/05/second/#part">on</a> <a href="http://www.old.example/?p=11">back</a></p>'
    elsewhere = '<p><a href="https://elsewhere.example/2020/05/second/">else</a></p>'
    run(
        tmp_path,
        author(),
        item(links + elsewhere, links + elsewhere, post_name="first", number=11),
        item(body=links, post_name="second", number=12),
    )
    first = Article.objects.get(slug="first")
    assert 'href="/2020/05/01/second/#part"' in first.body
    assert 'href="/2020/05/01/first/"' in Article.objects.get(slug="second").body
    assert 'href="https://elsewhere.example/2020/05/second/"' in first.body


def test_no_link_leads_to_what_is_not_public(tmp_path):
    link = f'<p><a href="{BLOG}/2020/05/hidden/">hidden</a></p>'
    said = run(tmp_path, author(), item(body=link), item(post_name="hidden", status="private"))
    assert f'href="{BLOG}/2020/05/hidden/"' in Article.objects.get(status="published").body
    assert "links to addresses of the old site that are not in the export: 1" in said


# -- again


def counts(said):
    """The table at the end of the report, by kind."""
    return {
        line.split()[0]: [int(n) for n in line.split()[1:5]]
        for line in said.splitlines()
        if line[-1:].isdigit() and len(line.split()) == 5
    }


def everything():
    return [author(), category("a", "A"), tag("t", "T"), item(number=5, post_name="x", terms=[("post_tag", "t", "T")],
        comments=[comment(1), comment(2, parent="1")]), item("Imprint", post_type="page", number=6)]  # fmt: skip


def test_a_second_run_changes_nothing(tmp_path):
    run(tmp_path, *everything())
    before = list(Article.objects.values()), list(Comment.objects.values()), list(Page.objects.values())
    said = run(tmp_path, *everything())
    assert (list(Article.objects.values()), list(Comment.objects.values()), list(Page.objects.values())) == before
    assert Decision.objects.count() == 2
    for kind, (created, updated, _, _) in counts(said).items():
        assert (created, updated) == (0, 0), kind


def test_what_changed_there_changes_here(tmp_path):
    run(tmp_path, author(), item("Old", number=5, comments=[comment(1)]))
    said = run(tmp_path, author(), item("New", "<p>Other words.</p>", number=5, comments=[comment(1), comment(2)]))
    article = Article.objects.get()
    assert (article.headline, article.body) == ("New", "<p>Other words.</p>")
    assert article.slug == "story-5"
    assert article.comments.count() == 2
    assert "updated: article" in said


def test_what_was_edited_here_is_not_overwritten(tmp_path):
    run(tmp_path, author(), item("Old", number=5))
    article = Article.objects.get()
    article.headline = "Ours"
    article.save()
    said = run(tmp_path, author(), item("New", number=5))
    assert Article.objects.get().headline == "Ours"
    assert "edited here since it was imported" in said
    run(tmp_path, author(), item("New", number=5), overwrite=True)
    assert Article.objects.get().headline == "New"


@pytest.mark.parametrize("edit", ["tags", "bylines", "status"])
def test_every_part_of_an_article_counts_as_edited(tmp_path, edit):
    run(tmp_path, author(), item("Old", number=5))
    article = Article.objects.get()
    if edit == "tags":
        article.tags.add(Tag.objects.create(name="Ours"))
    elif edit == "bylines":
        article.bylines.all().delete()
    else:
        article.take_down()
    run(tmp_path, author(), item("New", number=5))
    assert Article.objects.get().headline == "Old"


def test_what_was_deleted_here_does_not_come_back(tmp_path):
    run(tmp_path, author(), item(number=5))
    Article.objects.get().delete()
    assert "deleted here since it was imported" in run(tmp_path, author(), item(number=5))
    assert not Article.objects.exists()
    run(tmp_path, author(), item(number=5), overwrite=True)
    assert Article.objects.exists()


def test_what_is_withdrawn_there_is_taken_down_here(tmp_path):
    run(tmp_path, author(), item(number=5))
    run(tmp_path, author(), item(number=5, status="private"))
    assert not Article.objects.published().exists()
    assert Client().get("/2020/05/01/story-5/").status_code == 410


def test_one_number_for_two_stories_makes_two(tmp_path):
    run(tmp_path, author(), item("One", number=5, post_name="one"))
    run(tmp_path, author(), item("Two", number=5, post_name="two", guid=f"{BLOG}/?p=5&copy=2"))
    assert Article.objects.count() == 2


def test_an_item_that_cannot_be_stored_does_not_stop_the_others(tmp_path):
    said = run(tmp_path, author(), item("Huge", "x" * 500_001), item("Small"))
    assert Article.objects.get().headline == "Small"
    assert "500,001 characters" in said


def test_imported_texts_are_clean(tmp_path):
    run(tmp_path, author(), item(body='<p onclick="x()">Hi</p><script>alert(1)</script><a href="javascript:x()">y</a>'))
    body = Article.objects.get().body
    assert "script" not in body
    assert "onclick" not in body


def test_a_blog_in_a_folder_keeps_its_addresses(tmp_path):
    content = export(author(), item(number=9, post_name="x")).replace(BLOG, f"{BLOG}/blog")
    run(tmp_path, content=content)
    assert set(FormerAddress.objects.filter(article__isnull=False).values_list("path", flat=True)) == {
        "/blog/2020/05/x/",
        "/blog/?p=9",
    }


def test_an_address_hides_no_null_character(tmp_path):
    run(tmp_path, author(), item(post_name="a%00b", link=f"{BLOG}/2020/a%00b/", body=f'<a href="{BLOG}/%00/">x</a>'))
    assert Client().get("/2020/ab/")["Location"] == "/2020/05/01/ab/"
