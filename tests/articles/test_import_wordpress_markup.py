"""What becomes of WordPress's markup. No database: the converter asks its surroundings for all else."""

# ruff: noqa: E501 (a line of markup stays a line)

import time

import pytest

from articles.importers.wordpress_markup import Attached, convert
from newsroom import html


class PictureHere:
    alt = "A bridge"

    def __init__(self, url):
        self.url = url

    def get_absolute_url(self):
        return self.url


class Surroundings:
    base = "https://old.example/"

    def __init__(self, has_files=True):
        self.has_files = has_files

    def picture(self, url, number=""):
        return PictureHere("/media/" + url.rpartition("/")[2]) if self.has_files else None

    def gallery(self, numbers):
        return [Attached(f"https://old.example/{number}.jpg", number, f"alt {number}") for number in numbers or "12"]

    def is_picture_page(self, url):
        return url == "https://old.example/a-picture/"

    def footnote(self, name):
        return {"n1": "Says <em>who</em>."}.get(name, "")


def converted(content, **options):
    return convert(content, Surroundings(**options)).html


def block(name, inner, attributes=""):
    return f"<!-- wp:{name} {attributes}-->\n{inner}\n<!-- /wp:{name} -->"


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("One.\n\nTwo,\nthree.", "<p>One.</p><p>Two,<br>three.</p>"),
        ("<p>One</p>\n<p>Two\nthree</p>", "<p>One</p><p>Two<br>three</p>"),
        ("<em>One\n\nTwo</em>", "<p><em>One</em></p><p><em>Two</em></p>"),
        ("One<br><br>Two", "<p>One</p><p>Two</p>"),
        ("One<br />\nTwo", "<p>One<br>Two</p>"),
        ("<pre>one\n\n  two</pre>", "<pre>one\n\n  two</pre>"),
        ("<b>a</b> <i>b</i> <del>c</del> <kbd>d</kbd> <q>e</q>", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code> “e”</p>"),
        ("Before<!--more-->after", "<p>Beforeafter</p>"),
        ("One\n\n<!--nextpage-->\n\nTwo", "<p>One</p><p>Two</p>"),
        ("<p>&nbsp;</p>\n\n<p>x</p>", "<p>x</p>"),
        ("<h1>One</h1><h4>Four</h4>", "<h2>One</h2><h3>Four</h3>"),
        ("<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<div><center>Mid</center></div>", "<p>Mid</p>"),
        ("<dl><dt>Term</dt><dd>What it is</dd></dl>", "<p><strong>Term</strong></p><p>What it is</p>"),
        ("<table><tr><td>frame</td></tr></table>", "<p>frame</p>"),
        ('<span lang="ar" dir="rtl">مرحبا</span>', '<p><span lang="ar" dir="rtl">مرحبا</span></p>'),
        ("5 < 6 & [sic]", "<p>5 &lt; 6 &amp; [sic]</p>"),
        ('<a href="#top">up</a> <a href="javascript:x()">x</a>', "<p>up x</p>"),
        ('<a href="/about/">us</a>', '<p><a href="https://old.example/about/">us</a></p>'),
    ],
)  # fmt: skip
def test_classic_text(content, body):
    assert converted(content) == body


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (block("paragraph", "<p>One\ntwo</p>"), "<p>One two</p>"),
        (block("heading", "<h3>Head</h3>", '{"level":3} '), "<h3>Head</h3>"),
        (
            block("list", "<ul>" + block("list-item", "<li>a</li>") + block("list-item", "<li>b</li>") + "</ul>"),
            "<ul><li>a</li><li>b</li></ul>",
        ),
        (
            block("quote", "<blockquote>" + block("paragraph", "<p>Words</p>") + "<cite>Somebody</cite></blockquote>"),
            "<blockquote><p>Words</p><p>— Somebody</p></blockquote>",
        ),
        (
            block("pullquote", '<figure class="wp-block-pullquote"><blockquote><p>Loud</p></blockquote></figure>'),
            '<blockquote class="pull"><p>Loud</p></blockquote>',
        ),
        (
            block("image", '<figure><img src="https://old.example/a.jpg" alt="A"/><figcaption>Cap</figcaption></figure>'),
            '<figure><img src="/media/a.jpg" alt="A"><figcaption>Cap</figcaption></figure>',
        ),
        (
            block("table", "<figure><table><thead><tr><th>H</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table></figure>"),
            "<table><thead><tr><th>H</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>",
        ),
        (block("separator", '<hr class="wp-block-separator"/>'), "<hr>"),
        (block("code", "<pre><code>a &lt; b</code></pre>"), "<pre><code>a &lt; b</code></pre>"),
        (block("verse", "<pre>Roses\n  red</pre>"), "<pre>Roses\n  red</pre>"),
        (
            block("columns", "<div>" + block("column", "<div>" + block("paragraph", "<p>a</p>") + "</div>") + "</div>"),
            "<p>a</p>",
        ),
        (
            block("button", '<div><a class="wp-block-button__link" href="https://x.example/">Go</a></div>'),
            '<p><a href="https://x.example/">Go</a></p>',
        ),
        (
            block("cover", "<div>" + block("paragraph", "<p>Over</p>") + "</div>", '{"url":"https://old.example/c.jpg"} '),
            '<figure><img src="/media/c.jpg" alt="A bridge"></figure><p>Over</p>',
        ),
        (
            block("media-text", '<div><figure><img src="https://old.example/m.jpg" alt="M"/></figure><div>'
                  + block("paragraph", "<p>Beside</p>") + "</div></div>"),
            '<figure><img src="/media/m.jpg" alt="M"></figure><p>Beside</p>',
        ),
        (
            block("file", '<div class="wp-block-file"><a href="https://old.example/f.pdf">The paper</a>'
                  '<a class="wp-block-file__button" href="https://old.example/f.pdf">Download</a></div>'),
            '<p><a href="https://old.example/f.pdf">The paper</a></p>',
        ),
        (
            block("embed", "<figure><figcaption>A film</figcaption></figure>", '{"url":"https://youtu.be/abcdefghijk"} '),
            '<p class="embed"><a href="https://www.youtube.com/watch?v=abcdefghijk">A film</a></p>',
        ),
        (
            block("embed", "<figure></figure>", '{"url":"https://social.example/p/1"} '),
            '<p><a href="https://social.example/p/1">social.example/p/1</a></p>',
        ),
        (block("html", "<p>Own <b>HTML</b></p><script>x()</script>"), "<p>Own <strong>HTML</strong></p>"),
        ("<!-- wp:more --><!--more--><!-- /wp:more -->" + block("spacer", "<div></div>"), ""),
        ("<!-- wp:latest-posts /-->" + block("paragraph", "<p>x</p>"), "<p>x</p>"),
        (
            block("details", "<details><summary>More</summary>" + block("paragraph", "<p>inside</p>") + "</details>"),
            "<p><strong>More</strong></p><p>inside</p>",
        ),
        (
            block("paragraph", '<p>Said<sup data-fn="n1" class="fn"><a href="#n1">1</a></sup>.</p>') + "<!-- wp:footnotes /-->",
            '<p>Said<span class="footnote">Says <em>who</em>.</span>.</p>',
        ),
        ("Loose\n\nwords\n\n" + block("paragraph", "<p>and blocks</p>"), "<p>Loose</p><p>words</p><p>and blocks</p>"),
    ],
)  # fmt: skip
def test_blocks(content, body):
    assert converted(content) == body


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (
            '[caption id="a_1" width="300"]<img src="https://old.example/a.jpg" alt="A" /> Under it[/caption]',
            '<figure><img src="/media/a.jpg" alt="A"><figcaption>Under it</figcaption></figure>',
        ),
        (
            '[caption caption="Old &amp; good"]<a href="https://old.example/a.jpg"><img src="https://old.example/a.jpg" alt="A"></a>[/caption]',
            '<figure><img src="/media/a.jpg" alt="A"><figcaption>Old &amp; good</figcaption></figure>',
        ),
        (
            '[gallery columns="2" ids="8, 7"]',
            '<div class="gallery"><figure><img src="/media/8.jpg" alt="alt 8"></figure>'
            '<figure><img src="/media/7.jpg" alt="alt 7"></figure></div>',
        ),
        (
            "[gallery]",
            '<div class="gallery"><figure><img src="/media/1.jpg" alt="alt 1"></figure>'
            '<figure><img src="/media/2.jpg" alt="alt 2"></figure></div>',
        ),
        ('[gallery ids="8"]', '<figure><img src="/media/8.jpg" alt="alt 8"></figure>'),
        (
            "[embed]https://vimeo.com/12345[/embed]",
            '<p class="embed"><a href="https://vimeo.com/12345">vimeo.com/12345</a></p>',
        ),
        (
            "See\nhttps://www.youtube.com/watch?v=abcdefghijk&t=3\nthis",
            '<p>See</p><p class="embed"><a href="https://www.youtube.com/watch?v=abcdefghijk">'
            "youtube.com/watch?v=abcdefghijk&amp;t=3</a></p><p>this</p>",
        ),
        ('[audio src="https://old.example/s.mp3"]', '<p><a href="https://old.example/s.mp3">s.mp3</a></p>'),
        ('[video mp4="https://old.example/v.mp4"][/video]', '<p><a href="https://old.example/v.mp4">v.mp4</a></p>'),
        ("[one_half]Left[/one_half][one_half]Right[/one_half]", "<p>Left</p><p>Right</p>"),
        ("[[gallery]] is how", "<p>[gallery] is how</p>"),
        ("[code]a < b[/code]", "<pre><code>a &lt; b</code></pre>"),
        ("Said[efn_note]who[/efn_note].", '<p>Said<span class="footnote">who</span>.</p>'),
    ],
)  # fmt: skip
def test_shortcodes(content, body):
    assert converted(content) == body


def image(name, caption="", kind=""):
    caption = caption and f"<figcaption{kind}>{caption}</figcaption>"
    return f'<figure class="wp-block-image"><img src="https://old.example/{name}.jpg" alt="{name}"/>{caption}</figure>'


TWO = (
    '<div class="gallery"><figure><img src="/media/a.jpg" alt="a"><figcaption>First</figcaption></figure>'
    '<figure><img src="/media/b.jpg" alt="b"></figure></div>'
)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (
            block("gallery", '<figure class="wp-block-gallery has-nested-images">' + block("image", image("a", "First"))
                  + "\n\n" + block("image", image("b")) + '<figcaption class="blocks-gallery-caption">All</figcaption></figure>'),
            f"{TWO}<p>All</p>",
        ),
        (
            block("gallery", '<figure class="wp-block-gallery columns-2"><ul class="blocks-gallery-grid">'
                  f'<li class="blocks-gallery-item">{image("a", "First", " class=blocks-gallery-item__caption")}</li>'
                  f'<li class="blocks-gallery-item">{image("b")}</li></ul></figure>'),
            TWO,
        ),
        (
            block("gallery", f'<ul class="wp-block-gallery"><li class="blocks-gallery-item">{image("a", "First")}</li>'
                  f'<li class="blocks-gallery-item">{image("b")}</li></ul>'),
            TWO,
        ),
        (
            "<div id='gallery-1' class='gallery galleryid-5'><dl class='gallery-item'>\n\t<dt class='gallery-icon'>"
            "<a href='https://old.example/a-picture/'><img src='https://old.example/a.jpg' alt='a' /></a></dt>\n\t"
            "<dd class='wp-caption-text gallery-caption'>First</dd></dl><br style='clear: both' />\n<dl class='gallery-item'>"
            "<dt class='gallery-icon'><img src='https://old.example/b.jpg' alt='b' /></dt></dl>\n<br />\n</div>",
            TWO,
        ),
        (
            '<div class="tiled-gallery"><div class="gallery-row"><div class="tiled-gallery-item"><img src="/a.jpg" alt="a">'
            '<div class="tiled-gallery-caption">First</div></div></div><div class="gallery-row">'
            '<div class="tiled-gallery-item"><img src="/b.jpg" alt="b"></div></div></div>',
            TWO,
        ),
    ],
)  # fmt: skip
def test_galleries(content, body):
    assert converted(content) == body
    assert html.clean(body) == body


def test_pictures_of_a_gallery_without_their_files_become_links_after_it():
    class Gaps(Surroundings):
        def picture(self, url, number=""):
            return None if "gone" in url else super().picture(url, number)

    content = block(
        "gallery", f'<figure class="wp-block-gallery">{image("a", "First")}{image("gone")}{image("b")}</figure>'
    )
    assert convert(content, Gaps()).html == f'{TWO}<p><a href="https://old.example/gone.jpg">gone</a></p>'


def test_unknown_shortcodes_are_left_and_reported():
    result = convert('Fill in: [contact-form id="3"] [sic]', Surroundings())
    assert result.html == '<p>Fill in: [contact-form id="3"] [sic]</p>'
    assert result.remarks == ["the unknown shortcode [contact-form] was left as it stood"]


def test_what_wordpress_fills_in_by_itself_is_reported():
    assert convert("<!-- wp:calendar /-->", Surroundings()).remarks == [
        "what WordPress fills in by itself was left out: calendar"
    ]


def test_a_picture_without_its_file_becomes_a_link():
    result = convert('<img src="https://old.example/a.jpg" alt="A bridge">', Surroundings(has_files=False))
    assert result.html == '<p><a href="https://old.example/a.jpg">A bridge</a></p>'
    assert result.remarks == ["pictures without a file became links to where they were"]


def test_a_picture_amid_a_paragraph_waits_for_its_end():
    picture = '<img src="https://old.example/a.jpg" alt="A">'
    assert converted(f"Before {picture} after.\n\nNext.") == (
        '<p>Before  after.</p><figure><img src="/media/a.jpg" alt="A"></figure><p>Next.</p>'
    )


@pytest.mark.parametrize(
    ("href", "caption"),
    [
        ("https://old.example/a.jpg", ""),
        ("https://old.example/a-picture/", ""),
        ("https://shop.example/", '<figcaption><a href="https://shop.example/">A</a></figcaption>'),
    ],
)
def test_the_link_round_a_picture_goes_to_its_caption_where_it_leads_elsewhere(href, caption):
    assert converted(f'<a href="{href}"><img src="https://old.example/a.jpg" alt="A"></a>') == (
        f'<figure><img src="/media/a.jpg" alt="A">{caption}</figure>'
    )


@pytest.mark.parametrize(
    "fragment",
    [
        "[caption]",
        "[caption x='",
        "<div>",
        "<!-- wp:group {",
        "<!--",
        "<![",
        "<",
        "</",
        "<br> \n",
        "<em>a\n\n",
        "<ul><li>",
        "<a href=x>a\n\n",
    ],
)
def test_takes_its_time_with_nothing(fragment):
    started = time.process_time()
    converted(fragment * (100_000 // len(fragment)))
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "fragment", ["<![if !supportLists]>", "<![foo", "<?xml ?>", "<!doctype html>", "\x02\x03", "&#x110000;"]
)
def test_survives_what_is_not_html(fragment):
    body = converted(f"<p>One {fragment}two</p>")
    assert html.clean(html.clean(body)) == html.clean(body)
