"""What each stage notices, and what the policy makes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models.site import CommentsPolicy
from comments import moderation
from comments.characters import normalise
from comments.models import Comment, Policy
from comments.models.comment import Status
from comments.policies import Rules
from comments.screening import screen
from comments.screening.links import is_disguised
from comments.screening.name import is_gibberish
from comments.screening.signal import Submission
from tests.factories import make_author, make_comment, make_user

pytestmark = pytest.mark.django_db

LONG = "The ferry was given up in that year and nobody of us was asked whether we still wanted to cross the river"


def screened(body="Well said.", *, name="Charlie", email="", rules=None, **fields):
    rules = rules or Rules(CommentsPolicy.RISK)
    return screen(
        Submission(fields.pop("article", None), name, email, normalise(body), raw=body, rules=rules, **fields)
    )


def codes(*args, **fields):
    return {signal.code for signal in screened(*args, **fields).signals}


def posted(article, body, **fields):
    fields = {"name": "Charlie", "rules": Rules(CommentsPolicy.RISK)} | fields
    return moderation.submit(article, body=body, **fields)[0]


@pytest.mark.parametrize(
    ("body", "code"),
    [("pass\u200bword", "hidden"), ("Z" + "\u0351\u0352\u0353" * 9 + "algo", "marks"), ("pаypal is safe", "mixed"),
     ("THIS IS WHAT I THINK OF IT", "capitals"), ("Nooooooooooooooo", "repeated")],
)  # fmt: skip
def test_notices_characters_that_hide_or_shout(body, code):
    assert code in codes(body)


@pytest.mark.parametrize(
    "body", ["NATO, BBC", "می\u200cخواهم", "Straße 新聞 Ελλάδα и Россия", "👩\u200d🚀", "Wait ..."]
)
def test_holds_no_script_against_anybody(body):
    assert codes(body, is_known=True) == {"trusted"}


def test_knows_the_same_text_of_the_same_author_again(article):
    posted(article, "Buy nothing!", email="a@example.org")
    assert "again" in codes("buy   NOTHING", email="a@example.org")
    assert "again" not in codes("buy   NOTHING", email="b@example.org")


@pytest.mark.parametrize(
    ("body", "status"), [("Buy https://a.example now", "spam"), ("Buy at A example now", "pending")]
)
def test_marks_as_spam_what_is_word_for_word_spam_with_a_link(article, bob, body, status):
    moderation.mark_spam(posted(article, body, email="a@example.org"), bob)
    assert screened(body, email="b@example.org").status == status
    Comment.objects.update(decided_at=timezone.now() - timedelta(days=8))
    assert "twin" not in codes(body, email="b@example.org")


def test_notices_what_is_nearly_a_text_that_was_refused(article, bob):
    earlier = posted(article, LONG, email="a@example.org")
    moderation.reject(earlier, bob, "advert")
    [near] = [signal for signal in screened(f"{LONG}, friends!").signals if signal.code == "near"]
    assert near.about == earlier.pk
    assert "near" not in codes("A quite different text about a bridge that was built in the same year, without a ferry")


def test_knows_a_domain_once_readers_see_a_link_there(article, bob):
    body = "See https://www.known.example/a and so on"
    assert "new_domain" in codes(body)
    comment = posted(article, body)
    assert "new_domain" in codes(body)
    moderation.approve(comment, bob)
    assert codes("Or http://known.example/b, then", is_known=True) == {"links", "trusted"}


@pytest.mark.parametrize(
    ("host", "is_false"),
    [("example.org", False), ("münchen.example", False), ("pаypal.com", True), ("аррӏе.com", True), ("почта.рф", False),
     ("新聞.example", False), ("ελλάδα.gr", False)],
)  # fmt: skip
def test_knows_an_address_that_looks_like_another(host, is_false):
    assert is_disguised(host) == is_false


def test_holds_a_link_where_none_is_wanted():
    rules = Rules(CommentsPolicy.OPEN, allows_links=False)
    assert screened("See http://a.example", rules=rules, is_known=True).status == Status.PENDING


def test_knows_who_passes_for_the_newsroom():
    make_author("Marit Solheim")
    make_user("dora").save()
    for name in ("Marit Solheim", "MARIT  SOLHEIM", "Marit Sоlheim", "Märit Solheim", "Editor"):
        assert "staff_name" in codes(name=name), name
    assert "staff_name" not in codes(name="Marit")
    assert "staff_name" not in codes(name="Marit Solheim", user=make_user("marit"))


@pytest.mark.parametrize(("name", "code"), [
    ("Pills www.pills.example", "name_link"), ("best-casino.com", "name_link"), ("Call 555 010 4477", "name_phone"),
    ("xkjqwrtz", "name_odd"), ("a1b2c3d4", "name_odd"), ("***", "name_odd"),
])  # fmt: skip
def test_notices_a_name_that_is_none(name, code):
    assert code in codes(name=name)


@pytest.mark.parametrize(
    "name",
    ["Ann", "李小龍", "محمد", "Krzysztof Brzęczyszczykiewicz",
     "Ng", "Schwarz", "Пётр", "Anna-Lena", "J. R. R.", "O’Brien",
     "Hans im Glück", "Reader 47", "Lynch", "Strč prst", "Αθηνά", "Müller-Lüden", "HRH"],
)  # fmt: skip
def test_takes_names_for_names(name):
    assert not is_gibberish(name)


def test_knows_whom_it_rejected_and_whom_it_approved(article, bob):
    now = timezone.now()
    for email, status in (("good@example.org", "approved"), ("bad@example.org", "rejected")):
        for _ in range(2):
            make_comment(article, email=email, status=status, decided_at=now)
    assert codes(email="good@example.org") == {"trusted"}
    assert codes(email="bad@example.org") == {"rejected"}
    assert codes(email="new@example.org") == {"first"}
    assert codes(name="Charlie") == set()  # known by name, which vouches for nobody


@pytest.mark.parametrize(
    ("mode", "known", "new"),
    [("open", "published", "published"), ("trusted", "published", "pending"), ("risk", "published", "published"),
     ("pre", "pending", "pending")],
)  # fmt: skip
def test_lets_in_as_the_policy_says(mode, known, new):
    rules = Rules(CommentsPolicy(mode))
    assert screened(rules=rules, is_known=True).status == known
    assert screened(rules=rules, is_known=False).status == new


def test_says_in_one_honest_sentence_why():
    screening = screened("See https://new.example/", email="a@example.org")
    assert screening.status == Status.PENDING
    assert screening.sentence == (
        "Held: a link to a domain never seen here, a link and first comment from this e-mail address (0.50)."
    )
    assert screened(is_known=True).sentence == "Published: nothing speaks against it (0.00)."


def test_holds_more_readily_on_a_sensitive_article_and_in_a_surge(article):
    Policy.objects.create(article=article, surge_at=3, is_sensitive=True)
    for number in range(3):
        make_comment(article, body=f"{number}")
    article.comments_policy = "risk"
    article.save()
    comment, _ = moderation.submit(article, name="New", body="Well said.", email="new@example.org")
    assert comment.status == "pending"
    assert {signal["code"] for signal in comment.signals} == {"surge", "sensitive", "first"}


def test_lets_an_unread_comment_stand_when_the_new_text_passes_as_well(article):
    article.comments_policy = "risk"
    article.save()
    comment = posted(article, "Well said.", rules=None)
    moderation.edit(comment, "Very well said.")
    assert comment.status == "published"
    moderation.edit(comment, "See https://new.example/ and http://other.example/ and http://third.example/")
    assert comment.status == "pending"
    assert comment.held_because.startswith("Held: 3 links")
