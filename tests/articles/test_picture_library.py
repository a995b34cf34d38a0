"""The library at the desk: finding pictures, what shows them, changing many, replacing a file, deleting."""

import re
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags

from articles import reading, uploads
from articles.admin.uses import WAYS
from articles.media import find
from articles.models import Collection, Document, Illustration, Page, Picture, PictureKeyword, Recording, SiteSettings
from tests.articles.desk_forms import read, send, words
from tests.conftest import signed_in
from tests.factories import (
    make_article,
    make_author,
    make_image,
    make_page,
    make_picture,
    make_placement,
    make_upload,
    make_user,
)

LIST = "/desk/articles/picture/"


def found(client, query):
    return sorted(str(picture) for picture in client.get(f"{LIST}?{query}").context["cl"].result_list)


def act(client, action, *pictures, **fields):
    chosen = [picture.pk for picture in pictures]
    return client.post(LIST, {"action": action, "index": "0", "_selected_action": chosen, **fields}, follow=True)


def shown_by(picture):
    """A body that shows the picture."""
    return f'<figure><img src="{picture.get_absolute_url()}" alt="Seen"></figure><p>Words.</p>'


# -- finding


@pytest.fixture
def library(db):
    now = timezone.now()
    heron = make_picture(title="Heron", caption="It stands in the Alster", place="Hamburg", width=90, height=60)
    heron.keywords.add("wading bird")
    make_picture(title="Quay", credit="", copyright="© Nordbild", width=60, height=90)
    make_picture(title="Bread", alt="", source_name="Reader picture", width=60, height=60)
    make_picture(title="Roofs", licence="", width=200, height=60, origin="generated")
    make_picture(title="Soon", usable_until=now + timedelta(days=3), taken_at=datetime(2019, 5, 6, 12, tzinfo=UTC))
    make_picture(title="Over", usable_until=now - timedelta(days=3), taken_at=datetime(2021, 5, 6, 12, tzinfo=UTC))
    cropped = make_picture(title="Cropped", width=90, height=60, crop_x=10, crop_width=20)
    Collection.objects.create(name="Birds").pictures.add(heron)
    make_article("Led", lead_picture=heron, body=shown_by(cropped))
    Picture.objects.filter(title="Over").update(created_at=now - timedelta(days=20))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("work=credit", ["Quay"]),
        ("work=description", ["Bread"]),
        ("work=licence", ["Roofs"]),
        ("work=ending", ["Soon"]),
        ("work=ended", ["Over"]),
        ("work=machine", ["Roofs"]),
        ("work=licence,machine", ["Roofs"]),
        ("work=licence,credit", []),
        ("work=unused", ["Bread", "Over", "Quay", "Roofs", "Soon"]),
        ("used=yes", ["Cropped", "Heron"]),
        ("used=no&shape=portrait", ["Quay"]),
        ("shape=portrait", ["Cropped", "Quay"]),
        ("shape=square", ["Bread"]),
        ("shape=panorama", ["Roofs"]),
        ("shape=landscape&used=yes", ["Heron"]),
        ("uploaded=week&work=ended", []),
        ("uploaded=month&work=ended", ["Over"]),
        ("taken__from=2020-01-01", ["Over"]),
        ("taken__to=2019-05-06", ["Soon"]),
        ("taken__from=2019-05-06&taken__to=2021-05-06", ["Over", "Soon"]),
        ("collection={birds}", ["Heron"]),
        ("collection=none&shape=square", ["Bread"]),
        ("q=heron", ["Heron"]),
        ("q=alster+hamburg", ["Heron"]),
        ("q=WADING", ["Heron"]),
        ("q=nordbild", ["Quay"]),
        ("q=reader", ["Bread"]),
        ("q=heron+quay", []),
        ("licence=CC+BY+4.0&q=roofs", []),
        ("keyword=wading", ["Heron"]),
        ("keyword=heron", []),
        ("credit=EXAMPLE&shape=square", ["Bread"]),
        ("credit=nobody&shape=square", []),
    ],
)
def test_the_list_is_narrowed(as_alice, library, query, titles):
    assert found(as_alice, query.replace("{birds}", str(Collection.objects.get().pk))) == titles


@pytest.mark.parametrize(
    "query",
    [
        "work=nonsense", "work=credit,", "collection=abc", "collection=99999999999999999999", "taken__from=yesterday",
        "taken__to=9999-99-99", "taken__from=0001-01-01", "picture=abc", "picture=99999999999999999999", "view=x",
        "keyword=%25_&credit=%25", "o=99.-x", "p=abc", "uploaded=&shape=&used=&licence=", "q=%25_%27%22", "picture=7",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_hand_written_address_breaks_nothing(as_alice, query):
    make_picture()
    assert as_alice.get(f"{LIST}?{query}", follow=True).status_code == 200


def test_work_lists_count_the_whole_library(as_alice, library):
    page = as_alice.get(f"{LIST}?q=heron")
    counts = {choice["display"]: choice["count"] for choice in page.context["work_lists"]}
    assert counts == {
        "No credit": 1, "No description": 1, "No licence": 1, "Rights end soon": 1, "Rights ended": 1, "Unused": 5,
        "Made by a machine": 1,
    }  # fmt: skip


def test_what_is_on_can_be_taken_off(as_alice, library):
    page = as_alice.get(f"{LIST}?work=credit&taken__from=2020-01-02&shape=portrait").content.decode()
    assert 'href="?shape=portrait&amp;taken__from=2020-01-02"' in page
    assert 'href="?taken__from=2020-01-02&amp;work=credit"' in page
    assert "from 2 January 2020" in page


def test_what_is_typed_keeps_what_else_is_on_and_can_be_taken_off(as_alice, library):
    page = as_alice.get(f"{LIST}?q=heron&shape=landscape&keyword=wading&o=2")
    assert page.context["kept"] == [("q", "heron"), ("shape", "landscape"), ("o", "2")]
    text = page.content.decode()
    assert 'name="keyword" value="wading"' in text
    assert 'href="?o=2&amp;q=heron&amp;shape=landscape"' in text
    assert "Keyword: wading" in strip_tags(text)


def test_the_grid_is_put_into_other_orders(as_alice, db):
    for title, credit in (("Mill", "B"), ("Barn", "C"), ("Quay", "A")):
        make_picture(title=title, credit=credit)
    orders = {choice["label"]: choice["query_string"] for choice in as_alice.get(LIST).context["orders"]}
    titles = {
        label: [picture.title for picture in as_alice.get(f"{LIST}{query}").context["cl"].result_list]
        for label, query in orders.items()
    }
    assert titles["Newest first"] == ["Quay", "Barn", "Mill"]
    assert titles["Oldest first"] == ["Mill", "Barn", "Quay"]
    assert titles["By title"] == ["Barn", "Mill", "Quay"]
    assert titles["By credit"] == ["Quay", "Mill", "Barn"]
    assert as_alice.get(f"{LIST}{orders['By title']}").context["order"] == "By title"


def test_cards_say_what_an_editor_must_know_before_using_them(as_alice, db):
    now = timezone.now()
    make_picture(credit="", alt="")
    make_picture(usable_until=now - timedelta(days=3))
    make_picture(usable_until=now + timedelta(days=3), origin="generated")
    page = words(as_alice.get(LIST))
    soon = date_format(timezone.localtime(now + timedelta(days=3)), "j F Y")
    for told in ("No credit", "No description", "May not be shown now", f"Until {soon}", "Made by a machine"):
        assert told in page


def test_a_file_name_finds_and_what_every_path_says_does_not(as_alice, db):
    picture = make_picture(title="Told")
    Picture.objects.filter(pk=picture.pk).update(original="pictures/2026/11/saltreach-0412.jpg")
    assert found(as_alice, "q=saltreach") == ["Told"]
    assert found(as_alice, "q=pictures") == found(as_alice, "q=2026") == []


def test_the_list_is_remembered_as_it_was_last_seen(as_alice, db):
    picture = make_picture()
    make_article(lead_picture=picture, body=shown_by(picture))
    assert "data-grid" in as_alice.get(LIST).content.decode()
    page = as_alice.get(f"{LIST}?view=list")
    assert "80 × 60" in words(page)
    assert page.context["cl"].result_list[0].number_of_uses == 2
    assert "data-grid" not in as_alice.get(LIST).content.decode()
    assert "data-grid" in as_alice.get(f"{LIST}?view=grid").content.decode()


@pytest.mark.parametrize("view", ["grid", "list"])
@pytest.mark.parametrize("query", ["", "?q=teal&work=unused", "?picture=1"])
@pytest.mark.parametrize("group", ["Writers", "Editors", "Administrators"])
def test_the_list_stays_within_its_query_budget(db, django_assert_max_num_queries, group, view, query):
    SiteSettings(name="The Lantern").save()
    for number in range(30):
        picture = make_picture()
        picture.collections.add(Collection.objects.create(name=f"Collection {number}"))
    client = signed_in(make_user("dora", group))
    client.get(f"{LIST}?view={view}")
    with django_assert_max_num_queries(8):
        page = client.get(f"{LIST}{query}")
    assert len(page.context["cl"].result_list) == 30


# -- the panel and the form


@pytest.mark.parametrize("group", ["Writers", "Editors", "Administrators"])
def test_the_panel_stays_within_the_same_budget(db, django_assert_max_num_queries, group):
    picture, client = make_picture(), signed_in(make_user("dora", group))
    picture.keywords.add("heron", "night")
    for number in range(30):
        Collection.objects.create(name=f"Collection {number}").pictures.add(picture)
        make_article(lead_picture=picture, body=shown_by(picture))
    with django_assert_max_num_queries(8):
        panel = client.get(f"{LIST}{picture.pk}/panel/", headers={"X-Requested-With": "fetch"})
    assert "Collection 29" in words(panel)


def test_the_panel_shows_and_saves(as_alice, db):
    picture = make_picture(alt="")
    fragment = f"{LIST}{picture.pk}/panel/"
    page = as_alice.get(f"{LIST}?picture={picture.pk}").content.decode()
    assert f'data-first="{fragment}"' in page
    assert f'<noscript><p><a class="button" href="{LIST}{picture.pk}/change/">' in page
    fields = {"focal_x": 20, "focal_y": 61, "alt": "A barrier", "credit": "Ilse Marr", "licence": "Staff"}
    response = as_alice.post(fragment, fields, headers={"X-Requested-With": "fetch"})
    assert "Saved" in words(response)
    assert "<html" not in response.content.decode()
    picture.refresh_from_db()
    assert (picture.focal_x, picture.alt, picture.credit, picture.licence) == (20, "A barrier", "Ilse Marr", "Staff")


def test_the_panel_tells_rights_and_filing_and_leads_to_more_of_it(as_alice, db):
    picture = make_picture(title="Heron", usable_until=timezone.now() + timedelta(days=3))
    make_picture(title="Quay")
    picture.keywords.add("wading bird")
    Collection.objects.create(name="Birds").pictures.add(picture)
    panel = as_alice.get(f"{LIST}{picture.pk}/panel/", headers={"X-Requested-With": "fetch"}).content.decode()
    assert "without a fallback" in panel
    for address in re.findall(r'href="(/desk/articles/picture/\?[^"]+)"', panel):
        assert found(as_alice, address.partition("?")[2]) == ["Heron"]
    assert "wading bird" in strip_tags(panel)
    assert "Birds" in strip_tags(panel)


def test_the_panel_says_what_is_wrong_and_keeps_what_was_typed(as_alice, db):
    picture = make_picture()
    response = as_alice.post(
        f"{LIST}{picture.pk}/panel/",
        {"focal_x": 120, "focal_y": 61, "alt": "Typed", "credit": "", "licence": ""},
        headers={"X-Requested-With": "fetch"},
    )
    assert response.status_code == 422
    assert "less than or equal to 100" in words(response)
    assert "Typed" in response.content.decode()


def test_the_panel_saves_without_a_script(as_alice, db):
    picture = make_picture()
    fields = {"focal_x": 50, "focal_y": 50, "alt": "New", "credit": "Erin", "licence": ""}
    response = as_alice.post(f"{LIST}{picture.pk}/panel/", fields, follow=True)
    assert response.redirect_chain[0][0] == f"{LIST}?picture={picture.pk}"
    assert "is saved" in words(response)


def test_the_form_files_and_dates(as_alice, db):
    picture, other = make_picture(), make_picture(title="Other")
    birds = Collection.objects.create(name="Birds")
    send(
        as_alice, f"{LIST}{picture.pk}/change/", "picture_form", keywords="Heron, heron, Night", collections=[birds.pk],
        usable_until_0="2031-01-02", usable_until_1="03:04", fallback=other.pk, crop_x="10", crop_width="50",
    )  # fmt: skip
    picture.refresh_from_db()
    assert sorted(picture.keywords.names()) == ["Heron", "Night"]
    assert list(picture.collections.all()) == [birds]
    assert (picture.usable_until.year, picture.fallback, picture.crop) == (2031, other, (10, 0, 50, 100))


def test_the_form_refuses_what_the_database_would(as_alice, db):
    picture = make_picture()
    address = f"{LIST}{picture.pk}/change/"
    page = send(as_alice, address, "picture_form", crop_x="60", crop_width="50")
    assert "The crop stays inside the picture" in words(page)
    assert "stand in for itself" in words(send(as_alice, address, "picture_form", fallback=picture.pk))


def test_keywords_are_suggested(as_alice, as_bob, db):
    make_picture().keywords.add("heron", "night")
    answer = as_alice.get(f"{LIST}keywords/?term=HER").json()
    assert [row["text"] for row in answer["results"]] == ["heron"]
    assert as_bob.get(f"{LIST}keywords/?term=HER").status_code == 403


# -- uses


def use_everywhere(picture):
    article = make_article("Led", lead_picture=picture, body=shown_by(picture))
    make_placement(article, "lead", starts_at=timezone.now() - timedelta(hours=1))
    make_page("Imprint", body=shown_by(picture))
    make_author("Ada", picture=picture)
    SiteSettings(name="The Lantern", logo=picture).save()
    Recording.objects.create(title="Song", provider_url="https://example.org/1", poster=picture)
    Document.objects.create(title="Report", file="report.pdf", size=1, pages=1, cover=picture)
    make_picture(title="Stood in for", fallback=picture)


EVERY_USE = [
    "Lead picture of Led, which is on the front page", "Text of Led", "Text of Imprint", "Portrait of Ada",
    "Logo of The Lantern", "Poster of Song", "Cover of Report", "Fallback of Stood in for",
]  # fmt: skip


def test_every_way_of_using_a_picture_is_known(db):
    known = {(model, path.partition("__")[0]) for _, model, path in WAYS if "__" not in path}
    by_texts = {(Illustration, "picture")}
    relations = {
        (relation.related_model, relation.field.name)
        for relation in Picture._meta.related_objects
        if relation.related_model is not PictureKeyword
    }
    assert known | by_texts == relations
    assert {(Page, "illustrations__picture")} <= {(model, path) for _, model, path in WAYS}


def test_a_used_picture_is_not_deleted_and_it_is_said_where(as_admin, db):
    picture = make_picture(title="Everywhere")
    use_everywhere(picture)
    for response in (
        as_admin.get(f"{LIST}{picture.pk}/delete/"),
        as_admin.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"}, follow=True),
        act(as_admin, "delete_selected", picture),
    ):
        for use in EVERY_USE:
            assert use in words(response)
    act(as_admin, "delete_selected", picture, post="yes")
    assert Picture.objects.filter(pk=picture.pk).exists()


@pytest.fixture
def as_admin(db):
    return signed_in(make_user("admin", "Administrators", "Editors"))


def test_unused_pictures_of_a_selection_go_and_the_others_stay(as_alice, db):
    free, led = make_picture(title="Free"), make_picture(title="Led by")
    make_article("Led", lead_picture=led)
    page = words(act(as_alice, "delete_selected", free, led))
    assert "1 goes for good" in page
    assert "1 stays because something shows it" in page
    page = words(act(as_alice, "delete_selected", free, led, post="yes"))
    assert "Deleted: 1 picture." in page
    assert "Left alone, because something shows them: 1 picture." in page
    assert list(Picture.objects.all()) == [led]


def test_a_picture_that_somebody_uses_in_between_stays(as_alice, db, monkeypatch):
    picture = make_picture()
    monkeypatch.setattr("articles.admin.picture.uses", lambda pictures, user: {picture.pk: [] for picture in pictures})
    make_article("Led", lead_picture=picture)
    assert "Left alone" in words(act(as_alice, "delete_selected", picture, post="yes"))
    assert Picture.objects.exists()


def test_an_unused_picture_is_deleted_with_its_keywords(as_alice, db):
    picture = make_picture()
    picture.keywords.add("heron")
    picture.collections.add(Collection.objects.create(name="Birds"))
    as_alice.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"})
    assert not Picture.objects.exists()


def test_writers_learn_no_headline_of_others_from_a_picture(as_walter, walter):
    picture = make_picture(uploaded_by=walter)
    make_article("Secret plans", lead_picture=picture, body=shown_by(picture), published=False)
    make_article("My own", lead_picture=picture, published=False, created_by=walter)
    for address in (f"{LIST}{picture.pk}/change/", f"{LIST}{picture.pk}/panel/", f"{LIST}{picture.pk}/replace/"):
        response = as_walter.get(address, headers={"X-Requested-With": "fetch"})
        assert "Secret plans" not in response.content.decode()
        assert "My own" in words(response)
        assert "and 2 you may not see" in words(response)
    assert as_walter.get(f"{LIST}{picture.pk}/delete/").status_code == 403
    page = as_walter.get(LIST).content.decode()
    assert "delete_selected" not in page
    assert "change_several" not in page


def test_writers_change_what_they_uploaded_until_a_live_story_shows_it(as_alice, as_walter, walter):
    own, others, live = make_picture(uploaded_by=walter), make_picture(), make_picture(uploaded_by=walter)
    story = make_article(body=f'<figure><img src="{live.get_absolute_url()}" alt="x"></figure><p>Words.</p>')
    for picture, may in ((own, True), (others, False), (live, False)):
        assert (as_walter.get(f"{LIST}{picture.pk}/replace/").status_code == 200) == may
        form = as_walter.get(f"{LIST}{picture.pk}/change/").context
        assert form["has_change_permission"] == may
        panel = as_walter.post(f"{LIST}{picture.pk}/panel/", {"credit": "Walter", "focal_x": 50, "focal_y": 50})
        assert (panel.status_code == 403) != may
        assert as_alice.get(f"{LIST}{picture.pk}/replace/").status_code == 200
    story.take_down()
    assert as_walter.get(f"{LIST}{live.pk}/replace/").status_code == 200


def test_collections_are_for_editors_to_keep_and_for_writers_to_file_into(as_alice, as_walter, walter):
    as_alice.post("/desk/articles/collection/add/", {"name": "Birds", "description": "", "_save": "1"})
    birds = Collection.objects.get()
    assert as_walter.post("/desk/articles/collection/add/", {"name": "Mine"}).status_code == 403
    assert as_walter.post(f"/desk/articles/collection/{birds.pk}/delete/", {"post": "yes"}).status_code == 403
    picture = make_picture(uploaded_by=walter)
    send(as_walter, f"{LIST}{picture.pk}/change/", "picture_form", collections=[birds.pk])
    assert list(birds.pictures.all()) == [picture]
    assert f'href="{LIST}?collection={birds.pk}">1</a>' in as_alice.get("/desk/articles/collection/").content.decode()


# -- changing many


def change(client, *pictures, **fields):
    return act(client, "change_several", *pictures, asked="1", **fields)


def test_many_pictures_are_changed_at_once_and_only_what_is_filled_in(as_alice, db):
    one, two = make_picture(title="One", terms="Ask first"), make_picture(title="Two", credit="", licence="")
    birds = Collection.objects.create(name="Birds")
    one.keywords.add("Old")
    version = one.version
    assert "Only what you fill in changes" in words(act(as_alice, "change_several", one, two))
    page = words(
        change(
            as_alice, one, two, credit="Ilse Marr", licence="Staff", empty_terms="on", origin="altered",
            allows_feeds="no", usable_until_0="2031-01-02", usable_until_1="03:04", add_to=birds.pk,
            add_keywords="Heron, Night", remove_keywords="old",
        )
    )  # fmt: skip
    assert (
        "Changed: Credit, Terms of use, May be shown until, Licence, Made by and May stand in feeds of 2 pictures"
        in page
    )
    assert "2 pictures put into “Birds”" in page
    for picture in (one, two):
        picture.refresh_from_db()
        assert (picture.credit, picture.licence, picture.terms, picture.origin) == ("Ilse Marr", "Staff", "", "altered")
        assert not picture.allows_feeds
        assert picture.allows_sharing
        assert picture.usable_until.year == 2031
        assert picture.alt == "A teal rectangle"
        assert sorted(picture.keywords.names()) == ["Heron", "Night"]
    assert birds.pictures.count() == 2
    assert one.version != version
    change(as_alice, one, remove_from=birds.pk, licence="none")
    one.refresh_from_db()
    assert (one.licence, birds.pictures.count()) == ("", 1)


def test_a_contradiction_changes_nothing(as_alice, db):
    fine, over = make_picture(), make_picture(title="Past", usable_until=datetime(2020, 1, 1, tzinfo=UTC))
    page = words(change(as_alice, fine, over, usable_from_0="2025-01-01", usable_from_1="00:00", credit="Changed"))
    assert "Nothing was changed. “Past”: its rights would end before they begin." in page
    assert not Picture.objects.filter(credit="Changed").exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "nothing would change"),
        ({"credit": "Erin", "empty_credit": "on"}, "not both"),
        ({"usable_from_0": "2025-01-01"}, "Give a time with the date."),
        ({"add_to": "99999999999999999999"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said(as_alice, db, fields, said):
    assert said in words(change(as_alice, make_picture(), **fields))


def test_five_hundred_pictures_are_changed(as_alice, db):
    Picture.objects.bulk_create(
        Picture(
            digest=f"{number:032}", format="JPEG", size=1, width=3, height=2, tone="000", version="x", original="x.jpg"
        )
        for number in range(501)
    )  # fmt: skip
    pictures = list(Picture.objects.all())
    assert "At most 500" in words(change(as_alice, *pictures, credit="Erin"))
    assert "Credit of 500 pictures" in words(change(as_alice, *pictures[:500], credit="Erin", add_keywords="heron"))
    assert Picture.objects.filter(credit="Erin", keywords__name="heron").count() == 500


# -- another file


def replace(client, picture, file):
    return client.post(f"{LIST}{picture.pk}/replace/", {"file": file}, follow=True)


def test_a_replaced_file_is_shown_at_once_under_the_old_addresses(as_alice, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(title="Barrier", width=900, height=600, focal_x=10, crop_width=80)
    story = make_article("Led", lead_picture=picture)
    old, key, preview = picture.url, picture.key, picture.preview_url()
    kept = picture.original.storage, picture.original.name
    with django_capture_on_commit_callbacks(execute=True):
        page = replace(as_alice, picture, make_upload(width=450, height=300, color="red"))
    assert "has a new file" in words(page)
    picture = find(key)
    assert (picture.width, picture.focal_x, picture.crop_width, picture.title) == (450, 10, 80, "Barrier")
    assert picture.url in client.get(old)["Location"]
    assert picture.version in client.get(story.get_absolute_url()).content.decode()
    assert as_alice.get(preview)["Location"] == picture.preview_url()
    assert not kept[0].exists(kept[1])


def test_other_proportions_begin_with_the_whole_picture(as_alice, db):
    picture = make_picture(width=900, height=600, focal_x=10, crop_width=80)
    replace(as_alice, picture, make_upload(width=300, height=450))
    picture.refresh_from_db()
    assert (picture.crop, picture.focal_x, picture.focal_y) == ((0, 0, 100, 100), 50, 50)


def test_the_file_of_another_picture_is_refused_with_a_link(as_alice, db):
    picture, content = make_picture(), make_image(width=99)
    other = uploads.take_in(make_upload(content=content), title="Other")
    page = replace(as_alice, picture, make_upload(content=content)).content.decode()
    assert f'<a href="{LIST}{other.pk}/change/">Other</a>' in page
    assert Picture.objects.get(pk=picture.pk).digest == picture.digest


def test_the_same_file_changes_nothing(as_alice, db):
    content = make_image()
    picture = uploads.take_in(make_upload(content=content), focal_x=10)
    assert "nothing changed" in words(replace(as_alice, picture, make_upload("again.jpg", content=content)))
    assert Picture.objects.get().version == picture.version


def while_it_is_read(change):
    """Do something as soon as a new file has been read, which takes a while."""
    read_file = reading.read

    def read_and_change(*args, **kwargs):
        found = read_file(*args, **kwargs)
        change()
        return found

    return mock.patch("articles.reading.read", read_and_change)


def test_what_is_said_of_a_picture_while_its_new_file_is_read_stays(as_alice, db):
    picture, ends = make_picture(), timezone.now() + timedelta(days=1)
    news = {"credit": "Dan Example", "focal_x": 10, "usable_until": ends}
    with while_it_is_read(lambda: Picture.objects.filter(pk=picture.pk).update(**news)):
        replace(as_alice, picture, make_upload(color="red"))
    stored = Picture.objects.get()
    assert stored.digest != picture.digest
    assert {name: getattr(stored, name) for name in news} == news


def test_a_picture_deleted_while_its_new_file_is_read_does_not_come_back(as_alice, db):
    picture = make_picture()
    with while_it_is_read(lambda: Picture.objects.filter(pk=picture.pk).delete()):
        assert replace(as_alice, picture, make_upload(color="red")).status_code == 404
    assert not Picture.objects.exists()


def test_what_is_no_picture_replaces_nothing(as_alice, as_bob, db):
    picture = make_picture()
    assert "a text, not a picture" in words(replace(as_alice, picture, make_upload(content=b"Just words")))
    assert "Choose a file." in words(replace(as_alice, picture, ""))
    assert as_bob.get(f"{LIST}{picture.pk}/replace/").status_code in (403, 404)
    assert "file" not in read(as_alice.get(f"{LIST}{picture.pk}/change/"), "picture_form")[0]
