import pytest

from articles.models import Article
from articles.search import ids_like, ranked_ids, search, snippet, terms
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def hits(query):
    by_id = Article.objects.in_bulk()
    return [by_id[pk].headline for pk in ranked_ids(query)]


def test_finds_words_in_every_text():
    for field in ("headline", "kicker", "standfirst"):
        make_article(**{"headline": field, field: f"{field} zebra"})
    make_article("body", body="<p>Not a <em>zebra</em> but two.</p>")
    assert set(hits("zebra")) == {"headline zebra", "kicker", "standfirst", "body"}
    assert hits("zebra")[0] == "headline zebra"


def test_folds_case_and_accents():
    make_article("Crème brûlée in Łódź")
    make_article("Der Größenwahn")
    assert hits("creme BRULEE") == ["Crème brûlée in Łódź"]
    assert hits("größenwahn") == ["Der Größenwahn"]


def test_wants_every_word():
    make_article("Rivers and bridges")
    make_article("Rivers and boats")
    assert hits("rivers bridges") == ["Rivers and bridges"]


def test_finds_a_quoted_phrase():
    make_article("One", body="<p>the slow train south</p>")
    make_article("Two", body="<p>the train was slow</p>")
    assert hits('"slow train"') == ["One"]


def test_finds_within_chinese():
    make_article("山上的茶园", body="<p>早晨的雾很浓。</p>")
    assert hits("茶园") == ["山上的茶园"]
    assert hits("雾") == ["山上的茶园"]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "'",
        "a AND",
        "NOT",
        "NEAR(a b)",
        "*",
        "a*b:c",
        "(",
        "headline:x",
        "-",
        "\\",
        "%",
        "_",
        "😀",
        "a" * 500,
        "x OR 1=1 --",
    ],
)
def test_takes_any_query(client, query):
    make_article("Something")
    assert client.get("/search/", {"q": query}).status_code == 200


def test_finds_what_update_wrote():
    make_article("Before")
    Article._base_manager.update(headline="After")
    assert hits("after") == ["After"]
    assert hits("before") == []


def test_finds_drafts_only_for_the_desk():
    make_article("Secret zebra", published=False)
    assert hits("zebra") == []
    assert search(Article.objects.all(), "zebra").count() == 1


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_of_common_words_those_entered_last_are_ranked(monkeypatch, number):
    entered = [make_article("A heron", body="<p>Water.</p>", pk=pk).pk for pk in (7, 1_000_000, 990_000, 900_000)]
    make_article("Herons", body="<p>Water.</p>", pk=1_000_001)
    monkeypatch.setattr("articles.search.MAX_HITS", number)
    monkeypatch.setattr("articles.search.SPARE", 0)
    assert sorted(ranked_ids("heron water"), reverse=True) == sorted(entered, reverse=True)[:number]


def test_marks_the_hit_in_its_passage():
    text = "word " * 100 + "a Crème egg " + "word " * 100
    parts = snippet(text, "creme")
    assert ("Crème", True) in parts
    assert len("".join(part for part, _ in parts)) < 260


def test_a_query_is_words_and_phrases():
    assert terms("slow “night train” x-ray") == ["slow", "night train", "x", "ray"]


def test_the_form_may_be_indexed_and_results_may_not(client):
    assert "noindex" not in client.get("/search/").content.decode()
    assert 'content="noindex, follow"' in client.get("/search/?q=tide").content.decode()
    assert "/search/" not in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize(
    "path", ["/night-trains-are-back/", "/2019/01/02/night-trains/", "/old/the-trains-of-nowhere/", "/nihgt-trains/"]
)
def test_an_address_that_leads_nowhere_leads_to_what_has_its_words(client, path):
    make_article("The night trains are back")
    make_article("Secret trains", published=False)
    response = client.get(path)
    assert response.status_code == 404
    assert "The night trains are back" in response.content.decode()
    assert "Secret trains" not in response.content.decode()


def test_the_nearest_address_comes_first():
    make_article("Those who stayed behind in winter", slug="those-who-stayed")
    snow = make_article("The snow that stays", slug="the-snow-that-stays")
    make_article("Snow is what we talk about", slug="what-we-talk-about")
    assert ids_like("/2026/11/26/the-snow-that-stayed/")[0] == snow.pk


@pytest.mark.parametrize("path", ["/night.php/", "/night.env/", "/of/a/", "/" + "night-" * 60 + "/", "/%22*/", "/-/"])
def test_an_address_of_no_words_leads_nowhere(client, path, django_assert_max_num_queries):
    make_article("The night is long")
    with django_assert_max_num_queries(12):
        response = client.get(path)
    assert response.status_code == 404
    assert "Perhaps you were looking for" not in response.content.decode()
