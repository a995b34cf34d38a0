"""What makes days at the desk shorter: duplicates, many changes taken back, views under a name, finding anything."""

import pytest

from articles import search, working_copies
from articles.models import Article, BulkChange, DeskProfile, FormerAddress, Picture, Revision, SectionEditor
from articles.models.article import Status
from tests.articles.desk_forms import send, words
from tests.conftest import signed_in
from tests.factories import make_article, make_author, make_category, make_picture, make_user

LIST = "/desk/articles/article/"


def change(article):
    return f"{LIST}{article.pk}/change/"


def act(client, action, *articles, **fields):
    return client.post(
        LIST,
        {"action": action, "index": "0", "asked": "1", "_selected_action": [one.pk for one in articles], **fields},
        follow=True,
    )


def undo(client, change=None):
    change = change or BulkChange.objects.first()
    return client.post(f"{LIST}bulk/{change.pk}/undo/", follow=True)


# -- duplicates


def test_duplicate_has_the_words_and_filing_and_nothing_of_the_course(as_alice, alice):
    arts, music = make_category("Arts"), make_category("Music")
    article = make_article(
        "Opening night", category=arts, tags=["Opera", "Premiere"], authors=[make_author("Ada"), make_author("Ben")],
        lead_picture=make_picture(), slugline="opera", kicker="Stage",
    )  # fmt: skip
    article.categories.add(music)
    response = as_alice.post(f"{LIST}{article.pk}/duplicate/", follow=True)
    copy = Article.objects.exclude(pk=article.pk).get()
    assert "It is a draft" in words(response)
    assert (copy.headline, copy.kicker, copy.slugline, copy.category) == ("Opening night", "Stage", "opera", arts)
    assert (sorted(copy.tags.names()), list(copy.categories.all())) == (["Opera", "Premiere"], [music])
    assert [byline.author.name for byline in copy.bylines.all()] == ["Ada", "Ben"]
    assert (copy.status, copy.slug, copy.published_at, copy.first_published_at) == (Status.DRAFT, "", None, None)
    assert (copy.created_by, copy.lead_picture, copy.body) == (alice, article.lead_picture, article.body)
    assert "Made of “Opening night”" in words(as_alice.get(f"{LIST}{copy.pk}/history/"))


def test_duplicate_takes_what_waits_to_be_published(as_alice, alice):
    article = make_article("As it is")
    working_copies.keep(article, working_copies.working_values(article) | {"headline": "As it will be"}, alice)
    as_alice.post(f"{LIST}{article.pk}/duplicate/")
    assert Article.objects.exclude(pk=article.pk).get().headline == "As it will be"


def test_nobody_duplicates_what_they_may_not_see(as_walter, as_bob):
    article = make_article("Not his")
    for client in (as_walter, as_bob):
        assert client.post(f"{LIST}{article.pk}/duplicate/").status_code == 403
        assert client.get(f"{LIST}{article.pk}/duplicate/").status_code == 405
    assert Article.objects.count() == 1


# -- many changes, taken back


def test_moving_many_is_taken_back_to_where_each_was(as_alice):
    arts, sport = make_category("Arts"), make_category("Sport")
    live, draft = make_article("Live", category=arts), make_article("Draft", published=False, category=None)
    page = act(as_alice, "move_to_section", live, draft, category=sport.pk)
    assert f'action="{LIST}bulk/{BulkChange.objects.get().pk}/undo/"' in page.content.decode()
    assert {one.category for one in Article.objects.all()} == {sport}
    page = words(undo(as_alice))
    assert "Taken back in 2 articles: Moved to Sport" in page
    assert [Article.objects.get(pk=one.pk).category for one in (live, draft)] == [arts, None]
    assert "Took back: Moved to Sport" in words(as_alice.get(f"{LIST}{live.pk}/history/"))
    assert "already" in words(undo(as_alice))


def test_tagging_many_is_taken_back_without_what_was_there_or_came_since(as_alice):
    one, other = make_article("One", tags=["tide"]), make_article("Other", published=False)
    act(as_alice, "add_tag", one, other, tags="Tide, Estuary")
    other.tags.add("Later")
    undo(as_alice)
    assert [sorted(article.tags.names()) for article in (one, other)] == [["tide"], ["Later"]]


def test_what_waits_to_be_published_is_taken_back_too(as_alice, alice):
    arts, sport, music = make_category("Arts"), make_category("Sport"), make_category("Music")
    article = make_article("Live", category=arts)
    waiting = working_copies.working_values(article) | {"category": music.pk, "headline": "New words"}
    working_copies.keep(article, waiting, alice)
    act(as_alice, "move_to_section", article, category=sport.pk)
    article.refresh_from_db()
    assert working_copies.working_values(article)["category"] == sport.pk
    undo(as_alice)
    article.refresh_from_db()
    assert article.category == arts
    values = working_copies.working_values(article)
    assert (values["category"], values["headline"]) == (music.pk, "New words")


def test_what_was_changed_since_stays(as_alice):
    arts, sport, music = make_category("Arts"), make_category("Sport"), make_category("Music")
    moved, moved_again = make_article("Moved", category=arts), make_article("Again", category=arts)
    act(as_alice, "move_to_section", moved, moved_again, category=sport.pk)
    Article.objects.filter(pk=moved_again.pk).update(category=music)
    page = words(undo(as_alice))
    assert "“Again” was left alone. It was changed since." in page
    assert [Article.objects.get(pk=one.pk).category for one in (moved, moved_again)] == [arts, music]


def test_section_that_is_gone_is_not_put_back_as_none(as_alice):
    old, new = make_category("Old"), make_category("New")
    article = make_article("Moved", published=False, category=old)
    act(as_alice, "move_to_section", article, category=new.pk)
    old.delete()
    assert "the section it came from is gone" in words(undo(as_alice))
    article.refresh_from_db()
    assert article.category == new


def test_published_since_keeps_its_section(as_alice):
    sport = make_category("Sport")
    article = make_article("Draft", published=False, category=None)
    act(as_alice, "move_to_section", article, category=sport.pk)
    article.refresh_from_db()
    article.publish()
    assert "was left alone" in words(undo(as_alice))
    article.refresh_from_db()
    assert article.category == sport


def test_only_whoever_did_it_takes_it_back_and_only_where_they_may(as_alice, alice, as_walter):
    arts, sport = make_category("Arts"), make_category("Sport")
    article, gone = make_article("Live", category=arts), make_article("Gone", published=False)
    act(as_alice, "move_to_section", article, gone, category=sport.pk)
    assert undo(as_walter).status_code == 404
    assert undo(signed_in(make_user("eve", "Editors"))).status_code == 404
    assert as_alice.get(f"{LIST}bulk/{BulkChange.objects.get().pk}/undo/").status_code == 405
    gone.delete()
    SectionEditor.objects.create(user=alice, category=sport)
    page = words(undo(as_alice))
    assert "its section, or the former one, is not among yours" in page.lower()
    assert "gone" in page
    article.refresh_from_db()
    assert article.category == sport


@pytest.mark.parametrize(
    ("sent_from", "led_to"), [(f"{LIST}?status=draft", f"{LIST}?status=draft"), ("https://evil.example/", LIST)]
)
def test_taking_back_leads_to_where_it_was_pressed(as_alice, sent_from, led_to):
    page = act(as_alice, "move_to_section", make_article("One", published=False), category=make_category("Sport").pk)
    form = page.content.decode().partition('class="undo"')[2].partition("</form>")[0]
    assert f'name="next" value="{LIST}"' in form
    sent = as_alice.post(f"{LIST}bulk/{BulkChange.objects.get().pk}/undo/", {"next": sent_from})
    assert sent.headers["Location"] == led_to


def test_what_was_done_to_many_is_listed_with_a_way_back(as_alice):
    act(as_alice, "move_to_section", make_article("One"), category=make_category("Sport").pk)
    page = as_alice.get(f"{LIST}bulk/")
    assert "Moved to Sport: 1 article" in words(page)
    assert "/undo/" in page.content.decode()
    undo(as_alice)
    page = as_alice.get(f"{LIST}bulk/")
    assert "Taken back" in words(page)
    assert "/undo/" not in page.content.decode()


# -- views under a name


def test_filter_is_kept_under_a_name_and_shown_as_a_tab(as_alice):
    make_article("Half", published=False)
    assert "Save this view" in words(as_alice.get(f"{LIST}?status=draft&language=en"))
    assert "Save this view" not in words(as_alice.get(LIST))
    response = as_alice.post(f"{LIST}views/", {"name": " Rough  drafts ", "query": "p=2&status=draft&language=en"})
    assert response.headers["Location"] == f"{LIST}?language=en&status=draft"
    page = as_alice.get(f"{LIST}?status=draft&language=en")
    tab = next(view for view in page.context["views"] if view.get("is_own"))
    assert (tab["label"], tab["is_current"]) == ("Rough drafts", True)
    assert "Save this view" not in words(page)
    as_alice.post(f"{LIST}views/", {"name": "ROUGH DRAFTS", "query": "status=review"})
    assert DeskProfile.objects.get().views == [{"name": "ROUGH DRAFTS", "query": "status=review"}]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"name": "", "query": "status=draft"}, "This field is required."),
        ({"name": "x" * 61, "query": "status=draft"}, "at most 60"),
        ({"name": "Everything", "query": ""}, "required"),
        ({"name": "Everything", "query": "p=3"}, "Filter the list first"),
        ({"name": "Long", "query": f"q={'x' * 1000}"}, "at most 1000"),
    ],
)
def test_view_without_a_name_or_a_filter_is_refused(as_alice, sent, reason):
    response = as_alice.post(f"{LIST}views/", sent)
    assert reason in str(response.context["form"].errors)
    assert not DeskProfile.objects.exists()


def views(number):
    return [{"name": f"View {one}", "query": f"section={one}"} for one in range(number)]


def test_views_are_each_person_s_own_and_end(as_alice, as_walter, alice):
    DeskProfile.objects.create(user=alice, views=views(30))
    assert "View 7" in words(as_alice.get(LIST))
    assert "View 7" not in words(as_walter.get(LIST))
    assert "Remove one first" in words(as_alice.post(f"{LIST}views/", {"name": "One more", "query": "status=live"}))
    as_walter.post(f"{LIST}views/", {"remove": "View 7"})
    as_alice.post(f"{LIST}views/", {"remove": "View 8"})
    names = [view["name"] for view in DeskProfile.objects.get(user=alice).views]
    assert len(names) == 29
    assert "View 7" in names
    assert "View 8" not in names


def test_list_stays_within_its_query_budget(as_alice, alice, settings, tmp_path, django_assert_max_num_queries):
    settings.PAGE_STORE = str(tmp_path / "pages")  # as it comes, which remembers what stands around every page
    DeskProfile.objects.create(user=alice, views=views(30))
    for number in range(60):
        make_article(f"Row {number}", published=False, assignee=alice, authors=[make_author()], tags=["Estuary"])
    as_alice.get(LIST)
    with django_assert_max_num_queries(11):
        as_alice.get(f"{LIST}?status=draft")


# -- finding


@pytest.mark.parametrize(
    "term",
    [
        "{pk}", "{address}", "https://news.example{address}?utm_source=x#top", "{address_without_slash}",
        "http://localhost:8000/desk/articles/article/{pk}/change/", "/1999/12/31/as-it-was/", "tidal-sl", "salt marsh",
        "Fenwick", "Estuar", "heron stood", "Old word", "the-marsh", "mars", "MÁRSH", "other wor tid",
        "agency.example/report", "lighthouse", "dusk", "waders fly", "Fogban", "Harbourmast", "keeper's boat",
    ],
)  # fmt: skip
@pytest.mark.parametrize("listed", [0, search.FEW_IN_A_LIST])
def test_article_is_found_by_whatever_one_has_of_it(as_alice, term, listed, monkeypatch):
    monkeypatch.setattr(search, "FEW_IN_A_LIST", listed)
    make_article("Another", body="<p>Nothing of the kind.</p>")
    article = make_article(
        "The marsh", slugline="tidal-slugline", authors=[make_author("Ada Fenwick")], tags=["Estuary"],
        body="<p>A heron stood in the salt marsh.</p>", headline_ideas="Old words\nOther words",
        source_url="https://agency.example/reports/7", lead_alt="A lighthouse", lead_caption="At dusk",
        lead_picture=make_picture(alt="A fogbank"),
    )  # fmt: skip
    shown = make_picture(alt="The harbourmaster", caption="The keeper's boat")
    article.body += f'<figure><img src="{shown.get_absolute_url()}" alt="Two waders fly"></figure>'
    article.save(is_asked=True)
    FormerAddress.objects.create(path="/1999/12/31/as-it-was/", article=article)
    address = article.get_absolute_url()
    term = term.format(pk=article.pk, address=address, address_without_slash=address.rstrip("/"))
    found = as_alice.get(LIST, {"q": term}).context["cl"].result_list
    assert article.pk in [one.pk for one in found]
    assert len(found) == 1 or term.isdecimal()


def test_words_of_pictures_changed_by_a_query_are_found(as_alice):
    picture = make_picture(alt="Before")
    article = make_article("Draft", published=False, lead_picture=picture)
    Picture.objects.filter(pk=picture.pk).update(alt="A crane")
    assert list(as_alice.get(LIST, {"q": "crane"}).context["cl"].result_list) == [article]
    assert not as_alice.get(LIST, {"q": "before"}).context["cl"].result_list
    Picture.objects.filter(pk=picture.pk).update(alt="起重机在港口")
    assert list(as_alice.get(LIST, {"q": "港口"}).context["cl"].result_list) == [article]


def test_words_changed_by_a_query_are_found(as_alice):
    article = make_article("Draft", published=False, slugline="before")
    Article.objects.filter(pk=article.pk).update(slugline="after")
    assert list(as_alice.get(LIST, {"q": "after"}).context["cl"].result_list) == [article]
    assert not as_alice.get(LIST, {"q": "before"}).context["cl"].result_list


@pytest.mark.parametrize(
    "term",
    [
        "http://[",
        "https://",
        "/",
        "99999999999999999999",
        "²",
        "/desk/articles/article/9" + "9" * 30,
        "%",
        "_",
        "\\",
        "'\"*",
    ],
)
def test_no_term_breaks_the_search(as_alice, term):
    make_article("There", published=False)
    assert list(as_alice.get(LIST, {"q": term}).context["cl"].result_list) == []


# -- headlines and search


def test_search_title_and_description_are_what_search_engines_get(as_alice, client):
    article = make_article("Mud, glorious mud", standfirst="About mud.")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "<title>Mud, glorious mud –" in page
    send(
        as_alice, change(article), search_title="Salt marshes explained", search_description="Why salt marshes matter.",
        headline_ideas="Mud pays\nIn praise of mud", press="_update",
    )  # fmt: skip
    page = client.get(article.get_absolute_url()).content.decode()
    assert "<title>Salt marshes explained –" in page
    assert '<meta name="description" content="Why salt marshes matter.">' in page
    assert 'property="og:title" content="Mud, glorious mud"' in page
    assert "In praise of mud" not in page


def test_share_cards_get_a_headline_of_their_own(as_alice, client):
    article = make_article("Mud, glorious mud", standfirst="About mud.")
    send(as_alice, change(article), share_title="You will never guess what mud does", press="_update")
    page = client.get(article.get_absolute_url()).content.decode()
    assert 'property="og:title" content="You will never guess what mud does"' in page
    assert 'name="twitter:title" content="You will never guess what mud does"' in page
    assert "<title>Mud, glorious mud –" in page
    form = words(as_alice.get(change(article)))
    assert "34 characters; share cards show about 110." in form
    assert "Where it is shared localhost You will never guess what mud does" in form.replace("testserver", "localhost")


def test_lengths_are_counted_on_the_form(as_alice):
    article = make_article("Twelve chars", published=False, search_title="x" * 70, standfirst="Short.")
    page = words(as_alice.get(change(article)))
    assert "70 characters; search results show about 60." in page
    assert "12 characters; share cards show about 110." in page


def test_change_of_many_that_fails_changes_none_of_them(as_alice, monkeypatch, db):
    sport = make_category("Sport")
    stories = [make_article(category=make_category(f"Of {number}")) for number in range(3)]

    def fails(*args):
        raise RuntimeError

    monkeypatch.setattr("articles.admin.many.remember", fails)
    chosen = {"action": "move_to_section", "index": "0", "_selected_action": [story.pk for story in stories]}
    with pytest.raises(RuntimeError):
        as_alice.post(LIST, chosen | {"asked": "1", "category": sport.pk})
    assert not Article.objects.filter(category=sport).exists()
    assert not Revision.objects.exists()
