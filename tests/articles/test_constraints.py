from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from articles.models import Article, Category, FormerAddress, SiteSettings
from tests.factories import make_article, make_author, make_category, make_placement

pytestmark = pytest.mark.django_db


def refused(do):
    with pytest.raises(IntegrityError), transaction.atomic():
        do()


def test_a_published_article_has_a_date_and_a_section():
    make_article()
    refused(lambda: Article.objects.update(published_at=None))
    refused(lambda: Article.objects.update(first_published_at=None))
    refused(lambda: Article.objects.update(category=None))
    refused(lambda: Article.objects.update(slug=""))


def test_a_status_is_one_of_those_there_are():
    make_article()
    refused(lambda: Article.objects.update(status="live"))


def test_an_article_expires_after_it_goes_out():
    article = make_article()
    refused(lambda: Article.objects.update(expires_at=article.published_at))


def test_a_slug_is_used_once_but_drafts_need_none():
    make_article(slug="once")
    refused(lambda: make_article(slug="once", published=False))
    make_article(published=False)
    make_article(published=False)


def test_a_person_is_named_once_in_a_role():
    author = make_author()
    refused(lambda: make_article(authors=[author, author]))


@pytest.mark.parametrize("above", [0, 1, 2])
def test_no_section_is_its_own_ancestor(above):
    chain = [make_category("A")]
    for name in "BCD":
        chain.append(make_category(name, parent=chain[-1]))
    refused(lambda: Category.objects.filter(pk=chain[above].pk).update(parent=chain[3]))
    chain[above].parent = chain[3]
    with pytest.raises(ValidationError):
        chain[above].full_clean()


def test_a_section_may_move_elsewhere():
    first, second = make_category("A"), make_category("B")
    child = make_category("C", parent=first)
    Category.objects.filter(pk=child.pk).update(parent=second)
    child.refresh_from_db()
    assert child.parent == second


def test_two_sections_of_one_name_stand_under_different_ones():
    parent = make_category("World")
    make_category("Europe", parent=parent, slug="a")
    refused(lambda: make_category("Europe", parent=parent, slug="b"))
    refused(lambda: make_category("World", slug="c"))
    make_category("Europe", slug="d")


def test_a_section_takes_the_colour_of_the_one_above():
    parent = make_category("World", colour="travel")
    assert make_category("Europe", parent=parent).colour == "travel"
    assert make_category("Money").colour == "accent"


def test_a_former_address_has_one_target_at_most():
    article, author = make_article(), make_author()
    refused(lambda: FormerAddress.objects.create(path="/a/", article=article, author=author))
    FormerAddress.objects.create(path="/b/")


def test_a_placement_ends_after_it_starts():
    now = timezone.now()
    refused(lambda: make_placement(make_article(), "lead", starts_at=now, ends_at=now))


def test_there_is_one_row_of_site_settings():
    SiteSettings.objects.create(name="First")
    SiteSettings(name="Second").save()
    assert SiteSettings.objects.get().name == "Second"


def test_a_section_cannot_be_placed_where_no_number_follows():
    category = make_category("Last")
    category.position = 2**31 - 1
    with pytest.raises(ValidationError, match="At most 1,000,000"):
        category.full_clean()


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_circle():
    one, other = make_category("One"), make_category("Other")
    below_one, below_other = make_category("Below one", parent=one), make_category("Below other", parent=other)

    def move(section, parent):
        try:
            with transaction.atomic():
                Category.objects.filter(pk=section.pk).update(parent=parent)
                sleep(0.5)  # both moves are made before either is committed
        except (IntegrityError, OperationalError):  # SQLite lets one write at a time
            return "refused"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(move, (one, other), (below_other, below_one)))
    assert sorted(outcomes) == ["moved", "refused"]
