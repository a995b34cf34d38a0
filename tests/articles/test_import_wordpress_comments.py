from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from articles.models import Article
from comments import moderation
from comments.importers.plain_text import text_of
from comments.models import Comment, Decision
from comments.models.comment import Status
from tests.articles.wordpress_exports import author, comment, item, run

pytestmark = pytest.mark.django_db


def import_comments(tmp_path, *comments, **fields):
    return run(tmp_path, author(), item("A story", number=5, comments=comments, **fields))


def test_a_comment_comes_with_name_date_and_words_and_nothing_that_identifies(tmp_path):
    import_comments(tmp_path, comment(1, "One &amp; <b>two</b>.\n\nThree."))
    found = Comment.objects.get()
    assert (found.name, found.email, found.body) == ("Charlie", "charlie@old.example", "One & two.\n\nThree.")
    assert found.created_at == datetime(2020, 5, 2, 8, tzinfo=UTC)
    assert found.sender == ""
    for values in (*Comment.objects.values(), *Decision.objects.values()):
        assert "203.0.113.7" not in str(values)


@pytest.mark.parametrize(
    ("approved", "status"), [("1", "approved"), ("0", "pending"), ("spam", "spam"), ("nonsense", "pending")]
)
def test_what_was_decided_there_holds_here(tmp_path, approved, status):
    import_comments(tmp_path, comment(1, approved=approved))
    found = Comment.objects.get()
    assert found.status == status
    decision = found.decisions.get()
    assert (decision.rule, decision.to_status, decision.text) == ("imported", status, "Well said.")
    assert Comment.objects.visible().exists() is (status == "approved")


@pytest.mark.parametrize(
    "fields", [{"approved": "trash"}, {"approved": "post-trashed"}, {"type": "pingback"}, {"type": "trackback"},
               {"type": "order_note"}]
)  # fmt: skip
def test_leaves_out_the_bin_and_what_no_reader_wrote(tmp_path, fields):
    assert "skipped: comment" in import_comments(tmp_path, comment(1, **fields))
    assert not Comment.objects.exists()


def test_threads_are_kept_whatever_their_order(tmp_path):
    import_comments(tmp_path, comment(3, "c", parent="2"), comment(2, "b", parent="1"), comment(1, "a"))
    c = Comment.objects.get(body="c")
    assert (c.parent.body, c.root.body, c.depth) == ("b", "a", 2)


def test_an_answer_to_what_was_left_out_stands_by_itself(tmp_path):
    said = import_comments(
        tmp_path, comment(1, type="pingback"), comment(2, "b", parent="1"), comment(3, "c", parent="99")
    )
    assert set(Comment.objects.values_list("depth", flat=True)) == {0}
    assert said.count("so it stands by itself") == 2


def test_comments_that_answer_each_other_in_a_circle_are_all_kept(tmp_path):
    import_comments(tmp_path, comment(1, "a", parent="2"), comment(2, "b", parent="1"))
    assert Comment.objects.count() == 2


def test_a_thread_of_a_thousand_answers(tmp_path):
    import_comments(tmp_path, *(comment(n, parent=str(n - 1) if n > 1 else "0") for n in range(300, 0, -1)))
    assert Comment.objects.order_by("-depth").first().depth == 299


def test_comes_in_lots_whatever_the_order_and_a_second_time_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("comments.importers.records.AT_ONCE", 2)
    comments = [comment(n, f"Number {n}.", parent=str(n - 1) if n > 1 else "0") for n in (5, 2, 7, 1, 6, 4, 3)]
    import_comments(tmp_path, *comments)
    assert list(Comment.objects.order_by("depth").values_list("body", flat=True)) == [
        f"Number {n}." for n in range(1, 8)
    ]
    assert import_comments(tmp_path, *comments).count("unchanged: comment") == 7
    assert Decision.objects.count() == 7


def test_one_that_cannot_be_stored_costs_neither_the_story_nor_the_others(tmp_path, monkeypatch):
    take_over = moderation.take_over

    def refuse(taken, *how):
        if taken.body == "b":
            raise IntegrityError("it is too much")
        take_over(taken, *how)

    monkeypatch.setattr(moderation, "take_over", refuse)
    said = import_comments(tmp_path, comment(1, "a"), comment(2, "b", parent="1"), comment(3, "c", parent="2"))
    assert "the database refused it: it is too much" in said
    assert Article.objects.count() == 1
    assert list(Comment.objects.order_by("pk").values_list("body", "depth")) == [("a", 0), ("c", 0)]


def test_comments_of_what_is_not_public_are_not_public(tmp_path):
    import_comments(tmp_path, comment(1), post_password="swordfish")
    assert Comment.objects.count() == 1
    assert not Comment.objects.visible().exists()


def test_comments_on_pages_are_counted_and_left_out(tmp_path):
    assert "pages have no comments here" in import_comments(tmp_path, comment(1), post_type="page")


def test_follows_what_was_decided_there_since(tmp_path):
    import_comments(tmp_path, comment(1, approved="0"))
    import_comments(tmp_path, comment(1, "Better said.", approved="1"))
    found = Comment.objects.get()
    assert (found.status, found.body, found.version) == ("approved", "Better said.", 2)
    import_comments(tmp_path, comment(1, "Better said.", approved="trash"))
    assert Comment.objects.get().status == Status.HIDDEN


def test_leaves_alone_what_a_moderator_decided_here(tmp_path, bob):
    import_comments(tmp_path, comment(1, approved="0"))
    moderation.reject(Comment.objects.get(), bob, "abuse")
    said = import_comments(tmp_path, comment(1, approved="1"))
    assert Comment.objects.get().status == Status.REJECTED
    assert "decided or edited here" in said


def test_what_cannot_follow_by_itself_is_left_to_the_moderators(tmp_path):
    import_comments(tmp_path, comment(1, approved="spam"))
    assert "cannot follow" in import_comments(tmp_path, comment(1, approved="1"))
    assert Comment.objects.get().status == Status.SPAM


def test_new_comments_reach_a_story_that_was_edited_here(tmp_path):
    import_comments(tmp_path, comment(1))
    article = Article.objects.get()
    article.headline = "Ours"
    article.save()
    run(tmp_path, author(), item("Theirs", number=5, comments=[comment(1), comment(2)]))
    assert Comment.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("One\r\ntwo", "One\ntwo"),
        ("<p>One</p><p>Two<br/>three</p>", "One\n\nTwo\nthree"),
        ('See <a href="https://x.example/">this</a>.', "See this (https://x.example/)."),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ("<script>alert(1)</script>Hi", "Hi"),
        ("5 &lt; 6 <3", "5 < 6 <3"),
        ("<![foo", "<![foo"),
    ],
)
def test_comments_are_plain_text(content, text):
    assert text_of(content) == text
