"""The proof: after each kind of edit no kept page differs from a fresh one, and what was purged is what was affected.

The site of these tests has every kind of public page. All of them are kept; an edit is made; then each page that is
still served is compared with one that is made at that moment.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils import timezone

from articles import corrections, front_plans, live, merging, working_copies
from articles.models import (
    Article,
    ArticleTag,
    BreakingNews,
    Byline,
    Category,
    Dossier,
    LiveUpdate,
    Page,
    Part,
    Recording,
    RelatedChoice,
    SiteSettings,
    Tag,
)
from articles.models.article import Kind
from comments import moderation
from comments.models.policy import Policy
from comments.reactions import recommend
from newsroom import pagestore, pieces
from newsroom.pagestore import page, purging, stores, wrapper
from newsroom.pagestore.wrapper import Kept
from tests.factories import (
    make_article,
    make_author,
    make_category,
    make_comment,
    make_page,
    make_picture,
)
from tests.newsroom.test_page_store import ask

HOUR = timedelta(hours=1)


class Newsroom:
    """A small one with everything in it. Its pages are kept as readers get them."""

    def __init__(self, settings, tmp_path, monkeypatch):
        settings.PAGE_STORE, settings.PAGE_STORE_BYTES = str(tmp_path / "pages"), 50_000_000
        settings.ALLOWED_HOSTS = ["example.org"]
        monkeypatch.setattr(stores, "_current", None)
        monkeypatch.setattr(page, "BROTLI_QUALITY", 0)  # what is compared is not how small it gets
        self.purged = set()
        self.application = WSGIHandler()
        self.kept = Kept(self.application, "1")
        purge_now = purging.purge_now

        def noted(keys):
            self.purged |= keys
            purge_now(keys)

        monkeypatch.setattr(purging, "purge_now", noted)
        with commit():
            self.fill()
        self.addresses = self.all_addresses()

    def fill(self):
        now = timezone.now()
        self.science, self.culture = make_category("Science"), make_category("Culture")
        self.physics = make_category("Physics", parent=self.science)
        self.stars, self.books = Tag.objects.create(name="Stars"), Tag.objects.create(name="Books")
        self.planets = Tag.objects.create(name="Planets")
        self.ada, self.ben, self.cleo = (make_author(name, bio="Writes.") for name in ("Ada", "Ben", "Cleo"))
        self.photo, self.other_photo = make_picture(width=900, height=600), make_picture(width=900, height=600)
        self.ada.picture = make_picture(alt="Ada")
        self.ada.save()
        self.moon = make_article(
            "Moon", category=self.science, tags=[self.stars], authors=[self.ada], lead_picture=self.photo,
            at=now - 30 * HOUR,
        )  # fmt: skip
        self.atom = make_article("Atom", category=self.physics, authors=[self.ben], at=now - 4 * HOUR)
        self.quark = make_article("Quark", category=self.physics, tags=[self.stars], authors=[self.ben])
        self.novel = make_article(
            "Novel", category=self.culture, tags=[self.books], authors=[self.ada],
            body=f'<p>A book.</p><figure><img src="/picture/{self.other_photo.key}/" alt="A book"></figure>',
        )  # fmt: skip
        self.old = make_article("Old", category=self.culture, authors=[self.cleo], at=now - timedelta(days=800))
        self.opinion = make_article(
            "Opinion", category=self.culture, tags=[self.books], kind=Kind.OPINION, authors=[self.cleo]
        )
        self.ticker = make_article("Ticker", category=self.science, kind=Kind.LIVE, authors=[self.ben])
        LiveUpdate.objects.create(article=self.ticker, headline="It begins", published_at=now - HOUR)
        self.draft = make_article("Draft", published=False, category=self.science)
        self.recording = Recording.objects.create(
            title="A talk", kind="video", provider_url="https://www.youtube.com/watch?v=dQw4w9WgXcQ"
        )
        self.series = Dossier.objects.create(title="Night", form=Dossier.Form.SERIES)
        for position, article in enumerate([self.moon, self.quark]):
            Part.objects.create(dossier=self.series, article=article, position=position)
        self.topic = Dossier.objects.create(title="Reading", form=Dossier.Form.TOPIC)
        self.topic.tags.add(self.books)
        self.about = make_page("About", body="<p>We are.</p>")
        self.corrections = make_page("Corrections", purpose="corrections", body="<p>We err.</p>")
        make_page("Masthead", purpose="masthead", body="<p>Who.</p>")
        corrections.correct(self.quark, "It was another one.")  # an empty feed bears the time at which it was made
        self.comment = make_comment(self.moon, "Bright.")
        self.held = make_comment(self.moon, "Dark.", status="pending")

    def all_addresses(self):
        found = ["/", "/series/", "/most-read/", "/saved/", "/offline/", "/manifest.webmanifest", "/sitemap.xml"]
        found += ["/sitemap-pages.xml", "/sitemap-news.xml", "/feed/atom/", "/corrections/rss/"]
        found += ["/feed/json/", "/corrections/json/", "/conversations/feed/json/"]
        found += ["/conversations/feed/rss/", f"/conversations/{self.moon.pk}/atom/", "/conversations/moderation/"]
        for thing in (
            self.science, self.culture, self.physics, self.stars, self.books, self.planets, self.ada, self.ben,
            self.cleo, self.series, self.topic,
        ):  # fmt: skip
            found.append(thing.get_absolute_url())
        for thing in (self.culture, self.stars, self.ada, self.topic):
            found += [f"{thing.get_absolute_url()}rss/", f"{thing.get_absolute_url()}json/"]
        found += [page.get_absolute_url() for page in Page.objects.all()]
        found.append(self.recording.get_absolute_url())
        found += ["/api/", "/api/articles/", "/api/sections/", "/api/tags/", "/api/authors/"]
        found += [f"/api/articles/?{query}" for query in self.queries()]
        for article in Article.objects.exclude(slug=""):
            found.append(f"/api/articles/{article.pk}/")
            address = article.get_absolute_url()
            year, month, day = address.split("/")[1:4]
            found += [address, f"/{year}/", f"/sitemap-{year}-{month}.xml"]
            if article == self.moon:
                found += [f"{address}?view=reading", f"/{year}/{month}/", f"/{year}/{month}/{day}/"]
        return list(dict.fromkeys(found))

    def queries(self):
        yield from (f"section={section.slug}" for section in Category.objects.all())
        yield from (f"tag={tag.slug}" for tag in (self.stars, self.books, self.planets))
        yield from (f"author={author.slug}" for author in (self.ada, self.ben, self.cleo))
        # In the order of the alphabet, as the store names them.
        yield f"author={self.ben.slug}&section={self.science.slug}&tag={self.stars.slug}"
        yield f"kind={Kind.OPINION}"

    def keep(self):
        for address in self.addresses:
            ask(self.kept, address)

    def served(self):
        """The pages that are kept and would be served now, by address."""
        store, found = stores.current(), {}
        for address in self.addresses:
            kept = self.kept.look(store, f"http://example.org{address}", store.number())
            if kept is not None and kept.fresh_until > wrapper.time.time():
                found[address] = kept.identity
        return found

    def fresh(self, address):
        return ask(self.application, address, accept="").body

    def edit(self, *changes):
        """Make changes, and see that no page is out of date; return the keys they purged. `gone` are the pages.

        Nor is one out of date that is made at once, of what the process remembers.
        """
        self.keep()
        before, self.purged = self.served(), set()
        assert len(before) > 30
        for change in changes:
            with commit():
                change()
        after = self.served()
        self.gone = set(before) - set(after)
        after |= {address: self.fresh(address) for address in self.gone}
        pieces.forget()
        pagestore.forget()
        wrong = [address for address, body in after.items() if body != self.fresh(address)]
        assert not wrong, f"{wrong} are out of date; purged was {sorted(self.purged)}"
        return self.purged


@contextmanager
def commit():
    """Call what is to be called after the commit, as if what was done in between had been a transaction."""
    del connection.run_on_commit[:]
    yield
    hooks = connection.run_on_commit[:]
    del connection.run_on_commit[:]
    for _, hook, _ in hooks:
        hook()


@pytest.fixture
def newsroom(db, settings, tmp_path, monkeypatch):
    for signal in (request_started, request_finished):  # which would close the connection with the test's transaction
        signal.disconnect(close_old_connections)
    yield Newsroom(settings, tmp_path, monkeypatch)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def saved(thing, **fields):
    def change():
        fresh = type(thing).objects.get(pk=thing.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()

    return change


def test_stories_at_the_desk_change_nothing(newsroom):
    n = newsroom
    purged = n.edit(
        saved(n.draft, headline="Another draft", body="<p>More.</p>"),
        lambda: n.draft.tags.add(n.stars),
        lambda: Byline.objects.create(article=n.draft, author=n.ada),
        lambda: make_article("A plan", published=False, category=n.science, tags=[n.stars]),
        saved(n.moon),
        lambda: make_comment(n.moon, "Held.", status="pending"),
        lambda: Tag.objects.create(name="Plans"),
        lambda: make_author("Dana"),
        lambda: make_picture(),
        lambda: make_page("A plan", is_published=False),
    )
    assert purged == set()


def test_what_changes_in_a_story_is_seen_wherever_it_shows(newsroom):
    n = newsroom
    moon, story = f"article-{n.moon.pk}", f"story-{n.moon.pk}"
    assert n.edit(saved(n.moon, body="<p>A brighter text.</p>")) == {story}
    n.edit(saved(n.moon, lead_caption="The moon, seen from here."))
    assert n.edit(saved(n.moon, headline="The moon")) == {moon, story, "sitemap-news"}
    assert "/" in n.gone
    assert n.culture.get_absolute_url() + "rss/" not in n.gone
    purged = n.edit(saved(n.moon, slug="the-moon"))
    assert {moon, story, "sitemaps"} <= purged
    assert not [key for key in purged if key.startswith("in-")]
    n.addresses = n.all_addresses()
    n.edit(lambda: corrections.correct(n.moon, "It is no cheese.", is_material=True))
    assert {"/corrections/", "/corrections/rss/"} <= n.gone
    n.edit(lambda: n.moon.tags.set([n.planets]))
    n.edit(lambda: Byline.objects.create(article=n.moon, author=n.cleo, position=1))
    n.edit(lambda: n.moon.bylines.filter(author=n.ada).delete())
    n.edit(lambda: n.novel.categories.add(n.physics))
    n.edit(lambda: n.novel.categories.clear())
    n.edit(saved(n.quark, category=n.culture))
    n.edit(saved(n.quark, kind=Kind.OPINION))
    n.edit(saved(n.atom, lead_picture=n.other_photo))
    n.edit(saved(n.atom, language="de", translation_of=n.quark))
    n.edit(saved(n.atom, headline="Das Atom"))
    n.edit(lambda: RelatedChoice.objects.create(article=n.old, other=n.atom))
    n.edit(saved(n.old, body=f'<p class="embed"><a href="{n.recording.get_absolute_url()}">A talk</a></p>'))
    assert n.recording.get_absolute_url() in n.gone
    n.edit(saved(n.recording, title="A long talk"))


def test_stories_come_and_go(newsroom):
    n = newsroom
    n.draft.tags.set([n.stars])
    purged = n.edit(lambda: saved(n.draft, headline="New")() or Article.objects.get(pk=n.draft.pk).publish())
    day = timezone.localtime()
    assert purged == {
        f"article-{n.draft.pk}", f"story-{n.draft.pk}", "latest", f"in-section-{n.science.pk}",
        f"beside-section-{n.science.pk}", f"in-tag-{n.stars.pk}", "sitemaps", "sitemap-pages", f"sitemap-{day:%Y-%m}",
        f"archive-{day:%Y}", f"archive-{day:%Y-%m}", f"archive-{day:%Y-%m-%d}", "sitemap-news",
    } | ({"archive"} & purged)  # fmt: skip
    assert not {n.culture.get_absolute_url(), n.old.get_absolute_url(), "/about/"} & n.gone
    n.addresses = n.all_addresses()
    purged = n.edit(lambda: Article.objects.get(pk=n.old.pk).take_down())
    assert {"archive", f"in-section-{n.culture.pk}", "latest"} <= purged
    assert not {n.science.get_absolute_url(), n.moon.get_absolute_url()} & n.gone
    n.edit(lambda: Article.objects.get(pk=n.old.pk).publish())
    n.edit(saved(n.opinion, expires_at=timezone.now() + timedelta(seconds=0.001)))
    n.edit(lambda: n.atom.delete())
    n.edit(lambda: make_article("Twice", category=n.physics, tags=[n.books, n.stars], authors=[n.ada, n.cleo]))


def test_sections_tags_authors_and_series(newsroom):
    n = newsroom
    assert n.edit(saved(n.stars, name="Suns")) == {f"tag-{n.stars.pk}"}
    n.edit(saved(n.stars, slug="suns"))
    n.stars.refresh_from_db()
    n.addresses = n.all_addresses()
    n.edit(lambda: merging.merge_tags(n.stars, [n.books]))
    n.addresses = [address for address in n.addresses if "/books/" not in address]
    assert n.edit(saved(n.ada, bio="Writes a lot.")) == {f"profile-{n.ada.pk}"}
    assert n.edit(saved(n.ada, name="Ada L.")) == {f"author-{n.ada.pk}", f"profile-{n.ada.pk}"}
    assert n.edit(saved(n.cleo, role="Columnist"))
    assert "/" in n.gone  # a front tells it under an opinion
    assert n.edit(saved(n.ben, is_on_masthead=True)) == {f"profile-{n.ben.pk}", "masthead"}
    n.edit(lambda: merging.merge_authors(n.cleo, [n.ada]))
    n.addresses = [address for address in n.addresses if "/ada" not in address]
    assert n.edit(saved(n.physics, description="Small things.")) == {f"section-{n.physics.pk}"}
    n.edit(saved(n.science, name="Sciences"))
    assert "/about/" in n.gone
    n.edit(saved(n.physics, parent=n.culture))
    n.edit(saved(n.physics, parent=None))
    n.edit(saved(n.culture, is_in_menu=False))
    n.edit(lambda: make_category("Chemistry", parent=n.science))
    assert f"in-section-{n.science.pk}" not in n.edit(lambda: Category.objects.get(name="Chemistry").delete())
    n.edit(lambda: n.novel.categories.add(make_category("Alchemy", parent=n.science)))
    assert f"in-section-{n.science.pk}" in n.edit(lambda: Category.objects.get(name="Alchemy").delete())
    assert n.science.get_absolute_url() in n.gone
    n.edit(saved(n.series, title="Nights", is_complete=True))
    n.edit(lambda: Part.objects.create(dossier=n.series, article=n.novel, position=9))
    n.edit(lambda: Part.objects.filter(article=n.moon).delete())
    n.edit(lambda: n.topic.tags.set([n.planets]))
    n.edit(lambda: ArticleTag.objects.create(content_object=n.atom, tag=n.planets))
    n.edit(saved(n.series, is_published=False))


def test_lists_of_the_api_that_are_several_lists_at_once(newsroom, monkeypatch):
    n = newsroom
    letters = make_category("Letters", parent=n.culture)
    n.addresses = [
        f"/api/articles/?section={n.culture.slug}&tag={n.stars.slug}",
        f"/api/articles/?author={n.ben.slug}&section={n.culture.slug}&tag={n.stars.slug}",
        f"/api/articles/?author={n.ada.slug}&tag={n.stars.slug}",
        "/api/tags/",
        "/api/authors/",
        *n.addresses,
    ]
    n.edit(saved(n.physics, parent=letters))
    assert set(n.addresses[:2]) <= n.gone
    n.edit(lambda: merging.merge_tags(n.stars, [n.books]))
    assert n.addresses[2] in n.gone
    monkeypatch.setattr("articles.api.stories.MANY", 1)
    n.addresses = [address for address in n.addresses if "books" not in address]
    purging.purge_now({"everything"})
    n.edit(saved(n.stars, slug="aaa"))
    assert "/api/tags/" in n.gone
    n.edit(saved(n.cleo, slug="aaa"))
    assert "/api/authors/" in n.gone


def test_places_in_a_list_that_anybody_can_make_up_are_not_kept(newsroom):
    n = newsroom
    n.addresses = [
        "/api/articles/?cursor=9999999999999999-1", "/api/articles/?since=2026-01-01", "/api/tags/?cursor=a",
        f"/api/articles/?since=2026-01-01&tag={n.stars.slug}", "/api/authors/?cursor=a",
    ]  # fmt: skip
    n.keep()
    assert not n.served()


def test_conversations(newsroom, bob):
    n = newsroom
    key, newest = f"comments-{n.moon.pk}", "comments-newest"
    with commit():
        for story in (n.moon, n.novel):  # a feed of nothing bears the time at which it was made
            make_comment(story, "It stays.")
    assert n.edit(lambda: moderation.approve(n.held, bob)) == {key, newest}
    feeds = {f"/conversations/feed/{format}/" for format in ("rss", "json")} | {f"/conversations/{n.moon.pk}/atom/"}
    assert n.gone == {n.moon.get_absolute_url(), f"/api/articles/{n.moon.pk}/", *feeds}
    assert n.edit(lambda: moderation.reject(n.held, bob, "abuse")) == {key, newest}
    assert n.edit(lambda: recommend(n.comment, "a reader")) == {key}
    assert n.edit(lambda: moderation.mark_spam(n.comment, bob)) == {key, newest}
    assert n.edit(lambda: moderation.undo(n.comment.decisions.first(), bob)) == {key, newest}
    assert n.edit(lambda: moderation.hold(n.comment, bob)) == {key, newest}
    assert n.edit(lambda: Policy.objects.create(section=n.science, mode="closed")) == {"comments"}
    assert n.edit(lambda: Policy.objects.create(article=n.moon, allows_links=False)) == {key}
    moved = Policy.objects.get(article=n.moon)
    assert n.edit(saved(moved, article=n.novel)) == {key, f"comments-{n.novel.pk}"}
    assert n.edit(saved(moved, article=None, section=n.culture)) == {f"comments-{n.novel.pk}", "comments"}
    assert n.edit(lambda: moderation.erase(n.comment, bob)) == {key, newest}
    n.edit(lambda: moderation.approve(make_comment(n.moon, "Once more.", status="pending"), bob))
    n.edit(saved(n.moon, headline="The moon"))
    assert {"/conversations/feed/rss/", f"/conversations/{n.moon.pk}/atom/"} <= n.gone
    n.edit(lambda: Article.objects.get(pk=n.moon.pk).take_down())
    n.edit(lambda: Article.objects.get(pk=n.moon.pk).publish())
    n.edit(saved(n.moon, comments_policy="off"))


def test_fronts_breaking_news_layout_and_pictures(newsroom):
    n = newsroom

    def place(section, article, zone="lead", **fields):
        return lambda: front_plans.put_live(
            section, front_plans.current(section).place(article.pk, zone, **fields), what="Placed"
        )

    assert n.edit(place(None, n.old)) == {"front"}
    assert n.gone == {"/"}
    assert n.edit(place(n.science, n.novel)) == {f"front-{n.science.pk}"}
    n.edit(saved(n.old, headline="Very old"))
    n.edit(lambda: Article.objects.get(pk=n.old.pk).take_down())
    n.edit(lambda: Article.objects.get(pk=n.old.pk).publish())
    n.edit(lambda: front_plans.undo(None))
    now = timezone.now()
    assert n.edit(
        lambda: BreakingNews.objects.create(text="It has begun", article=n.quark, ends_at=now + 2 * HOUR)
    ) == {"layout"}
    assert "/about/" in n.gone
    assert "/feed/atom/" not in n.gone
    n.edit(saved(n.quark, slug="quarks"))
    n.quark.refresh_from_db()
    n.addresses = n.all_addresses()
    n.edit(lambda: Article.objects.get(pk=n.quark.pk).take_down())
    assert n.edit(saved(BreakingNews.objects.get(), ends_at=timezone.now())) == {"layout"}
    assert n.edit(lambda: SiteSettings(name="The Paper", logo=n.other_photo).save()) == {"site"}
    n.edit(saved(n.about, title="About us", body="<p>We were.</p>"))
    assert n.edit(saved(n.about, body="<p>We are.</p>")) == {f"page-{n.about.pk}", "sitemap-pages"}
    picture = f"picture-{n.photo.key}"
    assert n.edit(saved(n.photo, title="For the desk")) == set()
    assert n.edit(saved(n.photo, caption="A moon")) == {picture}
    assert n.edit(saved(n.photo, focal_x=10)) == {picture}
    n.edit(saved(n.photo, crop_width=40))
    n.edit(saved(n.other_photo, credit="Somebody else"))
    n.edit(saved(n.photo, fallback=n.ada.picture, usable_until=timezone.now()))
    n.edit(saved(n.ada.picture, credit="A friend"))


def test_live_coverage(newsroom):
    n = newsroom
    key = f"live-{n.ticker.pk}"
    update = LiveUpdate(article=n.ticker, headline="It goes on")
    assert n.edit(update.save) == {key}
    assert n.edit(lambda: live.withdraw(update)) == {key}
    n.edit(lambda: live.end(n.ticker, "<p>It was.</p>"))
    n.edit(lambda: live.resume(n.ticker))


def test_the_clock_changes_pages_too(newsroom, monkeypatch):
    n, begun = newsroom, timezone.now()
    with commit():
        make_article("Embargo", category=n.physics, tags=[n.stars], authors=[n.ada], at=begun + 20 * HOUR / 60)
        saved(n.novel, expires_at=begun + 25 * HOUR / 60)()
        saved(n.photo, usable_until=begun + 30 * HOUR / 60)()
        LiveUpdate.objects.create(article=n.ticker, headline="Later", published_at=begun + 35 * HOUR / 60)
        working_copies.keep(n.opinion, working_copies.working_values(n.opinion) | {"headline": "Another opinion"})
        working_copies.schedule(n.opinion, begun + 15 * HOUR / 60)
        BreakingNews.objects.create(
            text="Soon", starts_at=begun + 40 * HOUR / 60, ends_at=begun + 45 * HOUR / 60, article=n.moon
        )
        front_plans.put_live(
            None,
            front_plans.Plan().place(n.old.pk, "lead", begun + 50 * HOUR / 60, ends_at=begun + 55 * HOUR / 60),
            what="Later",
        )
    n.addresses = n.all_addresses()
    real, seconds = timezone.now, wrapper.time.time
    passed = timedelta()
    monkeypatch.setattr(timezone, "now", lambda: real() + passed)
    monkeypatch.setattr(wrapper.time, "time", lambda: seconds() + passed.total_seconds())
    for minutes in range(0, 60, 5):
        passed = minutes * HOUR / 60 + timedelta(seconds=5)
        served = n.served()
        pieces.forget()
        pagestore.forget()
        wrong = [address for address, body in served.items() if body != n.fresh(address)]
        assert not wrong, f"{wrong} are out of date after {minutes} minutes"
        if 0 < minutes < 20:
            assert len(served) > 20  # what does not follow from the clock is kept
        n.keep()
