"""The interface in other languages: no word is English for good, and each language is spoken as it is elsewhere."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from articles import subscriptions, trust
from articles.corrections import correct
from articles.live import Cursor
from articles.models import BreakingNews, Byline, Dossier, LiveUpdate, Part, SiteSettings, Subscriber
from articles.models.page import Purpose
from newsroom.html import clean
from tests.articles.desk_forms import words
from tests.articles.sounds import CAPTIONS, make_document, make_recording
from tests.bracketed import GREEK, SENTENCE, Leftovers, Words, bracketed
from tests.factories import make_article, make_author, make_category, make_page, make_picture

pytestmark = pytest.mark.django_db

OWN = {"Origin": "http://testserver"}


@pytest.fixture
def newsroom():
    """One of everything that readers see, in Greek, and the addresses of it all."""
    SiteSettings(
        name="Φάρος", tagline="Ειδήσεις του βορρά", address="Οδός", comments_policy="off",
        newsletter_promise=SENTENCE, email="desk@reader.test",
    ).save()  # fmt: skip
    sections = [
        make_category(name, slug=f"section-{number}") for number, name in enumerate(("Κόσμος", "Χρήμα", "Τροφή"))
    ]
    make_category("Άδειο", slug="empty")
    authors = [make_author(f"Όνομα {letter}", bio=SENTENCE, role="Συντάκτης") for letter in "ΑΒΓΔ"]
    authors[0].is_on_masthead = True
    authors[0].save()
    picture = make_picture(alt=GREEK, credit="Φωτογράφος", origin="altered", licence="Handout")
    recording = make_recording(
        captions=CAPTIONS, transcript=f"<p>{SENTENCE}</p>", title=GREEK, language="el", credit="Φωτογράφος"
    )
    document = make_document(title=GREEK, language="el", summary=SENTENCE, credit="Φωτογράφος")
    figure = f'<figure><img src="{picture.get_absolute_url()}" alt="{GREEK}"></figure>'
    body = clean(
        "".join(f"<h2>{GREEK}</h2><p>{SENTENCE * 9}<span class='footnote'>{SENTENCE}</span></p>" for _ in range(3))
        + f'<div class="gallery">{figure * 2}</div><table><tbody><tr><td>{GREEK}</td></tr></tbody></table>'
        + f'<p class="embed"><a href="https://www.youtube.com/watch?v=jNQXAC9IVRw">{GREEK}</a></p>'
        + "".join(
            f'<p class="embed"><a href="{thing.get_absolute_url()}">{GREEK}</a></p>' for thing in (recording, document)
        )
    )
    said = {"language": "el", "standfirst": SENTENCE, "lead_picture": picture, "tags": ["Λιμάνια"], "body": body}
    kinds = ("news", "analysis", "feature", "opinion", "interview", "review", "explainer", "photo_essay")
    stories = [
        make_article(
            f"{GREEK} {number}", slug=f"story-{number}", kind=kinds[number % 8], category=sections[number % 3],
            authors=authors[: number % 4 + 1], at=timezone.now() - timedelta(hours=9 * number + 1),
            rating="3.5", reviewed="Βιβλίο", **(said if number < 8 else said | {"body": f"<p>{SENTENCE}</p>"}),
        )
        for number in range(22)
    ]  # fmt: skip
    full = stories[0]
    Byline.objects.create(article=full, author=authors[1], role="photographer", position=9)
    correct(full, SENTENCE, is_material=True)
    full.refresh_from_db()
    full.original_language, full.source_title, full.source_author = "es", "Ιστορία", "Κάποιος"
    full.source_publisher, full.source_url = "Εκδότης", "https://reader.test/"
    full.updated_at = timezone.now()
    full.save()
    make_article(GREEK, slug="translated", translation_of=full, **(said | {"language": "ru"}))
    live = make_article(GREEK, kind="live", slug="live", **said)
    ended = make_article(GREEK, kind="live", slug="ended", live_ended_at=timezone.now(), live_summary=body, **said)
    for coverage in (live, ended):
        LiveUpdate.objects.bulk_create(
            LiveUpdate(
                article=coverage, headline=GREEK, author=authors[0], is_key_point=number < 2, is_withdrawn=number == 9,
                correction=SENTENCE if number == 8 else "", corrected_at=timezone.now() if number == 8 else None,
                published_at=timezone.now() - timedelta(minutes=number + 1),
            ) for number in range(60)
        )  # fmt: skip
    dossiers = []
    for form in Dossier.Form.values:
        dossiers.append(
            Dossier.objects.create(title=GREEK, slug=form, form=form, is_complete=True, description=SENTENCE)
        )
        for position, story in enumerate(stories[:15]):
            Part.objects.create(dossier=dossiers[-1], article=story, position=position)
    tomorrow = timezone.now() + timedelta(days=1)
    BreakingNews.objects.create(label="Έκτακτο", text=SENTENCE, ends_at=tomorrow)
    for story in stories[:6]:
        story.recommendations.create(voter=f"{story.pk:032}")
    purposes = ("about", "masthead", "corrections", "contact")
    pages = [make_page(GREEK, slug=purpose, purpose=purpose, body=f"<p>{SENTENCE}</p>") for purpose in purposes]
    subscriber = Subscriber.objects.create(email="carol@reader.test")
    day = timezone.localtime(full.first_published_at)
    return {
        "addresses": [
            "/", "/section/section-0/", "/section/empty/", "/search/", "/search/?q=xyzzy",
            "/search/?q=λιμάνι", "/most-read/", "/most-read/?section=section-0&period=week", "/series/", "/saved/",
            "/offline/", "/newsletter/", "/newsletter/asked/", "/tag/λιμάνια/", "/tag/λιμάνια/?page=2",
            f"/{day:%Y}/", f"/{day:%Y/%m}/", f"/{day:%Y/%m/%d}/",
            *(thing.get_absolute_url() for thing in (*stories[:8], live, ended, recording, document)),
            *(thing.get_absolute_url() for thing in (*pages, *dossiers, *authors)),
            f"{full.get_absolute_url()}?view=reading", f"{live.get_absolute_url()}?order=oldest",
            f"{live.get_absolute_url()}?page=2",
            f"/live/{live.pk}/?since={Cursor.of(live, timezone.now() - timedelta(days=1))}",
            subscriptions.confirm_address(subscriber), subscriptions.leave_address(subscriber),
        ],
        "full": full,
        "live": live,
        "subscriber": subscriber,
    }  # fmt: skip


def test_no_page_says_a_word_that_cannot_be_translated(newsroom, client, monkeypatch):
    full, subscriber, left = newsroom["full"], newsroom["subscriber"], Leftovers()
    look, see = left.look, left.see
    with bracketed():
        for address in newsroom["addresses"]:
            response = client.get(address)
            assert response.status_code == 200, address
            see(address, response)
        see("a page that never was", client.get("/no/such/page/"))
        see("a question without a cursor", client.get(f"/live/{newsroom['live'].pk}/"))
        see("a refused sign-up", client.post("/newsletter/", {"email": "nobody"}, headers=OWN))
        see("a sign-up from elsewhere", client.post("/newsletter/", {"email": "a@b.test"}))
        see("a confirmed sign-up", client.post(subscriptions.confirm_address(subscriber), headers=OWN))
        see("one who has left", client.post(subscriptions.leave_address(subscriber), headers=OWN))
        see("a link that has ended", client.get(subscriptions.confirm_address(subscriber)))
        see("a recommendation from elsewhere", client.post(f"/recommend/{full.pk}/"))
        see("a form without its mark", Client(enforce_csrf_checks=True).post("/desk/login/", {"body": GREEK}))

        client.post("/newsletter/", {"email": "dave@reader.test"}, headers=OWN)
        letter = mail.outbox[-1]
        look("a letter", letter.subject, letter.body, *Words.of(letter.alternatives[0][0]))
        answer = client.post(f"/recommend/{full.pk}/", headers=OWN | {"Accept": "application/json"})
        look("a recommendation", answer.json()["words"])
        kept = re.match(r"self\.KEPT = (.*);\n", client.get("/service-worker.js").content.decode())[1]
        look("the worker", *json.loads(kept)["words"].values())
        look("beginnings", *(text for purpose in Purpose for text in Words.of(trust.start(purpose).body)))
        look("errors", *Words.of(render_to_string("403.html")), *Words.of(render_to_string("500.html")))
        full.take_down()
        see("what was taken down", client.get(full.get_absolute_url()))
        monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_NUMBER_FIELDS", 1)
        see("a form of too many fields", client.post("/newsletter/", {"email": "a", "b": "c"}, headers=OWN))
    assert not left.found, str(left)


@pytest.fixture
def speaking(monkeypatch):
    """Let the site speak a language from now on, as LANGUAGE_CODE would."""
    spoken = []

    def speak(language):
        monkeypatch.setattr(settings, "LANGUAGE_CODE", language)
        spoken.append(translation.override(language))
        spoken[-1].__enter__()

    yield speak
    for override in reversed(spoken):
        override.__exit__(None, None, None)


def story_of(day):
    authors = [make_author("Ada Nord"), make_author("Bo Süd")]
    return make_article(
        "A harbour freezes", kind="feature", authors=authors, at=day, language="en", category=make_category("Meer")
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "de",
            [
                "Von Ada Nord und Bo Süd",
                "3. März 2026, 07:05 UTC",
                "1 Min. Lesezeit",
                "Reportage",
                "Zum Inhalt springen",
            ],
        ),
        (
            "fr",
            [
                "Par Ada Nord et Bo Süd",
                "3 mars 2026 à 07:05 UTC",
                "Lecture : 1 min",
                "Grand format",
                "Aller au contenu",
            ],
        ),
    ],
)
def test_a_page_speaks_the_language_of_the_site(client, speaking, language, said):
    story = story_of(datetime(2026, 3, 3, 7, 5, tzinfo=UTC))
    speaking(language)
    response = client.get(story.get_absolute_url(), headers={"Accept-Language": "en"})
    page = response.content.decode()
    assert f'<html lang="{language}" dir="ltr">' in page
    assert f'<p class="kicker" lang="{language}">' in page  # in a story that is in English
    assert 'lang="en" dir="ltr" data-read' in page
    text = " ".join(words(response).split())
    assert not [part for part in said if part not in text]
    assert "Accept-Language" not in response.get("Vary", "")


@pytest.mark.parametrize(
    ("language", "none", "one", "many"),
    [("de", "0 Treffer", "1 Treffer", "2 Treffer"), ("fr", "0 résultat", "1 résultat", "2 résultats")],
)
def test_numbers_take_the_plural_of_the_language(client, speaking, language, none, one, many):
    speaking(language)
    for found in (none, one, many):
        assert f"{found} " in words(client.get("/search/?q=harbour"))
        make_article("A harbour freezes")


def test_a_language_written_from_right_to_left_turns_the_page(client, speaking):
    story = story_of(timezone.now() - timedelta(days=1))
    speaking("ar")
    page = client.get(story.get_absolute_url()).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert '<p class="byline__names" lang="ar" dir="rtl">' in page
    assert 'lang="en" dir="ltr" data-read' in page
    assert client.get("/manifest.webmanifest").json()["dir"] == "rtl"


def test_no_template_takes_english_for_granted():
    folders = ("", "articles", "components", "newsletter", "email")
    templates = [path for folder in folders for path in (settings.BASE_DIR / "templates" / folder).glob("*.*")]
    assert len(templates) > 80
    assert not [path.name for path in templates if re.search(r'lang="en|dir="ltr"', path.read_text())]
