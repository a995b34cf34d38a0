"""What PostgreSQL plans once, and what it plans for the values that are asked for."""

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection

from articles import tokens
from articles.models import Article
from newsroom import plans
from tests.factories import make_article

needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plans")


@pytest.fixture
def kept(db):
    """Return a function that tells which statements the server has plans of since the test began."""

    def statements():
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return {statement for (statement,) in cursor.fetchall()}

    before = statements()
    return lambda: statements() - before


@needs_postgresql
def test_what_is_asked_again_and_again_is_planned_once(kept):
    for _ in range(4):
        list(Article.objects.filter(headline="Ferry").values_list("headline"))
    assert any("headline" in statement for statement in kept())


@needs_postgresql
def test_the_lists_of_the_desk_are_planned_for_their_values(kept, as_alice, alice, client):
    make_article()
    token = tokens.make(alice, "Bridge", 30)
    for _ in range(4):
        for address in ("/desk/", "/desk/articles/article/?whose=waiting"):
            assert as_alice.get(address).status_code == 200
        assert client.get("/api/articles/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert not [statement for statement in kept() if 'FROM "articles_article"' in statement]


@needs_postgresql
def test_what_is_written_there_and_what_readers_see_is_planned_once(kept, as_alice, client):
    address = make_article().get_absolute_url()
    for _ in range(4):
        as_alice.get("/desk/")
        assert client.get(address).status_code == 200
    assert [statement for statement in kept() if 'FROM "articles_article"' in statement]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="is of other databases")
def test_other_databases_plan_as_they_do(db):
    with plans.for_these_values():
        assert not Article.objects.exists()
    with pytest.raises(MiddlewareNotUsed):
        plans.desk(None)
