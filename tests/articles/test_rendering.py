import re
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from articles import embeds
from articles.rendering import Heading, Layout, render
from newsroom.html import clean
from tests.factories import make_article, make_picture

# -- what stays as it is


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>Plain, <strong>bold</strong>, <em>slanted</em>.</p>",
        "<ul><li>One<ol><li>Two</li></ol></li></ul><hr><pre>x\n  y</pre>",
        '<blockquote class="pull"><p>Said.</p></blockquote>',
        '<p>Written <span lang="ar" dir="rtl">مرحبا</span> there.</p>',
        '<p><a href="/about/">here</a>, <a href="#s-walk">there</a>, <a href="mailto:desk@example.org">post</a></p>',
        '<p>&lt;table&gt; &lt;span class="footnote"&gt; href="/x" &amp;amp; \'y\'</p>',
    ],
)
def test_leaves_plain_forms_alone(body):
    assert clean(body) == body
    assert render(body).html == body
    assert render(body, base="https://news.example/").html == body.replace(
        'href="/about', 'href="https://news.example/about'
    ).replace('href="#s', 'href="https://news.example/#s')


def test_is_fit_for_a_page():
    assert hasattr(render("<p>a</p>").html, "__html__")


# -- contents


def test_lists_the_subheads():
    body = clean(
        '<p>a</p><h2>First &amp; last</h2><h3>Within</h3><h2>The <em>walk</em><span class="footnote">n</span></h2>'
    )
    assert render(body).contents == [Heading("s-first-last", "First & last"), Heading("s-the-walk", "The walk")]


# -- links


def test_opens_nothing_to_other_sites():
    assert render('<p><a href="https://example.org/?a=1&amp;b=2">there</a></p>').html == (
        '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener">there</a></p>'
    )


# -- notes


def test_numbers_notes_and_gathers_them():
    body = clean(
        '<p>One<span class="footnote">First, see <a href="https://x.org/">x</a>.</span> and'
        ' two<span class="footnote">Second, <span lang="de">zwei</span>.</span> end.</p>'
    )
    assert render(body).html == (
        '<p>One<sup class="footnote-ref">'
        '<a id="fnref-1" href="#fn-1" role="doc-noteref" aria-label="Note 1">1</a></sup> and'
        ' two<sup class="footnote-ref">'
        '<a id="fnref-2" href="#fn-2" role="doc-noteref" aria-label="Note 2">2</a></sup> end.</p>'
        '<section class="footnotes" role="doc-endnotes" aria-labelledby="notes">'
        '<h2 id="notes" lang="en-GB">Notes</h2><ol>'
        '<li id="fn-1">First, see <a href="https://x.org/" rel="noopener">x</a>. '
        '<a href="#fnref-1" role="doc-backlink" aria-label="Back to note 1 in the text">↩\ufe0e</a></li>'
        '<li id="fn-2">Second, <span lang="de">zwei</span>. '
        '<a href="#fnref-2" role="doc-backlink" aria-label="Back to note 2 in the text">↩\ufe0e</a></li>'
        "</ol></section>"
    )


def test_finds_notes_anywhere():
    note = '<span class="footnote">n</span>'
    body = clean(
        f"<h2>a{note}</h2><ul><li>b{note}</li></ul><table><tr><td>c{note}</td></tr></table>"
        f'<figure><img src="/x.jpg"><figcaption>d{note}</figcaption></figure>'
    )
    html = render(body).html
    assert re.findall(r'id="(fn\w*-\d)"', html) == [f"fnref-{n}" for n in "1234"] + [f"fn-{n}" for n in "1234"]


# -- tables


def test_lets_tables_scroll_and_sets_numbers_right():
    body = clean(
        "<table><tr><th>Place<th>Below<th>Flow</tr><tr><td>Weir<td>0.4 km<td>820 l/s</tr>"
        "<tr><td>Inn<td>2.9 km<td>no gauge</tr><tr><td>Mill<td>5.1 km<td>1,731 l/s</tr></table>"
    )
    assert render(body).html == (
        '<div class="table-wrap" role="region" tabindex="0" aria-label="Table"><table>'
        '<thead><tr><th>Place</th><th class="number">Below</th><th class="number">Flow</th></tr></thead>'
        '<tbody><tr><td>Weir</td><td class="number">0.4 km</td><td class="number">820 l/s</td></tr>'
        '<tr><td>Inn</td><td class="number">2.9 km</td><td class="number">no gauge</td></tr>'
        '<tr><td>Mill</td><td class="number">5.1 km</td><td class="number">1,731 l/s</td></tr></tbody></table></div>'
    )


def test_tells_several_tables_apart():
    html = render(clean("<table><td>a</table><table><td>b</table>")).html
    assert re.findall(r'aria-label="([^"]*)"', html) == ["Table 1", "Table 2"]


# -- players


def test_offers_a_player():
    body = clean('<p class="embed"><a href="https://www.youtube.com/watch?v=jNQXAC9IVRw">At the "zoo" &amp; on</a></p>')
    assert render(body).html == (
        '<figure class="embed" data-embed-src="https://www.youtube-nocookie.com/embed/jNQXAC9IVRw"'
        ' data-embed-title="At the &quot;zoo&quot; &amp; on" data-embed-play="Play here"'
        ' data-embed-from="Loads a player from {host}.">'
        '<a href="https://www.youtube.com/watch?v=jNQXAC9IVRw" rel="noopener">At the &quot;zoo&quot; &amp; on</a>'
        '<figcaption class="embed__provider" lang="en-GB">Video on YouTube</figcaption></figure>'
    )


def test_leaves_other_providers_a_link():
    body = '<p class="embed"><a href="https://video.example/1">A film</a></p>'
    assert render(body).html == body.replace('/1">', '/1" rel="noopener">')


@pytest.mark.parametrize(
    ("url", "provider", "src"),
    [
        ("https://www.youtube.com/watch?v=jNQXAC9IVRw", "YouTube", "/embed/jNQXAC9IVRw"),
        ("https://www.youtube.com/watch?app=desktop&v=jNQXAC9IVRw&list=x", "YouTube", "/embed/jNQXAC9IVRw"),
        ("http://youtu.be/jNQXAC9IVRw?t=1m30s", "YouTube", "/embed/jNQXAC9IVRw?start=90"),
        ("https://m.youtube.com/shorts/jNQXAC9IVRw", "YouTube", "/embed/jNQXAC9IVRw"),
        ("https://www.youtube.com/live/jNQXAC9IVRw?t=75", "YouTube", "/embed/jNQXAC9IVRw?start=75"),
        ("https://www.youtube-nocookie.com/embed/jNQXAC9IVRw", "YouTube", "/embed/jNQXAC9IVRw"),
        ("https://vimeo.com/76979871", "Vimeo", "/video/76979871?dnt=1"),
        ("https://vimeo.com/76979871/abc123def0", "Vimeo", "/video/76979871?dnt=1&h=abc123def0"),
        ("https://player.vimeo.com/video/76979871?h=abc123def0", "Vimeo", "/video/76979871?dnt=1&h=abc123def0"),
        ("https://vimeo.com/channels/staffpicks/76979871", "Vimeo", "/video/76979871?dnt=1"),
    ],
)
def test_knows_the_addresses_of_players(url, provider, src):
    embed = embeds.find(url)
    assert embed.provider == provider
    assert embed.src.removeprefix("https://www.youtube-nocookie.com").removeprefix("https://player.vimeo.com") == src


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@somebody",
        "https://www.youtube.com/watch?v=short",
        "https://youtube.com.evil.example/watch?v=jNQXAC9IVRw",
        "https://evil.example/?https://youtu.be/jNQXAC9IVRw",
        "https://vimeo.com/about",
        "https://vimeo.com/76979871x",
        "/watch?v=jNQXAC9IVRw",
        "",
    ],
)
def test_knows_what_is_no_player(url):
    assert embeds.find(url) is None


def test_may_frame_every_provider_and_nobody_else():
    allowed = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"]
    assert {source for source in allowed if source.startswith("http")} == {
        provider.host for provider in embeds.PROVIDERS
    }


# -- pictures


def test_links_to_pictures_that_are_elsewhere():
    body = clean('<figure><img src="https://example.org/a.jpg" alt="A"><figcaption>B</figcaption></figure>')
    assert render(body).html == (
        '<figure class="figure"><a href="https://example.org/a.jpg" rel="noopener">A</a>'
        "<figcaption>B</figcaption></figure>"
    )


@pytest.mark.django_db
class TestOwnPictures:
    def figure(self, picture, caption="", alt="", role=""):
        caption = f"<figcaption>{caption}</figcaption>" if caption else ""
        return clean(f'<figure><img src="{picture.get_absolute_url()}" alt="{alt}"{role}>{caption}</figure>')

    def test_come_in_all_widths_with_size_and_credit(self):
        picture = make_picture(width=900, height=600, source_url="https://example.org/erin")
        html = render(self.figure(picture, "A <em>lamp</em>.", "Teal &amp; flat")).html
        base = f"/media/pictures/{picture.key}/{picture.version}/whole"
        assert html.startswith('<figure class="figure"><picture><source ')
        assert f"{base}-540.avif 540w, {base}-720.avif 720w, {base}-900.avif 900w" in html
        assert f"{base}-360.webp 360w, {base}-720.webp 720w, {base}-900.webp 900w" in html
        assert f'src="{base}-900.jpg"' in html
        for attribute in ('width="900"', 'height="600"', 'loading="lazy"', 'alt="Teal &amp; flat"', 'sizes="'):
            assert attribute in html
        assert "A <em>lamp</em>." in html
        assert '<a href="https://example.org/erin" rel="noopener">Erin Example</a>' in html
        assert "https://creativecommons.org/licenses/by/4.0/" in html

    def test_are_not_read_out_where_they_decorate(self):
        html = render(self.figure(make_picture(alt="A rectangle"), role=' role="presentation"')).html
        assert 'alt=""' in html

    def test_say_that_a_machine_made_them(self):
        assert "Made by a machine" in render(self.figure(make_picture(origin="generated", credit=""))).html

    def test_come_in_the_sizes_of_the_page(self):
        broad, tall = make_picture(width=900, height=600), make_picture(width=600, height=900)
        html = render(self.figure(broad) + self.figure(tall), layout=Layout(alone="90vw", tall="40vw")).html
        assert re.findall(r'<source[^>]* sizes="(.*?)"', html) == ["90vw", "90vw", "40vw", "40vw"]

    def test_share_a_row_in_pairs(self):
        words, one = "<p>a</p>", self.figure(make_picture())
        layout = Layout(alone="90vw", tall="40vw", pair=("30vw", "60vw"))
        html = render(one + words + one + one + one + words + one, layout=layout).html
        assert re.findall(r'<img[^>]* sizes="(.*?)"', html.replace("<source", "<img"))[::2] == [
            "90vw", "30vw", "60vw", "90vw", "90vw",
        ]  # fmt: skip

    def test_bring_their_own_words_where_the_body_has_none(self):
        picture = make_picture(alt="A teal rectangle", caption="Teal <b>")
        html = render(self.figure(picture)).html
        assert 'alt="A teal rectangle"' in html
        assert "Teal &lt;b&gt;" in html

    def test_are_marked_when_tall(self):
        assert '<figure class="figure tall">' in render(self.figure(make_picture(width=300, height=450))).html

    def test_are_shown_as_they_are_when_small(self):
        assert '<figure class="figure small">' in render(self.figure(make_picture(width=239, height=20))).html
        assert 'sizes="1px"' in render(self.figure(make_picture(width=1, height=1))).html
        assert "small" not in render(self.figure(make_picture(width=240, height=20))).html

    def test_go_when_they_are_no_more(self):
        assert render(clean('<figure><img src="/picture/abcdefghijkm/" alt="x"></figure>')).html == ""

    def test_take_one_query(self, django_assert_num_queries):
        body = "".join(self.figure(make_picture(color=color)) for color in ("red", "blue", "green"))
        with django_assert_num_queries(1):
            html = render(body).html
        assert html.count("<picture>") == 3

    def test_take_no_query_where_there_are_none(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            render("<p>a</p>")

    def test_go_into_feeds_as_one_file(self):
        picture = make_picture(width=900, height=600)
        html = render(self.figure(picture, "A lamp.", "Teal"), base="https://news.example/2026/a/").html
        image = f'<img src="https://news.example{picture.url}" width="900" height="600" alt="Teal">'
        assert f"<figure>{image}<figcaption" in html
        assert "Erin Example" in html
        assert "srcset" not in html


# -- galleries


def figure(picture, caption=""):
    caption = caption and f"<figcaption>{caption}</figcaption>"
    return f'<figure><img src="{picture.get_absolute_url()}" alt="">{caption}</figure>'


def gallery(*pictures):
    return clean(f'<div class="gallery">{"".join(map(figure, pictures))}</div>')


@pytest.mark.django_db
class TestGalleries:
    def test_are_a_strip_that_can_be_reached_and_read_without_script(self):
        one, two = make_picture(credit="Alice"), make_picture(credit="Bob")
        html = render(clean(f'<div class="gallery">{figure(one, "First.")}{figure(two, "Second.")}</div>')).html
        strip = html.partition('role="region" tabindex="0" aria-label="Gallery: 2 pictures"')[2]
        assert re.search(r"<picture>.*First\..*Alice.*<picture>.*Second\..*Bob", strip, re.S)
        assert len(re.findall(r'<button type="button"[^>]* hidden>', html)) == 2
        assert "2 pictures</p>" in html

    def test_are_told_apart(self):
        html = render(gallery(make_picture(), make_picture()) + gallery(make_picture(), make_picture())).html
        assert re.findall('aria-label="(.*?)"', html) == ["Gallery 1: 2 pictures", "Gallery 2: 2 pictures"]

    def test_load_no_more_than_a_frame_shows(self):
        broad, tall = make_picture(width=900, height=600), make_picture(width=600, height=900)
        layout = Layout(alone="(min-width: 768px) 680px, 100vw", tall="10vw")
        assert 'sizes="(min-width: 768px) calc(1.00 * (680px - 80px)), calc(1.00 * (100vw - 40px))"' in (
            render(gallery(broad, make_picture(width=90, height=60)), layout=layout).html
        )
        assert 'sizes="(min-width: 768px) calc(0.50 * (680px - 80px)), calc(0.67 * (100vw - 40px))"' in (
            render(gallery(broad, tall), layout=layout).html
        )

    def test_leave_out_what_may_no_longer_be_shown(self):
        ended = make_picture(usable_until=timezone.now() - timedelta(days=1))
        one, two = make_picture(), make_picture()
        assert "Gallery: 2 pictures" in render(gallery(one, ended, two)).html
        alone = render(gallery(one, ended)).html
        assert alone == render(clean(figure(one))).html
        assert render(gallery(ended, make_picture(usable_until=ended.usable_until))).html == ""

    def test_are_pictures_one_after_another_in_feeds(self):
        html = render(gallery(make_picture(), make_picture()), base="https://news.example/2026/a/").html
        assert html.count("<figure><img src=") == 2
        assert "<div" not in html

    def test_take_one_query(self, django_assert_num_queries):
        body = gallery(make_picture(), make_picture()) + gallery(make_picture(), make_picture())
        with django_assert_num_queries(1):
            render(body)


def test_pages_through_pictures_of_other_sites():
    figures = '<figure><img src="https://x.org/a.jpg" alt="A"></figure><figure><img src="/b.jpg" alt="B"></figure>'
    html = render(clean(f'<div class="gallery">{figures}</div>')).html
    assert html.count("<figure ") == 2
    assert "Gallery: 2 pictures" in html


# -- feeds


def test_needs_neither_scripts_nor_styles_in_a_feed():
    body = clean(
        '<p>See <a href="/about/?a=1&b=2">this</a><span class="footnote">A <a href="/b/">note</a>.</span></p>'
        '<p class="embed"><a href="https://vimeo.com/76979871">A film</a></p><table><td>1</table>'
    )
    assert render(body, base="https://news.example/2026/11/22/a/").html == (
        '<p>See <a href="https://news.example/about/?a=1&amp;b=2">this</a><sup>1</sup></p>'
        '<p class="embed"><a href="https://vimeo.com/76979871" rel="noopener">A film</a></p>'
        "<table><tbody><tr><td>1</td></tr></tbody></table>"
        '<hr><ol><li>A <a href="https://news.example/b/">note</a>.</li></ol>'
    )


# -- on the page


@pytest.mark.django_db
def test_shows_on_the_article_page(client):
    article = make_article(body='<h2>A</h2><p>b<span class="footnote">The note.</span></p>')
    page = client.get(article.get_absolute_url()).content.decode()
    assert '<h2 id="s-a">A</h2>' in page
    assert '<li id="fn-1">The note.' in page


def test_is_quick():
    paragraph = (
        "<p>"
        + "word " * 50
        + '<em>and</em> <a href="https://example.org/">more</a>.<span class="footnote">n</span></p>'
    )
    body = clean("<h2>Part</h2>" + paragraph * 60)
    start = time.process_time()
    for _ in range(10):
        render(body)
    # It takes a few milliseconds; the limit only tells a slip from a slow machine.
    assert (time.process_time() - start) / 10 < 0.05
