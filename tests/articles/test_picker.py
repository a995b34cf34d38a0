import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from articles.models import Article, Collection, Picture
from articles.models.article import Status
from tests.articles.desk_forms import read, send, words
from tests.factories import make_article, make_author, make_picture, make_upload

LIST = "/desk/articles/picture/"
CHOOSE = f"{LIST}choose/"
USE = f"{CHOOSE}use/"
UPLOAD = f"{CHOOSE}upload/"


def days(number):
    return timezone.now() + timedelta(days=number)


def change(article):
    return f"/desk/articles/article/{article.pk}/change/"


def figure(picture, alt="", attributes=""):
    return f'<figure><img src="{picture.get_absolute_url()}" alt="{alt}"{attributes}></figure>'


def answers(response):
    return json.loads(response.context["answers"])


# -- the window


def test_window_shows_the_newest_first_and_pages(as_alice, as_bob):
    pictures = [make_picture() for _ in range(26)]
    cards = as_alice.get(CHOOSE).context["cards"]
    assert [card["picture"] for card in cards] == pictures[:1:-1]
    assert len(as_alice.get(f"{CHOOSE}?for=lead&page=2").context["cards"]) == 2
    assert as_alice.get(f"{CHOOSE}?page=abc&q=zzz&collection=99999999999999999999&licence=y").status_code == 200
    assert as_bob.get(CHOOSE).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=heron", "Heron"), ("licence=CC0+1.0", "Free"), ("collection={}", "Kept"), ("shape=portrait", "Tall")],
)
def test_window_filters(as_alice, query, found):
    make_picture(title="Heron")
    make_picture(title="Free", licence="CC0 1.0")
    make_picture(title="Tall", width=60, height=80)
    collection = Collection.objects.create(name="Archive")
    make_picture(title="Kept").collections.add(collection)
    cards = as_alice.get(f"{CHOOSE}?{query.format(collection.pk)}").context["cards"]
    assert [str(card["picture"]) for card in cards] == [found]


def test_window_greys_what_may_not_be_shown_and_says_why(as_alice):
    ended = make_picture(title="Ended", usable_until=days(-3))
    to_come = make_picture(title="To come", usable_from=days(3))
    page = as_alice.get(CHOOSE)
    assert "may no longer be shown: its rights ended on" in words(page)
    assert "may not be shown yet: its rights begin on" in words(page)
    for picture in (ended, to_come):
        assert f"pick={picture.pk}" not in page.content.decode()


def test_window_marks_what_lacks_a_credit_and_whose_rights_end_soon(as_alice):
    make_picture(credit="")
    make_picture(usable_until=days(5))
    page = words(as_alice.get(CHOOSE))
    assert "No credit" in page
    assert "Rights end on" in page


def test_window_keeps_what_was_ticked_through_a_search(as_alice):
    ticked = make_picture(title="Ticked")
    page = as_alice.get(f"{CHOOSE}?several=1&q=zzz&pick={ticked.pk}&pick=x&pick=99")
    assert [(card["picture"], card["is_picked"]) for card in page.context["cards"]] == [(ticked, True)]


def test_window_stays_within_its_query_budget(as_alice, django_assert_max_num_queries):
    for _ in range(24):
        make_picture()
    with django_assert_max_num_queries(9):
        as_alice.get(f"{CHOOSE}?several=1")


# -- uploads


def test_upload_in_place_is_shown_as_a_choice(as_alice, alice):
    answer = as_alice.post(f"{UPLOAD}?for=lead", {"file": make_upload(width=900, height=600)}).json()
    picture = Picture.objects.get()
    assert (answer["id"], picture.uploaded_by, answer["refusal"]) == (picture.pk, alice, "")
    assert f"?for=lead&amp;pick={picture.pk}" in answer["choice"]


def test_upload_of_a_file_that_is_there_offers_the_picture(as_alice):
    there = make_picture(title="Heron", usable_until=days(-1))
    there.original.open()
    answer = as_alice.post(UPLOAD, {"file": make_upload(content=there.original.read())}).json()
    assert answer["id"] == there.pk
    assert "in the library already" in answer["remark"]
    assert "may no longer be shown" in answer["refusal"]


@pytest.mark.parametrize("content", [b"", b"Just words"])
def test_upload_is_refused_in_words(as_alice, content):
    response = as_alice.post(UPLOAD, {"file": make_upload(content=content)})
    assert response.status_code == 400
    assert response.json()["problem"]
    assert as_alice.post(UPLOAD).json()["problem"] == "Choose a file."
    assert not Picture.objects.exists()


def test_upload_is_for_those_who_may_add(as_bob):
    assert as_bob.post(UPLOAD, {"file": make_upload()}).status_code == 403


# -- words and crop


def test_words_come_from_the_library_and_go_to_the_story(as_alice):
    picture = make_picture(alt="A boat", caption="The boat")
    address = f"{USE}?for=lead&pick={picture.pk}"
    fields, _ = read(as_alice.get(address), "use_form")
    assert fields[f"p{picture.pk}-description"] == ["A boat"]
    response = send(as_alice, address, "use_form", **{f"p{picture.pk}-words_below": "Moored"})
    assert answers(response) == [
        {
            "id": picture.pk,
            "src": picture.get_absolute_url(),
            "alt": "A boat",
            "caption": "Moored",
            "decorative": False,
        }
    ]
    picture.refresh_from_db()
    assert picture.caption == "The boat"


def test_words_of_the_story_are_offered_again(as_alice):
    picture = make_picture()
    fields, _ = read(as_alice.get(f"{USE}?for=lead&pick={picture.pk}&alt=Mine&caption=Ours&decorative=1"), "use_form")
    assert fields[f"p{picture.pk}-description"] == ["Mine"]
    assert fields[f"p{picture.pk}-words_below"] == ["Ours"]
    assert f"p{picture.pk}-is_decorative" in fields


def test_no_description_is_refused_unless_it_is_decoration(as_alice):
    picture = make_picture(alt="")
    address = f"{USE}?pick={picture.pk}"
    response = send(as_alice, address, "use_form")
    assert "Describe what is seen, or mark it as decoration only." in words(response)
    assert not response.context["answers"]
    response = send(as_alice, address, "use_form", **{f"p{picture.pk}-is_decorative": "on"})
    assert answers(response)[0]["decorative"] is True
    assert answers(response)[0]["alt"] == ""


def test_several_are_handed_over_in_their_order(as_alice):
    first, second = make_picture(), make_picture()
    response = send(as_alice, f"{USE}?several=1&pick={second.pk}&pick={first.pk}", "use_form")
    assert [answer["id"] for answer in answers(response)] == [second.pk, first.pk]


def test_crop_focal_point_and_missing_rights_are_kept_with_the_picture(as_alice):
    picture = make_picture(width=400, height=300, credit="", licence="")
    version = picture.version
    new = {"focal_x": 10, "focal_y": 20, "crop_x": 5, "crop_width": 80, "credit": "Erin", "licence": "CC BY 4.0"}
    send(as_alice, f"{USE}?pick={picture.pk}", "use_form", **{f"p{picture.pk}-{name}": new[name] for name in new})
    picture.refresh_from_db()
    assert {name: getattr(picture, name) for name in new} == new
    assert picture.version != version


def test_crop_beyond_the_edge_is_refused_in_words(as_alice):
    picture = make_picture()
    response = send(as_alice, f"{USE}?pick={picture.pk}", "use_form", **{f"p{picture.pk}-crop_x": 60})
    assert "The crop stays inside the picture" in words(response)


def test_credit_that_is_there_is_not_asked_for(as_alice):
    picture = make_picture(licence="")
    fields, _ = read(as_alice.get(f"{USE}?pick={picture.pk}"), "use_form")
    assert f"p{picture.pk}-licence" in fields
    assert f"p{picture.pk}-credit" not in fields


def test_what_may_not_be_shown_is_not_handed_over(as_alice):
    picture = make_picture(usable_until=days(-1))
    response = send(as_alice, f"{USE}?pick={picture.pk}", "use_form")
    assert "may no longer be shown" in words(response)
    assert not response.context["answers"]


def test_nothing_chosen_leads_back(as_alice, as_bob):
    assert as_alice.get(f"{USE}?for=lead&pick=99")["Location"] == f"{CHOOSE}?for=lead"
    assert as_bob.get(USE).status_code == 403


def test_card_tells_what_the_form_shows(as_alice, as_bob):
    picture = make_picture(credit="")
    shown = as_alice.get(f"{LIST}{picture.pk}/card/").json()
    assert shown["alt"] == "A teal rectangle"
    assert "No credit" in shown["html"]
    assert as_alice.get(f"{LIST}99/card/").status_code == 404
    assert as_bob.get(f"{LIST}{picture.pk}/card/").status_code == 404


# -- the story


def test_lead_picture_is_shown_with_what_is_wrong(as_alice):
    article = make_article(lead_picture=make_picture(title="Heron", credit="", usable_until=days(5)), published=False)
    page = words(as_alice.get(change(article)))
    assert "Heron" in page
    assert "No credit." in page
    assert "Rights end on" in page


def test_words_for_this_story_are_saved(as_alice):
    article = make_article(lead_picture=make_picture(), published=False)
    send(as_alice, change(article), lead_alt="A heron", lead_caption="At dawn")
    article.refresh_from_db()
    assert (article.picture_alt, article.picture_caption) == ("A heron", "At dawn")
    send(as_alice, change(article), lead_is_decorative="on")
    article.refresh_from_db()
    assert (article.picture_alt, article.lead_alt) == ("", "A heron")


@pytest.mark.parametrize("where", ["lead", "text"])
def test_expired_picture_cannot_be_chosen(as_alice, where):
    article = make_article(published=False)
    picture = make_picture(title="Heron", usable_until=days(-1))
    chosen = {"lead_picture": picture.pk} if where == "lead" else {"body": figure(picture, "A heron")}
    page = words(send(as_alice, change(article), **chosen))
    assert "“Heron” may no longer be shown: its rights ended on" in page
    assert "Choose another." in page
    article.refresh_from_db()
    assert article.lead_picture is None
    assert "<img" not in article.body


def test_picture_whose_rights_end_before_the_story_goes_out_cannot_be_chosen(as_alice):
    article = make_article(published=False)
    picture = make_picture(title="Heron", usable_until=days(5))
    day = f"{days(7):%Y-%m-%d}"
    page = words(send(as_alice, change(article), lead_picture=picture.pk, published_at_0=day, published_at_1="12:00"))
    assert "when the story goes out" not in page
    assert "“Heron” may not be shown on" in page
    assert "its rights end on" in page


@pytest.mark.parametrize("press", ["_publish", "_approve"])
@pytest.mark.parametrize("where", ["lead", "text"])
def test_story_with_an_expired_picture_does_not_go_on(as_alice, press, where):
    picture = make_picture(title="Heron")
    used = {"lead_picture": picture} if where == "lead" else {"body": figure(picture, "A heron")}
    article = make_article(published=False, **used)
    Picture.objects.update(usable_until=days(-1))
    assert "“Heron” may no longer be shown" in words(send(as_alice, change(article), press=press))
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_bulk_publishing_leaves_expired_and_undescribed_pictures_alone(as_alice):
    expired = make_article("Expired", lead_picture=make_picture(title="Heron", usable_until=days(-1)), published=False)
    silent = make_article("Silent", lead_picture=make_picture(title="Crane", alt=""), published=False)
    fine = make_article("Fine", lead_picture=make_picture(), published=False)
    page = words(
        as_alice.post(
            "/desk/articles/article/",
            {"action": "publish", "index": "0", "_selected_action": [expired.pk, silent.pk, fine.pk]},
            follow=True,
        )
    )
    assert "“Heron” may no longer be shown" in page
    assert "“Crane” has no description." in page
    assert list(Article.objects.published()) == [fine]


def test_live_story_whose_picture_expired_can_be_mended(as_alice):
    picture, other = make_picture(title="Heron"), make_picture(title="Crane", usable_until=days(-1))
    article = make_article(lead_picture=picture, body=f"<p>Words.</p>{figure(picture, 'A heron')}")
    Picture.objects.filter(pk=picture.pk).update(usable_until=days(-1))
    assert send(as_alice, change(article), press="_update", standfirst="Mended").status_code == 302
    assert "“Crane” may no longer be shown" in words(send(as_alice, change(article), lead_picture=other.pk))
    article.refresh_from_db()
    assert (article.standfirst, article.lead_picture) == ("Mended", picture)


@pytest.mark.parametrize("where", ["lead", "text"])
def test_publishing_asks_for_a_description(as_alice, where):
    picture = make_picture(title="Heron", alt="")
    used = {"lead_picture": picture} if where == "lead" else {"body": figure(picture)}
    article = make_article(published=False, **used)
    page = send(as_alice, change(article), press="_publish")
    assert "“Heron” has no description." in words(page)
    assert ('href="#id_lead_alt"' if where == "lead" else 'href="#id_body"') in page.content.decode()
    mended = {"lead_is_decorative": "on"} if where == "lead" else {"body": figure(picture, "", ' role="presentation"')}
    send(as_alice, change(article), press="_publish", **mended)
    article.refresh_from_db()
    assert article.is_public()


def test_picture_from_elsewhere_is_named_by_its_file(as_alice):
    article = make_article(
        body='<figure><img src="https://example.org/boats/quay.jpg" alt=""></figure>', published=False
    )
    assert "“quay.jpg” has no description." in words(send(as_alice, change(article), press="_publish"))


def test_live_story_gets_no_new_picture_without_description(as_alice):
    article = make_article()
    picture = make_picture(title="Heron", alt="")
    sent = send(as_alice, change(article), press="_update", lead_picture=picture.pk)
    assert "“Heron” has no description." in words(sent)


def test_scheduled_date_does_not_move_beyond_the_rights(as_alice):
    article = make_article(at=days(1), lead_picture=make_picture(title="Heron", usable_until=days(5)))
    day = f"{days(7):%Y-%m-%d}"
    assert "“Heron” may not be shown on" in words(
        send(as_alice, change(article), published_at_0=day, published_at_1="12:00")
    )


@pytest.mark.django_db
def test_what_is_imported_goes_out_without_description():
    article = make_article(lead_picture=make_picture(alt=""))
    assert article.is_public()


def test_story_is_not_scheduled_beyond_the_rights_of_its_picture(as_alice):
    picture = make_picture(title="Heron")
    article = make_article(lead_picture=picture, published=False)
    Article.objects.update(published_at=days(7))
    Picture.objects.update(usable_until=days(5))
    assert "“Heron” may not be shown on" in words(send(as_alice, change(article), press="_publish"))
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_expired_portrait_and_logo_cannot_be_chosen(as_alice, admin_client):
    author = make_author("Ada")
    picture = make_picture(title="Heron", usable_until=days(-1))
    page = send(as_alice, f"/desk/articles/author/{author.pk}/change/", "author_form", picture=picture.pk)
    assert "“Heron” may no longer be shown" in words(page)
    page = send(admin_client, "/desk/articles/sitesettings/1/change/", "sitesettings_form", logo=picture.pk)
    assert "“Heron” may no longer be shown" in words(page)


def test_portrait_has_a_crop_and_no_words(as_alice):
    picture = make_picture(alt="")
    fields, _ = read(as_alice.get(f"{USE}?for=field&pick={picture.pk}"), "use_form")
    assert not {name for name in fields if "description" in name or "words" in name}
    response = send(as_alice, f"{USE}?for=field&pick={picture.pk}", "use_form", **{f"p{picture.pk}-focal_x": 10})
    assert answers(response)[0]["id"] == picture.pk
    picture.refresh_from_db()
    assert picture.focal_x == 10


def test_writer_describes_a_picture_and_leaves_its_crop(as_walter):
    picture = make_picture(credit="")
    address = f"{USE}?for=lead&pick={picture.pk}"
    fields, _ = read(as_walter.get(address), "use_form")
    may_change = as_walter.get(f"{LIST}{picture.pk}/change/").context["has_change_permission"]
    assert (f"p{picture.pk}-focal_x" in fields) == (f"p{picture.pk}-credit" in fields) == may_change
    assert answers(send(as_walter, address, "use_form"))[0]["id"] == picture.pk


def test_number_of_no_picture_is_refused_in_words(as_alice):
    article = make_article(published=False)
    for number in ("99", "9" * 30, "x"):
        page = send(as_alice, change(article), lead_picture=number)
        assert page.context["adminform"].form.errors["lead_picture"]
        assert escape(number[:2]) in page.content.decode()
