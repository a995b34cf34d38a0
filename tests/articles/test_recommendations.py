from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles import recommendations
from articles.models import Recommendation
from tests.factories import make_article

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

pytestmark = pytest.mark.django_db


def recommend(number, fields=None, *, agent=FIREFOX, address="203.0.113.9", client=None, **headers):
    headers = {"sec-fetch-site": "same-origin", "user-agent": agent} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    headers = {name: value for name, value in headers.items() if value is not None}
    response = (client or Client(enforce_csrf_checks=True)).post(
        f"/recommend/{number}/", fields or {}, headers=headers, REMOTE_ADDR=address
    )
    assert not response.cookies
    return response


def test_leads_back_to_the_story():
    article = make_article()
    response = recommend(article.pk)
    assert response.status_code == 303
    assert response["Location"] == f"{article.get_absolute_url()}#recommend"
    assert "no-store" in response["Cache-Control"]
    assert article.recommendations.count() == 1


def test_answers_script_with_the_new_number():
    article = make_article()
    recommend(article.pk, address="198.51.100.7")
    response = recommend(article.pk, accept="application/json")
    assert response.json() == {"number": 2, "words": "2 readers recommend this."}
    response = recommend(article.pk, {"withdraw": "1"}, accept="application/json")
    assert response.json() == {"number": 1, "words": "1 reader recommends this."}


def test_counts_a_second_tap_no_more():
    article = make_article()
    for _ in range(3):
        assert recommend(article.pk).status_code == 303
    assert article.recommendations.count() == 1


def test_tells_readers_by_network_and_browser_and_story():
    article, other = make_article(), make_article()
    recommend(article.pk)
    recommend(article.pk, address="203.0.113.10")
    recommend(article.pk, agent=f"{FIREFOX} of another")
    recommend(other.pk)
    assert article.recommendations.count() == 3
    assert other.recommendations.count() == 1
    assert len(set(Recommendation.objects.values_list("voter", flat=True))) == 4


def test_takes_back_ones_own_alone():
    article = make_article()
    recommend(article.pk)
    recommend(article.pk, address="203.0.113.10")
    recommend(article.pk, {"withdraw": "1"}, address="198.51.100.7")
    assert article.recommendations.count() == 2
    assert recommend(article.pk, {"withdraw": "1"}).status_code == 303
    assert article.recommendations.count() == 1
    recommend(article.pk, {"withdraw": "1"})
    assert article.recommendations.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": None},
        {"sec_fetch_site": None, "origin": "https://elsewhere.example"},
        {"sec_fetch_site": None, "origin": "null"},
    ],
)
def test_refuses_other_sites_in_words(headers):
    article = make_article()
    response = recommend(article.pk, **headers)
    assert response.status_code == 403
    assert "own page" in response.content.decode()
    response = recommend(article.pk, accept="application/json", **headers)
    assert response.status_code == 403
    assert "own page" in response.json()["words"]
    assert not article.recommendations.exists()


def test_takes_browsers_that_name_the_origin_alone():
    assert recommend(make_article().pk, sec_fetch_site=None, origin="http://testserver").status_code == 303


@pytest.mark.parametrize("agent", ["", "curl/8.9.1", "Mozilla/5.0 (compatible; Googlebot/2.1)"])
def test_refuses_programs_in_words(agent):
    article = make_article()
    response = recommend(article.pk, agent=agent)
    assert response.status_code == 403
    assert "Only readers recommend" in response.content.decode()
    assert not article.recommendations.exists()


def test_asks_for_patience_after_many_from_one_network():
    article = make_article()
    for number in range(recommendations.PER_HOUR):
        assert recommend(article.pk, agent=f"{FIREFOX} {number}").status_code == 303
    response = recommend(article.pk, agent=f"{FIREFOX} of one more")
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "Try again later" in response.content.decode()
    assert article.recommendations.count() == recommendations.PER_HOUR
    assert recommend(article.pk, address="198.51.100.7").status_code == 303


def test_knows_public_stories_alone():
    later = make_article(at=timezone.now() + timedelta(hours=1))
    down = make_article()
    down.take_down()
    for number in (make_article(published=False).pk, later.pk, down.pk, 4711, 2**63, 10**40):
        assert recommend(number).status_code == 404
    assert not Recommendation.objects.exists()


def test_takes_posts_alone(client):
    assert client.get(f"/recommend/{make_article().pk}/").status_code == 405


def test_two_taps_at_once_count_once(at_once):
    article = make_article()
    answers = at_once(lambda _: recommend(article.pk).status_code, range(6))
    assert answers == [303] * 6
    assert at_once(lambda _: article.recommendations.count(), [0]) == [1]


class TestThePage:
    def test_invites_where_nobody_did_yet(self, client):
        page = client.get(make_article().get_absolute_url()).content.decode()
        assert "one tap, no account" in page

    @pytest.mark.parametrize(
        ("number", "words"),
        [(1, "1 reader recommends this."), (12, "12 readers recommend this."), (1200, "1,200 readers recommend this.")],
    )
    def test_says_how_many(self, client, number, words):
        article = make_article()
        Recommendation.objects.bulk_create(Recommendation(article=article, voter=str(voter)) for voter in range(number))
        assert words in client.get(article.get_absolute_url()).content.decode()

    def test_has_a_form_that_needs_neither_script_nor_token(self, client):
        article = make_article()
        page = client.get(article.get_absolute_url()).content.decode()
        assert f'<form action="/recommend/{article.pk}/" method="post">' in page
        assert "csrf" not in page.lower()

    def test_is_the_same_for_who_recommended(self, client):
        article = make_article()
        recommend(article.pk, client=client)
        headers = {"user-agent": FIREFOX}
        mine = client.get(article.get_absolute_url(), headers=headers, REMOTE_ADDR="203.0.113.9").content
        assert mine == Client().get(article.get_absolute_url()).content
