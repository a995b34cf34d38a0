"""The desk's list of articles where more are found than are read and sorted: it is walked in its order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_article, make_category, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [0, 2, 100])
@pytest.mark.parametrize("query", ["section={science}", "status=draft", "kind=opinion", "whose=mine", "q=heron"])
def test_finds_the_same_in_the_same_order(client, monkeypatch, few, query):
    monkeypatch.setattr("articles.search.FEW_IN_A_LIST", few)
    monkeypatch.setattr("articles.admin.article.FEW", few)
    user = make_user("edda", "Editors")
    client.force_login(user)
    science, further = make_category("Science"), make_category("Culture")
    wanted = [
        make_article("A heron", category=science, kind="opinion", created_by=user, published=False) for _ in range(4)
    ]
    wanted.append(make_article("Heron", category=further, kind="opinion", assignee=user, published=False))
    wanted[-1].categories.add(science)
    make_article("A stork", category=further)
    response = client.get(f"/desk/articles/article/?{query.format(science=science.pk)}")
    assert [article.pk for article in response.context["cl"].result_list] == [article.pk for article in wanted[::-1]]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL knows how many rows a condition keeps.")
def test_many_are_neither_read_nor_sorted(client, monkeypatch):
    monkeypatch.setattr("articles.admin.article.FEW", 0)
    client.force_login(make_user("edda", "Editors"))
    section = make_category("Science")
    make_article(category=section)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/desk/articles/article/?section={section.pk}")
    (asked,) = [query["sql"] for query in queries if "standfirst" in query["sql"] and "EXISTS" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        steps = [row[3] for row in cursor.fetchall()]
    assert not [step for step in steps if "TEMP B-TREE" in step], "\n".join(steps)
