"""What the desk's home tells of readers and of the desk's own pace."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from articles.models import ReadCount
from articles.models.article import Status
from tests.articles.desk_forms import words
from tests.conftest import queries_of
from tests.factories import make_article, make_author, make_comment, make_picture


@pytest.fixture
def noon(time_machine_at):
    moment = timezone.now().replace(hour=12, minute=20, second=0, microsecond=0)
    time_machine_at(moment)
    return moment


def read(article, at, number):
    ReadCount.objects.create(article=article, hour=at.replace(minute=0), number=number)


def test_home_tells_what_is_read_today_beside_a_week_ago(as_alice, noon):
    one, other = (
        make_article("Read much", at=noon - timedelta(days=9)),
        make_article("Read little", at=noon - timedelta(days=9)),
    )
    read(one, noon - timedelta(hours=3), 30)
    read(other, noon, 10)
    read(one, noon - timedelta(days=7, hours=1), 20)
    read(one, noon - timedelta(days=7) + timedelta(hours=2), 500)  # later that day
    read(other, noon - timedelta(days=1), 700)
    page = words(as_alice.get("/desk/"))
    assert "40 so far, 100 % more than a week ago by this hour." in page
    assert page.index("Read much") < page.index("Read little")
    assert "9:00: 30, a week ago 0" in page
    cache.clear()
    ReadCount.objects.filter(hour__gte=noon.replace(hour=0, minute=0)).delete()
    assert "0 so far, 100 % fewer than a week ago by this hour." in words(as_alice.get("/desk/"))


def test_home_draws_what_was_published_and_written_a_day(as_alice, noon):
    for days in (0, 0, 1, 13, 14):
        make_article(at=noon - timedelta(days=days, hours=1))
    make_article("Not yet", at=noon + timedelta(hours=1))
    make_comment()
    page = as_alice.get("/desk/")
    assert "3 today; 0.4 a day of the last two weeks." in words(page)
    drawn = page.content.decode()
    assert 'role="img" aria-label="Articles published a day, the last two weeks"' in drawn
    assert 'role="img" aria-label="Comments written a day, the last two weeks"' in drawn
    assert f"{timezone.localdate():%A} {timezone.localdate().day}" in drawn
    assert " style=" not in drawn


def test_home_with_everything_stays_within_its_query_budget(as_alice, alice, noon):
    author, picture = make_author(), make_picture()
    for number in range(8):
        for status in (Status.DRAFT, Status.REVIEW, Status.APPROVED):
            make_article(status=status, authors=[author], lead_picture=picture, assignee=alice, due_at=noon)
        article = make_article(at=noon - timedelta(hours=number), authors=[author])
        make_article(at=noon + timedelta(days=3), authors=[author])
        make_comment(article, status="pending")
        read(article, noon, number + 1)
    assert len(queries_of(as_alice, "/desk/")) <= 28
