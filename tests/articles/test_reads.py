import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import reads
from articles.models import Article, ReadCount
from tests.factories import make_article, make_page

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def buffer(monkeypatch):
    """A buffer of the test's own, which writes when the test says so."""
    buffer = reads.Buffer()
    buffer.start = lambda: None
    monkeypatch.setattr(reads, "buffer", buffer)
    return buffer


def tell(number, *, client=None, agent=FIREFOX, address="203.0.113.9", **headers):
    headers = {"sec-fetch-site": "same-origin", "user-agent": agent} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    headers = {name: value for name, value in headers.items() if value is not None}
    response = (client or Client(enforce_csrf_checks=True)).post(
        f"/read/{number}/", headers=headers, REMOTE_ADDR=address
    )
    assert response.status_code == 204
    assert not response.content
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    return response


def counted(article=None):
    reads.buffer.flush()
    found = ReadCount.objects.all() if article is None else ReadCount.objects.filter(article=article)
    return found.aggregate(total=Sum("number"))["total"] or 0


def test_counts_a_reading_by_the_hour():
    article = make_article()
    tell(article.pk)
    assert counted(article) == 1
    assert ReadCount.objects.get().hour == timezone.now().replace(minute=0, second=0, microsecond=0)


def test_adds_what_comes_later_to_the_same_hour():
    article = make_article()
    tell(article.pk)
    assert counted(article) == 1
    tell(article.pk, agent=SAFARI)
    tell(article.pk, agent=CHROME)
    assert counted(article) == 3
    assert ReadCount.objects.count() == 1


def test_sends_nothing_to_the_database_by_itself(django_assert_num_queries):
    numbers = [make_article().pk for _ in range(5)]
    with django_assert_num_queries(0):
        for number in [*numbers, 4711]:
            tell(number)


def test_writes_many_articles_in_one_go(django_assert_max_num_queries):
    for _ in range(20):
        tell(make_article().pk)
    reads.buffer._cleaned = 1e12  # cleaning is asked for elsewhere
    with django_assert_max_num_queries(4):  # savepoint, who is public, the numbers, release
        reads.buffer.flush()
    assert counted() == 20


@pytest.mark.parametrize("method", ["get", "head", "put"])
def test_takes_posts_alone(method):
    assert getattr(Client(), method)("/read/1/").status_code == 405


class TestTheSameReader:
    def test_counts_once_an_hour(self):
        article = make_article()
        for _ in range(3):
            tell(article.pk)
        assert counted() == 1

    def test_counts_for_each_story(self):
        for _ in range(3):
            tell(make_article().pk)
        assert counted() == 3

    def test_counts_again_after_the_hour(self, monkeypatch):
        article = make_article()
        monkeypatch.setattr("time.time", lambda: 2_000_000_000)
        tell(article.pk)
        monkeypatch.setattr("time.time", lambda: 2_000_000_000 + reads.AGAIN - 1)
        tell(article.pk)
        assert counted() == 1
        monkeypatch.setattr("time.time", lambda: 2_000_000_000 + reads.AGAIN + 1)
        tell(article.pk)
        assert counted() == 2

    def test_is_told_by_network_and_browser(self):
        article = make_article()
        tell(article.pk)
        tell(article.pk, address="203.0.113.10")
        tell(article.pk, agent=SAFARI)
        tell(article.pk, address="2001:db8:1:2::5")
        tell(article.pk, address="2001:db8:1:2:ffff::6")  # the same customer's
        tell(article.pk, address="2001:db8:1:3::5")
        assert counted() == 5

    def test_leaves_nothing_but_a_digest_behind(self, monkeypatch):
        kept = []
        monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.add", lambda _, key, *args: kept.append(key))
        tell(make_article().pk)
        assert kept
        assert not any("203.0.113.9" in key or "Firefox" in key for key in kept)


@pytest.mark.parametrize(
    "agent",
    [
        None,
        "",
        " ",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/140.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh) AppleWebKit/600 (KHTML, like Gecko) Version/8 Safari/600 (Applebot/0.1)",
        "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0 (+https://example.org/about-us)",
        "Mozilla/5.0 (Linux) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36 Chrome-Lighthouse",
        "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/20.0.3",
        "curl/8.9.1",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "facebookexternalhit/1.1",
        "Links (2.30; Linux)",
    ],
)
def test_does_not_count_programs(agent):
    tell(make_article().pk, agent=agent)
    assert counted() == 0


def test_counts_telephones_of_a_maker_called_like_one():
    tell(make_article().pk, agent="Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/141.0 Mobile")
    assert counted() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": None},
        {"sec_fetch_site": None, "origin": "null"},
        {"sec_fetch_site": None, "origin": "https://elsewhere.example"},
        {"sec_fetch_site": None, "origin": "http://testserver.elsewhere.example"},
        {"sec_fetch_site": None, "origin": "https://testserver"},
    ],
)
def test_does_not_count_what_other_sites_send(headers):
    tell(make_article().pk, **headers)
    assert counted() == 0


def test_counts_for_browsers_that_name_the_origin_alone(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://news.example"]
    tell(make_article().pk, sec_fetch_site=None, origin="http://testserver")
    tell(make_article().pk, sec_fetch_site=None, origin="https://news.example")
    assert counted() == 2


@pytest.mark.parametrize(
    "headers", [{"sec_purpose": "prefetch"}, {"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}]
)
def test_does_not_count_what_is_fetched_ahead(headers):
    tell(make_article().pk, **headers)
    assert counted() == 0


class TestOfAnArticle:
    def test_that_is_not_public_counts_nothing(self):
        for article in (
            make_article(published=False),
            make_article(at=timezone.now() + timedelta(hours=1)),
            expired := make_article(),
        ):
            tell(article.pk)
        Article.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        assert counted() == 0

    @pytest.mark.parametrize("number", ["0", "4711", "9223372036854775807", "9223372036854775808", "9" * 300])
    def test_that_does_not_exist_counts_nothing(self, number):
        tell(make_article().pk)
        tell(number)
        assert counted() == 1

    def test_taken_down_before_it_was_written_counts_nothing(self):
        article = make_article()
        tell(article.pk)
        article.take_down()
        assert counted() == 0

    def test_removed_before_it_was_written_hinders_no_other(self):
        gone, there = make_article(), make_article()
        tell(gone.pk)
        tell(there.pk)
        Article.objects.filter(pk=gone.pk).delete()
        assert counted() == 1


class TestAFlood:
    def test_from_one_network_ends_at_so_many_a_minute(self):
        article = make_article()
        for number in range(reads.PER_MINUTE + 20):
            tell(article.pk, agent=f"{FIREFOX} {number}")
        assert counted() == reads.PER_MINUTE

    def test_does_not_keep_others_from_counting(self):
        article = make_article()
        for number in range(reads.PER_MINUTE + 5):
            tell(article.pk, agent=f"{FIREFOX} {number}")
        tell(article.pk, address="198.51.100.1")
        assert counted() == reads.PER_MINUTE + 1

    def test_takes_no_more_memory_than_so_much(self, buffer):
        buffer.most = 10
        taken = [buffer.add(number) for number in range(30)]
        assert taken == [True] * 10 + [False] * 20
        assert buffer.add(3)  # what is there already can be added to


def test_waits_on_where_the_database_refuses(monkeypatch, buffer):
    article = make_article()
    buffer.add(article.pk)

    def refuse(counts):
        raise DatabaseError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(reads, "write", refuse)
        buffer.flush()
    buffer.add(article.pk)
    assert counted(article) == 2


def test_forgets_what_is_older_than_four_hundred_days(buffer):
    article = make_article()
    now = timezone.now()
    for days in (399, 401):
        ReadCount.objects.create(article=article, hour=now - timedelta(days=days), number=5)
    buffer.add(article.pk)
    buffer.flush()
    assert sorted(ReadCount.objects.values_list("number", flat=True)) == [1, 5]
    ReadCount.objects.create(article=article, hour=now - timedelta(days=402), number=7)
    buffer.add(article.pk)
    buffer.flush()  # once an hour is enough
    assert ReadCount.objects.filter(number=7).exists()


@given(
    st.lists(
        st.one_of(st.tuples(st.just("add"), st.integers(0, 2)), st.tuples(st.sampled_from(["flush", "fail"]))),
        max_size=40,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_writes_as_many_as_it_took_whatever_comes_between(steps):
    ReadCount.objects.all().delete()
    buffer = reads.Buffer()
    buffer.start = lambda: None
    articles = list(Article.objects.all()) or [make_article() for _ in range(3)]
    taken = 0
    write = reads.write
    for step, *about in steps:
        if step == "add":
            taken += buffer.add(articles[about[0]].pk)
        elif step == "flush":
            buffer.flush()
        else:
            reads.write = _refuse
            buffer.flush()
            reads.write = write
    buffer.flush()
    assert (ReadCount.objects.aggregate(total=Sum("number"))["total"] or 0) == taken


def _refuse(counts):
    raise DatabaseError("locked")


def test_loses_none_between_threads(at_once):
    numbers = [make_article().pk for _ in range(3)]
    buffer = reads.Buffer()
    buffer.start = lambda: None

    def add_and_flush(number):
        for step in range(100):
            assert buffer.add(numbers[step % 3])
            if step % 10 == number:
                buffer.flush()

    at_once(add_and_flush, range(6))
    assert at_once(lambda _: buffer.flush() or _total(), [0]) == [600]


def test_the_database_adds_what_several_processes_write(at_once):
    article = make_article()
    hour = datetime(2026, 11, 22, 20, tzinfo=UTC)

    def write(number):
        for _ in range(10):
            reads.write({(hour, article.pk): 3})

    at_once(write, range(4))
    assert at_once(lambda _: (ReadCount.objects.count(), _total()), [0]) == [(1, 120)]


def _total():
    return ReadCount.objects.aggregate(total=Sum("number"))["total"] or 0


def test_a_thread_writes_soon_after(monkeypatch):
    buffer = reads.Buffer()
    buffer.seconds = 0
    written = threading.Event()
    monkeypatch.setattr(buffer, "flush", written.set)
    buffer.add(4711)
    assert written.wait(20)
    buffer._waiting.clear()


class TestThePage:
    def test_names_the_address_once_it_is_public(self, client):
        article = make_article()
        assert f'data-read="/read/{article.pk}/"' in client.get(article.get_absolute_url()).content.decode()

    def test_names_none_in_a_preview(self, as_alice):
        article = make_article(published=False)
        response = as_alice.get(f"/desk/articles/article/{article.pk}/preview/")
        assert response.status_code == 200
        assert b"data-read" not in response.content
        assert b"data-recommend" not in response.content

    def test_of_other_kinds_names_none(self, client):
        make_page("About")
        assert b"data-read" not in client.get("/about/").content
