"""Recommending and reporting: without an account, from our own pages or with a token, once a reader."""

import pytest
from django.test import Client

from comments.models import Comment, Recommendation, Report
from tests.conftest import signed_in
from tests.factories import make_comment

pytestmark = pytest.mark.django_db
OWN = {"Origin": "http://testserver", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture
def press(article):
    def post(comment, what="recommend", client=None, headers=OWN, **answers):
        client = client or Client(enforce_csrf_checks=True)
        return client.post(f"/comments/{comment.public_id}/{what}/", answers, headers=headers)

    return post


def test_counts_a_readers_recommendation_once_and_takes_it_back(press, article):
    comment = make_comment(article)
    assert press(comment)["Location"] == f"{article.get_absolute_url()}#comment-{comment.public_id}"
    press(comment)
    assert Comment.objects.get().recommends == 1
    press(comment, headers=OWN | {"User-Agent": "Mozilla/5.0 (Macintosh) Safari/605"})
    assert Comment.objects.get().recommends == 2
    assert b"Recommend <span data-number>2</span>" in Client().get(article.get_absolute_url()).content
    press(comment, withdraw=1)
    assert Comment.objects.get().recommends == 1


def test_weighs_an_account_more(press, article, charlie):
    comment = make_comment(article)
    press(comment, client=signed_in(charlie))
    assert Recommendation.objects.get().weight == 3


def test_answers_scripts_with_the_number(press, article):
    response = press(make_comment(article), headers=OWN | {"Accept": "application/json"})
    assert response.json() == {"number": 1, "refusal": ""}
    assert "no-store" in response["Cache-Control"]


def test_takes_nothing_from_elsewhere_without_a_token(article, press):
    comment = make_comment(article)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", **OWN}, {}):
        for what in ("recommend", "report"):
            assert press(comment, what, headers=headers, reason="abuse").status_code == 403
    assert not Recommendation.objects.exists()
    assert not Report.objects.exists()


def test_asks_where_a_browser_does_not_say_where_it_comes_from(client, article):
    comment = make_comment(article)
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"/comments/{comment.public_id}/recommend/")
    assert not Recommendation.objects.exists()
    token = {"csrfmiddlewaretoken": page.context["csrf_token"]}
    browser = {"User-Agent": OWN["User-Agent"]}
    assert client.post(f"/comments/{comment.public_id}/recommend/", token, headers=browser).status_code == 303
    assert Recommendation.objects.count() == 1


def test_keeps_a_report_with_its_reason(press, article):
    comment = make_comment(article)
    assert "Choose what is wrong" in press(comment, "report").content.decode()
    assert b"Thank you" in press(comment, "report", reason="abuse", text="Second line").content
    press(comment, "report", reason="advert")
    report = Report.objects.get()
    assert (report.reason, report.text, report.weight, report.state) == ("abuse", "Second line", 1, "open")


@pytest.mark.parametrize("what", ["recommend", "report"])
def test_answers_for_a_hidden_comment_as_for_none(press, article, what):
    hidden = make_comment(article, status="pending")
    for method in ("get", "post"):
        answers = [
            getattr(Client(), method)(f"/comments/{public_id}/{what}/", headers=OWN)
            for public_id in (hidden.public_id, "0123456789abcdef")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_stops_floods_from_one_network(press, article, monkeypatch):
    monkeypatch.setattr("comments.views.RECOMMENDATIONS_PER_HOUR", 2)
    comments = [make_comment(article) for _ in range(3)]
    answers = [press(comment) for comment in comments]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[2]["Retry-After"] == "3600"


def test_takes_no_recommendation_from_a_program(press, article):
    assert press(make_comment(article), headers=OWN | {"User-Agent": "curl/8"}).status_code == 403


def test_a_network_without_accounts_reports_with_one_voice(press, article):
    comment = make_comment(article, status="published")
    for number in range(8):
        press(comment, "report", headers=OWN | {"User-Agent": f"Mozilla/5.0 ({number})"}, reason="abuse")
    assert Report.objects.count() == 1
    comment.refresh_from_db()
    assert comment.status == "published"
