"""What is offered beside a story, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from articles import dossiers, related
from articles.models import ArticleTag, Dossier, Part, RelatedChoice, Tag
from newsroom.pagestore import stores
from newsroom.pagestore.purging import purge_now
from tests.articles.desk_forms import read
from tests.factories import make_article, make_author, make_category

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - timedelta(days=days)


def beside(article):
    stories, *_ = related.beside(article, dossiers.places(article))
    return [story.headline for story in stories]


def test_an_editors_choice_comes_first_in_its_order():
    story = make_article("Story", tags=["Rare"])
    make_article("Tagged", tags=["Rare"])
    elsewhere = make_category("Elsewhere")
    for position, headline in enumerate(["Second", "First"]):
        other = make_article(headline, category=elsewhere, at=ago(900))
        RelatedChoice.objects.create(article=story, other=other, position=-position % 2)
    assert beside(story)[:3] == ["Second", "First", "Tagged"]


def test_a_rare_tag_counts_for_more_than_a_common_one():
    sections = [make_category(f"Section {number}") for number in range(3)]
    for number in range(40):
        make_article(f"Common {number}", tags=["Common"], category=sections[1])
    make_article("Rare one", tags=["Rare"], category=sections[2], at=ago(400))
    story = make_article("Story", tags=["Rare", "Common"], category=sections[0])
    assert beside(story)[0] == "Rare one"


def test_the_same_series_counts_for_more_than_the_section():
    story, part = make_article("Story"), make_article("Part", category=make_category("Elsewhere"), at=ago(400))
    make_article("Neighbour")
    series = Dossier.objects.create(title="Series")
    for article in (story, part):
        Part.objects.create(dossier=series, article=article)
    assert beside(story) == ["Part", "Neighbour"]


def test_the_newer_of_equals_comes_first():
    for days in (300, 3, 30):
        make_article(f"{days} days old", at=ago(days))
    assert beside(make_article("Story")) == ["3 days old", "30 days old", "300 days old"]


def test_nothing_that_is_not_public_is_offered(client):
    story = make_article("Story", tags=["Rare"])
    future = timezone.now() + timedelta(days=1)
    hidden = [
        make_article("Hidden draft", published=False, tags=["Rare"]),
        make_article("Hidden until tomorrow", at=future, tags=["Rare"]),
        make_article("Hidden again", tags=["Rare"]),
        make_article("Hidden translation", published=False, translation_of=story, language="es"),
    ]
    hidden[2].take_down()
    for other in hidden[:3]:
        RelatedChoice.objects.create(article=story, other=other)
    assert beside(story) == []
    assert b"Hidden" not in client.get(story.get_absolute_url()).content


def test_each_is_offered_once_and_never_the_story_itself_nor_its_translations():
    story = make_article("Story", tags=["A", "B"])
    make_article("Cuento", tags=["A", "B"], translation_of=story, language="es")
    other = make_article("Other", tags=["A", "B"])
    RelatedChoice.objects.create(article=story, other=other)
    assert beside(story) == ["Other"]


def test_a_story_without_a_section_or_tags_has_none():
    assert beside(make_article("Draft", published=False, category=None)) == []


def test_costs_three_queries(django_assert_num_queries):
    story = make_article("Story", tags=["A", "B", "C"])
    for number in range(30):
        make_article(tags=["A", "BC"[number % 2]])
    list(story.tags.all())
    with django_assert_num_queries(4):  # one of them for the tags, which the page has loaded
        stories, *_ = related.beside(story)
        assert len([(story.picture, story.category.name, story.writers) for story in stories]) == 7


def test_what_a_page_has_had_beside_it_is_not_read_again(settings, tmp_path, monkeypatch, django_assert_num_queries):
    settings.PAGE_STORE, settings.PAGE_STORE_BYTES = str(tmp_path / "pages"), 10_000_000
    monkeypatch.setattr(stores, "_current", None)
    story = make_article("Story")
    others = [make_article(authors=[make_author()]) for _ in range(3)]
    beside(story)
    with django_assert_num_queries(3):  # for its tags, its series, and the ids of what to show
        assert len(beside(story)) == 3
    others[0].headline = "Said otherwise"
    others[0].save()
    purge_now({f"article-{others[0].pk}"})
    assert "Said otherwise" in beside(story)


def test_reads_no_more_of_a_common_tag_than_a_limit(monkeypatch):
    monkeypatch.setattr(related, "COUNTED", 10)
    monkeypatch.setattr(related._asked, "_written", {})
    story = make_article("Story", tags=["Common"])
    ArticleTag.objects.bulk_create(ArticleTag(content_object=make_article(), tag=Tag.objects.get()) for _ in range(20))
    assert len(related._candidates(story)[related.TAG]) == 10


def test_scans_no_table_of_articles():
    story = make_article("Story", tags=["A", "B"])
    make_article("Cuento", language="es", translation_of=story)
    sql, params = related.candidates_sql(story)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # On a small table a scan is cheapest; with scans forbidden, the plan shows whether an index can do it.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not re.search(r"Seq Scan on articles_article\w*", plan), plan
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plan = "\n".join(row[3] for row in cursor.fetchall())
            assert not re.search(r"SCAN articles_\w+|SCAN T\d", plan), plan
    assert "articles_article" in plan


def test_the_series_of_a_story_are_found_without_a_scan(django_assert_num_queries):
    story = make_article("Story")
    Part.objects.create(dossier=Dossier.objects.create(title="Series"), article=story)
    with django_assert_num_queries(1) as captured:
        assert [place.number for place in dossiers.places(story)] == [1]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {captured.captured_queries[0]['sql']}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert not re.search(r"SCAN (articles_article|U\d)|Seq Scan on articles_article\b", plan), plan


def test_an_editor_chooses_related_stories_on_the_form(as_alice):
    story, other = make_article("Story"), make_article("Other", category=make_category("Elsewhere"))
    address = f"/desk/articles/article/{story.pk}/change/"
    fields, _ = read(as_alice.get(address))
    fields |= {"related_choices-TOTAL_FORMS": "1", "related_choices-0-other": other.pk}
    assert as_alice.post(address, fields | {"_update": "1"}).status_code == 302
    assert beside(story) == ["Other"]
    fields |= {"related_choices-0-other": story.pk}
    RelatedChoice.objects.all().delete()
    response = as_alice.post(address, fields)
    assert response.status_code == 200
    assert "not related to itself" in response.content.decode()
