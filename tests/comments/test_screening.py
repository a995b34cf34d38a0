import pytest

from comments.models import Comment
from comments.screening import NOTHING_SPECIAL, screen
from comments.screening.signal import Submission
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def screened(article, body="Well said.", name="Charlie", email="charlie@example.org", **form):
    return screen(Submission(article, name, email, body, **form))


def test_says_honestly_that_nothing_is_special(article):
    make_comment(article, email="charlie@example.org")
    screening = screened(article)
    assert (screening.sentence, screening.risk, screening.signals) == (NOTHING_SPECIAL, 0, [])


def test_knows_a_reader_by_email_or_else_by_name(article):
    assert screened(article).sentence == "Held: first comment from this e-mail address (0.10)."
    assert screened(article, email="").sentence == "Held: first comment from this name (0.10)."
    make_comment(article, name="Charlie")
    assert screened(article, email="").sentence == NOTHING_SPECIAL


def test_counts_links_and_shows_where_they_are(article):
    make_comment(article, email="charlie@example.org")
    screening = screened(article, "See http://a.example and https://b.example/x.")
    assert screening.sentence == "Held: 2 links and a link to 2 domains never seen here (0.60)."
    assert {signal.code: signal.spans for signal in screening.signals} == {
        "links": [[4, 20], [25, 44]], "new_domain": [[4, 20], [25, 44]],
    }  # fmt: skip


def test_names_everything_it_noticed_heaviest_first(article, monkeypatch):
    monkeypatch.setattr("comments.screening.form.TOO_FAST", 2)
    screening = screened(article, "http://a.example", is_trapped=True, seconds=0.4)
    assert [signal.code for signal in screening.signals] == [
        "trap", "robot", "fast", "new_domain", "links", "first",
    ]  # fmt: skip
    assert screening.risk == 1


def test_keeps_what_a_program_sent_and_says_so(write, article, monkeypatch):
    monkeypatch.setattr("comments.screening.form.TOO_FAST", 2)
    assert write(article, website="http://spam.example").status_code == 303
    comment = Comment.objects.get()
    assert comment.status == "pending"
    assert comment.held_because.startswith("Held: a field was filled in that only programs see, sent within 2 seconds")
    assert [signal["code"] for signal in comment.signals] == ["trap", "fast", "first"]
