"""What may no longer be shown is on no public surface, from the very moment on, and nothing has to run for that."""

import re
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import sharing
from articles.models import Article, Document, Dossier, LiveUpdate, Part, Picture, Recording, SiteSettings
from articles.models.recording import COVER_RIGHTS
from tests.articles.desk_forms import words
from tests.articles.sounds import mp4, pdf
from tests.factories import make_article, make_author, make_page, make_picture, make_placement

pytestmark = pytest.mark.django_db

ENDS = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(moment):
    return mock.patch("django.utils.timezone.now", return_value=moment)


def figure(picture, caption=""):
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{picture.get_absolute_url()}" alt="Seen here">{caption}</figure>'


def limit(picture, **rights):
    """Change the rights of a picture that stories show already."""
    for name, value in rights.items():
        setattr(picture, name, value)
    picture.save()


def kept(picture):
    """Make a player and a film that wait behind a picture, and a document that has it as its cover."""
    player = Recording.objects.create(
        title="A talk", provider_url="https://vimeo.com/76979871", kind=Recording.Kind.VIDEO, poster=picture
    )
    film = Recording(title="A film", poster=picture)
    film.receive(SimpleUploadedFile("film.mp4", mp4()))
    film.save()
    document = Document(title="A report", cover=picture, pages=1, size=9)
    for name in COVER_RIGHTS:
        setattr(document, name, getattr(picture, name))
    document.file.save("report.pdf", ContentFile(pdf()))
    return [player, film, document]


def newsroom(picture):
    """Put a picture wherever a picture can be, and return the addresses of all that shows it."""
    things = kept(picture)
    embedded = "".join(
        f'<p class="embed"><a href="{thing.get_absolute_url()}">{thing.title}</a></p>' for thing in things
    )
    gallery = f'<div class="gallery">{figure(picture)}{figure(picture)}</div>'
    author = make_author("Erin Example", picture=picture)
    article = make_article(
        "A story",
        lead_picture=picture,
        lead_caption="Written for the lead",
        body=f"<p>Words</p>{figure(picture, 'Written for the text')}",
        authors=[author],
        tags=["light"],
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    essay = make_article("An essay", kind="photo_essay", lead_picture=picture, at=datetime(2026, 1, 2, tzinfo=UTC))
    opinion = make_article("A view", kind="opinion", authors=[author], at=datetime(2026, 1, 3, tzinfo=UTC))
    page = make_page("About", body=f"<p>About</p>{figure(picture)}")
    album = make_article("An album", body=gallery, at=datetime(2026, 1, 4, tzinfo=UTC))
    listening = make_article("To hear", body=f"<p>Words</p>{embedded}", at=datetime(2026, 1, 5, tzinfo=UTC))
    dossier = Dossier.objects.create(title="Light", picture=picture)
    Part.objects.create(dossier=dossier, article=article)
    placed = make_article("Placed", at=datetime(2026, 1, 6, tzinfo=UTC))
    make_placement(placed, "lead", picture=picture, is_pinned=True, starts_at=datetime(2026, 1, 6, tzinfo=UTC))
    live = make_article("As it happens", kind="live", at=datetime(2026, 1, 7, tzinfo=UTC))
    LiveUpdate.objects.create(article=live, body=figure(picture), published_at=datetime(2026, 1, 7, tzinfo=UTC))
    SiteSettings.objects.create(name="Northlight", logo=picture)
    section, tag = article.category.get_absolute_url(), article.tags.get().get_absolute_url()
    lists = [
        "/",
        "/series/",
        "/most-read/",
        section,
        tag,
        author.get_absolute_url(),
        "/search/?q=story",
        "/2026/",
        "/2026/01/",
        "/2026/01/01/",
    ]
    fed = ("/feed/", section, tag, author.get_absolute_url(), dossier.get_absolute_url())
    feeds = [f"{base}{kind}/" for base in fed for kind in ("rss", "atom", "json")]
    apart = [
        f"/live/{live.pk}/?since=0-{16 * '0'}",
        f"/draft/{sharing.make(article, 'Their lawyer', days=30)[1]}/",
        f"/comments/write/{article.pk}/",
        "/comments/moderation/",
        "/manifest.webmanifest",
        "/offline/",
        "/saved/",
        "/newsletter/",
    ]
    texts = [
        thing.get_absolute_url() for thing in (article, essay, opinion, page, album, listening, dossier, live, *things)
    ]
    sitemaps = ["/sitemap.xml", "/sitemap-2026-01.xml", "/sitemap-pages.xml", "/sitemap-news.xml"]
    api = [
        "/api/articles/",
        f"/api/articles/?tag={article.tags.get().slug}",
        f"/api/articles/?section={article.category.slug}",
        f"/api/articles/?author={author.slug}",
        "/api/authors/",
        *(f"/api/articles/{one.pk}/" for one in (article, essay, album, live)),
    ]
    return [*lists, *feeds, *texts, *apart, *sitemaps, *api, "/nowhere/"]


def surfaces(addresses):
    client = Client()
    return {address: client.get(address).content.decode() for address in addresses}


def files_named(pages):
    return {address for page in pages.values() for address in re.findall(r"/media/pictures/[^\s\"',\\]+", page)}


def test_from_the_moment_on_nothing_shows_it_and_its_files_do_not_answer():
    picture = make_picture(width=900, height=600)
    addresses = newsroom(picture)
    limit(picture, usable_until=ENDS)
    with at(ENDS - timedelta(seconds=1)):
        before = surfaces(addresses)
        assert sum(picture.key in page for page in before.values()) >= 34
        with_logo_alone = before["/nowhere/"].count(picture.key)
        for address in addresses:
            if address.startswith(("/2026/01/0", "/about/", "/recording/", "/document/", "/draft/")):
                assert before[address].count(picture.key) > with_logo_alone, address
            if address.startswith(("/live/", "/feed/", "/series/light/", "/api/")):
                assert picture.key in before[address], address
        issued = files_named(before)
        assert {name.rpartition(".")[2] for name in issued} == {"avif", "webp", "jpg"}
        assert all(Client().get(address).status_code == 200 for address in issued)
    with at(ENDS):
        for address, page in surfaces(addresses).items():
            assert picture.key not in page, address
            if not address.startswith("/search/"):  # which finds words, those of captions too
                assert "Written for the" not in page, address
        assert {Client().get(address).status_code for address in issued} == {410}
        assert Client().get(picture.get_absolute_url()).status_code == 410


def test_what_stands_in_for_it_takes_its_place_everywhere_with_its_own_words():
    fallback = make_picture(alt="The stand-in", caption="The stand-in's own words", credit="Sam", color="red")
    picture = make_picture(caption="Its own words")
    addresses = newsroom(picture)
    limit(picture, usable_until=ENDS, fallback=fallback)
    with at(ENDS - timedelta(seconds=1)):
        before = surfaces(addresses)
        assert not any(fallback.key in page for page in before.values())
    with at(ENDS):
        after = surfaces(addresses)
        for address, page in after.items():
            assert picture.key not in page, address
            assert (fallback.key in page) == (picture.key in before[address]), address
            assert "Seen here" not in page, address
            assert "Its own words" not in page, address
        for address in files_named(before):
            response = Client().get(address)
            assert response.status_code == 302
            assert fallback.key in response["Location"]
            assert Client().get(response["Location"]).status_code == 200


def test_a_stand_in_whose_own_rights_have_ended_shows_nothing():
    fallback = make_picture(usable_until=ENDS)
    picture = make_picture()
    addresses = newsroom(picture)
    limit(picture, usable_until=ENDS, fallback=fallback)
    with at(ENDS):
        assert not files_named(surfaces(addresses))


def test_nothing_is_shown_before_its_time():
    picture = make_picture()
    addresses = newsroom(picture)
    limit(picture, usable_from=ENDS)
    with at(ENDS - timedelta(seconds=1)):
        assert not files_named(surfaces(addresses))
        assert Client().get(picture.url).status_code == 404
    with at(ENDS):
        assert files_named(surfaces(addresses))
        assert Client().get(picture.url).status_code == 200


def test_what_may_not_be_shared_or_fed_is_on_pages_alone():
    picture = make_picture(allows_sharing=False, allows_feeds=False)
    newsroom(picture)
    article = Client().get("/2026/01/01/a-story/").content.decode()
    assert picture.key in article
    assert "og:image" not in article
    for address in ("/api/articles/", f"/api/articles/{Article.objects.get(headline='A story').pk}/", "/api/authors/"):
        assert picture.key not in Client().get(address).content.decode()
    for kind in ("rss", "atom", "json"):
        assert picture.key not in Client().get(f"/feed/{kind}/").content.decode()
    card = picture.url.replace("whole-", "card-")
    assert "card" not in Client().get(card).get("Location", "")


moments = st.one_of(st.none(), st.integers(-3, 3).map(lambda hours: ENDS + timedelta(hours=hours)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rights=st.tuples(moments, moments, moments, moments, st.booleans()), now=st.integers(-4, 4))
def test_at_any_instant_no_public_surface_serves_a_picture_out_of_its_rights(everywhere, rights, now):
    picture, fallback, addresses, issued = everywhere
    starts, ends, fallback_starts, fallback_ends, has_fallback = rights
    for one, first, last in ((picture, starts, ends), (fallback, fallback_starts, fallback_ends)):
        if first and last and first >= last:
            first = None
        Picture.objects.filter(pk=one.pk).update(usable_from=first, usable_until=last)
    Picture.objects.filter(pk=picture.pk).update(fallback=fallback if has_fallback else None)
    with at(ENDS + timedelta(hours=now)):
        usable = set(Picture.objects.usable().values_list("key", flat=True))
        shown = {picture.key} & usable or ({fallback.key} & usable if has_fallback else set())
        pages = surfaces(addresses)
        for address, page in pages.items():
            assert {one.key for one in (picture, fallback) if one.key in page} <= shown, address
        for address in issued:
            response = Client().get(address)
            if response.status_code == 200:
                assert address.split("/")[3] in usable
            elif response.status_code == 302:
                assert response["Location"].split("/")[3] in usable
            else:
                assert response.status_code in (404, 410)


@pytest.fixture
def everywhere():
    picture, fallback = make_picture(width=300, height=200), make_picture(width=300, height=200, color="red")
    addresses = newsroom(picture)
    issued = sorted(files_named(surfaces(addresses)))[:3] + [fallback.url, picture.get_absolute_url()]
    chosen = [address for address in addresses if "atom" not in address]
    return picture, fallback, chosen, issued


def test_rights_end_after_they_begin():
    picture = make_picture()
    picture.usable_from, picture.usable_until = ENDS, ENDS
    with pytest.raises(ValidationError, match="end after they begin"):
        picture.full_clean()


def test_the_row_and_the_query_say_the_same():
    hours = [None, *(ENDS + timedelta(hours=hours) for hours in (-1, 0, 1))]
    for first in hours:
        for last in hours:
            if not (first and last and first >= last):
                picture = make_picture(usable_from=first, usable_until=last)
                assert picture.is_usable(ENDS) == Picture.objects.usable(ENDS).filter(pk=picture.pk).exists()


def test_the_desk_lists_live_stories_whose_pictures_end_soon(as_alice, as_walter):
    soon, ended = timezone.now() + timedelta(days=3), timezone.now() - timedelta(days=1)
    quay, mill, weir, barn = (make_picture(title=title) for title in ("Quay", "Mill", "Weir", "Barn"))
    make_article("Led by it", lead_picture=quay)
    make_article("Shows it", body=f"<p>x</p>{figure(mill)}")
    make_article("Not live", published=False, lead_picture=weir)
    make_article("No hurry", lead_picture=barn)
    for picture, moment in ((quay, soon), (mill, ended), (weir, soon), (barn, soon + timedelta(days=90))):
        limit(picture, usable_until=moment)
    home = as_alice.get("/desk/").content.decode()
    panel = home[home.index("panel-rights") : home.index("</section>", home.index("panel-rights"))]
    assert re.findall("Led by it|Shows it|Quay|Mill|Weir|Barn|Not live|No hurry", panel) == [
        "Shows it", "Mill", "Led by it", "Quay",
    ]  # fmt: skip
    assert "panel-rights" not in words(as_walter.get("/desk/"))


def test_the_desk_lists_what_else_is_live_with_a_picture_that_ends_soon(as_alice):
    picture = make_picture(title="Quay")
    make_page("About", body=f"<p>x</p>{figure(picture)}")
    make_page("In the drawer", body=f"<p>x</p>{figure(picture)}", is_published=False)
    make_author("Erin Example", picture=picture)
    kept(picture)
    limit(picture, usable_until=timezone.now() + timedelta(days=3))
    home = as_alice.get("/desk/").content.decode()
    panel = home[home.index("panel-rights") : home.index("</section>", home.index("panel-rights"))]
    assert re.findall("Page: About|Portrait: Erin Example|Poster: A talk|Poster: A film|drawer", strip_tags(panel)) == [
        "Page: About", "Portrait: Erin Example", "Poster: A film", "Poster: A talk",
    ]  # fmt: skip
    for address in re.findall('href="(/desk/articles/[^"]*)"', panel):
        assert as_alice.get(address).status_code == 200
